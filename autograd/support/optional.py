"""Optional packages: imported on first use, with the command that installs them in the error."""

from importlib import import_module
from typing import Any

#: For each optional module, the name of its package and the requirement that brings it.
REQUIREMENTS = {
    "hypothesis": ("Hypothesis", "glassgrad[check]"),
    "jax": ("JAX", "glassgrad[jax]"),
    "matplotlib": ("matplotlib", "glassgrad[plots]"),
    "numba": ("numba", "glassgrad[jit]"),
    "onnx": ("onnx", "glassgrad[onnx]"),
    "safetensors": ("safetensors", "glassgrad[safetensors]"),
    "scipy": ("SciPy", "glassgrad[special]"),
    "sklearn": ("scikit-learn", "glassgrad[sklearn]"),
    "tensorboardX": ("tensorboardX", "glassgrad[tensorboard]"),
    "torch": ("PyTorch", "torch"),
}


def require(module: str, what: str) -> Any:
    """Import a module that `what` needs.

    Raises:
        ImportError: if its package is not installed, names the command; if the package is installed and fails while it is
            imported, with the package's own error as the cause
    """
    package, requirement = REQUIREMENTS[module.partition(".")[0]]
    try:
        return import_module(module)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            raise ImportError(f"{what} needs {package}: pip install '{requirement}'") from None
        raise ImportError(f"{what} needs {package}, which is installed and cannot be imported: {error}") from error
