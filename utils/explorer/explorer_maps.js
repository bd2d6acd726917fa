// Maps with their regions, the view, and the swatches that show how both are drawn.
const WIDE = { casing: 5, line: 2.5 }, THIN = { casing: 2.6, line: 1.4 };
// What a region can be, but for those that hold: its mark, and how a note speaks of it.
const KINDS = {
  fails: { name: "does not hold", symbol: "circle-x", text: "", words: "that do not hold" },
  small: { name: "too small", symbol: "circle", text: "?", words: "without a grid point of the map" },
  unknown: { name: "not looked into", symbol: "circle", text: "?", words: "that nobody looked into" } };
const IS_SHOWN = { holds: () => true, fails: () => state.others, small: () => state.others, unknown: () => true };
const sprite = new Image();
sprite.onload = drawView;

// A region, and its copy a turn back if it runs through azimuth 0: it is drawn on both sides.
function piecesOf(regions, method, k) {
  const [x0, y0, x1, y1] = regions.boxes[method][k];
  return regions.wrapped.includes(method) && x1 > 360 ? [[x0, y0, x1, y1], [x0 - 360, y0, x1 - 360, y1]] :
    [[x0, y0, x1, y1]];
}

// Whether a region holds: "holds", or one of KINDS. Those of the map itself hold.
function kindOf(regions, map, method, k) {
  const verdict = regions.holds[method] ? regions.holds[method][k] : true;
  if (verdict !== null) return verdict ? "holds" : "fails";
  const boxes = piecesOf(regions, method, k);
  const hasPoint = map && boxes.some(([x0, y0, x1, y1]) =>
    map.azimuth.some(x => x0 <= x && x <= x1) && map.elevation.some(y => y0 <= y && y <= y1));
  return map && !hasPoint ? "small" : "unknown";
}

// The outlines of the regions that are switched on: a black line and a coloured one for each method. Lines of those that
// are not known to hold are thin, with a mark in the upper right corner.
function regionTraces(regions, map) {
  const traces = [], corners = Object.fromEntries(Object.keys(KINDS).map(kind => [kind, { x: [], y: [] }]));
  for (const [method, boxes] of Object.entries(regions ? regions.boxes : {})) {
    if (!state.methods.has(method)) continue;
    const style = data.methods[method];
    for (const known of [false, true]) {
      const x = [], y = [];
      boxes.forEach((box, k) => {
        const kind = box && kindOf(regions, map, method, k);
        if (!box || (kind === "holds") !== known || !IS_SHOWN[kind]()) return;
        const pieces = piecesOf(regions, method, k);
        for (const [x0, y0, x1, y1] of pieces) {
          x.push(x0, x1, x1, x0, x0, null);
          y.push(y0, y0, y1, y1, y0, null);
        }
        if (known) return;
        const [, , right, top] = pieces[pieces.length - 1];
        corners[kind].x.push(Math.min(Math.max(right, 0), 360));  // the corner may lie outside the map
        corners[kind].y.push(Math.min(Math.max(top, -10), 90));
      });
      const trace = { type: "scatter", mode: "lines", x, y, hoverinfo: "skip", showlegend: false };
      const width = known ? WIDE : THIN;
      if (x.length)
        traces.push({ ...trace, line: { color: "black", width: width.casing } },
                    { ...trace, name: method, line: { color: style.color, width: width.line, dash: style.dash } });
    }
  }
  for (const [kind, { name, symbol, text }] of Object.entries(KINDS))
    traces.push({ type: "scatter", mode: "markers+text", ...corners[kind], name, text: corners[kind].x.map(() => text),
                  hoverinfo: "skip", showlegend: false, textfont: { size: 9, color: "black" },
                  marker: { symbol, size: 11, color: "white", line: { color: "black", width: 1.5 } } });
  return traces;
}

// How many regions of the methods that are on are not shown, and why.
function hiddenNote(regions, map) {
  const counts = {};
  for (const [method, boxes] of Object.entries(regions.boxes))
    boxes.forEach((box, k) => {
      const kind = box && state.methods.has(method) && kindOf(regions, map, method, k);
      if (kind && !IS_SHOWN[kind]()) counts[kind] = (counts[kind] || 0) + 1;
    });
  const said = Object.entries(counts).map(([kind, n]) => `${n} ${KINDS[kind].words}`);
  return said.length ? [`Regions not shown: ${said.join(", ")}.`] : [];
}

function colors() {
  const ground = getComputedStyle(element("view"));
  return { ink: getComputedStyle(document.body).color, line: ground.borderTopColor };
}

