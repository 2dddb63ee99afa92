"use strict";
// The page: an editor, and a worker that runs its program.

const $ = (id) => document.getElementById(id);
const [source, status] = [$("source"), $("status")];
const NONCE = document.currentScript.nonce;
const TAB = "    ";

// Parts of the file: base64 of compressed bytes.

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

const through = async (bytes, stream) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
const unpack = (bytes) => through(bytes, new DecompressionStream("deflate-raw"));

async function readParts() {
  const blocks = [...document.querySelectorAll("script.part")];
  const parts = Object.fromEntries(await Promise.all(blocks.map(async (block) => {
    const bytes = await unpack(bytesOf(block.textContent));
    block.remove();
    return [block.dataset.name, bytes];
  })));
  parts.machine = await WebAssembly.compile(parts.machine); // once for all workers
  parts.wheels = Object.keys(parts).filter((name) => name.startsWith("wheel-")).map((name) => parts[name]);
  return parts;
}

// The worker. `waiting` is the program to run when it is ready, `running` is true during a run of `ran`.

const parts = readParts();
let worker = null;
let waiting = null;
let running = false;
let ran = "";

async function start(text) {
  worker?.terminate();
  [worker, running] = [null, false];
  showState(text);
  const all = await parts;
  // Not a module: browsers start no module worker for a page opened from a file.
  worker = new Worker(URL.createObjectURL(new Blob([all.worker], { type: "text/javascript" })));
  worker.onmessage = receive;
  worker.postMessage({ type: "start", parts: all });
}

const TASKS = {
  async started({ memory }) {
    (await parts).memory = memory;
  },
  ready() {
    document.documentElement.dataset.ready = Math.round(performance.now());
    showState("Ready");
    worker.ready = true;
    if (waiting !== null) send();
  },
  print({ text }) {
    $("printed").hidden = false;
    $("printed").append(text);
  },
  done(outcome) {
    running = false;
    showState("Done");
    SHOW[outcome.kind](outcome);
  },
  crash({ message }) {
    showError({ content: `Python stopped: ${message}`, line: 0, details: "" });
    if (worker.ready) start("Python stopped; starting it again …");
    else showState("Python cannot start in this browser");
  },
};

const receive = ({ data, target }) => { if (target === worker) TASKS[data.type](data); };

function send() {
  running = true;
  ran = waiting;
  showState("Running …");
  worker.postMessage({ type: "run", source: ran });
  waiting = null;
}

function run() {
  if (running) return;
  clear();
  waiting = source.value;
  if (worker?.ready) send();
  else showState("Loading; the program runs when Python is ready …");
}

function stop() {
  waiting = null;
  if (running) start("Stopped; starting Python again …");
  else showState("Loading Python …");
}

function showState(text) {
  status.textContent = text;
  $("run").disabled = running || waiting !== null;
  $("stop").disabled = !running && waiting === null;
}

// The end of a run.

function clear() {
  for (const id of ["printed", "value", "picture", "error", "result", "band", "fault"]) $(id).hidden = true;
  $("printed").textContent = "";
}

const SHOW = {
  error: showError,
  text({ content }) {
    $("value").textContent = content;
    $("value").hidden = !content;
  },
  picture({ content }) {
    URL.revokeObjectURL($("picture").src);
    $("picture").src = URL.createObjectURL(new Blob([content], { type: "image/svg+xml" }));
    $("picture").hidden = false;
  },
  page({ content }) {
    // A new frame: one that was hidden may stay unpainted. The policy of this page holds in it too, beside its own.
    const frame = Object.assign($("result").cloneNode(), { hidden: false });
    frame.srcdoc = content.replaceAll(/<(script|style)>/g, `<$1 nonce="${NONCE}">`);
    $("result").replaceWith(frame);
    frame.scrollIntoView({ block: "nearest" });
  },
};

