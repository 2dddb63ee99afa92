"""Optional packages: imports on first use, and errors that name the install command."""

from importlib import import_module
from typing import Any

#: For each optional module, the name of its package and the requirement to install.
REQUIREMENTS = {
    "hypothesis": ("Hypothesis", "glassgrad[check]"),
    "jax": ("JAX", "glassgrad[jax]"),
    "matplotlib": ("matplotlib", "glassgrad[plots]"),
    "llvmlite": ("llvmlite", "glassgrad[jit]"),
    "numpy": ("NumPy", "numpy"),
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
        ImportError: If its package is not installed; names the command. If the import of an installed package fails; has the
            package's error as its cause
    """
    package, requirement = REQUIREMENTS[module.partition(".")[0]]
    try:
        return import_module(module)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            raise ImportError(f"{what} needs {package}: pip install '{requirement}'") from None
        raise ImportError(f"{what} needs {package}, which is installed but cannot be imported: {error}") from error
