// Training in the page: programs of loss and model that Python wrote for any number of rows, and rules of optimizers.

const lesson = time.learn;
const lengths = lesson.parameters.map(([, shape]) => shape.reduce((a, b) => a * b, 1));
const parts = (flat) => {
  let from = 0;
  return lengths.map((n) => flat.subarray(from, (from += n)));
};

// A program has buffers for its number of rows.
const programs = { loss: new Map(), responses: new Map() };
function programOf(name, n) {
  const known = programs[name];
  if (!known.has(n)) {
    if (known.size > 8) known.clear();
    known.set(n, LEARNING[name](n));
  }
  return known.get(n);
}

const pupil = { x: decode(lesson.x), y: decode(lesson.y), n: lesson.rows, points: null }; // the rows that are learned
const choice = { update: null, lr: 0, batch: 0 }; // of the reader; a batch of 0 is all rows
const learner = { start: decode(lesson.weights[0]), seed: 1 }; // Reset goes to the start

function restart() {
  const { start, seed } = learner;
  Object.assign(learner, { weights: start.slice(), gradient: new Float64Array(start.length), epoch: 0, stride: 1, random: seed });
  learner.views = parts(learner.weights);
  forget();
  losses.length = 0;
  frames.splice(RECORDED);
  keepFrame();
}

// The state of the optimizer as before its first step.
function forget() {
  learner.steps = 0;
  learner.states = [...Array(choice.update.states)].map(() => new Float64Array(learner.start.length));
}

// Other parameters to start from: the entries of each array in another order, so that their distribution stays.
function reseed() {
  learner.random = ++learner.seed;
  learner.start = learner.start.slice();
  parts(learner.start).forEach(shuffle);
  restart();
}

// Uniform numbers from 0 to 1 (mulberry32).
function uniform() {
  learner.random = (learner.random + 0x6d2b79f5) | 0;
  let t = Math.imul(learner.random ^ (learner.random >>> 15), 1 | learner.random);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function shuffle(numbers) {
  for (let i = numbers.length - 1; i > 0; i--) {
    const k = Math.floor(uniform() * (i + 1));
    [numbers[i], numbers[k]] = [numbers[k], numbers[i]];
  }
  return numbers;
}

// One step of the optimizer on m rows; returns the loss before it.
function descend(x, y, m) {
  const [[loss], gradients] = programOf("loss", m)([...learner.views, x, y]);
  let from = 0;
  for (let k = 0; k < lengths.length; from += lengths[k++]) if (gradients[k]) learner.gradient.set(gradients[k], from);
  choice.update.rule(learner.weights, learner.gradient, learner.states, choice.lr, ++learner.steps);
  return loss[0];
}

// One epoch; returns false, and goes back to the last frame, if its loss or a parameter is not finite.
function learnEpoch() {
  const { x, y, n } = pupil;
  const size = Math.min(n, choice.batch || n);
  const order = size < n ? shuffle([...Array(n).keys()]) : null;
  let total = 0;
  for (let from = 0; from < n; from += size) {
    const m = Math.min(size, n - from);
    total += m * (order ? descend(pick(x, lesson.width, order, from, m), pick(y, lesson.targetWidth, order, from, m), m) : descend(x, y, m));
  }
  if (!Number.isFinite(total) || !learner.weights.every(Number.isFinite)) return goBack();
  losses.push(total / n);
  if (++learner.epoch % learner.stride === 0) keepFrame();
  return true;
}

function goBack() {
  const { weights, epoch } = frames.at(-1);
  learner.weights.set(weights);
  learner.epoch = losses.length = epoch;
  forget();
  return false;
}

function pick(array, width, order, from, m) {
  const out = new Float64Array(m * width);
  for (let i = 0; i < m; i++) for (let k = 0; k < width; k++) out[i * width + k] = array[order[from + i] * width + k];
  return out;
}
