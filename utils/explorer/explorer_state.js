// What the page holds, what is chosen, and what the maps say of it.
const element = id => document.getElementById(id);
const BOTH = [0, 1];
const NONE = "";
const NOTHING = -32768;  // a thousandth that stands for no number
const TABS = ["objects", "confidence", "answers", "leaderboard", "cover", "tables"];
const PANELS = { confidence: "maps", answers: "maps" };  // of tabs whose panel has another name
const pictures = JSON.parse(element("pictures").textContent);
const state = { tab: "objects", object: null, wished: [NONE, NONE], networks: [NONE, NONE], methods: new Set(),
                others: false, azimuth: 130, elevation: 30, pinned: false, theme: null };
let data = null;
let numbers = new Int16Array();

// An element with attributes and contents.
function make(name, attributes = {}, ...contents) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...contents);
  return made;
}

// The bytes of one of the PACKED.
async function unpack(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Unpack the results. Of the maps' numbers the low bytes come first, then the high ones.
async function unpackResults() {
  const [text, bytes] = await Promise.all([unpack(PACKED.data), unpack(PACKED.block)]);
  data = JSON.parse(new TextDecoder().decode(text));
  const n = bytes.length / 2;
  numbers = Int16Array.from({ length: n }, (_, k) => bytes[k] | bytes[n + k] << 8);
}

// Plotly takes a moment, and the gallery does without it.
let plotly = null;
function loadPlotly() {
  plotly ??= unpack(PACKED.plotly).then(bytes =>
    document.head.append(make("script", {}, new TextDecoder().decode(bytes))));
  return plotly;
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
const hasAnswers = map => Boolean(map) && map.top1 !== undefined;

// The tabs of this page: one for answers where a map has some.
const tabsHere = () => TABS.filter(tab => tab !== "answers" || data.objects.some(object =>
  Object.values(object.results).some(result => hasAnswers(result.map))));

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
  if (hasAnswers(map)) {
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

// The object that is chosen at first: of those with most maps and regions of two networks, and with views, the one with
// the largest region that holds.
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
