// Regions: their outlines on a map, and what is known of each.
const WIDE = { casing: 5, line: 2.5 }, THIN = { casing: 2.6, line: 1.4 };
// What a region can be, but for those that hold: its mark, and how the words below a map speak of it.
const KINDS = {
  fails: { name: "does not hold", symbol: "circle-x", text: "", words: "that do not hold" },
  small: { name: "too small", symbol: "circle", text: "?", words: "without a grid point of the map" },
  unknown: { name: "not looked into", symbol: "circle", text: "?", words: "that nobody looked into" } };
const IS_SHOWN = { holds: () => true, fails: () => state.others, small: () => state.others, unknown: () => true };

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

const rounded = (number, digits = 1) => String(Number(number.toFixed(digits)));
const percent = (share, digits = 1) => share === null || share === undefined ? "–" : `${rounded(100 * share, digits)} %`;
const pointInWords = point => point ? `${rounded(point[0])}°, ${rounded(point[1])}°` : "unknown";

// The regions that a map shows, start by start, with what is known of each; where there is none, why.
function regionRows(regions, map) {
  const rows = [];
  regions.points.forEach((point, k) => {
    const ofStart = Object.keys(regions.boxes).filter(method => state.methods.has(method))
      .map(method => regionRow(regions, map, method, k)).filter(Boolean);
    if (ofStart.length) rows.push(make("h3", {}, `From ${pointInWords(point)}`), ...ofStart);
  });
  return rows;
}

function regionRow(regions, map, method, k) {
  const box = regions.boxes[method][k], known = regions.details[method][k];
  const row = make("div", { class: "region" }, make("span", {}, swatch(data.methods[method]), method));
  if (!box) {
    row.classList.add("none");
    row.append(make("span", {}, `no region: ${known.why}`));
    return row;
  }
  const kind = kindOf(regions, map, method, k);
  if (!IS_SHOWN[kind]()) return null;
  const [x0, y0, x1, y1] = box.map(bound => rounded(bound));
  const parts = [`${x0}° to ${x1}° × ${y0}° to ${y1}°`, `SRVR share ${percent(known.share, 2)}`,
    ...(known.purity === null ? [] : [`purity ${percent(known.purity)}`]), verdict(kind, known.certificate)];
  row.append(make("span", {}, parts.join(" · "), ...(known.lowest ? [" · lowest view ", viewButton(known.lowest)] : [])));
  row.pieces = piecesOf(regions, method, k);
  return row;
}

function verdict(kind, certificate) {
  const words = kind === "holds" ? "holds" : KINDS[kind].name;
  if (certificate) return `${words}, certificate: ${certificate}`;
  return kind === "holds" || kind === "fails" ? `${words} on the map` : words;
}

// A view in words, as a button that pins it.
function viewButton([confidence, azimuth, elevation]) {
  const button = make("button", { type: "button", class: "goto", title: "Show and pin this view" },
                      `${confidence.toFixed(2)} at ${pointInWords([azimuth, elevation])}`);
  button.addEventListener("click", () => pinAt(azimuth, elevation));
  return button;
}

// Mark the rows of the regions that have the viewpoint in them, and bring them into sight.
function markRegions(k) {
  const place = element(`map-${k}`).querySelector(".below");
  let first = null;
  for (const row of place.querySelectorAll(".region")) {
    const isHere = (row.pieces || []).some(([x0, y0, x1, y1]) =>
      x0 <= state.azimuth && state.azimuth <= x1 && y0 <= state.elevation && state.elevation <= y1);
    row.classList.toggle("here", isHere);
    if (isHere) first ??= row;
  }
  place.scrollTop = first ? first.offsetTop : 0;
}

// A method's line as a map shows it, on the colour of a map; of plotly's dashes as it draws them.
function swatch(style, width = WIDE) {
  const unit = Math.max(width.line, 3);
  const dashes = { solid: [], dot: [1, 1], dash: [3, 3], dashdot: [3, 1, 1, 1] }[style.dash].map(part => part * unit);
  const drawn = (name, attributes, ...inside) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const line = { x1: 3, x2: 39, y1: 7, y2: 7 };
  return drawn("svg", { class: "swatch", width: 42, height: 14, viewBox: "0 0 42 14", "aria-hidden": "true" },
    drawn("rect", { width: 42, height: 14, fill: "#31688e" }),
    drawn("line", { ...line, stroke: "black", "stroke-width": width.casing }),
    drawn("line", { ...line, stroke: style.color, "stroke-width": width.line, "stroke-dasharray": dashes.join(" ") }));
}
