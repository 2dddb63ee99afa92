// What the frames of a training show: computed from their parameters.

// The parameters of an epoch as a frame; of many epochs every second one is dropped, again and again.
const KEPT = 300;
function keepFrame() {
  const last = frames.at(-1);
  if (last.learnt && last.epoch === learner.epoch) return;
  if (last.learnt && last.epoch % learner.stride) frames.pop();
  frames.push({ name: String(learner.epoch), learnt: true, epoch: learner.epoch, weights: learner.weights.slice(), complete, load });
  if (frames.length - RECORDED <= KEPT) return;
  learner.stride *= 2;
  frames.splice(RECORDED, Infinity, ...frames.slice(RECORDED).filter(({ epoch }) => epoch % learner.stride === 0 || epoch === learner.epoch));
}

// What a frame shows is computed from its parameters when it is first shown.
function complete() {
  if (this.learnt) this.points = pupil.points;
  if (field && !this.drawn) this.drawn = drawnFrom(this.weights);
  if (this.arrays) return;
  const views = parts(this.weights);
  const gradients = this.epoch && pupil.n ? programOf("loss", pupil.n)([...views, pupil.x, pupil.y])[1] : [];
  this.arrays = Object.fromEntries(lesson.parameters.map(([name, shape], k) => [name, [levels(views[k], shape), gradients[k] ? levels(gradients[k], shape) : null]]));
}

// The class that the model decides for at each point of the grid, or its output at each point of the line.
function drawnFrom(weights) {
  const [scores] = respond(weights);
  const k = scores.length / grid.n;
  return field.isLine ? Array.from(scores) : Array.from({ length: grid.n }, (_, i) => decision(scores, i * k, k));
}

// The boxes of the graph follow, as after a change of its leaves, if each parameter is one of them.
const leafOf = lesson.parameters.map(([path]) => {
  const nodes = scenes.flatMap(({ shapes }) => shapes).filter(({ title }) => title === path).map(({ node }) => node);
  return data.leaves.findIndex(([node]) => nodes.includes(node));
});
function load() {
  if (!program || leafOf.includes(-1)) return showFrame();
  parts(this.weights).forEach((x, k) => given[leafOf[k]].set(x));
  if (moment !== RECORDED) choose(RECORDED);
  else showFrame();
  return refresh();
}

function decision(scores, from, k) {
  if (k === 1) return scores[from] > (time.plane.threshold ?? 0) ? 1 : 0;
  let best = 0;
  for (let c = 1; c < k; c++) if (scores[from + c] > scores[from + best]) best = c;
  return best;
}

// The share of the points whose class the model decides for, as text, or "" if they have no classes.
function accuracy(weights) {
  const { points, x, n } = pupil;
  if (!n || !points || field.isLine) return "";
  const scores = programOf("responses", n)([...parts(weights), x])[0][1];
  const right = points.filter(([, , c], i) => decision(scores, (i * scores.length) / n, scores.length / n) === c);
  return `, ${right.length} of ${n} points right`;
}

// An array as [rows, columns, largest absolute entry, entries from −127 to 127], by means over blocks, as those of the recorded ones.
const MOST_CELLS = 48;
function levels(entries, shape) {
  const columns = shape.at(-1) ?? 1;
  const [across, down] = [blocks(columns), blocks(entries.length / columns)];
  const largest = entries.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const means = down.flatMap(([top, bottom]) => across.map(([left, right]) => {
    let sum = 0;
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += entries[i * columns + j];
    return ((sum / ((bottom - top) * (right - left))) * 127) / (largest || 1);
  }));
  return [down.length, across.length, Number(largest.toPrecision(3)), means];
}

function blocks(n) {
  const count = Math.min(n, MOST_CELLS);
  const start = (i) => i * Math.floor(n / count) + Math.min(i, n % count);
  return [...Array(count).keys()].map((i) => [start(i), start(i + 1)]);
}

// The points of the field's grid, row by row from the lowest, and what the model and its hidden units give there.
const grid = (() => {
  if (!field) return null;
  const { corner: [left, right, low, high], steps, isLine } = field;
  const at = (from, to, i) => from + ((to - from) * i) / (steps - 1);
  const n = isLine ? steps : steps * steps;
  const across = (i) => at(left, right, i % steps);
  const x = Array.from({ length: n }, (_, i) => (isLine ? [across(i)] : [across(i), at(low, high, Math.floor(i / steps))]));
  return { x: Float64Array.from(x.flat()), n };
})();
const answer = { weights: null, found: null };
function respond(weights) {
  if (answer.weights !== weights) Object.assign(answer, { weights, found: programOf("responses", grid.n)([...parts(weights), grid.x])[0].slice(1) });
  return answer.found;
}

// The activations of hidden units over the plane, each a button that makes it large.
const UNITS = 24; // most units shown of a layer
function responses(layer, units, k) {
  const { steps } = field;
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const maps = document.createElement("div");
  maps.className = "maps";
  figure.append(caption, maps);
  $("ui-charts").insertBefore(figure, document.querySelector("#ui-charts > figure:has(> canvas)"));
  const canvases = [...Array(Math.min(units, UNITS)).keys()].map((unit) => {
    const [button, body] = [document.createElement("button"), document.createElement("canvas")];
    Object.assign(button, { type: "button", title: `Unit ${unit} of ${layer}` });
    button.setAttribute("aria-pressed", "false");
    Object.assign(body, { width: steps, height: steps });
    button.append(body);
    maps.append(button);
    button.addEventListener("click", () => {
      const large = button.getAttribute("aria-pressed") !== "true";
      for (const other of maps.children) other.setAttribute("aria-pressed", String(large && other === button));
    });
    return body;
  });
  return ({ weights }) => {
    caption.textContent = `${layer}: its units over the plane${units > UNITS ? `, the first ${UNITS}` : ""}${weights ? "" : ": not stored"}`;
    if (!weights) return;
    const found = respond(weights)[k + 1];
    canvases.forEach((body, unit) => {
      let [low, high] = [Infinity, -Infinity];
      for (let i = 0; i < grid.n; i++) [low, high] = [Math.min(low, found[i * units + unit]), Math.max(high, found[i * units + unit])];
      const largest = Math.max(Math.abs(low), Math.abs(high)) || 1;
      paintImage(body, steps, steps, (i) => found[((steps - 1 - Math.floor(i / steps)) * steps + (i % steps)) * units + unit] / largest);
      body.parentElement.setAttribute("aria-label", `Unit ${unit} of ${layer}: ${low.toPrecision(2)} to ${high.toPrecision(2)}`);
    });
  };
}

lesson.weights.forEach((text, i) => { if (text) Object.assign(frames[i], { weights: decode(text), complete }); });
if (field && !field.isLine) lesson.hidden.forEach(([layer, units], k) => charts.push(responses(layer, units, k)));
