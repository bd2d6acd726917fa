// Maps of confidence and of first answers, the cursor on them, and the view.
const sprite = new Image();
sprite.onload = drawView;

function colors() {
  const ground = getComputedStyle(element("view"));
  return { ink: getComputedStyle(document.body).color, line: ground.borderTopColor };
}

// The maps that have a card. In the tab of answers one without them gives its place to the other.
function cardsShown() {
  const there = BOTH.filter(k => state.networks[k] !== NONE), answered = there.filter(k => hasAnswers(mapOf(k)));
  return state.tab !== "answers" ? there : answered.length ? answered : [0];
}

function drawMap(k) {
  const card = element(`map-${k}`), plot = card.querySelector(".plot"), below = card.querySelector(".below");
  const name = state.networks[k], map = mapOf(k), result = resultOf(k);
  const ofAnswers = state.tab === "answers", ofClass = result.output_name || state.object.class_name;
  const title = ofAnswers ? `${name}: first answers` : `${name}: confidence in ${ofClass}`;
  card.querySelector("h2").textContent = title;
  card.setAttribute("aria-label", `${title}, over azimuth and elevation. Arrow keys move the cursor.`);
  const regions = ofAnswers ? null : result.regions;
  card.querySelector(".note").textContent = (ofAnswers ? answersNotes(k) : mapNotes(map, regions)).join(" ");
  below.replaceChildren(...(ofAnswers ? answersLegend(k) : regions ? regionRows(regions, map) : []));
  below.hidden = !below.hasChildNodes();
  plot.hidden = ofAnswers && !hasAnswers(map);
  if (plot.hidden) return null;
  const cursor = { type: "scatter", mode: "markers", x: [state.azimuth], y: [state.elevation], hoverinfo: "skip",
                   showlegend: false };
  const points = regions ? regions.points.filter(Boolean) : [];
  const traces = [
    ofAnswers ? answersTrace(k) : confidenceTrace(k), askedTrace(map), ...regionTraces(regions, map),
    { type: "scatter", mode: "markers", x: points.map(p => p[0]), y: points.map(p => p[1]),
      visible: state.methods.size > 0, hoverinfo: "skip",
      marker: { symbol: "x-thin", size: 9, line: { color: "lime", width: 3 } }, showlegend: false },
    { ...cursor, marker: { symbol: "circle-open", size: 15, color: cursorColor(), line: { width: 3 } } },
    { ...cursor, marker: { symbol: "circle-open", size: 19, color: "black", line: { width: 1.5 } } }];
  const { ink, line } = colors();
  const axis = { zeroline: false, fixedrange: true, showgrid: !map, gridcolor: line, tickcolor: line };
  const layout = {
    margin: { l: 42, r: ofAnswers ? 16 : 5, t: 6, b: 38 }, dragmode: false, hovermode: "closest", font: { color: ink },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: { ...axis, range: [-2, 362], tickvals: [0, 90, 180, 270, 360],
             title: { text: "azimuth (degrees)", standoff: 4 } },
    yaxis: { ...axis, range: [-12, 92], tickvals: [-10, 10, 30, 50, 70, 90],
             title: { text: "elevation (degrees)", standoff: 4 } } };
  const drawn = Plotly.react(plot, traces, { ...layout, ...sizeOf(plot) }, { displayModeBar: false });
  if (!plot.listens) {
    plot.listens = true;
    plot.on("plotly_hover", found => {
      if (pointerMoved(found.event) && !state.pinned) moveTo(found.points[0].x, found.points[0].y);
    });
    plot.on("plotly_click", found => pinAt(found.points[0].x, found.points[0].y));
    followSize(plot);
  }
  return drawn;
}

