// What the page holds, what is chosen, and the address that keeps the choice.
const data = JSON.parse(document.getElementById("data").textContent);
const element = id => document.getElementById(id);
const BOTH = [0, 1];
const NONE = "";
const NOTHING = -32768;  // a thousandth that stands for no number
const state = { object: data.objects[0], wished: [NONE, NONE], networks: [NONE, NONE], methods: new Set(), others: false,
                azimuth: 130, elevation: 30, theme: null };
let numbers = new Int16Array();

// Unpack the block of the maps' numbers.
async function unpack() {
  const packed = Uint8Array.from(atob(BLOCK), letter => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  numbers = new Int16Array(await new Response(stream).arrayBuffer());
}

function indexNearest(values, value, period) {
  let best = 0, least = Infinity;
  values.forEach((other, k) => {
    let distance = Math.abs(other - value);
    if (period) distance = Math.min(distance, period - distance);
    if (distance < least) { least = distance; best = k; }
  });
  return best;
}

const methodsHere = () => Object.keys(data.methods).filter(method => data.objects.some(object =>
  Object.values(object.results).some(result => result.regions && result.regions.boxes[method])));
const resultOf = k => state.object.results[state.networks[k]];
const mapOf = k => { const result = resultOf(k); return result && result.map; };
const isFromPart = map => Boolean(map) && map.asked !== undefined;  // of its views; the others are a model's means

// An array of a map, from where it begins: rows of numbers, one for each elevation.
function rowsOf(map, begin, value) {
  return map.elevation.map((_, row) => map.azimuth.map((_, column) =>
    value(numbers[begin + row * map.azimuth.length + column])));
}
const score = part => part === NOTHING ? null : part / 1000;
const confidencesOf = map => rowsOf(map, map.z, score);

function answerName(k, index) {
  const { output, output_name } = resultOf(k), names = data.names[state.networks[k]] || {};
  return index === output ? output_name || state.object.class_name : names[index] || `output ${index}`;
}

// What a map says of the viewpoint that is looked at, or null.
function reading(k) {
  const result = resultOf(k), map = mapOf(k);
  if (!map) return null;
  const cell = indexNearest(map.elevation, state.elevation) * map.azimuth.length
    + indexNearest(map.azimuth, state.azimuth, 360);
  const found = { confidence: score(numbers[map.z + cell]), answer: "" };
  if (map.top1 !== undefined) {
    const index = numbers[map.top1 + cell];
    const confidence = map.top1_score === null ? null : score(numbers[map.top1_score + cell]);
    found.answer = `first answer: ${answerName(k, index)}${confidence === null ? "" : `, ${confidence.toFixed(3)}`}`
      + (index === result.output ? " (right)" : "");
  }
  if (isFromPart(map)) found.answer = numbers[map.asked + cell] ? "asked" : "not asked: the mean of a model";
  return found;
}

// Networks with results of an object: those with a map and regions come first, then those with a map.
function networksOf(object) {
  const rank = name => { const { map, regions } = object.results[name]; return (map ? 2 : 0) + (regions ? 1 : 0); };
  return data.networks.filter(name => object.results[name]).sort((one, other) => rank(other) - rank(one));
}

// The object to open on: of those with most maps and regions of two networks, and with views, the one with the largest
// region that holds.
function firstObject() {
  const area = box => box ? (box[2] - box[0]) * (box[3] - box[1]) / 36000 : 0;  // of the domain, less than 1
  const largest = regions => Math.max(0, ...Object.entries(regions.boxes).flatMap(([method, boxes]) =>
    boxes.map((box, k) => regions.holds[method] && !regions.holds[method][k] ? 0 : area(box))));
  const worth = object => networksOf(object).slice(0, 2).reduce((sum, name) => {
    const { map, regions } = object.results[name];
    return sum + (map ? 8 : 0) + (regions ? 4 + largest(regions) / 2 : 0);
  }, object.sprite ? 2 : 0);
  return data.objects.reduce((best, object) => worth(object) > worth(best) ? object : best);
}

// The networks to show: of those that were wished the ones that have results of the object, else the first that has.
function settleNetworks() {
  const there = networksOf(state.object);
  const shown = state.wished.filter(name => there.includes(name));
  state.networks = [shown[0] || there[0], shown[1] || NONE];
  const missing = state.wished.filter(name => name !== NONE && !there.includes(name));
  return missing.length ? [`There are no results of ${missing.join(" and ")} for this object.`] : [];
}

// A name of an object that is the same in another page: class and number, and what tells it from others of both.
function objectName(object) {
  const alike = data.objects.filter(other => other.class_name === object.class_name
    && other.object_nb === object.object_nb);
  return [object.class_name, object.object_nb, ...(alike.length > 1 ? [object.variant] : [])];
}

// The address for what is chosen. Names are escaped one by one, so that "/" and "," separate them.
function writeLink() {
  const escaped = names => names.map(encodeURIComponent);
  const parts = [`object=${escaped(objectName(state.object)).join("/")}`,
    `networks=${escaped(state.wished.filter(name => name !== NONE)).join(",")}`,
    `methods=${escaped([...state.methods]).join(",")}`, `others=${state.others ? 1 : 0}`,
    `at=${state.azimuth},${state.elevation}`, ...(state.theme ? [`theme=${state.theme}`] : [])];
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
  return vain.length ? [`The address asks for ${vain.join(", ")}, which this page does not have.`] : [];
}
