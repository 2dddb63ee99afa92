"use strict";
// Page of a graph: steps, and a picture whose parts they highlight.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("ui-data").textContent);
const stage = $("ui-graph");
const svg = stage.querySelector("svg");
const KINDS = {
  given: "The inputs are given", op: "Forward", seed: "Backward: the seed", pull: "Backward", inside: "Inside a folded part",
};

const shapes = Object.entries(data.shapes).map(([name, shape]) => {
  const box = $(name);
  return { name, ...shape, box, signBox: $(`op_${name}`), texts: [...box.querySelectorAll("text")] };
});
const byName = new Map(shapes.map((shape) => [shape.name, shape]));
const edges = data.edges.map(([id, from, to], slope) => ({ id, from, to, slope, line: $(id) }));
let step = data.time ? Infinity : 0; // a training starts at the last step, a graph at the first
let moment = 0;
let timer = null;
let selected = null;
let found = [];
let chapter;

// Number format of the boxes: "f", "e" and "g" as in Python.
const [, digits, kind] = data.format.match(/\.(\d+)([feg])$/) ?? [null, 4, "f"];
const readable = (x) => {
  if (kind === "g") return String(Number(x.toPrecision(digits || 1)));
  const small = x !== 0 && !/[1-9]/.test(x.toFixed(digits));
  return kind === "e" || small || Math.abs(x) >= 1e7 ? x.toExponential(digits) : x.toFixed(digits);
};

// Index of the step that first highlights each part, and of each gradient.
function read(steps) {
  const lit = new Map();
  const grads = new Map();
  const forward = new Map();
  const back = new Map();
  steps.forEach((s, i) => {
    if (s.kind === "op") lit.set(s.place, i);
    if (s.kind === "inside" && !lit.has(s.place)) lit.set(s.place, i);
    if (s.kind === "pull" || s.kind === "seed") {
      if (s.gradient) grads.set(s.place, [...(grads.get(s.place) ?? []), { at: i, text: s.gradient, value: s.value }]);
      for (const id of s.edges) if (!back.has(id)) back.set(id, i);
    } else for (const id of s.edges) forward.set(id, i);
  });
  return { steps, lit, grads, forward, back };
}

const FIELDS = ["kind", "place", "source", "edges", "formula", "numbers", "line", "gradient", "value"];
const chapters = data.moments.map(({ steps }) => {
  let known = null;
  return () => (known ??= read(steps.map((s) => Object.fromEntries(s.map((v, i) => [FIELDS[i], i > 3 ? data.texts[v] : v])))));
});

function render() {
  const now = chapter.steps[step];
  for (const shape of shapes) {
    const waiting = (chapter.lit.get(shape.name) ?? 0) > step;
    const here = now.place === shape.name || (now.kind === "pull" && now.source === shape.name);
    const got = (chapter.grads.get(shape.name) ?? []).findLast(({ at }) => at <= step);
    for (const g of [shape.box, shape.signBox]) {
      g?.classList.toggle("waiting", waiting);
      g?.classList.toggle("now", here && (g === shape.box || now.kind === "op" || now.source === shape.name));
    }
    shape.box.classList.toggle("no-grad", !got);
    const rows = got ? got.text.split("\n") : [];
    [...shape.kinds].forEach((kind, i) => { if (kind === "g" && shape.texts[i]) shape.texts[i].textContent = rows.shift() ?? ""; });
    if (got) shape.box.dataset.gradient = got.value;
    else delete shape.box.dataset.gradient;
    shape.said = [...shape.kinds].map((kind, i) => (waiting && kind === "d" ? "" : shape.texts[i]?.textContent)).filter(Boolean);
    shape.box.setAttribute("aria-label", `${shape.role}: ${shape.said.join(", ")}`);
  }
  for (const { id, to, line } of edges) {
    line.classList.toggle("waiting", (chapter.forward.get(id) ?? chapter.lit.get(to) ?? 0) > step);
    line.classList.toggle("back", (chapter.back.get(id) ?? Infinity) <= step);
    line.classList.toggle("now", now.edges.includes(id));
  }
  showSlope(now);
  const kind = now.kind === "op" || now.kind === "pull" || now.kind === "inside" ? `: ${byName.get(now.place).title}` : "";
  $("ui-kind").textContent = KINDS[now.kind] + kind;
  $("ui-formula").textContent = now.kind === "inside" ? byName.get(now.place).fields.slice(1).join(", ") : now.formula;
  $("ui-numbers").textContent = now.numbers;
  $("ui-line").textContent = now.line;
  $("ui-line").hidden = !now.line;
  $("ui-slider").value = step;
  $("ui-slider").setAttribute("aria-valuetext", `${step} of ${chapter.steps.length - 1}: ${KINDS[now.kind]}${kind}`);
  $("ui-count").textContent = `${step} / ${chapter.steps.length - 1}`;
  if (now.place) bringIntoView(byName.get(now.place).box);
}