// What a map lacks, and which regions it does not show.
function mapNotes(map, regions) {
  const notes = [];
  if (!map) notes.push("There is no map of this object.");
  if (isFromPart(map)) notes.push(`The map is ${map.origin}. Dots are the views that were asked.`);
  if (!regions) notes.push("There are no regions of this object.");
  else {
    if (regions.parameters.join() !== "azimuth,elevation")
      notes.push(`Regions of ${regions.parameters.join(", ")}, as seen from this side.`);
    notes.push(...hiddenNote(regions, map));
  }
  return notes;
}

function confidenceTrace(k) {
  const map = mapOf(k);
  const answers = hasAnswers(map) ? rowsOf(map, map.top1, index => answerName(k, index)) : undefined;
  return { type: "heatmap", x: map ? map.azimuth : [], y: map ? map.elevation : [], z: map ? confidencesOf(map) : [],
    text: answers, zmin: 0, zmax: 1, colorscale: "Viridis",
    colorbar: { thickness: 10, outlinewidth: 0, title: { text: "confidence", side: "right" } },
    hovertemplate: `%{x}°, %{y}°<br>%{z:.3f}${answers ? "<br>%{text}" : ""}<extra></extra>` };
}

// The views of a map that were asked, where not all were.
function askedTrace(map) {
  const asked = { x: [], y: [] };
  if (isFromPart(map))
    rowsOf(map, map.asked, Boolean).forEach((cells, row) => cells.forEach((is, column) => {
      if (is) { asked.x.push(map.azimuth[column]); asked.y.push(map.elevation[row]); }
    }));
  return { type: "scatter", mode: "markers", ...asked, hoverinfo: "skip", showlegend: false,
           marker: { size: 3.5, color: "white", line: { color: "black", width: 0.8 } } };
}

// The answers with a colour of their own: [index, share of the views, colour], and how many of the views have others.
function coloredAnswers(k) {
  const { right, wrong } = data.answer_colors, map = mapOf(k), { output } = resultOf(k);
  const others = map.answers.filter(([index]) => index !== output);
  const shown = map.answers.map(([index, share]) => [index, share,
    index === output ? right : wrong[others.findIndex(([other]) => other === index)]]);
  return { shown, rest: Math.max(0, 1 - shown.reduce((sum, [, share]) => sum + share, 0)) };
}

// A map in the colours of its first answers.
function answersTrace(k) {
  const map = mapOf(k), trace = { type: "heatmap", showscale: false, x: [], y: [], z: [] };
  if (!hasAnswers(map)) return trace;
  const { shown } = coloredAnswers(k), last = shown.length;
  const all = [...shown.map(([, , color]) => color), data.answer_colors.rest];
  const codes = new Map(shown.map(([index], code) => [index, code]));
  return { ...trace, x: map.azimuth, y: map.elevation, zmin: -0.5, zmax: last + 0.5,
    z: rowsOf(map, map.top1, index => codes.has(index) ? codes.get(index) : last),
    text: rowsOf(map, map.top1, index => answerName(k, index)),
    hovertemplate: "%{x}°, %{y}°<br>%{text}<extra></extra>",
    colorscale: all.flatMap((color, code) => [[code / all.length, color], [(code + 1) / all.length, color]]) };
}

// The networks without answers, below the first map.
function answersNotes(k) {
  const lacking = BOTH.filter(other => state.networks[other] !== NONE && !hasAnswers(mapOf(other)));
  if (k !== cardsShown()[0] || !lacking.length) return [];
  return [`No first answers of ${lacking.map(other => state.networks[other]).join(" and ")}: early versions did not keep `
          + "them. map.py --override makes the map again."];
}

function answersLegend(k) {
  if (!hasAnswers(mapOf(k))) return [];
  const { shown, rest } = coloredAnswers(k), { output } = resultOf(k);
  const line = (name, share, color) => make("li", {}, colorBox(color), `${name} ${percent(share)}`);
  return [make("ul", { class: "legend answers" },
    ...shown.map(([index, share, color]) =>
      line(answerName(k, index) + (index === output ? " (right)" : ""), share, color)),
    ...(rest > 1e-6 ? [line("others", rest, data.answer_colors.rest)] : []))];
}

