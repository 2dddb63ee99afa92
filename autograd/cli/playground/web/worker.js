// Python in a worker: starts from the parts of the file, then runs one program after the other.

const MOST = 200_000; // characters of printed text in a run

const decoder = new TextDecoder();
let count = 0;

// Send printed text at once: no timer runs in this worker during a program.
function write(bytes) {
  if (count < MOST) {
    const text = decoder.decode(bytes, { stream: true });
    count += text.length;
    postMessage({ type: "print", text: count < MOST ? text : `${text}\n… output after ${MOST.toLocaleString("en")} characters is left out\n` });
  }
  return bytes.length;
}

const module = (bytes) => import(URL.createObjectURL(new Blob([bytes], { type: "text/javascript" })));

const IMPORTS = `
import random, sys
from autograd.cli.playground.session import run_program
from autograd.drawing import graphviz
`;
const RUN = `
random.seed()
sys.stdout.reconfigure(line_buffering=True)
graphviz.renderer = renderer
def run(source):
    outcome = run_program(source)
    sys.stdout.flush()
    return outcome.kind, outcome.content, outcome.line, outcome.details
run
`;

// Start Python, from the memory of an earlier start if there is one: that takes a tenth of the time.
async function start({ loader, python, machine, library, lock, renderer, packages, wheels, memory }) {
  self.importScripts = undefined; // marks a worker in which the loader may use import()
  // The loader fetches its parts by address: they are here already.
  self.fetch = async () => new Response(library);
  WebAssembly.instantiateStreaming = async (_, imports) => ({ module: machine, instance: await WebAssembly.instantiate(machine, imports) });
  const [{ loadPyodide }, { default: createPyodideModule }, viz] = await Promise.all([
    module(loader), module(python), module(renderer).then(({ instance }) => instance()),
  ]);
  const pyodide = await loadPyodide({
    createPyodideModule, indexURL: "https://playground.invalid/", lockFileContents: decoder.decode(lock),
    ...(memory ? { _loadSnapshot: memory } : { _makeSnapshot: true }),
  });
  const [folder] = pyodide.runPython("import site; site.getsitepackages()").toJs();
  for (const archive of [packages, ...wheels]) pyodide.unpackArchive(archive, "zip", { extractDir: folder });
  if (!memory) {
    pyodide.runPython(IMPORTS);
    postMessage({ type: "started", memory: pyodide.makeMemorySnapshot() });
  }
  pyodide.setStdin({ stdin: () => null });
  pyodide.setStdout({ write });
  pyodide.setStderr({ write });
  pyodide.globals.set("renderer", (dot) => viz.renderString(dot, { format: "svg" }));
  return pyodide.runPython(RUN);
}

let run;
const TASKS = {
  async start({ parts }) {
    run = await start(parts);
    postMessage({ type: "ready" });
  },
  run({ source }) {
    count = 0;
    const [kind, content, line, details] = run(source).toJs();
    postMessage({ type: "done", kind, content, line, details });
  },
};

onmessage = async ({ data }) => {
  try {
    await TASKS[data.type](data);
  } catch (error) { // not of the program, but of Python itself
    postMessage({ type: "crash", message: String(error) });
  }
};
