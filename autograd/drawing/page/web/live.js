// The program in the page: an entry of a leaf is typed or dragged, and numbers, gradients, formulas and paths follow.

const decode = (code) => { // base64 of 64-bit floats, or after "f" of 32-bit floats
  const short = code.startsWith("f:");
  const bytes = Uint8Array.from(atob(short ? code.slice(2) : code), (c) => c.charCodeAt(0));
  return short ? Float64Array.from(new Float32Array(bytes.buffer)) : new Float64Array(bytes.buffer);
};
const program = PROGRAM && PROGRAM(data.constants.map(decode));
const run = (leaves) => {
  const [values, gradients, slopes, uses] = program(leaves);
  return { values, gradients, slopes, uses };
};
const recorded = data.leaves.map(([, code]) => decode(code));
const given = recorded.map((x) => x.slice());
const places = new Map(data.leaves.map(([node], i) => [node, i]));
const entries = recorded.map(() => 0); // the entry of every leaf in the editor
let edited = null; // the leaf in the editor
let editing = null; // its shape
const inBrackets = (text) => (text.startsWith("-") ? `(${text})` : text);
const isRecorded = () => given.every((x, i) => x.every((entry, k) => Object.is(entry, recorded[i][k])));
const total = (x) => x.reduce((sum, entry) => sum + entry, 0);

// Rows of a small array as text, with numbers of equal width, as Python writes them.
const CELLS = 8;
const isSmall = (dims) => dims.length <= 2 && Math.max(...dims, 1) <= CELLS && !dims.includes(0);
function rowsOf(x, dims) {
  if (x.length === 1) return [readable(x[0])];
  if (!isSmall(dims)) return [];
  const columns = dims.at(-1);
  const texts = Array.from(x, (entry) => readable(entry).replaceAll("-", "−"));
  const widths = [...Array(columns).keys()].map((c) => Math.max(...texts.filter((_, k) => k % columns === c).map((t) => t.length)));
  const padded = texts.map((text, k) => text.padStart(widths[k % columns], "\u2007"));
  return [...Array(x.length / columns).keys()].map((r) => padded.slice(r * columns, (r + 1) * columns).join(" "));
}

const largest = (x) => x.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
const scaleOf = (x) => x.reduce((most, entry) => (Math.abs(entry) < Infinity ? Math.max(most, Math.abs(entry)) : most), 0) || 1;
const gradientRows = (x, dims) => {
  const rows = rowsOf(x, dims ?? []);
  return (rows.length ? rows : [`up to ${readable(largest(x))}`]).map((row) => (dims ? `∂ ${row}` : row));
};

// The fields of a box with the numbers of the page in place of the recorded ones.
function fieldsOf({ node, kinds, dims }, was) {
  const x = present.values[node];
  const fields = [...was];
  const start = kinds.indexOf("d") + (dims ? Math.min(dims.length, 1) + 1 : 0);
  rowsOf(x, dims ?? []).forEach((row, i) => { fields[start + i] = cut(row); });
  return fields.map((text, i) => {
    const [, name] = text.match(/^(min|mean|max) /) ?? [];
    if (kinds[i] !== "d" || (!name && !/^(! |no finite)/.test(text))) return text; // marks of NaN and ∞ are of the recording
    const finite = name ? x.filter(Number.isFinite) : [];
    return finite.length ? `${name} ${readable(STATISTICS[name](finite))}` : "";
  });
}

const STATISTICS = {
  min: (x) => x.reduce((a, b) => Math.min(a, b)), mean: (x) => total(x) / x.length, max: (x) => x.reduce((a, b) => Math.max(a, b)),
};

