// The reader's own points: set by click, drag, finger or keys; the training goes on with them.

const CLOSE = 9; // least distance of points in a stroke, of the 300 of the field
const cursor = { x: 150, y: 150, mark: null };
const undone = []; // the lists before each change
let pen = 0; // the class of new points
let stroke = null; // the last point of a drag

// The rows of the training as points [x, y, class].
function givenPoints() {
  const { x, y, n } = pupil;
  const { targets, targetWidth: k } = lesson;
  const key = (target) => target.join();
  const known = new Map(targets.map((target, c) => [key(target), c]));
  if (field.isLine) return Array.from(x, (px, i) => [px, y[i]]);
  return Array.from({ length: n }, (_, i) => [x[2 * i], x[2 * i + 1], known.get(key([...y.subarray(i * k, (i + 1) * k)])) ?? 0]);
}

function learnPoints(points) {
  const targets = points.map(([, y, c]) => (field.isLine ? [y] : lesson.targets[c] ?? [c]));
  const inputs = points.flatMap(([x, y]) => (field.isLine ? [x] : [x, y]));
  Object.assign(pupil, { x: Float64Array.from(inputs), y: Float64Array.from(targets.flat()), n: points.length, points });
  begin();
  if (!points.length) stopLearning();
  delete frames.at(-1).arrays;
  $("ui-points-undo").disabled = !undone.length;
  showLearned();
}

function change(points) {
  undone.push(pupil.points);
  learnPoints(points);
}

const setPoint = (x, y) => learnPoints([...pupil.points, [...field.of(x, y), ...(field.isLine ? [] : [pen])]]);
const place = (event) => {
  const { left, top, width } = field.body.getBoundingClientRect();
  return [((event.clientX - left) * 300) / width, ((event.clientY - top) * 300) / width];
};

function draw(event) {
  const [x, y] = place(event);
  if (stroke.length && Math.hypot(x - stroke[0], y - stroke[1]) < CLOSE) return;
  stroke = [x, y];
  setPoint(x, y);
}

function moveCursor(dx, dy) {
  const within = (z) => Math.max(0, Math.min(300, z));
  Object.assign(cursor, { x: within(cursor.x + dx), y: within(cursor.y + dy) });
  cursor.mark.setAttribute("d", `M${cursor.x - 9} ${cursor.y}h18M${cursor.x} ${cursor.y - 9}v18`);
}

function choosePen(c) {
  pen = c;
  [...$("ui-points-classes").children].forEach((button, k) => button.setAttribute("aria-pressed", String(k === c)));
}

function pressKey(event) {
  const far = event.shiftKey ? 2 : 10;
  const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
  const c = Number(event.key) - 1;
  if (event.key in moves) moveCursor(...moves[event.key]);
  else if (event.key === "Enter") { undone.push(pupil.points); setPoint(cursor.x, cursor.y); }
  else if ($("ui-points-classes").children[c]) choosePen(c);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function listen() {
  const { body } = field;
  body.classList.add("own");
  body.setAttribute("role", "application");
  body.setAttribute("tabindex", "0");
  body.setAttribute("aria-describedby", "ui-points-help");
  cursor.mark = drawn("path", { class: "cursor" }, body);
  moveCursor(0, 0);
  body.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    body.setPointerCapture(event.pointerId);
    undone.push(pupil.points);
    stroke = [];
    draw(event);
  });
  body.addEventListener("pointermove", (event) => { if (stroke) draw(event); });
  for (const kind of ["pointerup", "pointercancel"]) body.addEventListener(kind, () => { stroke = null; });
  body.addEventListener("keydown", pressKey);
}

function penButtons() {
  const classes = Math.max(2, lesson.targets.length, respond(learner.start)[0].length / grid.n);
  for (let c = 0; c < Math.min(classes, 9); c++) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: `class ${c}` });
    button.style.borderColor = `rgb(${CLASSES[c % 8]})`;
    button.addEventListener("click", () => choosePen(c));
    $("ui-points-classes").append(button);
  }
  choosePen(0);
}

if (field && LEARNING.anyRows && lesson.width === (field.isLine ? 1 : 2)) {
  pupil.points = givenPoints();
  $("ui-points").hidden = false;
  field.body.after($("ui-points"));
  if (!field.isLine) penButtons();
  listen();
  $("ui-points-undo").disabled = true;
  $("ui-points-undo").addEventListener("click", () => { if (undone.length) learnPoints(undone.pop()); });
  $("ui-points-clear").addEventListener("click", () => change([]));
}