function showError({ content: message, line, details }) {
  $("message").textContent = line ? `Line ${line}: ${message}` : message;
  $("traceback").textContent = details;
  $("error").querySelector("details").hidden = !details;
  $("error").hidden = false;
  if (!line || source.value !== ran) return; // the line of another program
  $("fault").textContent = message;
  $("room").style.setProperty("--line", line - 1);
  $("room").style.setProperty("--end", source.value.split("\n")[line - 1]?.length ?? 0);
  for (const id of ["band", "fault"]) $(id).hidden = false;
  source.scrollTop = (line - 4) * rowHeight();
  place();
}

// The editor.

const rowHeight = () => parseFloat(getComputedStyle(source).lineHeight);

function number() {
  const count = source.value.split("\n").length;
  $("numbers").textContent = Array.from({ length: count }, (_, i) => i + 1).join("\n");
  source.rows = Math.max(8, Math.min(20, count + 1));
  place();
}

// Keep the numbers and the mark of an error beside their lines.
function place() {
  $("numbers").scrollTop = source.scrollTop;
  $("room").style.setProperty("--above", `${-source.scrollTop}px`);
}

// Text is inserted as if typed, so that it can be undone.
const insert = (text) => document.execCommand("insertText", false, text);

function replaceProgram(text) {
  source.focus();
  source.select();
  insert(text);
  source.setSelectionRange(0, 0);
  source.scrollTop = 0;
  clear();
}

function indent(back) {
  const { value, selectionStart: from, selectionEnd: to } = source;
  if (from === to && !back) return insert(TAB);
  const begin = value.lastIndexOf("\n", from - 1) + 1;
  const lines = value.slice(begin, to).split("\n").map((line) => (back ? line.replace(/^ {1,4}/, "") : TAB + line));
  source.setSelectionRange(begin, to);
  insert(lines.join("\n"));
  return source.setSelectionRange(from === to ? source.selectionEnd : begin, source.selectionEnd);
}

function breakLine() {
  const line = source.value.slice(source.value.lastIndexOf("\n", source.selectionStart - 1) + 1, source.selectionStart);
  insert(`\n${line.match(/^ */)[0]}${/:\s*$/.test(line) ? TAB : ""}`);
}

let leaving = false; // the next Tab moves the focus, as elsewhere
source.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const act = { Tab: plain && !leaving && (() => indent(event.shiftKey)), Enter: plain && !event.shiftKey && breakLine }[event.key];
  if (event.key === "Escape") $("fault").hidden = true; // it may hide a line
  leaving = event.key === "Escape" || (leaving && event.key === "Shift");
  if (!act) return;
  event.preventDefault();
  act();
});
source.addEventListener("input", () => {
  for (const id of ["band", "fault"]) $(id).hidden = true;
  number();
});
source.addEventListener("scroll", place);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});
$("run").addEventListener("click", run);
$("stop").addEventListener("click", stop);
$("examples").addEventListener("change", () => {
  replaceProgram($("examples").value);
  $("examples").focus();
});

// Programs in the address, and as files.

const MARK = "#program=";

async function share() {
  const packed = await through(new TextEncoder().encode(source.value), new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  location.hash = MARK + text;
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  status.textContent = copied ? "The link is copied" : "The link is in the address bar";
}

async function readAddress() {
  if (!location.hash.startsWith(MARK)) return;
  try {
    const text = location.hash.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/");
    const program = new TextDecoder().decode(await unpack(bytesOf(text.padEnd(Math.ceil(text.length / 4) * 4, "="))));
    if (program !== source.value) replaceProgram(program);
    $("examples").selectedIndex = 0;
  } catch {
    showError({ content: "The address holds no program: copy the whole link", line: 0, details: "" });
  }
}

function save() {
  const url = URL.createObjectURL(new Blob([source.value], { type: "text/x-python" }));
  Object.assign(document.createElement("a"), { href: url, download: "program.py" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

$("share").addEventListener("click", share);
$("save").addEventListener("click", save);
addEventListener("hashchange", readAddress);

replaceProgram($("examples").options[1].value);
$("examples").selectedIndex = 1;
readAddress();
start("Loading Python …");
