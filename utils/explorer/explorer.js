// The controls and tabs, and how the page starts.
function option(select, values, chosen) {
  select.replaceChildren(...values.map(([value, text, disabled]) => {
    const made = new Option(text, value, false, value === chosen);
    made.disabled = Boolean(disabled);
    return made;
  }));
}

// Draw everything anew. data-state of the body says when that is done.
let drawings = 0;
async function draw(notes = []) {
  const mine = ++drawings;
  document.body.dataset.state = "drawing";
  notes = [...notes, ...settleNetworks()];
  element("status").textContent = notes.join(" ");
  element("status").hidden = !notes.length;
  showTab();
  markChosen();
  keepLink();
  const needsPlotly = ["maps", "cover"].includes(PANELS[state.tab] || state.tab);
  if (needsPlotly) await loadPlotly();
  if (mine !== drawings) return;
  if (PANELS[state.tab] === "maps") await drawMaps();
  if (state.tab === "cover") await drawCover();
  if (mine === drawings) document.body.dataset.state = "drawn";
}

// Show the panel of the tab that is chosen.
function showTab() {
  for (const tab of TABS) {
    const button = element(`tab-${tab}`), chosen = tab === state.tab;
    button.setAttribute("aria-selected", chosen);
    button.tabIndex = chosen ? 0 : -1;
    button.hidden = !tabsHere().includes(tab);
  }
  const shown = PANELS[state.tab] || state.tab;
  for (const panel of document.querySelectorAll(".panel")) panel.hidden = panel.id !== `panel-${shown}`;
  element("panel-maps").setAttribute("aria-labelledby", `tab-${state.tab === "answers" ? "answers" : "confidence"}`);
  element("methods").hidden = state.tab === "answers" || !methodsHere().length;
}

function drawMaps() {
  const there = networksOf(state.object);
  for (const k of BOTH) {
    const names = data.networks.map(name => [name, there.includes(name) ? name : `${name} (no results)`,
                                             !there.includes(name)]);
    option(element(`network-${k}`), k ? [[NONE, "(none)"], ...names] : names, state.networks[k]);
  }
  const there_map = mapOf(0) || mapOf(1);
  if (there_map) {  // a cell of the grid, so that what is shown is what the map holds
    state.azimuth = there_map.azimuth[indexNearest(there_map.azimuth, state.azimuth, 360)];
    state.elevation = there_map.elevation[indexNearest(there_map.elevation, state.elevation)];
  }
  const shown = cardsShown();
  for (const k of BOTH) {  // before drawing: it decides their width
    element(`map-${k}`).hidden = !shown.includes(k);
    element(`map-${k}`).classList.toggle("alone", shown.length === 1);
  }
  const drawn = shown.map(drawMap);
  about();
  read();
  showPin();
  const uri = state.object.sprite ? pictures.sprites[state.object.thumbnail] : "";
  if (uri && sprite.src !== uri) sprite.src = uri; else drawView();
  return Promise.all(drawn);
}

// The object's id, and what its results depend on.
function about() {
  const lines = [["Object", state.object.variant]];
  for (const name of new Set(state.networks.filter(name => name !== NONE)))
    for (const [kind, settings] of Object.entries(state.object.results[name].settings)) {
      const text = Object.entries(settings).map(([key, value]) => `${key} ${value}`).join(", ") || "none stated";
      const same = lines.find(line => line[1] === text);
      if (same) same[0] += `; ${name}, ${kind}`; else lines.push([`${name}, ${kind}`, text]);
    }
  const list = make("dl", {}, ...lines.map(([term, text]) =>
    make("div", {}, make("dt", {}, term), make("dd", {}, make("code", {}, text)))));
  const folded = element("about");
  folded.replaceChildren(folded.firstElementChild, list);
  const { output_name, regions } = resultOf(0), name = state.object.class_name;
  document.querySelector("dt .output").textContent = output_name || name;
  element("imagenets").textContent = output_name && output_name !== name ? ` (${name}; ImageNet says ${output_name})` : "";
  element("level").textContent = regions ? regions.level : 0.5;
}

