// Details of a number, its paths to the output, search, the source of the function.

function list(place, lines) {
  place.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
}

function details(shape) {
  $("ui-details").hidden = !shape;
  lightLine(shape);
  if (!shape) return;
  $("ui-name").textContent = shape.title;
  const cure = shape.role === "folded" && !scenes[1] ? ["too large to open here: draw(…, max_nodes=…, depth=…) draws more of it"] : [];
  const dead = data.reason && ["parameter", "input"].includes(shape.role) ? [`not alive: ${data.reason}`] : [];
  list($("ui-facts"), [shape.role, ...shape.said, ...shape.facts, ...cure, ...dead]);
  list($("ui-paths"), []);
  $("ui-paths-title").hidden = true;
  edit(shape);
}

const MOST = 12;
let traced = [];
function trace(shape) {
  selected = shape;
  for (const g of traced) g.classList.remove("trace");
  traced = [];
  const reached = new Set();
  const pending = shape ? [shape.name] : [];
  while (pending.length) {
    const name = pending.pop();
    if (reached.has(name)) continue;
    reached.add(name);
    for (const edge of scene.outs.get(name)) pending.push(edge.to);
  }
  for (const name of reached) traced.push(...(name === shape.name ? [shape.box] : scene.byName.get(name).parts));
  if (shape) for (const { from, to, line } of scene.edges) if (reached.has(from) && (from !== to || from !== shape.name)) traced.push(line);
  for (const g of traced) g.classList.add("trace");
  stage.classList.toggle("tracing", Boolean(shape));
  details(shape);
  if (shape && shape.role !== "folded") listPaths(shape, reached);
  if (shape) showDetails();
}

// Scroll to the details on small screens.
function showDetails() {
  const [part, room] = [$("ui-details"), document.querySelector("aside")];
  if (part.getBoundingClientRect().bottom > room.getBoundingClientRect().bottom) room.scrollTop = part.offsetTop - room.offsetTop - 8;
}

// The products of the local derivatives along the paths to the output, and their sum.
function listPaths(shape, reached) {
  const { edges, outs, byName, outputs, order } = scene;
  const { slopes } = scene.moments[moment];
  const known = edges.every((edge) => edge.from === edge.to || !reached.has(edge.from) || typeof slopes[edge.slope] === "number");
  if (!known || outputs.length !== 1) return;
  const ways = new Map([[outputs[0], [1, 1]]]);
  for (const name of order) { // outputs first
    if (ways.has(name)) continue;
    const next = outs.get(name).filter((edge) => ways.has(edge.to)).map((edge) => [edge, ways.get(edge.to)]);
    if (next.length) ways.set(name, [next.reduce((n, [, w]) => n + w[0], 0), next.reduce((t, [e, w]) => t + slopes[e.slope] * w[1], 0)]);
  }
  const [count, sum] = ways.get(shape.name) ?? [0, 0];
  const lines = [];
  const pending = [[shape.name, shape.title, []]];
  while (pending.length && lines.length < MOST) {
    const [name, way, factors] = pending.pop();
    if (name === outputs[0]) {
      const product = readable(factors.reduce((a, b) => a * b, 1));
      lines.push(`${way}: ${factors.length > 1 ? `${factors.map(readable).join(" × ")} = ` : ""}${product}`);
    } else for (const edge of outs.get(name)) pending.push([edge.to, `${way} → ${byName.get(edge.to).title}`, [...factors, slopes[edge.slope]]]);
  }
  $("ui-paths-title").hidden = false;
  $("ui-paths-title").textContent = `${count.toLocaleString("en")} path${count === 1 ? "" : "s"} to ${byName.get(outputs[0]).title}; products add up to ${readable(sum)}`;
  $("ui-paths").dataset.sum = sum;
  list($("ui-paths"), count > lines.length ? [...lines, `… and ${(count - lines.length).toLocaleString("en")} more`] : lines);
}

function mark(shapes) {
  for (const { box } of found) box.classList.remove("found");
  found = shapes;
  for (const { box } of found) box.classList.add("found");
}

function search(text) {
  const wanted = text.trim().toLowerCase();
  mark(wanted ? scene.shapes.filter((shape) => [shape.title, ...shape.fields].some((field) => field.toLowerCase().includes(wanted))) : []);
  $("ui-found").textContent = wanted ? `${found.length} found` : "";
}

// The lines of the function: that of the step or of the selected number is lit; a click on a line marks its numbers.
const keyOf = (line) => line.split(": ")[0];
const rows = new Map();
let lit = null;

function lightLine(shape) {
  const row = rows.get(keyOf(shape ? shape.line : chapter?.steps[step]?.line ?? ""));
  if (row === lit) return;
  for (const [part, current] of [[lit, false], [row, true]]) part?.classList.toggle("now", current);
  lit = row;
  if (!selected) row?.scrollIntoView({ block: "nearest" }); // else the editor of the number would leave the view
}

for (const [key, text, computes] of data.source) {
  const row = document.createElement(computes ? "button" : "span");
  row.textContent = text || " ";
  $("ui-source").append(row);
  if (key) rows.set(key, row);
  if (computes) row.addEventListener("click", () => {
    mark(scene.shapes.filter(({ line }) => keyOf(line) === key));
    walk(Math.max(0, chapter.steps.findIndex(({ kind, line }) => kind === "op" && keyOf(line) === key)));
  });
}
$("ui-source").hidden = !data.source.length;