// Numbers of the steps in place of the recorded ones.
function follow(steps, byName) {
  const { values, gradients, slopes, uses } = present;
  const sums = new Map();
  for (const s of steps) {
    const { node = -1, dims } = byName.get(s.place) ?? {};
    if (s.kind === "op" && node >= 0 && values[node].length === 1) {
      const formula = s.live.replace(/«(\d+)»/g, (_, i) => inBrackets(readable(values[i][0])));
      s.numbers = `${formula && `= ${formula} `}= ${readable(values[node][0])}`;
    }
    if (s.kind === "seed" && node >= 0) sums.set(s.place, gradients[node]);
    if (s.kind !== "pull") continue;
    if (s.choices) s.formula = s.choices;
    const product = uses[s.live];
    const shape = s.numbers.match(/array of shape \(.*?\)/)?.[0];
    const before = node < 0 ? undefined : sums.get(s.place); // a fold has no sum
    const after = before ? before.map((x, k) => x + product[k]) : product;
    const [here, ...others] = [product, before, after].map((x) => x && (shape ? `${shape}, up to ${readable(largest(x))}` : readable(x[0])));
    const [user, factor] = [gradients[s.live.split(".")[0]], slopes[s.live]];
    const slope = factor ? `${inBrackets(readable(user[0]))} × ${inBrackets(readable(factor[0]))} = ` : "";
    s.numbers = before ? `= ${slope}${here}; ${others[0]} + ${inBrackets(here)} = ${others[1]}` : `= ${slope}${here}`;
    if (s.gradient) s.gradient = gradientRows(after, dims).join("\n");
    if (s.value !== "") s.value = after[0];
    sums.set(s.place, after);
  }
}

// Block means in the cells of the heat maps of a box: first its value, then its gradient.
function paintHeat(shape) {
  const cells = [...shape.box.querySelectorAll("a > polygon")];
  shape.heat ??= new Map();
  const recordedFills = shape.heat.get(svg) ?? cells.map((cell) => cell.getAttribute("fill"));
  shape.heat.set(svg, recordedFills);
  const maps = present ? [present.values, present.gradients].map((all) => all[shape.node]).filter(Boolean) : [];
  const fills = maps.flatMap((x) => heatColors(x, shape.dims.at(-1)));
  cells.forEach((cell, i) => cell.setAttribute("fill", fills[i] ?? recordedFills[i]));
}

function heatColors(x, columns) {
  const split = (n) => { // as numpy.array_split
    const parts = Math.min(CELLS, n);
    return [...Array(parts + 1).keys()].map((k) => k * Math.floor(n / parts) + Math.min(k, n % parts));
  };
  const [down, across, most] = [split(x.length / columns), split(columns), scaleOf(x)];
  return down.slice(1).flatMap((bottom, r) => across.slice(1).map((right, c) => {
    let sum = 0;
    for (let i = down[r]; i < bottom; i++) for (let j = across[c]; j < right; j++) sum += x[i * columns + j];
    return `rgb(${heatColor(sum / ((bottom - down[r]) * (right - across[c])) / most)})`;
  }));
}

// Red, green and blue of a share of the largest number: blue for −1, white for 0, orange for 1; black for what is not finite.
function heatColor(share) {
  if (!Number.isFinite(share)) return [0, 0, 0];
  const [end, part] = [share > 0 ? [213, 94, 0] : [0, 114, 178], Math.min(Math.abs(share), 1)];
  return end.map((e) => A.rint(255 + (e - 255) * part));
}

const kept = scenes.map(({ moments }) => ({ boxes: { ...moments.at(-1).boxes }, slopes: [...moments.at(-1).slopes] }));
function refresh() {
  present = isRecorded() ? null : run(given);
  for (const [i, graph] of scenes.entries()) {
    const [now, was] = [graph.moments.at(-1), kept[i]];
    graph.chapters = [];
    now.slopes = was.slopes.map((x, k) => {
      const { to, position } = graph.edges[k];
      if (!present) return x;
      const [slope] = present.slopes[`${graph.byName.get(to).node}.${position}`] ?? [];
      return Number.isFinite(slope) ? slope : null;
    });
    now.boxes = { ...was.boxes };
    if (present) for (const shape of graph.shapes) {
      if (present.values[shape.node] && shape.kinds.includes("d")) now.boxes[shape.name] = fieldsOf(shape, was.boxes[shape.name]);
    }
  }
  chapter = scene.chapters[moment] = read(scene, moment);
  const grads = new Map();
  for (const { grad } of chapter.changes.slice(0, shown + 1)) if (grad) grads.set(grad.shape, grad.after);
  for (const shape of scene.shapes) {
    scene.moments.at(-1).boxes[shape.name].forEach((text, i) => { if (shape.kinds[i] !== "g") write(shape, i, text); });
    receive(shape, grads.get(shape) ?? null);
    describe(shape);
    if (shape.dims?.length) paintHeat(shape);
  }
  go(step);
  if (selected) trace(selected);
}

