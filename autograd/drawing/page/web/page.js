// Page of a graph: steps, and a picture whose parts they highlight.

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("ui-data").textContent);
const stage = $("ui-graph");
const KINDS = {
  given: "The inputs are given", op: "Forward", seed: "Backward: the seed", pull: "Backward", inside: "Inside a folded part",
};

// A scene is the graph with its folds closed, or open; `outs` are the edges out of each shape.
const scenes = [data, data.open].filter(Boolean).map((graph) => {
  const shapes = Object.entries(graph.shapes).map(([name, shape]) => ({ name, ...shape, now: [...shape.fields], said: [] }));
  const edges = graph.edges.map(([id, from, to, position], slope) => ({ id, from, to, position, slope }));
  const outs = new Map(shapes.map(({ name }) => [name, []]));
  for (const edge of edges) if (edge.from !== edge.to) outs.get(edge.from)?.push(edge);
  const [byName, byId] = [new Map(shapes.map((shape) => [shape.name, shape])), new Map(edges.map((edge) => [edge.id, edge]))];
  return { ...graph, shapes, edges, outs, byName, byId, chapters: [] };
});
let scene = scenes[0];
let svg;
let step = data.time ? Infinity : 0; // a training starts at the last step, a graph at the first
let moment = data.moments.length - 1;
let timer = null;
let selected = null;
let found = [];
let chapter;
let present = null; // numbers of the page, in place of the recorded ones

// Number format of the boxes: "f", "e" and "g" as in Python.
const [, precision, kind] = data.format.match(/\.(\d+)([feg])$/) ?? [null, 4, "f"];
const digits = Number(precision);
const exponential = (x, n) => even(x, "toExponential", n).replace(/([+-])(\d)$/, "$10$2");
const fixed = (x, n) => (Math.abs(x) < 1e21 ? even(x, "toFixed", n) : `${BigInt(x)}${n ? "." : ""}${"0".repeat(n)}`);
// A number halfway between two texts has the even one, as in Python; JavaScript takes that of the larger number.
function even(x, way, n) {
  const [text, [next, power = ""]] = [x[way](n), x[way](n + 1).split("e")];
  if (!next.endsWith("5") || /[^0]/.test(x[way](100).slice(next.length).split("e")[0])) return text;
  const cut = next.slice(0, -1).replace(/\.$/, "");
  return /[02468]$/.test(cut) ? cut + (power && `e${power}`) : text;
}
const DIGIT_WIDTH = 0.65; // width of a digit over the font size, in the fonts of the page
const stripped = (text) => text.replace(/^(-?\d+)(?:\.|(\.\d*[1-9]))0*(?=e|$)/, "$1$2");
const readable = (x) => {
  if (!Number.isFinite(x)) return x !== x ? "nan" : x > 0 ? "inf" : "-inf";
  if (kind === "e") return exponential(x, digits);
  if (kind === "g") {
    const [most, power] = [(digits || 1) - 1, Number(x.toExponential((digits || 1) - 1).split("e")[1])];
    return stripped(power < -4 || power > most ? exponential(x, most) : fixed(x + 0, most - power));
  }
  const text = fixed(x + 0, digits); // zero has no sign
  const hides = (x !== 0 && !/[1-9]/.test(text)) || text.length > (0).toFixed(digits).length + 6;
  return hides ? exponential(x, digits) : text;
};

// The steps of a moment, and what each changes: parts that appear, edges that carry a gradient back, the gradient of a shape.
const FIELDS = ["kind", "place", "source", "edges", "formula", "numbers", "line", "gradient", "value", "live", "choices"];
function read({ shapes, edges, frames, byName, byId, moments }, at) {
  const steps = moments[at].steps.map((s) => Object.fromEntries(s.map((v, i) => [FIELDS[i], i > 3 ? data.texts[v] : v])));
  if (present) follow(steps, byName);
  const changes = steps.map(() => ({ lit: [], back: [], grad: null }));
  const [lit, forward, back, grads] = [new Map(), new Map(), new Set(), new Map()];
  steps.forEach((s, i) => {
    if (s.kind === "op" || (s.kind === "inside" && !lit.has(s.place))) lit.set(s.place, i);
    if (s.kind === "pull" || s.kind === "seed") {
      if (s.gradient) {
        const [shape, after] = [byName.get(s.place), { text: s.gradient, value: s.value }];
        changes[i].grad = { shape, after, before: grads.get(shape) };
        grads.set(shape, after);
      }
      changes[i].back = s.edges.filter((id) => byId.has(id) && !back.has(id)).map((id) => byId.get(id));
      for (const id of s.edges) back.add(id);
    } else for (const id of s.edges) forward.set(id, i);
  });
  for (const part of shapes) changes[lit.get(part.name) ?? 0].lit.push(part);
  for (const part of edges) changes[forward.get(part.id) ?? lit.get(part.to) ?? 0].lit.push(part);
  return { steps, changes, ...sections(frames, steps) };
}