// The local derivative of the current step is drawn above the sign of its op, or next to it in a vertical layout.
const slope = document.createElementNS(svg.namespaceURI, "text");
slope.id = "ui-slope";
slope.setAttribute("aria-hidden", "true"); // the text of the step contains it
svg.querySelector(".graph").append(slope);

function showSlope(now) {
  const edge = now.kind === "pull" ? edges.find(({ id, from, to }) => from !== to && now.edges.includes(id)) : null;
  const value = edge && data.moments[moment].slopes[edge.slope];
  slope.textContent = typeof value === "number" ? `× ${readable(value)}` : "";
  if (!slope.textContent) return;
  const { box, signBox } = byName.get(edge.to);
  const [from, to, sign] = [byName.get(edge.from).box, box, signBox ?? box].map((part) => part.getBBox());
  const upright = from.x < to.x + to.width && to.x < from.x + from.width;
  slope.setAttribute("text-anchor", upright ? "start" : "middle");
  slope.setAttribute("x", upright ? sign.x + sign.width + 4 : sign.x + sign.width / 2);
  slope.setAttribute("y", upright ? sign.y + sign.height / 2 + 4 : sign.y - 5);
}

function go(to) {
  step = Math.max(0, Math.min(chapter.steps.length - 1, to));
  render();
  if (step === chapter.steps.length - 1) pause();
}

function choose(to) {
  moment = to;
  chapter = chapters[to]();
  const boxes = data.moments[to].boxes;
  for (const shape of shapes) {
    boxes?.[shape.name]?.forEach((text, i) => { if (shape.kinds[i] !== "g" && shape.texts[i]) shape.texts[i].textContent = text; });
  }
  $("ui-slider").max = chapter.steps.length - 1;
  showMoment(to);
  go(step);
}

function pause() {
  clearInterval(timer);
  timer = null;
  $("ui-play").textContent = "▶";
  $("ui-play").setAttribute("aria-label", "Play");
  $("ui-play").setAttribute("aria-pressed", "false");
}

function play() {
  if (step === chapter.steps.length - 1) go(0);
  timer = setInterval(() => go(step + 1), 1000 / Number($("ui-speed").value));
  $("ui-play").textContent = "❙❙";
  $("ui-play").setAttribute("aria-label", "Pause");
  $("ui-play").setAttribute("aria-pressed", "true");
}

const toggle = () => (timer === null ? play() : pause());
const walk = (to) => { pause(); go(to); };

// Details of a number, and its paths to the output: the product of the local derivatives along each, and their sum.

function list(place, lines) {
  place.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
}

function details(shape) {
  $("ui-details").hidden = !shape;
  if (!shape) return;
  $("ui-name").textContent = shape.title;
  list($("ui-facts"), [shape.role, ...shape.said, ...shape.facts]);
  list($("ui-paths"), []);
  $("ui-paths-title").hidden = true;
}

const MOST = 12;
function trace(shape) {
  selected = shape;
  const outs = new Map();
  for (const edge of edges) if (edge.from !== edge.to) outs.set(edge.from, [...(outs.get(edge.from) ?? []), edge]);
  const reached = new Set();
  const pending = shape ? [shape.name] : [];
  while (pending.length) {
    const name = pending.pop();
    if (reached.has(name)) continue;
    reached.add(name);
    for (const edge of outs.get(name) ?? []) pending.push(edge.to);
  }
  stage.classList.toggle("tracing", Boolean(shape));
  for (const { name, box, signBox } of shapes) {
    box.classList.toggle("trace", reached.has(name));
    signBox?.classList.toggle("trace", reached.has(name) && name !== shape?.name);
  }
  for (const { from, to, line } of edges) line.classList.toggle("trace", reached.has(from) && (from !== to || from !== shape?.name));
  details(shape);
  if (shape && shape.role !== "folded") listPaths(shape, outs, reached);
  if (shape) showDetails();
}

