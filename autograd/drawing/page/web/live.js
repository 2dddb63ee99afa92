// The program in the page: a leaf is typed or dragged, and numbers, gradients, formulas and paths follow.

const recorded = data.leaves.map(([, text]) => Number(text.replace("inf", "Infinity")));
const given = [...recorded];
const places = new Map(data.leaves.map(([node], i) => [node, i]));
const inBrackets = (text) => (text.startsWith("-") ? `(${text})` : text);
let edited = null; // the leaf in the editor

// Numbers of the page, while a leaf differs from the recorded one: values, gradients, local derivatives.
function compute() {
  if (given.every((x, i) => Object.is(x, recorded[i]))) return null;
  const [values, gradients, slopes] = PROGRAM(given);
  return { values, gradients, slopes };
}

// Numbers of the steps in place of the recorded ones.
function follow(steps, byName, byId) {
  const { values, gradients, slopes } = present;
  const sums = new Map();
  for (const s of steps) {
    const node = byName.get(s.place)?.node ?? -1;
    if (s.kind === "op") s.numbers = node < 0 ? "" : `= ${readable(values[node])}`;
    if (s.kind === "seed") sums.set(s.place, 1);
    if (s.kind !== "pull") continue;
    const [edge, user] = [s.edges.map((id) => byId.get(id)).find((e) => e && e.from !== e.to), byName.get(s.source)];
    const slope = edge && slopes[`${byName.get(edge.to).node}.${edge.position}`];
    if (slope === undefined || node < 0 || user.node < 0) {
      s.numbers = s.gradient = "";
      continue;
    }
    const [product, before] = [gradients[user.node] * slope, sums.get(s.place)];
    const total = before === undefined ? product : before + product;
    const factors = `${inBrackets(readable(gradients[user.node]))} × ${inBrackets(readable(slope))} = ${readable(product)}`;
    s.numbers = before === undefined ? `= ${factors}` : `= ${factors}; ${readable(before)} + ${inBrackets(readable(product))} = ${readable(total)}`;
    if (s.gradient) [s.gradient, s.value] = [readable(total), total];
    sums.set(s.place, total);
  }
}

const kept = scenes.map(({ moments }) => ({ boxes: { ...moments[0].boxes }, slopes: [...moments[0].slopes] }));
function refresh() {
  present = compute();
  for (const [i, graph] of scenes.entries()) {
    const [shown, was] = [graph.moments[0], kept[i]];
    graph.chapters = [];
    shown.slopes = was.slopes.map((x, k) => {
      const { to, position } = graph.edges[k];
      return present?.slopes[`${graph.byName.get(to).node}.${position}`] ?? (present && x !== null ? null : x);
    });
    shown.boxes = { ...was.boxes };
    if (present) for (const shape of graph.shapes) {
      const place = shape.kinds.indexOf("d");
      if (shape.node < 0 || place < 0) continue;
      shown.boxes[shape.name] = was.boxes[shape.name].with(place, readable(present.values[shape.node]));
    }
  }
  chapter = scene.chapters[moment] = read(scene, moment);
  const grads = new Map();
  for (const { grad } of chapter.changes.slice(0, shown + 1)) if (grad) grads.set(grad.shape, grad.after);
  for (const shape of scene.shapes) {
    scene.moments[0].boxes[shape.name].forEach((text, i) => { if (shape.kinds[i] !== "g") write(shape, i, text); });
    receive(shape, grads.get(shape) ?? null);
    describe(shape);
  }
  go(step);
  if (selected) trace(selected);
}

// Boxes whose recorded number is another one in the digits shown, because a function of the browser has other last digits.
let differing = null; // their number, counted once
const others = () => {
  if (differing !== null) return differing;
  const [values] = PROGRAM(recorded);
  return differing = scenes[0].shapes.filter(({ node, kinds, fields }) => node >= 0 && kinds.includes("d") && readable(values[node]) !== fields[kinds.indexOf("d")]).length;
};

function set(i, x) {
  if (!Number.isFinite(x)) return;
  given[i] = x;
  pause();
  refresh();
}

// The editor of a leaf in its details.
function edit(shape) {
  const i = PROGRAM && !data.time ? places.get(shape.node) : undefined;
  $("ui-live").hidden = i === undefined;
  edited = i;
  if (i === undefined) return;
  const middle = Number.isFinite(recorded[i]) ? recorded[i] : 0;
  const reach = Math.max(1, 2 * Math.abs(middle));
  Object.assign($("ui-drag"), { min: middle - reach, max: middle + reach, step: reach / 200 });
  for (const input of [$("ui-drag"), $("ui-value")]) {
    if (input !== document.activeElement) input.value = Number.isFinite(given[i]) ? given[i] : "";
  }
  const differ = others();
  $("ui-nudged").textContent = differ ? `${differ} numbers differ from the recorded ones in the last digits shown` : "";
  $("ui-changed").hidden = !present;
}

function nudge() {
  const [h, node] = [1e-3 * Math.max(1, Math.abs(given[edited])), data.leaves[edited][0]];
  const [before, after] = [given, given.with(edited, given[edited] + h)].map((x) => PROGRAM(x));
  const top = scene.byName.get(scene.outputs[0]);
  const slope = before[1][node];
  const move = after[0][top.node] - before[0][top.node];
  $("ui-nudged").textContent = `${$("ui-name").textContent} + ${h}: ${top.title} moves by ${move.toPrecision(4)}; gradient × ${h} = ${(slope * h).toPrecision(4)}`;
}

for (const id of ["ui-value", "ui-drag"]) {
  $(id).addEventListener("input", ({ target }) => { if (target.value !== "") set(edited, Number(target.value)); });
}
$("ui-nudge").addEventListener("click", nudge);
$("ui-recorded").addEventListener("click", () => {
  given.splice(0, given.length, ...recorded);
  refresh();
});
