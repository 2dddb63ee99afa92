// Input by mouse, touch and keyboard: zoom, pan, focus, keys, buttons.

const framed = window.top !== window;
let full; // the whole picture
let view;

// The viewBox changes only with the zoom; the picture moves by `translate`, for which a browser sets no text anew. Inside of it no
// group has a transform: browsers paint all of such a group, also what is out of sight.
let base;
function look(next) {
  const w = Math.min(Math.max(next.w, full.w / 400), full.w * 2);
  view = { x: next.x, y: next.y, w, h: (w * full.h) / full.w };
  if (w !== base?.w) {
    base = view;
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  }
  svg.style.translate = `${scale() * (base.x - view.x)}px ${scale() * (base.y - view.y)}px`;
}

// Pixels of the screen for a unit of the picture. The size of the stage is stored: to read it in a step would force a layout.
let room;
const scale = () => Math.min(room.width / view.w, room.height / view.h);
new ResizeObserver(() => {
  room = stage.getBoundingClientRect();
  look(view);
}).observe(stage);

// The place in the picture of a pointer; the middle of the view is that of the stage.
function at({ clientX, clientY }) {
  const { x, y, width, height } = stage.getBoundingClientRect();
  return { x: view.x + view.w / 2 + (clientX - x - width / 2) / scale(), y: view.y + view.h / 2 + (clientY - y - height / 2) / scale() };
}

function zoom(factor, p = { x: view.x + view.w / 2, y: view.y + view.h / 2 }) {
  look({ x: p.x - (p.x - view.x) * factor, y: p.y - (p.y - view.y) * factor, w: view.w * factor });
}

// Pan by pixels, within the picture.
function pan({ x, y }) {
  look(held({ ...view, x: view.x + x / scale(), y: view.y + y / scale() }));
}

// A view without an empty margin, while parts are hidden.
function held(next) {
  const within = (to, from, most) => Math.min(Math.max(to, from), Math.max(from, most));
  return { ...next, x: within(next.x, full.x, full.x + full.w - next.w), y: within(next.y, full.y, full.y + full.h - next.h) };
}

// Pan to a shape that is outside of the view.
function bringIntoView({ bounds: { x, y, width, height } }) {
  const middle = { x: x + width / 2, y: y + height / 2 };
  const [across, down] = [room.width / scale(), room.height / scale()];
  if (2 * Math.abs(middle.x - view.x - view.w / 2) + width <= across && 2 * Math.abs(middle.y - view.y - view.h / 2) + height <= down) return;
  look(held({ ...view, x: middle.x - view.w / 2, y: middle.y - view.h / 2 }));
}

// The whole picture; or, if its text would be too small, a readable part around the first number.
function fit(readable) {
  room = stage.getBoundingClientRect();
  if (readable) [full, base] = [sizes[picture], null];
  look(full);
  const small = scale();
  if (readable && small && small < 0.7) { // 0 in a hidden frame
    zoom(small / 0.9);
    bringIntoView(scene.shapes.find(({ role }) => role !== "constant") ?? scene.shapes[0]);
  }
}

const fingers = new Map();
let moved = 0;
// Ctrl and the wheel, or two fingers on a touchpad, zoom. The wheel alone pans, or in a frame scrolls the page around it.
stage.addEventListener("wheel", (event) => {
  if (event.ctrlKey || event.metaKey) zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, at(event));
  else if (!framed) pan(event.shiftKey ? { x: event.deltaY, y: 0 } : { x: event.deltaX, y: event.deltaY });
  else return;
  event.preventDefault();
}, { passive: false });
stage.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, event); if (fingers.size === 1) moved = 0; });
stage.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  if (fingers.size === 1) {
    const [p, q] = [at(before), at(event)];
    moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    if (moved > 4) look({ ...view, x: view.x + p.x - q.x, y: view.y + p.y - q.y });
    else return;
  } else {
    const [other] = [...fingers.values()].filter((finger) => finger.pointerId !== event.pointerId);
    const gap = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY) || 1;
    moved = 99;
    zoom(gap(before) / gap(event), at(other));
  }
  fingers.set(event.pointerId, event);
});
for (const kind of ["pointerup", "pointercancel", "pointerleave"]) stage.addEventListener(kind, (event) => fingers.delete(event.pointerId));

function focusOn(shape) {
  svg.querySelector('[tabindex="0"].node:not(.cover)')?.setAttribute("tabindex", "-1");
  shape.box.setAttribute("tabindex", "0");
  shape.box.focus({ preventScroll: true });
  bringIntoView(shape);
}

// What a click on a part of the graph, or Enter, acts on: a shape, or a function for the title or cover of a frame.
const acts = new Map();
const targetOf = ({ target }) => acts.get(target?.closest?.("g.node, .cluster > text"));

