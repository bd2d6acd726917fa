// The address keeps what is chosen.
const LINK_AFTER = 300;  // ms: browsers do not let an address change a hundred times a second
const OF_MAPS = ["object", "networks", "methods", "others", "at"];  // parts of a link that say what the maps show
let timer = null;
function keepLink() {
  clearTimeout(timer);
  timer = setTimeout(() => { timer = null; writeLink(); }, LINK_AFTER);
}

// A choice that the browser's Back undoes: the address before it stays in the history.
function leaveLink() {
  if (timer !== null) writeLink();
  clearTimeout(timer);
  timer = null;
  history.pushState(null, "", location.hash);
}

// The address for what is chosen. Names are escaped one by one, so that "/" and "," separate them.
function writeLink() {
  const escaped = names => names.map(encodeURIComponent);
  const parts = [`tab=${state.tab}`, `object=${escaped(objectName(state.object)).join("/")}`,
    `networks=${escaped(state.wished.filter(name => name !== NONE)).join(",")}`,
    `methods=${escaped([...state.methods]).join(",")}`, `others=${state.others ? 1 : 0}`,
    `at=${state.azimuth},${state.elevation}`, ...(state.pinned ? ["pin=1"] : []),
    ...(state.theme ? [`theme=${state.theme}`] : [])];
  history.replaceState(null, "", `#${parts.join("&")}`);
}

// Choose what an address says, and what it does not say as the page opens. Returns what it asks for in vain.
function readLink(link) {
  const parts = {}, vain = [];
  const plain = text => { try { return decodeURIComponent(text); } catch { return text; } };
  for (const part of link.slice(1).split("&")) {
    const [name, ...rest] = part.split("=");
    parts[name] = rest.join("=");
  }
  const list = (name, separator) => parts[name] === undefined ? null :
    parts[name].split(separator).filter(Boolean).map(plain);
  const known = (names, all, kind) => names.filter(name => all.includes(name) || void vain.push(`${kind} ${name}`));
  const [tab] = known(list("tab", ",") || [], tabsHere(), "tab");
  state.tab = tab || (OF_MAPS.some(name => name in parts) ? "confidence" : "objects");
  const wanted = list("object", "/");
  const same = object => objectName(object).every((word, k) => word === wanted[k] || (k === 2 && wanted.length < 3));
  state.object = wanted && data.objects.find(same) || firstObject();
  if (wanted && !data.objects.some(same)) vain.push(`object ${wanted.join(" ")}`);
  const networks = known(list("networks", ",") || [], data.networks, "network").slice(0, 2);
  const usual = networksOf(state.object).slice(0, 2);
  state.wished = networks.length ? [networks[0], networks[1] || NONE] : [usual[0], usual[1] || NONE];
  state.methods = new Set(known(list("methods", ",") || methodsHere(), methodsHere(), "method"));
  state.others = parts.others === "1";
  state.theme = ["light", "dark"].includes(parts.theme) ? parts.theme : null;
  const at = (parts.at || "").split(",").map(Number);
  [state.azimuth, state.elevation] = at.length === 2 && at.every(Number.isFinite) ? at : [130, 30];
  state.pinned = parts.pin === "1";
  return vain.length ? [`The address asks for ${vain.join(", ")}, which this page does not have.`] : [];
}