// Scroll to the details on small screens.
function showDetails() {
  const [part, room] = [$("ui-details"), document.querySelector("aside")];
  if (part.getBoundingClientRect().bottom > room.getBoundingClientRect().bottom) room.scrollTop = part.offsetTop - room.offsetTop - 8;
}

function listPaths(shape, outs, reached) {
  const known = edges.every((edge) => edge.from === edge.to || !reached.has(edge.from) || typeof data.moments[moment].slopes[edge.slope] === "number");
  if (!known || data.outputs.length !== 1) return;
  const ways = new Map([[data.outputs[0], [1, 1]]]);
  for (const name of data.order) { // outputs first
    if (ways.has(name)) continue;
    const next = (outs.get(name) ?? []).filter((edge) => ways.has(edge.to)).map((edge) => [edge, ways.get(edge.to)]);
    if (next.length) ways.set(name, [next.reduce((n, [, w]) => n + w[0], 0), next.reduce((t, [e, w]) => t + data.moments[moment].slopes[e.slope] * w[1], 0)]);
  }
  const [count, sum] = ways.get(shape.name) ?? [0, 0];
  const lines = [];
  const pending = [[shape.name, shape.title, []]];
  while (pending.length && lines.length < MOST) {
    const [name, way, factors] = pending.pop();
    if (name === data.outputs[0]) {
      const product = readable(factors.reduce((a, b) => a * b, 1));
      lines.push(`${way}: ${factors.length > 1 ? `${factors.map(readable).join(" × ")} = ` : ""}${product}`);
    } else for (const edge of outs.get(name) ?? []) pending.push([edge.to, `${way} → ${byName.get(edge.to).title}`, [...factors, data.moments[moment].slopes[edge.slope]]]);
  }
  $("ui-paths-title").hidden = false;
  $("ui-paths-title").textContent = `${count.toLocaleString("en")} path${count === 1 ? "" : "s"} to ${byName.get(data.outputs[0]).title}; products add up to ${readable(sum)}`;
  $("ui-paths").dataset.sum = sum;
  list($("ui-paths"), count > lines.length ? [...lines, `… and ${(count - lines.length).toLocaleString("en")} more`] : lines);
}

// Search.

function search(text) {
  const wanted = text.trim().toLowerCase();
  found = wanted ? shapes.filter((shape) => [shape.title, ...shape.fields].some((field) => field.toLowerCase().includes(wanted))) : [];
  for (const shape of shapes) shape.box.classList.toggle("found", found.includes(shape));
  $("ui-found").textContent = wanted ? `${found.length} found` : "";
}

// Frames fold in place: a cover hides their contents, and the layout does not change.

for (const [id, title, names, holds] of data.frames) {
  const cluster = $(id);
  const members = new Set(names);
  const label = cluster.querySelector("text");
  if (!label) continue; // a frame without a name
  const { x, y, width, height } = cluster.querySelector("path, polygon").getBBox();
  const cover = document.createElementNS(svg.namespaceURI, "g");
  const rect = document.createElementNS(svg.namespaceURI, "rect");
  const text = document.createElementNS(svg.namespaceURI, "text");
  for (const [key, value] of Object.entries({ x, y, width, height, rx: 6 })) rect.setAttribute(key, value);
  for (const [key, value] of Object.entries({ x: x + width / 2, y: y + height / 2, "text-anchor": "middle", "font-size": 12 })) text.setAttribute(key, value);
  text.textContent = `${title}: ${holds}`;
  cover.append(rect, text);
  cover.classList.add("cover", "node");
  const fold = (folded) => {
    pause();
    if (folded) svg.querySelector(".graph").append(cover);
    else cover.remove();
    label.setAttribute("aria-expanded", String(!folded));
    for (const { name, box, signBox } of shapes) if (members.has(name)) for (const g of [box, signBox]) g?.classList.toggle("inside", folded);
    for (const edge of edges) if (members.has(edge.from) && members.has(edge.to)) edge.line.classList.toggle("inside", folded);
    (folded ? cover : label).focus();
  };
  for (const [g, name, folded] of [[cover, `Unfold ${title}`, false], [label, `Fold ${title}`, true]]) {
    g.setAttribute("role", "button");
    g.setAttribute("tabindex", "0");
    g.setAttribute("aria-label", name);
    g.addEventListener("click", (event) => { event.stopPropagation(); fold(folded); });
    g.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.stopPropagation(); fold(folded); } });
  }
}
