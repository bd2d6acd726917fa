// Tables: sorted by their heads; a long one opens when it is asked for.
const LONG = 20;  // rows
// A cell in words; an estimate has its interval behind it.
function shown(cell, digits) {
  if (cell === null) return "–";
  if (!Array.isArray(cell)) return typeof cell === "number" ? cell.toFixed(digits) : cell;
  const [value, low, high] = cell.map(part => part === null ? null : part.toFixed(digits));
  return low === null ? value : `${value} [${low}, ${high}]`;
}

function addTable(place, { title, columns, rows, digits }) {
  const section = document.createElement("details"), heading = document.createElement("summary");
  const scroll = document.createElement("div"), table = document.createElement("table");
  const hint = document.createElement("p");
  const head = table.createTHead().insertRow(), body = table.createTBody();
  section.open = rows.length <= LONG;
  heading.textContent = section.open ? title : `${title} (${rows.length} rows)`;
  scroll.className = "scroll";
  scroll.setAttribute("aria-label", title);
  hint.className = "note";
  scroll.append(table);
  section.append(heading, hint, scroll);
  const isText = columns.map((_, k) => rows.some(row => typeof row[k] === "string"));
  const fill = ordered => body.replaceChildren(...ordered.map(row => {
    const line = document.createElement("tr");
    row.forEach((cell, k) => {
      const place = line.insertCell();
      place.textContent = shown(cell, digits[k]);
      place.className = isText[k] ? "text" : "";
    });
    return line;
  }));
  columns.forEach((name, k) => {
    const cell = document.createElement("th"), button = document.createElement("button");
    cell.scope = "col";
    cell.className = isText[k] ? "text" : "";
    button.type = "button";
    button.textContent = name;
    button.title = `Sort by ${name}`;
    button.addEventListener("click", () => {
      // numbers begin with the largest; what is missing stays at the end
      const before = cell.getAttribute("aria-sort");
      const up = before ? before === "descending" : isText[k];
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      for (const other of head.cells)
        other.firstChild.textContent = other.firstChild.textContent.replace(/ [▲▼]$/, "");
      button.textContent = `${name} ${up ? "▲" : "▼"}`;
      fill([...rows].sort((first, second) => {
        const [a, b] = [first[k], second[k]].map(one => Array.isArray(one) ? one[0] : one);
        if (a === null || b === null) return (a === null) - (b === null);
        return (up ? 1 : -1) * (typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a - b);
      }));
    });
    cell.append(button);
    head.append(cell);
  });
  fill(rows);
  place.append(section);
  // A table that is wider than its place says so, and can be gone to and moved by the keyboard.
  const measure = () => {
    const right = scroll.getBoundingClientRect().right;
    const beyond = [...head.cells].filter(cell => cell.getBoundingClientRect().right > right + 1).length;
    hint.hidden = scroll.scrollWidth <= scroll.clientWidth;
    hint.textContent = beyond ? `${beyond} more column${beyond > 1 ? "s" : ""} to the right: scroll sideways →` :
      "← The table begins to the left.";
    for (const [name, value] of [["tabindex", "0"], ["role", "region"]])
      if (hint.hidden) scroll.removeAttribute(name); else scroll.setAttribute(name, value);
  };
  scroll.addEventListener("scroll", measure, { passive: true });
  new ResizeObserver(measure).observe(scroll);
}