const colorBox = color => make("i", { class: "color", style: `background: ${color}` });

// A drawing has the size of its place.
const sizeOf = plot => ({ width: plot.clientWidth, height: plot.clientHeight });
function fit(plot) {
  const { width, height } = sizeOf(plot);
  if (width && (plot.layout.width !== width || plot.layout.height !== height)) Plotly.relayout(plot, { width, height });
}
const followSize = plot => new ResizeObserver(() => requestAnimationFrame(() => fit(plot))).observe(plot);

// Whether the pointer was moved since it was last asked: what moves under a resting pointer is no reason to follow it.
let pointer = "";
function pointerMoved({ screenX, screenY }) {
  const before = pointer;
  pointer = `${screenX}, ${screenY}`;
  return pointer !== before;
}

let waiting = false;
function moveTo(azimuth, elevation) {
  if (azimuth === state.azimuth && elevation === state.elevation) return;
  state.azimuth = azimuth;
  state.elevation = elevation;
  read();
  keepLink();
  drawCursor();
}

function drawCursor() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const k of BOTH) {
      const card = element(`map-${k}`), plot = card.querySelector(".plot");
      if (card.hidden || plot.hidden || !plot.data) continue;
      const last = plot.data.length - 1;  // the two rings of the cursor come last
      Plotly.restyle(plot, { x: [[state.azimuth]], y: [[state.elevation]], "marker.color": [cursorColor(), "black"] },
                     [last - 1, last]);
    }
    drawView();
  });
}
const cursorColor = () => state.pinned ? "#ff9f1c" : "white";

// Pin the view: the pointer moves it no more, until it is freed. The cell of the map is pinned that is nearest.
function pinAt(azimuth, elevation) {
  const map = mapOf(0) || mapOf(1);
  state.pinned = true;
  showPin();
  if (map) moveTo(map.azimuth[indexNearest(map.azimuth, azimuth, 360)],
                  map.elevation[indexNearest(map.elevation, elevation)]);
}

function free() {
  state.pinned = false;
  showPin();
}

function showPin() {
  element("pin").textContent = state.pinned ? "Free (Esc)" : "Pin";
  element("pin").setAttribute("aria-pressed", state.pinned);
  keepLink();
  drawCursor();
}

// Show what the maps say of the viewpoint. Returns it as a sentence.
function read() {
  element("where").textContent = `azimuth ${state.azimuth}°, elevation ${state.elevation}°`;
  const said = [];
  for (const k of BOTH) {
    const name = state.networks[k], found = reading(k);
    const confidence = !found || found.confidence === null ? "–" : found.confidence.toFixed(3);
    element(`name-${k}`).textContent = name;
    element(`confidence-${k}`).textContent = name === NONE ? "" : confidence;
    element(`answer-${k}`).textContent = found ? found.answer : "";
    if (name === NONE) continue;
    said.push([`${name} ${confidence}`, ...(found && found.answer ? [found.answer] : [])].join(", "));
    markRegions(k);
  }
  return `${element("where").textContent}: ${said.join("; ")}`;
}

function drawView() {
  const views = state.object.sprite, canvas = element("canvas"), context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  canvas.hidden = !views;
  if (!views) {
    element("view-note").textContent = "The mesh was not at hand when this page was made, so there are no views.";
    return;
  }
  if (!sprite.complete || !sprite.naturalWidth) return;
  const row = indexNearest(views.elevation, state.elevation), column = indexNearest(views.azimuth, state.azimuth, 360);
  const [azimuth, elevation] = [views.azimuth[column], views.elevation[row]];
  context.drawImage(sprite, column * views.size, row * views.size, views.size, views.size, 0, 0, canvas.width,
                    canvas.height);
  element("view-note").textContent = azimuth === state.azimuth % 360 && elevation === state.elevation ? "" :
    `The nearest view at hand: ${azimuth}°, ${elevation}°.`;
}