// Show what is chosen in the controls of class, object and methods.
function showChoice() {
  const name = state.object.class_name;
  const objects = data.objects.filter(object => object.class_name === name);
  const classes = [...new Set(data.objects.map(object => object.class_name))];
  option(element("class"), classes.map(other => [other, other]), name);
  option(element("object"), objects.map(object => [String(data.objects.indexOf(object)), numberOf(object)]),
    String(data.objects.indexOf(state.object)));
  for (const box of document.querySelectorAll("#methods input"))
    box.checked = box.id === "others" ? state.others : state.methods.has(box.value);
  fillSiblings();
}

function chooseObject(object) {
  state.object = object;
  showChoice();
  return draw();
}

function onKey(event, k) {
  const map = mapOf(k), step = event.shiftKey ? 5 : 1;
  if (!map || event.target !== event.currentTarget) return;
  const columns = map.azimuth.length, rows = map.elevation.length;
  let column = indexNearest(map.azimuth, state.azimuth, 360), row = indexNearest(map.elevation, state.elevation);
  const moves = {
    ArrowLeft: () => column = (column - step + columns) % columns, ArrowRight: () => column = (column + step) % columns,
    ArrowUp: () => row = Math.min(row + step, rows - 1), ArrowDown: () => row = Math.max(row - step, 0),
    Home: () => column = 0, End: () => column = columns - 1, PageUp: () => row = rows - 1, PageDown: () => row = 0,
    Enter: () => { state.pinned = true; showPin(); } };
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
  moveTo(map.azimuth[column], map.elevation[row]);
  element("announce").textContent = `${read()}${state.pinned ? "; pinned" : ""}`;
}

// The arrow keys go from tab to tab.
function onTabKey(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], tabs = tabsHere();
  if (!step) return;
  event.preventDefault();
  state.tab = tabs[(tabs.indexOf(state.tab) + step + tabs.length) % tabs.length];
  element(`tab-${state.tab}`).focus();
  draw();
}

function addBox(value, onChange, ...shown) {
  const box = make("input", { type: "checkbox", value });
  box.addEventListener("change", () => { onChange(box.checked); draw(); });
  element("methods").append(make("label", {}, box, ...shown));
  return box;
}

// Light or dark: as was chosen, else as the system has it.
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => state.theme ? state.theme === "dark" : systemIsDark.matches;
function showTheme() {
  if (state.theme) document.documentElement.dataset.theme = state.theme;
  else delete document.documentElement.dataset.theme;
  element("theme").textContent = isDark() ? "Light page" : "Dark page";
}

function follow(link) {
  const notes = readLink(link);
  showTheme();
  showChoice();
  return draw(notes);
}

function listen() {
  for (const tab of TABS)
    element(`tab-${tab}`).addEventListener("click", () => { state.tab = tab; draw(); });
  element("tabs").addEventListener("keydown", onTabKey);
  for (const k of BOTH) {
    element(`network-${k}`).addEventListener("change", event => {
      state.wished = BOTH.map(other => other === k ? event.target.value : state.networks[other]);
      draw();
    });
    element(`map-${k}`).addEventListener("keydown", event => onKey(event, k));
  }
  element("class").addEventListener("change", event =>
    chooseObject(data.objects.find(object => object.class_name === event.target.value)));
  element("object").addEventListener("change", event => chooseObject(data.objects[Number(event.target.value)]));
  element("pin").addEventListener("click", () => state.pinned ? free() : pinAt(state.azimuth, state.elevation));
  addEventListener("keydown", event => { if (event.key === "Escape" && state.pinned) free(); });
  element("theme").addEventListener("click", () => {
    state.theme = isDark() ? "light" : "dark";
    showTheme();
    draw();
  });
  systemIsDark.addEventListener("change", () => { showTheme(); draw(); });
  addEventListener("hashchange", event => follow(new URL(event.newURL).hash));
}

async function start() {
  if (typeof DecompressionStream === "undefined") {
    element("status").textContent = "This browser is too old for this page: it needs one of 2024 or later.";
    return;
  }
  await unpackResults();
  const methods = methodsHere();
  for (const method of methods)
    addBox(method, on => { if (on) state.methods.add(method); else state.methods.delete(method); },
           swatch(data.methods[method]), method);
  addBox("others", on => { state.others = on; }, "also those not known to hold").id = "others";
  for (const line of document.querySelectorAll("dl [data-method]"))
    line.hidden = !methods.includes(line.dataset.method);
  addThumbnails();
  fillGallery();
  fillLeaderboard();
  fillCover();
  for (const table of data.tables) addTable(element("tables"), table);
  listen();
  await follow(location.hash);
}

start();
