// All objects as thumbnails, and those of one class.
const TILE = { least: 84, most: 160, gap: 8 };  // pixels of a thumbnail
const robustShares = object => data.networks.map(name => {
  const result = object.results[name];
  return result && result.map ? result.map.robust : null;
});

// One rule for all thumbnails, so that the picture with them is decoded once.
function addThumbnails() {
  const { uri, across } = pictures.thumbnails;
  const rule = `.thumb { background-image: url("${uri}"); background-size: ${100 * across}%; }`;
  if (uri) document.styleSheets[0].insertRule(rule);
}

function thumb(object) {
  if (object.thumbnail === null) return make("span", { class: "thumb none" }, "no mesh");
  const { across } = pictures.thumbnails, rows = Math.ceil(pictures.sprites.length / across);
  const [row, column] = [Math.floor(object.thumbnail / across), object.thumbnail % across];
  const place = (k, n) => n > 1 ? 100 * k / (n - 1) : 0;
  return make("span", { class: "thumb", style: `background-position: ${place(column, across)}% ${place(row, rows)}%` });
}

// A button with an object's view. What is inside of it stands below the view.
function objectButton(object, words, ...inside) {
  const button = make("button", { type: "button", class: "object", "aria-label": words, title: words },
                      thumb(object), ...inside);
  button.object = object;
  return button;
}

// A bar for each network with a map: the share of the views in which it is confident.
function bars(shares) {
  return make("span", { class: "bars" }, ...data.networks.map((name, k) => make("i", shares[k] === null ? {} : {
    class: "bar", style: `--share: ${shares[k]}; --color: ${data.looks[name].color}` })));
}

const numberOf = object => objectName(object).length > 2 ? `${object.object_nb} (${object.variant})` : object.object_nb;

function fillGallery() {
  const gallery = element("gallery");
  for (const name of new Set(data.objects.map(object => object.class_name))) {
    const objects = data.objects.filter(object => object.class_name === name);
    const mean = data.networks.map((_, k) => {
      const known = objects.map(object => robustShares(object)[k]).filter(share => share !== null);
      return known.length ? known.reduce((sum, share) => sum + share, 0) / known.length : null;
    });
    gallery.append(make("div", { class: "class" }, make("h2", {}, name),
      make("span", { class: "note" }, `${objects.length} object${objects.length > 1 ? "s" : ""}, mean:`), bars(mean)));
    for (const object of objects) {
      const shares = robustShares(object);
      const said = data.networks.filter((_, k) => shares[k] !== null).map(other =>
        `${other} ${percent(object.results[other].map.robust)}`);
      const button = objectButton(object, [`${name} ${numberOf(object)}`, ...said].join(", "), bars(shares),
                                  make("span", { class: "number" }, object.object_nb));
      button.addEventListener("click", () => {
        leaveLink();
        state.tab = "confidence";
        chooseObject(object);
      });
      gallery.append(button);
    }
  }
  new ResizeObserver(fitGallery).observe(gallery);
  element("bars-legend").replaceChildren(...data.networks.map(name =>
    make("li", {}, colorBox(data.looks[name].color), name)));
}

// As many thumbnails in a row as leave the least of the last row empty.
function fitGallery() {
  const gallery = element("gallery"), n = gallery.children.length, width = gallery.clientWidth + TILE.gap;
  const [fewest, most] = [TILE.most, TILE.least].map(size => Math.max(1, Math.floor(width / (size + TILE.gap))));
  let best = most;
  const empty = columns => (Math.ceil(n / columns) * columns - n) / columns;
  for (let columns = most; columns >= fewest; columns--) if (empty(columns) < empty(best)) best = columns;
  gallery.style.setProperty("--columns", best);
}

// The other objects of the class, beside the view.
function fillSiblings() {
  const objects = data.objects.filter(object => object.class_name === state.object.class_name);
  element("siblings").hidden = objects.length < 2;
  element("siblings").replaceChildren(...objects.map(object => {
    const button = objectButton(object, `${object.class_name} ${numberOf(object)}`);
    button.addEventListener("click", () => chooseObject(object));
    return button;
  }));
}

function markChosen() {
  for (const button of document.querySelectorAll("button.object"))
    if (button.object === state.object) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
}
