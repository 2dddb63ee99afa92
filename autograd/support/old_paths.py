"""Module paths of version 0.1.0, for pickles that were written by it."""

import sys
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

from autograd.support.public import public_names

#: For each package, the new module of each old module that had picklable objects.
MOVED = {
    "autograd": {
        "checkpointing": "transforms.checkpoint", "checks.against": "checks._check_against",
        "checks.checking": "checks._check_gradients", "checks.errors": "checks.report",
        "checks.property": "checks.property_testing", "draw": "drawing.draw", "draw.drawing": "drawing.drawing",
        "draw.explaining": "drawing.explain", "draw.page": "drawing.page.page", "draw.paths": "drawing.paths",
        "draw.render": "drawing.graphviz", "draw.story": "drawing.page.steps", "flat": "transforms.ravel",
        "gradients": "engine.gradients", "jacobians": "transforms.jacobian", "op": "ops.op",
        "programs": "testing.random_programs", "recording": "base.grad_mode", "rules": "ops.rules",
        "rules.activations": "ops.rules.activations", "rules.arithmetic": "ops.rules.arithmetic",
        "rules.bilinear": "ops.rules.products", "rules.choices": "ops.rules.selection",
        "rules.comparisons": "ops.rules.comparisons", "rules.diagonals": "ops.rules.linalg",
        "rules.einsum": "ops.rules.einsum", "rules.exponential": "ops.rules.exponential",
        "rules.indexing": "ops.rules.indexing", "rules.joining": "ops.rules.joining", "rules.layout": "ops.rules.shape",
        "rules.linalg": "ops.rules.linalg", "rules.linear": "ops.rules.shape", "rules.norms": "ops.rules.reductions",
        "rules.padding": "ops.rules.padding", "rules.reductions": "ops.rules.reductions",
        "rules.rounding": "ops.rules.rounding", "rules.scans": "ops.rules.cumulative",
        "rules.softmax": "ops.rules.softmax", "rules.special": "ops.rules.special",
        "rules.spread": "ops.rules.reductions", "rules.trigonometry": "ops.rules.trigonometry",
        "scopes": "engine.scopes", "tape.compiling": "tape.compile", "tensor": "engine.tensor",
        "transforms": "transforms.grad_vjp_jvp", "value": "engine.value",
    },
    "nn": {
        "activations": "modules.activations", "adaptive": "optim.adaptive", "binary": "losses.binary",
        "blocks": "modules.layers", "callbacks": "callbacks.early_stopping", "checkpoints": "callbacks.checkpoint",
        "clipping": "optim.clipping", "data": "data.loader", "fashion_mnist": "datasets._fashion_mnist",
        "files": "io.npz", "history": "run.history", "initializers": "modules.init", "interchange": "io.torch",
        "layers": "modules.layers", "lbfgs": "optim.lbfgs", "logs": "callbacks.loggers",
        "losses": "losses.classification", "metrics": "metrics.functional", "mnist": "datasets._mnist",
        "module": "modules.module", "normalization": "modules.normalization", "on_disk": "data.on_disk",
        "onnx_files": "io.onnx", "optimizers": "optim.optimizer", "plots.classes": "plots.confusion",
        "plots.curves": "plots.diagnostics", "plots.inside": "plots.diagnostics", "predicting": "modules.predict",
        "preparing": "data.preprocessing", "recording": "callbacks.training_page", "reductions": "losses._reduction",
        "regression": "losses.regression", "running": "metrics.streaming", "saving": "io.model_files",
        "training": "training.fit_loop", "watching": "callbacks.monitor",
    },
}  # fmt: skip


def keep_old_paths(package: str) -> None:
    """Register the old modules of a package; their attributes are public names and those of the new modules."""
    for old, new in MOVED[package].items():
        name = f"{package}.{old}"
        module = sys.modules.setdefault(name, ModuleType(name, f"Path of {package}.{new} in version 0.1.0."))
        vars(module)["__getattr__"] = partial(_find, package, f"{package}.{new}")


def _find(package: str, new: str, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    public = sys.modules[package]
    return getattr(public if name in public_names(vars(public)) else import_module(new), name)