function act(target) {
  if (typeof target === "function") target();
  else if (target?.role === "folded") unfold(target);
  else trace(target && selected !== target ? target : null);
}

stage.addEventListener("click", (event) => { if (moved <= 4) act(targetOf(event)); });
for (const [kind, enters] of [["pointerover", true], ["pointerout", false], ["focusin", true]]) {
  stage.addEventListener(kind, (event) => {
    const target = targetOf(event);
    const within = target === targetOf({ target: event.relatedTarget });
    if (!selected && !within && target?.box) details(enters ? target : null);
  });
}
stage.addEventListener("keydown", (event) => {
  const target = targetOf(event);
  const next = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const to = next && target?.box && scene.shapes[scene.shapes.indexOf(target) + next];
  if (event.key === "Enter" && target) act(target);
  else if (to) focusOn(to);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

const KEYS = {
  ArrowRight: () => walk(step + 1),
  ArrowLeft: () => walk(step - 1),
  Home: () => walk(0),
  End: () => walk(Infinity),
  " ": toggle,
  "+": () => zoom(1 / 1.25),
  "-": () => zoom(1.25),
  0: () => fit(false),
  o: () => show(picture ^ 2),
  t: () => show(picture ^ 1),
  "[": () => toMoment(frame - 1),
  "]": () => toMoment(frame + 1),
  "/": () => $("ui-search").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    trace(null);
    document.querySelector(".help").open = false;
    $("ui-search").value = "";
    search("");
    return;
  }
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select") || !(event.key in KEYS)) return;
  if (event.key === " " && target.closest("button, summary")) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const [id, action] of Object.entries({
  first: () => walk(0), back: () => walk(step - 1), play: toggle, next: () => walk(step + 1), last: () => walk(Infinity),
  in: () => zoom(1 / 1.25), out: () => zoom(1.25), fit: () => fit(false), folds: () => show(picture ^ 2), turn: () => show(picture ^ 1),
  svg: () => keep("svg"), png: () => keep("png"),
  theme: () => {
    const dark = document.documentElement.dataset.theme !== "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    $("ui-theme").setAttribute("aria-pressed", String(dark));
    showMoment(moment);
  },
})) $(`ui-${id}`).addEventListener("click", action);
$("ui-slider").addEventListener("input", (event) => walk(Number(event.target.value)));
$("ui-chapter").addEventListener("change", (event) => walk(chapter.starts[event.target.value].at));
$("ui-speed").addEventListener("change", () => { if (timer !== null) { pause(); play(); } });
$("ui-search").addEventListener("input", (event) => search(event.target.value));
let turn = 0;
$("ui-search").addEventListener("keydown", (event) => { if (event.key === "Enter" && found.length) focusOn(found[turn++ % found.length]); });
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = dark ? "dark" : "light";
$("ui-theme").setAttribute("aria-pressed", String(dark));
matchMedia("print").addEventListener("change", ({ matches }) => { // all of the picture on white paper
  document.documentElement.dataset.theme = !matches && $("ui-theme").getAttribute("aria-pressed") === "true" ? "dark" : "light";
  if (matches) {
    base = null;
    look(full);
  }
});


// The address names the step, and the epoch and the picture if there are several.
let resting = null;
function keepAddress() {
  clearTimeout(resting);
  if (framed) return;
  const mark = new URLSearchParams({ step });
  if (frame >= 0 && frame < RECORDED) mark.set("epoch", data.time.names[moment]);
  if (picture) mark.set("picture", picture);
  resting = setTimeout(() => history.replaceState(null, "", `#${mark}`), 400); // browsers limit the number of calls
}

function followAddress() {
  const mark = new URLSearchParams(location.hash.slice(1));
  const [to, next] = ["step", "picture"].map((name) => (/^\d+$/.test(mark.get(name)) ? Number(mark.get(name)) : null));
  const epoch = data.time?.names.indexOf(mark.get("epoch")) ?? -1;
  if (epoch >= 0) moment = epoch;
  const scale = ({ w, h }) => Math.min(stage.clientWidth / w, stage.clientHeight / h);
  const turned = matchMedia("(max-width: 760px)").matches && sizes[1] && scale(sizes[1]) > scale(sizes[0]);
  show(pictures[next] ? next : svg ? picture : Number(Boolean(turned)), to);
}

document.documentElement.classList.add("scripted");
$("ui-save").hidden = framed; // the sandbox of a notebook allows no downloads
if (framed) stage.style.touchAction = "pan-y"; // a finger scrolls what is around the frame
followAddress();
addEventListener("hashchange", followAddress);
