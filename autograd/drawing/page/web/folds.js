// Frames that fold in place, folds that open, the two directions of the picture, chapters by frame.

// Pictures of the page by their number: 1 for the other direction, plus 2 for open folds.
const pictures = [stage.querySelector("svg"), ...[1, 2, 3].map((i) => $(`ui-picture-${i}`)?.content.firstElementChild)];
const sizes = pictures.map((root) => root && (({ x, y, width: w, height: h }) => ({ x, y, w, h }))(root.viewBox.baseVal));
let picture = 0;

function show(next, to = null) {
  if (!pictures[next]) return;
  pause();
  step = to ?? (scenes[next >> 1] === scene ? step : sameStep(scenes[next >> 1]));
  scene = scenes[next >> 1];
  const again = selected && scene.shapes.find(({ node }) => node >= 0 && node === selected.node);
  picture = next;
  bind(pictures.filter(Boolean).length > 1 ? pictures[next].cloneNode(true) : pictures[next]);
  $("ui-folds").textContent = next > 1 ? "Fold" : "Unfold";
  fit(true);
  choose(moment);
  if (again) trace(again);
}

// The step of another scene with the formula of this step, or of the last one before it.
function sameStep(other) {
  const places = new Map((other.chapters[moment] ??= read(other, moment)).steps.map(({ kind, formula }, i) => [kind + formula, i]));
  for (let i = step; i > 0; i--) {
    const { kind, formula } = chapter.steps[i];
    if (kind !== "inside" && places.has(kind + formula)) return places.get(kind + formula);
  }
  return 0;
}

function unfold(shape) {
  if (!scenes[1] || scene === scenes[1]) return trace(selected === shape ? null : shape);
  show(picture + 2);
  return focusOn(scene.byName.get(chapter.steps[step].place) ?? scene.shapes[0]);
}

// A frame folds in place: a cover hides its contents, and the layout does not change.
function foldable([id, title, names, holds]) {
  const cluster = $(id);
  const label = cluster.querySelector("text");
  if (!label) return; // a frame without a name
  const members = new Set(names);
  const { x, y, width, height } = cluster.querySelector("path, polygon").getBBox();
  const cover = drawn("g", { class: "cover node" });
  drawn("rect", { x, y, width, height, rx: 6 }, cover);
  const text = drawn("text", { x: x + width / 2, y: y + height / 2, "text-anchor": "middle", "font-size": 12 }, cover);
  text.textContent = `${title}: ${holds}`;
  const fold = (folded) => {
    pause();
    if (folded) svg.querySelector(".graph").append(cover);
    else cover.remove();
    label.setAttribute("aria-expanded", String(!folded));
    for (const name of names) for (const g of scene.byName.get(name).parts) g.classList.toggle("inside", folded);
    for (const edge of scene.edges) if (members.has(edge.from) && members.has(edge.to)) edge.line.classList.toggle("inside", folded);
    (folded ? cover : label).focus();
  };
  for (const [g, name, folded] of [[cover, `Unfold ${title}`, false], [label, `Fold ${title}`, true]]) {
    g.setAttribute("role", "button");
    g.setAttribute("tabindex", "0");
    g.setAttribute("aria-label", name);
    acts.set(g, () => fold(folded));
  }
}

// Chapters: runs of steps of one pass in one frame, the innermost; those of the passes alone if there are too many.
function sections(frames, steps) {
  const homes = new Map(frames.flatMap(([, title, names]) => names.map((name) => [name, title])));
  const seed = steps.findIndex(({ kind }) => kind === "seed");
  const split = (title) => {
    const starts = [];
    const sectionOf = steps.map((s, i) => {
      const name = i ? [seed >= 0 && i >= seed ? "Backward" : "Forward", title(s)].filter(Boolean).join(": ") : "Start";
      if (starts.at(-1)?.name !== name) starts.push({ name, at: i });
      return starts.length - 1;
    });
    return { starts, sectionOf, seed };
  };
  const fine = split(({ source, place }) => homes.get(source || place));
  return fine.starts.length > 60 ? split(() => "") : fine;
}

function showSections() {
  const { starts, seed, steps } = chapter;
  $("ui-chapter").replaceChildren(...starts.map(({ name }, i) => new Option(name, i)));
  $("ui-passes").hidden = seed < 0;
  [...$("ui-passes").children].forEach((part, i) => { part.style.flexGrow = i ? steps.length - seed : seed; });
}

$("ui-folds").hidden = !pictures[2];
$("ui-turn").hidden = !pictures[1];
