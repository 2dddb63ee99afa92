// Timeline of a training: curves, a decision boundary in the plane, and arrays as images.

const SVG = "http://www.w3.org/2000/svg";
const time = data.time;
const charts = [];
let running = null;

// The frames of the second slider: the recorded moments, then those that the page learned.
const frames = time?.names.map((name, i) => ({ name, drawn: time.plane?.values[i], arrays: time.arrays[i] })) ?? [];
const RECORDED = frames.length; // also the moment of the graph for the frames that are learned
let frame = RECORDED - 1; // the one shown
const losses = []; // of the epochs that the page learned
if (LEARNING) for (const graph of scenes) graph.moments.push({ ...graph.moments[0] });

function drawn(name, attributes, parent) {
  const part = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  parent?.append(part);
  return part;
}

function chart(title, kind, attributes) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const body = kind === "canvas" ? document.createElement("canvas") : document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries(attributes)) body.setAttribute(key, value);
  body.setAttribute("role", "img");
  figure.append(caption, body);
  $("ui-charts").append(figure);
  return {
    body,
    say: (text) => {
      caption.textContent = text ? `${title}: ${text}` : title;
      body.setAttribute("aria-label", caption.textContent);
    },
  };
}

// Columns of the history have one entry per epoch; moment "3" is after the third epoch. `learned` is such a column of the page.
const COLUMN = 300; // most points of a curve
function curve(title, column, learned = []) {
  const { body, say } = chart(title, "svg", { viewBox: "0 0 300 70" });
  const axis = drawn("line", { x1: 4, x2: 296, class: "axis" }, body);
  const lines = ["curve", "curve learned"].map((name) => drawn("polyline", { class: name }, body));
  const here = drawn("circle", { r: 4, class: "here" }, body);
  return ({ name, learnt }) => {
    const known = [...column, ...learned].filter((x) => x !== null);
    const [low, high] = [known.reduce((a, b) => Math.min(a, b), 0), known.reduce((a, b) => Math.max(a, b), -Infinity)];
    const last = Math.max(column.length, learned.length, Number(time.names.at(-1)));
    const x = (epoch) => 4 + (292 * epoch) / last;
    const y = (value) => 66 - (60 * (value - low)) / (high - low || 1);
    axis.setAttribute("y1", y(0));
    axis.setAttribute("y2", y(0));
    [column, learned].forEach((numbers, k) => {
      const every = Math.ceil(numbers.length / COLUMN);
      const points = numbers.flatMap((value, i) => (value === null || (numbers.length - 1 - i) % every ? [] : [`${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`]));
      lines[k].setAttribute("points", points.join(" "));
    });
    const value = (learnt ? learned : column)[Number(name) - 1] ?? null;
    here.classList.toggle("inside", value === null);
    if (value !== null) {
      here.setAttribute("cx", x(Number(name)));
      here.setAttribute("cy", y(value));
    }
    say(value === null ? "–" : String(Number(value.toPrecision(4))));
  };
}

