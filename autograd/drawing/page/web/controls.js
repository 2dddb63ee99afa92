// The controls of a training in the page, and its loop: as many epochs a frame of the screen as the pace allows.

const BUDGET = 12; // milliseconds of a frame for epochs
let learning = false;
let ticks = 0;

const begin = () => { if (frames.length === RECORDED) restart(); };

function showLearned() {
  keepFrame();
  toMoment(frames.length - 1);
  const [loss] = losses.slice(-1);
  $("ui-learn-epoch").textContent = `epoch ${learner.epoch}${loss === undefined ? "" : `, loss ${loss.toPrecision(4)}${accuracy(learner.weights)}`}`;
  $("ui-learned").style.flexGrow = frames.length - RECORDED;
  $("ui-learned").hidden = false;
}

function stopLearning(reason = "") {
  learning = false;
  $("ui-step").setAttribute("aria-live", "polite");
  $("ui-learn-run").textContent = "Learn";
  $("ui-learn-run").setAttribute("aria-pressed", "false");
  $("ui-learn-said").textContent = reason;
}

function learnSome(pace) {
  const until = performance.now() + BUDGET;
  let finite;
  do finite = learnEpoch(); while (finite && pace === 0 && performance.now() < until);
  showLearned();
  if (!finite) stopLearning("The next step would not be finite: choose a lower rate.");
}

function tick() {
  if (!learning) return undefined;
  if (frame !== frames.length - 1) return stopLearning(); // the reader looks at another one
  const pace = Number($("ui-learn-pace").value);
  if (pace === 0 || ++ticks % pace === 0) learnSome(pace);
  return requestAnimationFrame(tick);
}

function startLearning() {
  if (!pupil.n) return stopLearning("There are no points: set some in the picture.");
  begin();
  stopRunning();
  stopLearning();
  showLearned();
  learning = true;
  $("ui-step").setAttribute("aria-live", "off"); // it changes with every frame
  $("ui-learn-run").textContent = "Pause";
  $("ui-learn-run").setAttribute("aria-pressed", "true");
  return requestAnimationFrame(tick);
}

const still = (action) => () => { stopLearning(); action(); showLearned(); };
for (const [name, action] of Object.entries({
  run: () => (learning ? stopLearning() : startLearning()),
  step: () => { stopLearning(); if (pupil.n) { begin(); learnSome(1); } else startLearning(); },
  reset: still(restart),
  seed: still(reseed),
})) $(`ui-learn-${name}`).addEventListener("click", action);

function setRate() {
  choice.lr = 10 ** Number($("ui-learn-rate").value);
  $("ui-learn-lr").textContent = Number(choice.lr.toPrecision(2));
}

function setOptimizer() {
  choice.update = LEARNING.updates[$("ui-learn-optimizer").value];
  $("ui-learn-rate").value = Math.log10(choice.update.lr);
  setRate();
  if (learner.weights) forget();
}

function options(id, texts, values) {
  texts.forEach((text, i) => $(id).append(new Option(text, values[i])));
}

const batches = [lesson.batch, 1, 8, 32, 128].filter((size, i, all) => LEARNING.anyRows && size < lesson.rows && all.indexOf(size) === i).sort((a, b) => a - b);
options("ui-learn-batch", [`all ${lesson.rows.toLocaleString("en")} rows`, ...batches], [0, ...batches]);
$("ui-learn-batch").value = batches.includes(lesson.batch) ? lesson.batch : 0;
options("ui-learn-optimizer", Object.keys(LEARNING.updates), Object.keys(LEARNING.updates));
$("ui-learn-optimizer").addEventListener("change", setOptimizer);
$("ui-learn-rate").addEventListener("input", setRate);
const setBatch = () => { choice.batch = Number($("ui-learn-batch").value); };
$("ui-learn-batch").addEventListener("change", setBatch);
setBatch();
setOptimizer();
if (lesson.rows < lesson.total) $("ui-learn-epoch").textContent = `a sample of ${lesson.rows.toLocaleString("en")} of ${lesson.total.toLocaleString("en")} rows`;

// Below the slider: its recorded part, and the part learned here.
const slider = $("ui-moment");
const track = Object.assign(document.createElement("span"), { className: "track" });
slider.replaceWith(track);
track.append(slider, $("ui-parts"));
$("ui-parts").hidden = false;
$("ui-recorded-part").style.flexGrow = RECORDED - 1;
$("ui-learn").after($("ui-charts"));