// Boxes whose recorded number is another one in the digits shown, because a function of the browser has other last digits.
let differing = null; // their number, counted once
function others() {
  if (differing !== null) return differing;
  const before = present;
  present = run(recorded);
  const differs = (shape) => present.values[shape.node] && shape.kinds.includes("d") && fieldsOf(shape, shape.fields).some((text, i) => text && text !== shape.fields[i]);
  differing = scenes[0].shapes.filter(differs).length;
  present = before && run(given);
  return differing;
}

function set(x) {
  if (!Number.isFinite(x)) return;
  given[edited][entries[edited]] = x;
  pause();
  refresh();
}

// The editor of a leaf in its details.
function edit(shape) {
  const i = program && !data.time ? places.get(shape.node) : undefined;
  $("ui-live").hidden = i === undefined;
  const another = edited !== i;
  [edited, editing] = [i, shape];
  if (i === undefined) return;
  showEntries(shape.dims ?? [], another);
  const [x, was] = [given, recorded].map((all) => all[i][entries[i]]);
  const middle = Number.isFinite(was) ? was : 0;
  const reach = Math.max(1, 2 * Math.abs(middle));
  Object.assign($("ui-drag"), { min: middle - reach, max: middle + reach, step: reach / 200 });
  for (const input of [$("ui-drag"), $("ui-value")]) {
    if (input !== document.activeElement) input.value = Number.isFinite(x) ? x : "";
  }
  const differ = others();
  $("ui-nudged").textContent = differ ? `numbers other than the recorded ones in the last digits shown: ${differ}` : "";
  $("ui-changed").hidden = !present;
  const crossed = present ? data.guards.filter(([a, sign, b, outcome]) => {
    const [x, y] = [[a], b].map(numberOf);
    return x !== undefined && y !== undefined && HOLDS[sign](x, y) !== outcome; // a constant of the program has no number here
  }) : [];
  $("ui-crossed").textContent = crossed.map(([, , , outcome, text]) => `${text} was ${outcome} when recorded, and is ${!outcome} now: the other path was not recorded. `).join("");
}

// Comparisons of the program, by the sign: a branch may depend on them.
const HOLDS = { "<": (a, b) => a < b, "≤": (a, b) => a <= b, ">": (a, b) => a > b, "≥": (a, b) => a >= b, "=": (a, b) => a === b, "≠": (a, b) => a !== b };
const numberOf = (operand) => (Array.isArray(operand) ? present.values[operand[0]]?.[0] : operand);