// Colour-blind safe palette of Okabe and Ito; the shapes of the points repeat the class.
const CLASSES = [[0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [213, 94, 0], [240, 228, 66], [120, 120, 120]];
const corners = (n, x, y, r) => [...Array(n).keys()].map((i) => {
  const angle = (2 * Math.PI * i) / n - Math.PI / 2;
  return `${(x + r * Math.cos(angle)).toFixed(1)},${(y + r * Math.sin(angle)).toFixed(1)}`;
}).join(" ");

// The inputs as a field of 300 × 300 with points, and with what the model makes of them: a class in the plane, a number over a line.
let field = null;
function plane({ line: isLine, corner: [left, right, low, high], steps, points }) {
  const { body, say } = chart(isLine ? "What it fits" : "What it decides", "svg", { viewBox: "0 0 300 300" });
  const [tiles, line, dots] = [drawn("g", { class: "tiles" }, body), drawn("polyline", { class: "curve" }, body), drawn("g", {}, body)];
  const [x, y] = [(px) => ((px - left) / (right - left)) * 300, (py) => 300 - ((py - low) / (high - low)) * 300];
  let shown = null;
  const draw = (list) => {
    if (shown === list) return;
    shown = list;
    dots.replaceChildren();
    for (const [px, py, c] of list) {
      drawn("polygon", { points: corners(!c || c % 3 === 0 ? 16 : c % 3 === 1 ? 3 : 4, x(px), y(py), 3.6), class: "point", fill: `rgb(${CLASSES[(c ?? 0) % 8]})` }, dots);
    }
  };
  const of = (px, py) => [left + ((right - left) * px) / 300, low + ((high - low) * (300 - py)) / 300];
  field = { body, of, draw, points, corner: [left, right, low, high], steps, isLine };
  const decide = (classes) => {
    const tile = 300 / steps;
    const runs = [];
    for (let row = 0; row < steps; row++) for (let from = 0, to; from < steps; from = to) { // one bar for equal neighbours
      const c = classes[row * steps + from];
      for (to = from; to < steps && classes[row * steps + to] === c;) to++;
      runs.push([from, to, row, c]);
    }
    tiles.replaceChildren();
    for (const [from, to, row, c] of runs) {
      drawn("rect", { x: from * tile, y: 300 - (row + 1) * tile, width: (to - from) * tile + 0.3, height: tile + 0.3, fill: `rgb(${CLASSES[c % 8]})` }, tiles);
    }
    const shares = [...new Set(classes)].sort((a, b) => a - b);
    say(shares.map((c) => `class ${c} on ${Math.round((100 * classes.filter((d) => d === c).length) / classes.length)} %`).join(", "));
  };
  const fitted = (values) => {
    line.setAttribute("points", values.map((v, i) => `${((300 * i) / (steps - 1)).toFixed(1)},${Math.max(-3000, Math.min(3000, y(v))).toFixed(1)}`).join(" "));
    say("the curve, and the points");
  };
  return (shown) => {
    draw(shown.points ?? points);
    (isLine ? fitted : decide)(shown.drawn);
  };
}

// Blue for negative numbers, orange for positive ones.
function paintImage(body, columns, rows, value) {
  const pixels = body.getContext("2d").createImageData(columns, rows);
  const paper = document.documentElement.dataset.theme === "dark" ? 30 : 255;
  for (let i = 0; i < rows * columns; i++) {
    const x = value(i);
    (x > 0 ? [213, 94, 0] : [0, 114, 178]).forEach((end, k) => { pixels.data[4 * i + k] = paper + (end - paper) * Math.min(1, Math.abs(x)); });
    pixels.data[4 * i + 3] = 255;
  }
  body.getContext("2d").putImageData(pixels, 0, 0);
}

// One scale for all recorded moments; what is learned in the page may be beyond it.
function image(title, of) {
  const known = frames.map(({ arrays }) => of(arrays)).filter(Boolean);
  const [rows, columns] = known[0] ?? [1, 1];
  const largest = Math.max(...known.map((levels) => levels[2])) || 1;
  const { body, say } = chart(title, "canvas", { width: columns, height: rows });
  const wide = Math.min(300, columns * 24);
  body.style.width = `${wide}px`;
  body.style.height = `${Math.max(6, Math.min(200, (rows * wide) / columns))}px`;
  return ({ arrays }) => {
    const levels = of(arrays);
    paintImage(body, columns, rows, (i) => (levels ? (levels[3][i] / 127) * (levels[2] / largest) : 0));
    say(levels ? `up to ${levels[2]}` : "none yet");
  };
}

const remark = (textContent, id = "") => $("ui-charts").append(Object.assign(document.createElement("p"), { id, textContent }));

// The weights of a perceptron as edges between neurons: wider for larger ones, dashed and blue for negative ones.
const [WIDEST, DENSEST] = [32, 256]; // most neurons of a layer, most edges between two layers
function network(names) {
  const known = frames.map(({ arrays }) => names.map((name) => arrays[name][0]));
  const sizes = [known[0][0][0], ...known[0].map(([, columns]) => columns)];
  if (known[0].some(([rows], k) => rows !== sizes[k])) return null; // no perceptron
  if (Math.max(...sizes) > WIDEST || sizes.some((n, k) => n * sizes[k + 1] > DENSEST)) {
    return remark(`The network is too large for a diagram, which has at most ${WIDEST} neurons in a layer and ${DENSEST} edges between two.`);
  }
  const largest = known.flat().reduce((most, levels) => Math.max(most, levels[2]), 0) || 1;
  const { body, say } = chart("The network", "svg", { viewBox: "0 0 300 200" });
  const gap = (n) => Math.min(24, 190 / n);
  const widest = Math.min(5, 0.6 * gap(Math.max(...sizes)));
  const at = (k, i) => [15 + (270 * k) / names.length, 100 + (i - (sizes[k] - 1) / 2) * gap(sizes[k])];
  const edges = names.map((_, k) => [...Array(sizes[k] * sizes[k + 1]).keys()].map((e) => {
    const [[x1, y1], [x2, y2]] = [at(k, Math.floor(e / sizes[k + 1])), at(k + 1, e % sizes[k + 1])];
    return drawn("line", { x1, y1, x2, y2, class: "weight" }, body);
  }));
  sizes.forEach((n, k) => { for (let i = 0; i < n; i++) drawn("circle", { cx: at(k, i)[0], cy: at(k, i)[1], r: Math.min(4, gap(n) / 2), class: "neuron" }, body); });
  return ({ arrays }) => {
    const weights = names.map((name) => arrays[name][0]);
    edges.forEach((lines, k) => lines.forEach((line, e) => {
      const w = (weights[k][3][e] / 127) * weights[k][2];
      line.setAttribute("stroke-width", ((widest * Math.abs(w)) / largest).toFixed(2));
      line.setAttribute("stroke", w > 0 ? "rgb(213, 94, 0)" : "rgb(0, 114, 178)");
      line.setAttribute("stroke-dasharray", w < 0 ? "4 2" : "none");
    }));
    say(`${sizes.join("-")}; weights up to ${Math.max(...weights.map((levels) => levels[2]))}, negative ones dashed`);
  };
}

// The page shows a moment of the graph; the frame stays if it is one that the page learned.
function showMoment(to) {
  if (!time) return;
  if (frame < RECORDED) frame = to;
  showFrame();
}

function showFrame() {
  const shown = frames[frame];
  $("ui-moment").max = frames.length - 1;
  $("ui-moment").value = frame;
  $("ui-epoch").textContent = shown.learnt ? `${shown.name}, here` : `${shown.name} of ${time.names.at(-1)}`;
  shown.complete?.();
  for (const show of charts) show(shown);
}

// The graph has the recorded numbers again.
function showRecorded() {
  present = null;
  for (const shape of scene.shapes) if (shape.dims?.length) paintHeat(shape);
}

function stopRunning() {
  clearInterval(running);
  running = null;
  $("ui-run").textContent = "Run through";
}

function toMoment(to) {
  pause();
  frame = Math.max(0, Math.min(frames.length - 1, to));
  if (frame >= RECORDED) frames[frame].load();
  else {
    if (present) showRecorded();
    choose(frame);
  }
  if (frame === frames.length - 1) stopRunning();
}

if (time) {
  $("ui-time").hidden = $("ui-charts").hidden = false;
  $("ui-moment").addEventListener("input", (event) => { stopRunning(); toMoment(Number(event.target.value)); });
  $("ui-run").addEventListener("click", () => {
    if (running !== null) return stopRunning();
    if (frame === frames.length - 1) toMoment(0);
    running = setInterval(() => toMoment(frame + 1), 600 / Number($("ui-speed").value));
    $("ui-run").textContent = "Stop";
    return undefined;
  });
  if (time.why) remark(`This page plays what was recorded; it cannot train the model: ${time.why}.`, "ui-why");
  if (time.plane) charts.push(plane(time.plane));
  for (const [title, column] of Object.entries(time.curves)) charts.push(curve(title, column, title === "loss" ? losses : []));
  const weights = Object.keys(time.arrays[0] ?? {}).filter((name) => name.endsWith("weight"));
  const diagram = weights.length ? network(weights) : null;
  if (diagram) charts.push(diagram);
  for (const name of Object.keys(time.arrays[0] ?? {})) {
    charts.push(image(name, (arrays) => arrays[name]?.[0]));
    charts.push(image(`gradient of ${name}`, (arrays) => arrays[name]?.[1]));
  }
}