// Put a picture on the stage, with every part as before the first step.
function bind(picture) {
  svg = picture;
  stage.querySelector("svg").replaceWith(svg);
  acts.clear();
  for (const [i, shape] of scene.shapes.entries()) {
    const [box, sign] = [$(shape.name), $(`op_${shape.name}`)];
    Object.assign(shape, { box, sign, parts: sign ? [box, sign] : [box], texts: [...box.querySelectorAll("text")], grad: null });
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", i ? "-1" : "0");
    box.classList.add("no-grad");
    shape.texts.forEach((text, j) => { if (shape.kinds[j]) text.classList.add({ l: "label", d: "data", g: "grad" }[shape.kinds[j]]); });
    for (const g of shape.parts) acts.set(g, shape);
    [shape.bounds, shape.signed] = shape.parts.map((part) => sides(part.querySelector("path, polygon, ellipse")));
    shape.room = shape.texts.map((text) => space(text, shape.bounds) / (DIGIT_WIDTH * text.getAttribute("font-size")));
  }
  for (const edge of scene.edges) edge.parts = [(edge.line = $(edge.id))];
  for (const frame of scene.frames) foldable(frame);
  stage.classList.toggle("large", scene.shapes.length > 500); // no animation, which would paint all of it again and again
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", "Numbers, from the inputs to the output");
  svg.querySelector(".graph").append(slope);
  trace(null);
  search($("ui-search").value);
}

// Show the steps of a moment of the scene, from the first one.
function choose(to) {
  moment = to;
  chapter = scene.chapters[to] ??= read(scene, to);
  const boxes = scene.moments[to].boxes;
  now.splice(0).forEach((g) => g.classList.remove("now"));
  for (const { lit, back } of chapter.changes) {
    for (const part of lit) wait(part, true);
    for (const edge of back) edge.line.classList.remove("back");
  }
  for (const shape of scene.shapes) {
    boxes?.[shape.name]?.forEach((text, i) => { if (shape.kinds[i] !== "g") write(shape, i, text); });
    receive(shape, null);
    describe(shape);
  }
  shown = -1;
  $("ui-slider").max = chapter.steps.length - 1;
  showSections();
  showMoment(to);
  go(step);
}

function wait(part, waiting) {
  part.waiting = waiting;
  for (const g of part.parts) g.classList.toggle("waiting", waiting);
}

function write(shape, i, text) {
  shape.now[i] = text;
  if (!shape.texts[i] || shape.texts[i].textContent === text) return;
  shape.texts[i].textContent = text;
  if (text.length > shape.room[i] && text !== shape.fields[i]) squeeze(shape.texts[i], shape.bounds);
  else shape.texts[i].removeAttribute("textLength");
}

// A row that is longer than the recorded one, for which the box was made, is set closer. Only a row that may be too long is measured.
function squeeze(text, bounds) {
  text.removeAttribute("textLength");
  if (text.getBBox().width <= space(text, bounds)) return;
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  text.setAttribute("textLength", space(text, bounds));
}

