// The leaderboard and the cover curves.
function fillLeaderboard() {
  const { title, metrics, notes } = data.leaderboard, panel = element("panel-leaderboard");
  panel.append(make("h2", {}, title),
    make("div", { class: "boards columns" }, ...metrics.map(metric => make("div", { class: "card board" },
      make("h3", {}, metric.name), make("p", { class: "note" }, `${metric.meaning}, in percent`), ranking(metric.rows)))),
    ...notes.map(note => make("p", { class: "note" }, note)));
}

// Networks in their order, each with its mean, its interval, and whether it differs from the next.
function ranking(rows) {
  const bounds = rows.flatMap(([, ...estimate]) => estimate.slice(0, 3)).filter(bound => bound !== null);
  const low = Math.min(0, ...bounds), high = Math.max(...bounds, low + 1e-9);
  const place = value => `${100 * (value - low) / (high - low)}%`;
  return make("ol", { class: "ranking" }, ...rows.map(([network, value, from, to, verdict]) => make("li", {},
    make("span", { class: "reading" }, make("span", {}, colorBox(data.looks[network].color), network),
         make("span", {}, make("b", {}, value.toFixed(2)),
              from === null ? "" : ` [${from.toFixed(2)}, ${to.toFixed(2)}]`)),
    make("span", { class: "interval", style: `--color: ${data.looks[network].color}; --at: ${place(value)}; `
      + `--from: ${place(from ?? value)}; --to: ${place(to ?? value)}` }),
    ...(verdict ? [make("span", { class: "note" }, `to the next: ${verdict}`)] : []))));
}

function fillCover() {
  const { title, curves, table, notes, interval } = data.cover, panel = element("panel-cover");
  panel.querySelector("h2").textContent = title;
  const lines = curves.length ? curves[0].lines : [];
  panel.querySelector(".legend").replaceChildren(...lines.map(line => make("li", {},
    lookSwatch(line.network), `${line.network} (${line.n_objects} object${line.n_objects > 1 ? "s" : ""})`)));
  panel.querySelector(".boards").replaceChildren(...curves.map(curve => make("div", { class: "card board" },
    make("h3", {}, curve.purity === 1 ? "Boxes of confident views alone" :
      `Boxes of which ${percent(curve.purity, 0)} or more is confident`),
    make("p", { class: "note" }, `mean over the objects, with ${interval} intervals`), make("div", { class: "plot" }))));
  if (table) addTable(panel, { ...table, title: "As a table" });
  panel.append(...notes.map(note => make("p", { class: "note" }, note)));
}

// A network's line, as its curve is drawn.
const lookSwatch = network => make("i", {
  class: `line ${data.looks[network].dash}`, style: `--color: ${data.looks[network].color}` });

function drawCover() {
  const { ink, line } = colors();
  const axis = { zeroline: false, fixedrange: true, gridcolor: line, tickcolor: line };
  const places = element("panel-cover").querySelectorAll(".plot");
  return Promise.all(data.cover.curves.map(({ lines }, k) => {
    const plot = places[k];
    const drawn = Plotly.react(plot, lines.flatMap(coverTraces), {
      margin: { l: 48, r: 12, t: 12, b: 40 }, dragmode: false, hovermode: "x unified", font: { color: ink },
      showlegend: false,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", ...sizeOf(plot),
      hoverlabel: { bgcolor: getComputedStyle(element("view")).backgroundColor },
      xaxis: { ...axis, range: [0.8, 16.2], tickvals: [1, 2, 4, 6, 8, 10, 12, 14, 16],
               title: { text: "boxes", standoff: 4 } },
      yaxis: { ...axis, range: [0, 100], title: { text: "of the confident views (%)", standoff: 6 } } },
      { displayModeBar: false });
    if (!plot.listens) { plot.listens = true; followSize(plot); }
    return drawn;
  }));
}

// A network's curve and its interval.
function coverTraces({ network, covered, low, high }) {
  const x = covered.map((_, k) => k + 1), { color, dash } = data.looks[network];
  const band = { type: "scatter", mode: "lines", x, line: { width: 0, color }, hoverinfo: "skip" };
  return [{ ...band, y: low }, { ...band, y: high, fill: "tonexty", fillcolor: `${color}26` },
          { type: "scatter", mode: "lines", x, y: covered, name: network, line: { color, width: 2, dash },
            hovertemplate: "%{y:.1f} %" }];
}
