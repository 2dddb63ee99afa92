// Input by mouse, touch and keyboard: zoom, pan, focus, keys, buttons.

const whole = svg.viewBox.baseVal;
const full = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
let view = { ...full };

function look(next) {
  const w = Math.min(Math.max(next.w, full.w / 400), full.w * 2);
  view = { x: next.x, y: next.y, w, h: (w * full.h) / full.w };
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
}

function at(event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
}

function zoom(factor, p = { x: view.x + view.w / 2, y: view.y + view.h / 2 }) {
  look({ x: p.x - (p.x - view.x) * factor, y: p.y - (p.y - view.y) * factor, w: view.w * factor });
}

// Pan to a part that is outside of the view.
function bringIntoView(part) {
  const place = part.getBoundingClientRect();
  const room = stage.getBoundingClientRect();
  if (place.left >= room.left && place.right <= room.right && place.top >= room.top && place.bottom <= room.bottom) return;
  const middle = at({ clientX: (place.left + place.right) / 2, clientY: (place.top + place.bottom) / 2 });
  const held = (to, from, most) => Math.min(Math.max(to, from), Math.max(from, most)); // no empty margin while parts are hidden
  look({
    ...view,
    x: held(middle.x - view.w / 2, full.x, full.x + full.w - view.w),
    y: held(middle.y - view.h / 2, full.y, full.y + full.h - view.h),
  });
}

// The whole picture; or, if its text would be too small, a readable part around the first number.
function fit(readable) {
  look(full);
  const scale = svg.getScreenCTM().a;
  if (readable && scale < 0.7) {
    zoom(scale / 0.9);
    bringIntoView(byName.get(data.order.at(-1)).box);
  }
}

const fingers = new Map();
let moved = 0;
stage.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, at(event)); }, { passive: false });
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
stage.addEventListener("click", () => { if (moved <= 4) trace(null); });

function focusOn(shape) {
  for (const { box } of shapes) box.setAttribute("tabindex", box === shape.box ? "0" : "-1");
  shape.box.focus({ preventScroll: true });
  bringIntoView(shape.box);
}

svg.setAttribute("role", "group");
svg.setAttribute("aria-label", "Numbers, from the inputs to the output");
for (const [i, shape] of shapes.entries()) {
  shape.box.setAttribute("role", "button");
  shape.box.setAttribute("tabindex", i ? "-1" : "0");
  for (const [j, kind] of [...shape.kinds].entries()) shape.texts[j]?.classList.add({ l: "label", d: "data", g: "grad" }[kind]);
  for (const g of [shape.box, shape.signBox]) {
    g?.addEventListener("pointerenter", () => { if (!selected) details(shape); });
    g?.addEventListener("pointerleave", () => { if (!selected) details(null); });
    g?.addEventListener("click", (event) => { event.stopPropagation(); if (moved <= 4) trace(selected === shape ? null : shape); });
  }
  shape.box.addEventListener("focus", () => { if (!selected) details(shape); });
  shape.box.addEventListener("keydown", (event) => {
    const to = { ArrowDown: shapes[i + 1], ArrowUp: shapes[i - 1] }[event.key];
    if (event.key === "Enter") trace(selected === shape ? null : shape);
    else if (to) focusOn(to);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

const KEYS = {
  ArrowRight: () => walk(step + 1),
  ArrowLeft: () => walk(step - 1),
  Home: () => walk(0),
  End: () => walk(Infinity),
  " ": toggle,
  "+": () => zoom(1 / 1.25),
  "-": () => zoom(1.25),
  0: () => fit(false),
  "[": () => toMoment(moment - 1),
  "]": () => toMoment(moment + 1),
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
  in: () => zoom(1 / 1.25), out: () => zoom(1.25), fit: () => fit(false),
  theme: () => {
    const dark = document.documentElement.dataset.theme !== "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    $("ui-theme").setAttribute("aria-pressed", String(dark));
    showMoment(moment);
  },
})) $(`ui-${id}`).addEventListener("click", action);
$("ui-slider").addEventListener("input", (event) => walk(Number(event.target.value)));
$("ui-speed").addEventListener("change", () => { if (timer !== null) { pause(); play(); } });
$("ui-search").addEventListener("input", (event) => search(event.target.value));
let turn = 0;
$("ui-search").addEventListener("keydown", (event) => { if (event.key === "Enter" && found.length) focusOn(found[turn++ % found.length]); });
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = dark ? "dark" : "light";
$("ui-theme").setAttribute("aria-pressed", String(dark));

fit(true);
choose(data.moments.length - 1);
