// Timeline of a training: curves, a decision boundary in the plane, and arrays as images.

const SVG = "http://www.w3.org/2000/svg";
const time = data.time;
const charts = [];
let running = null;

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

// Columns of the history have one entry per epoch; moment "3" is after the third epoch.
function curve(title, column) {
  const known = column.filter((x) => x !== null);
  const [low, high] = [Math.min(...known, 0), Math.max(...known)];
  const last = Math.max(column.length, Number(time.names.at(-1)));
  const x = (epoch) => 4 + (292 * epoch) / last;
  const y = (value) => 66 - (60 * (value - low)) / (high - low || 1);
  const { body, say } = chart(title, "svg", { viewBox: "0 0 300 70" });
  drawn("line", { x1: x(0), x2: x(last), y1: y(0), y2: y(0), class: "axis" }, body);
  const points = column.flatMap((value, i) => (value === null ? [] : [`${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`]));
  drawn("polyline", { points: points.join(" "), class: "curve" }, body);
  const here = drawn("circle", { r: 4, class: "here" }, body);
  return (name) => {
    const value = column[Number(name) - 1] ?? null;
    here.classList.toggle("inside", value === null);
    if (value !== null) {
      here.setAttribute("cx", x(Number(name)));
      here.setAttribute("cy", y(value));
    }
    say(value === null ? "–" : String(value));
  };
}

// Colour-blind safe palette of Okabe and Ito; the shapes of the points repeat the class.
const CLASSES = [[0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [213, 94, 0], [240, 228, 66], [120, 120, 120]];
const corners = (n, x, y, r) => [...Array(n).keys()].map((i) => {
  const angle = (2 * Math.PI * i) / n - Math.PI / 2;
  return `${(x + r * Math.cos(angle)).toFixed(1)},${(y + r * Math.sin(angle)).toFixed(1)}`;
}).join(" ");

function plane({ corner: [left, right, low, high], steps, regions, points }) {
  const { body, say } = chart("What it decides", "svg", { viewBox: "0 0 300 300" });
  const tiles = drawn("g", { class: "tiles" }, body);
  const tile = 300 / steps;
  for (const [px, py, c] of points) {
    const [x, y] = [((px - left) / (right - left)) * 300, 300 - ((py - low) / (high - low)) * 300];
    drawn("polygon", { points: corners(c % 3 === 0 ? 16 : c % 3 === 1 ? 3 : 4, x, y, 3.6), class: "point", fill: `rgb(${CLASSES[c % 8]})` }, body);
  }
  return (_, at) => {
    const runs = [];
    for (let row = 0; row < steps; row++) for (let from = 0, to; from < steps; from = to) { // one bar for equal neighbours
      const c = regions[at][row * steps + from];
      for (to = from; to < steps && regions[at][row * steps + to] === c;) to++;
      runs.push([from, to, row, c]);
    }
    tiles.replaceChildren();
    for (const [from, to, row, c] of runs) {
      drawn("rect", { x: from * tile, y: 300 - (row + 1) * tile, width: (to - from) * tile + 0.3, height: tile + 0.3, fill: `rgb(${CLASSES[c % 8]})` }, tiles);
    }
    const shares = [...new Set(regions[at])].sort((a, b) => a - b);
    say(shares.map((c) => `class ${c} on ${Math.round((100 * regions[at].filter((d) => d === c).length) / regions[at].length)} %`).join(", "));
  };
}

// Blue for negative numbers, orange for positive ones; one scale for all moments.
function image(title, frames) {
  const [rows, columns] = frames.find(Boolean) ?? [1, 1];
  const largest = Math.max(...frames.map((frame) => frame?.[2] ?? 0)) || 1;
  const { body, say } = chart(title, "canvas", { width: columns, height: rows });
  const wide = Math.min(300, columns * 24);
  body.style.width = `${wide}px`;
  body.style.height = `${Math.max(6, Math.min(200, (rows * wide) / columns))}px`;
  return (_, at) => {
    const frame = frames[at];
    const pixels = body.getContext("2d").createImageData(columns, rows);
    const paper = document.documentElement.dataset.theme === "dark" ? 30 : 255;
    for (let i = 0; i < rows * columns; i++) {
      const value = frame ? (frame[3][i] / 127) * (frame[2] / largest) : 0;
      (value > 0 ? [213, 94, 0] : [0, 114, 178]).forEach((end, k) => { pixels.data[4 * i + k] = paper + (end - paper) * Math.abs(value); });
      pixels.data[4 * i + 3] = 255;
    }
    body.getContext("2d").putImageData(pixels, 0, 0);
    say(frame ? `up to ${frame[2]}` : "none yet");
  };
}

function showMoment(to) {
  if (!time) return;
  $("ui-moment").value = to;
  $("ui-epoch").textContent = `${time.names[to]} of ${time.names.at(-1)}`;
  for (const show of charts) show(time.names[to], to);
}

function stopRunning() {
  clearInterval(running);
  running = null;
  $("ui-run").textContent = "Run through";
}

function toMoment(to) {
  pause();
  choose(Math.max(0, Math.min(data.moments.length - 1, to)));
  if (moment === data.moments.length - 1) stopRunning();
}

if (time) {
  $("ui-time").hidden = $("ui-charts").hidden = false;
  $("ui-moment").max = data.moments.length - 1;
  $("ui-moment").addEventListener("input", (event) => { stopRunning(); toMoment(Number(event.target.value)); });
  $("ui-run").addEventListener("click", () => {
    if (running !== null) return stopRunning();
    if (moment === data.moments.length - 1) toMoment(0);
    running = setInterval(() => toMoment(moment + 1), 600 / Number($("ui-speed").value));
    $("ui-run").textContent = "Stop";
    return undefined;
  });
  for (const [title, column] of Object.entries(time.curves)) charts.push(curve(title, column));
  if (time.plane) charts.push(plane(time.plane));
  for (const name of Object.keys(time.arrays[0] ?? {})) {
    charts.push(image(name, time.arrays.map((arrays) => arrays[name][0])));
    charts.push(image(`gradient of ${name}`, time.arrays.map((arrays) => arrays[name][1])));
  }
}