// The entries of a leaf: numbers in a grid, or a heat map and an index; a click chooses one.
function showEntries(dims, another) {
  const [x, at, columns] = [given[edited], entries[edited], dims.at(-1) ?? 1];
  const [grid, map, index] = ["ui-entries", "ui-map", "ui-index"].map($);
  const small = isSmall(dims);
  grid.hidden = x.length < 2 || !small;
  map.hidden = $("ui-index-label").hidden = x.length < 2 || small;
  if (!grid.hidden) {
    if (another || grid.children.length !== x.length) {
      grid.style.gridTemplateColumns = `repeat(${columns}, minmax(max-content, 1fr))`;
      grid.replaceChildren(...Array.from(x, () => Object.assign(document.createElement("button"), { type: "button" })));
    }
    [...grid.children].forEach((button, k) => {
      button.textContent = readable(x[k]).replaceAll("-", "−");
      button.setAttribute("aria-pressed", String(k === at));
      button.setAttribute("aria-label", `entry ${indexOf(k, dims)}: ${readable(x[k])}`);
    });
  }
  if (map.hidden) return;
  if (index !== document.activeElement) index.value = indexOf(at, dims);
  Object.assign(map, { width: columns, height: x.length / columns });
  const [pen, most] = [map.getContext("2d"), scaleOf(x)];
  const pixels = pen.createImageData(map.width, map.height);
  for (let k = 0; k < x.length; k++) {
    const [red, green, blue] = k === at ? [204, 0, 119] : heatColor(x[k] / most);
    [pixels.data[4 * k], pixels.data[4 * k + 1], pixels.data[4 * k + 2], pixels.data[4 * k + 3]] = [red, green, blue, 255];
  }
  pen.putImageData(pixels, 0, 0);
}

// Index of an entry as text, such as "1, 2", and the entry of such a text, or undefined.
const indexOf = (k, dims) => dims.map((n, axis) => Math.floor(k / dims.slice(axis + 1).reduce((a, b) => a * b, 1)) % n).join(", ");
function entryOf(text, dims) {
  const index = text.split(",").map((part) => Number(part.trim() || NaN));
  const inside = index.length === dims.length && index.every((i, axis) => Number.isInteger(i) && i >= 0 && i < dims[axis]);
  return inside ? index.reduce((k, i, axis) => k * dims[axis] + i, 0) : undefined;
}

function pickEntry(k) {
  entries[edited] = k;
  edit(editing);
}

function nudge() {
  const [leaf, at, out] = [edited, entries[edited], scenes[0].byName.get(scenes[0].outputs[0])];
  const h = 1e-3 * Math.max(1, Math.abs(given[leaf][at]));
  const before = run(given);
  const [y, slope] = [total(before.values[out.node]), before.gradients[data.leaves[leaf][0]]?.[at]];
  const move = total(run(given.with(leaf, given[leaf].with(at, given[leaf][at] + h))).values[out.node]) - y;
  if (present) present = run(given);
  const sum = out.dims?.some((n) => n > 1) ? "the sum of " : "";
  const told = slope === undefined ? "it is a constant, without a gradient" : `gradient × ${h} = ${(slope * h).toPrecision(4)}`;
  $("ui-nudged").textContent = `${$("ui-name").textContent} + ${h}: ${sum}${out.title} moves by ${move.toPrecision(4)}; ${told}`;
}

for (const id of ["ui-value", "ui-drag"]) {
  $(id).addEventListener("input", ({ target }) => { if (target.value !== "") set(Number(target.value)); });
}
$("ui-entries").addEventListener("click", ({ target }) => {
  const k = [...$("ui-entries").children].indexOf(target);
  if (k >= 0) pickEntry(k);
});
$("ui-entries").addEventListener("keydown", (event) => {
  const columns = editing.dims.at(-1);
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  const next = by && $("ui-entries").children[entries[edited] + by];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  if (!next) return;
  pickEntry(entries[edited] + by);
  next.focus();
});
$("ui-map").addEventListener("click", ({ target, offsetX, offsetY }) => {
  const [i, j] = [[offsetY, target.height, target.clientHeight], [offsetX, target.width, target.clientWidth]].map(
    ([place, cells, room]) => Math.min(cells - 1, Math.max(0, Math.floor((place / room) * cells))),
  );
  pickEntry(i * target.width + j);
});
$("ui-index").addEventListener("input", ({ target }) => {
  const k = entryOf(target.value, editing.dims);
  if (k !== undefined) pickEntry(k);
});
$("ui-nudge").addEventListener("click", nudge);
$("ui-recorded").addEventListener("click", () => {
  given.forEach((x, i) => x.set(recorded[i]));
  refresh();
});