function drawMap(k) {
  const card = element(`map-${k}`), plot = card.querySelector(".plot"), note = card.querySelector(".note");
  const name = state.networks[k], map = mapOf(k), result = resultOf(k);
  if (name === NONE) return null;
  const title = `${name}: confidence in ${result.output_name || state.object.class_name}`;
  card.querySelector("h2").textContent = title;
  card.setAttribute("aria-label", `${title}, over azimuth and elevation. Arrow keys move the cursor.`);
  const regions = result.regions, notes = [];
  if (!map) notes.push("There is no map of this object.");
  if (isFromPart(map)) notes.push(`The map is ${map.origin}. Dots are the views that were asked.`);
  if (!regions) notes.push("There are no regions of this object.");
  else {
    if (regions.parameters.join() !== "azimuth,elevation")
      notes.push(`Regions of ${regions.parameters.join(", ")}, as seen from this side.`);
    notes.push(...hiddenNote(regions, map));
  }
  note.textContent = notes.join(" ");
  const answers = map && map.top1 !== undefined ? rowsOf(map, map.top1, index => answerName(k, index)) : undefined;
  const asked = { x: [], y: [] };
  if (isFromPart(map))
    rowsOf(map, map.asked, Boolean).forEach((cells, row) => cells.forEach((is, column) => {
      if (is) { asked.x.push(map.azimuth[column]); asked.y.push(map.elevation[row]); }
    }));
  const cursor = { type: "scatter", mode: "markers", x: [state.azimuth], y: [state.elevation], hoverinfo: "skip",
                   showlegend: false };
  const traces = [
    { type: "heatmap", x: map ? map.azimuth : [], y: map ? map.elevation : [], z: map ? confidencesOf(map) : [],
      text: answers, zmin: 0, zmax: 1, colorscale: "Viridis",
      colorbar: { thickness: 10, outlinewidth: 0, title: { text: "confidence", side: "right" } },
      hovertemplate: `%{x}°, %{y}°<br>%{z:.3f}${answers ? "<br>%{text}" : ""}<extra></extra>` },
    { type: "scatter", mode: "markers", ...asked, hoverinfo: "skip", showlegend: false,
      marker: { size: 3.5, color: "white", line: { color: "black", width: 0.8 } } },
    ...regionTraces(regions, map),
    { type: "scatter", mode: "markers", x: regions ? regions.points.map(p => p[0]) : [],
      y: regions ? regions.points.map(p => p[1]) : [], visible: state.methods.size > 0, hoverinfo: "skip",
      marker: { symbol: "x-thin", size: 9, line: { color: "lime", width: 3 } }, showlegend: false },
    { ...cursor, marker: { symbol: "circle-open", size: 15, color: "white", line: { width: 3 } } },
    { ...cursor, marker: { symbol: "circle-open", size: 19, color: "black", line: { width: 1.5 } } }];
  const { ink, line } = colors();
  const axis = { zeroline: false, fixedrange: true, showgrid: !map, gridcolor: line, tickcolor: line };
  const layout = {
    margin: { l: 42, r: 5, t: 6, b: 38 }, dragmode: false, hovermode: "closest", font: { color: ink },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: { ...axis, range: [-2, 362], tickvals: [0, 90, 180, 270, 360], title: { text: "azimuth (degrees)", standoff: 4 } },
    yaxis: { ...axis, range: [-12, 92], tickvals: [-10, 10, 30, 50, 70, 90],
             title: { text: "elevation (degrees)", standoff: 4 } } };
  const drawn = Plotly.react(plot, traces, { ...layout, ...sizeOf(plot) }, { displayModeBar: false });
  if (!plot.listens) {
    plot.listens = true;
    plot.on("plotly_hover", found => { if (pointerMoved(found.event)) moveTo(found.points[0].x, found.points[0].y); });
    plot.on("plotly_click", found => moveTo(found.points[0].x, found.points[0].y));
    new ResizeObserver(() => requestAnimationFrame(() => fit(plot))).observe(plot);
  }
  return drawn;
}

// A map has the size of its place.
const sizeOf = plot => ({ width: plot.clientWidth, height: plot.clientHeight });
function fit(plot) {
  const { width, height } = sizeOf(plot);
  if (width && (plot.layout.width !== width || plot.layout.height !== height)) Plotly.relayout(plot, { width, height });
}

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
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const k of BOTH) {
      const card = element(`map-${k}`), plot = card.querySelector(".plot");
      if (card.hidden) continue;
      const last = plot.data.length - 1;  // the two rings of the cursor come last
      Plotly.restyle(plot, { x: [[state.azimuth]], y: [[state.elevation]] }, [last - 1, last]);
    }
    drawView();
  });
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
    if (name !== NONE) said.push([`${name} ${confidence}`, ...(found && found.answer ? [found.answer] : [])].join(", "));
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

// A method's line as a map shows it, on the colour of a map; of plotly's dashes as it draws them.
function swatch(style, width = WIDE) {
  const unit = Math.max(width.line, 3);
  const dashes = { solid: [], dot: [1, 1], dash: [3, 3], dashdot: [3, 1, 1, 1] }[style.dash].map(part => part * unit);
  const make = (name, attributes, ...inside) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const line = { x1: 3, x2: 39, y1: 7, y2: 7 };
  return make("svg", { class: "swatch", width: 42, height: 14, viewBox: "0 0 42 14", "aria-hidden": "true" },
    make("rect", { width: 42, height: 14, fill: "#31688e" }),
    make("line", { ...line, stroke: "black", "stroke-width": width.casing }),
    make("line", { ...line, stroke: style.color, "stroke-width": width.line, "stroke-dasharray": dashes.join(" ") }));
}