// The bounds of a shape, from its text: a page that is not shown yet has no layout, and a step must not force one.
function sides(shape) {
  const of = (name) => Number(shape.getAttribute(name));
  if (shape.localName === "ellipse") return { x: of("cx") - of("rx"), y: of("cy") - of("ry"), width: 2 * of("rx"), height: 2 * of("ry") };
  const numbers = (shape.getAttribute("points") ?? shape.getAttribute("d")).match(/-?[\d.]+/g).map(Number);
  const [xs, ys] = [0, 1].map((axis) => numbers.filter((_, i) => i % 2 === axis));
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

// The width that a text has in its box, between margins; a text in the middle may have heat maps at its right.
function space(text, { x, width }) {
  const at = Number(text.getAttribute("x"));
  return text.getAttribute("text-anchor") === "middle" ? 2 * (at - x) - 8 : x + width - 4 - at;
}

// A row of numbers as long as a box can show.
const LONGEST = 40;
const cut = (row) => (row.length > LONGEST ? `${row.slice(0, LONGEST - 1)}…` : row);

function receive(shape, grad) {
  shape.box.classList.toggle("no-grad", !grad);
  const rows = grad ? grad.text.split("\n").map(cut) : [];
  [...shape.kinds].forEach((kind, i) => { if (kind === "g") write(shape, i, rows.shift() ?? ""); });
  if (grad) shape.box.dataset.gradient = grad.value;
  else delete shape.box.dataset.gradient;
}

// Apply the differences between the step that the picture shows and another one, all in one go.
let shown = -1;
const now = [];
function move(to) {
  const ahead = to > shown;
  const [grads, changed] = [new Map(), new Set()];
  for (let i = ahead ? shown + 1 : shown; ahead ? i <= to : i > to; i += ahead ? 1 : -1) {
    const { lit, back, grad } = chapter.changes[i];
    for (const part of lit) {
      wait(part, !ahead);
      if (part.box) changed.add(part);
    }
    for (const edge of back) edge.line.classList.toggle("back", ahead);
    if (grad) grads.set(grad.shape, ahead ? grad.after : grad.before);
  }
  for (const [shape, grad] of grads) receive(shape, grad);
  for (const shape of new Set([...changed, ...grads.keys()])) describe(shape);
  shown = to;
  const { kind, place, source, edges } = chapter.steps[to];
  now.splice(0).forEach((g) => g.classList.remove("now"));
  const [here, user] = [scene.byName.get(place), kind === "pull" ? scene.byName.get(source) : null];
  now.push(...(here ? (kind === "op" ? here.parts : [here.box]) : []), ...(user?.parts ?? []));
  for (const id of edges) if (scene.byId.has(id)) now.push(scene.byId.get(id).line);
  for (const g of now) g.classList.add("now");
}

// The name of a box for screen readers: its texts that can be seen.
function describe(shape) {
  shape.said = shape.now.filter((text, i) => text && !(shape.waiting && shape.kinds[i] === "d"));
  shape.box.setAttribute("aria-label", `${shape.role}: ${shape.said.join(", ")}`);
}

// The local derivative of the current step is drawn above the sign of its op, or next to it in a vertical layout.
const slope = document.createElementNS("http://www.w3.org/2000/svg", "text");
slope.id = "ui-slope";
slope.setAttribute("aria-hidden", "true"); // the text of the step contains it

function showSlope({ kind, edges }) {
  const edge = kind === "pull" ? edges.map((id) => scene.byId.get(id)).find((edge) => edge && edge.from !== edge.to) : null;
  const value = edge && scene.moments[moment].slopes[edge.slope];
  const text = typeof value === "number" ? `× ${readable(value)}` : "";
  if (slope.textContent !== text) slope.textContent = text;
  if (!text) return;
  const { bounds: to, signed: sign = to } = scene.byName.get(edge.to);
  const upright = sign.x < to.x + to.width && to.x < sign.x + sign.width;
  slope.setAttribute("text-anchor", upright ? "start" : "middle");
  slope.setAttribute("x", upright ? sign.x + sign.width + 4 : sign.x + sign.width / 2);
  slope.setAttribute("y", upright ? sign.y + sign.height / 2 + 4 : sign.y - 5);
}

function go(to) {
  const last = chapter.steps.length - 1;
  step = Math.max(0, Math.min(last, to));
  const s = chapter.steps[step];
  const here = scene.byName.get(s.place);
  move(step);
  showSlope(s);
  const title = KINDS[s.kind] + (s.kind === "op" || s.kind === "pull" || s.kind === "inside" ? `: ${here.title}` : "");
  const first = last ? "Press → or ▷ for the next step, Space or ▶ to play them all." : "";
  $("ui-kind").textContent = title;
  const text = s.kind === "inside" ? here.fields.slice(1).join(", ") : s.kind === "given" ? first : "";
  $("ui-formula").replaceChildren(...(text || !s.formula ? [text] : formula(s.formula)));
  $("ui-numbers").textContent = s.numbers;
  $("ui-line").textContent = s.line;
  $("ui-line").hidden = !s.line;
  $("ui-slider").value = step;
  $("ui-slider").setAttribute("aria-valuetext", `${step} of ${last}: ${title}`);
  $("ui-count").textContent = `${step} / ${last}`;
  $("ui-chapter").value = chapter.sectionOf[step];
  lightLine();
  keepAddress();
  if (here) bringIntoView(here);
  if (step === last) pause();
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
