"""Packages of other projects in a playground: Pyodide and Viz.js of the npm registry and, where it can be reached, NumPy."""

import json
from functools import partial
from pathlib import Path

from autograd.support.cache_folder import cache_folder
from autograd.support.download import Files, Source, download, load_or_fetch, npm_pack, read_tarball, verify

PYODIDE = "pyodide@314.0.7"
VIZ = "@viz-js/viz@3.31.0"
LOCK = "pyodide-lock.json"

#: Members of the npm packages, with their SHA-256.
MEMBERS = {
    PYODIDE: {
        "package/pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
        "package/pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
        "package/pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
        "package/python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
        f"package/{LOCK}": "5dc2fc119108bc148c7457dc86e7675b5c87e1cafd420b9c34c1eaef7b36c010",
    },
    VIZ: {"package/dist/viz.js": "b9840ae5b70681356c207510db8820ac3f883607740616455d9c7c47d67ea646"},
}

#: Folder of the wheels in the lock file of Pyodide; no package registry has that of NumPy.
WHEELS = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE.partition('@')[2]}/full/"


def npm_files() -> Files:
    """Return the files of Pyodide and Viz.js by name, from the cache or the npm registry.

    Raises:
        ConnectionError: If they are not cached, and npm is missing or fails
    """
    return _npm_files(PYODIDE) | _npm_files(VIZ)


def _npm_files(package: str) -> Files:
    published = MEMBERS[package]
    advice = f"A playground is built of npm packages: `npm pack {package}` must work once"

    def fetch(_: object) -> Files:
        return npm_pack(package, partial(read_tarball, published=published, advice=advice))

    digests = {member.rpartition("/")[2]: digest for member, digest in published.items()}
    return _load(package, digests, f"npm pack {package}", fetch, advice)


def numpy_wheel(lock: bytes) -> Files:
    """Return the wheel of NumPy that the lock file of Pyodide names, by its file name.

    Raises:
        ConnectionError: If it is not cached, and the distribution of Pyodide cannot be reached
    """
    entry = json.loads(lock)["packages"]["numpy"]
    name, digest = entry["file_name"], entry["sha256"]

    def fetch(_: object) -> Files:
        return {name: verify(download(WHEELS + name), "SHA256", digest, WHEELS + name)}

    advice = f"To include it, put {name} into {cache_folder('playground')}"
    return _load("NumPy for Pyodide", {name: digest}, WHEELS, fetch, advice)


def _load(what: str, digests: dict[str, str], address: str, source: Source, advice: str) -> Files:
    """Return files by name, each with its SHA-256, from the cache or the source."""

    def read(path: Path) -> bytes:
        return verify(path.read_bytes(), "SHA256", digests[path.name], path)

    return load_or_fetch(what, cache_folder("playground"), list(digests), read, {address: source}, advice)
