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
    """Import a module that `what` needs."""
    package, requirement = REQUIREMENTS[module.partition(".")[0]]
    try:
        return import_module(module)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            raise ImportError(f"{what} needs {package}: {install_command(requirement)}") from None
        raise ImportError(f"{what} needs {package}, which is installed but cannot be imported: {error}") from error


def install_command(requirement: str) -> str:
    """Command that installs a requirement; one for the folder of the source, if this package runs without an installation.

    >>> install_command("torch")
    "pip install 'torch'"
    """
    from importlib.metadata import PackageNotFoundError, distribution  # slow to import
    from pathlib import Path

    if requirement.startswith("glassgrad"):
        try:
            distribution("glassgrad")
        except PackageNotFoundError:
            folder = Path(__file__).parents[2]
            return f"pip install --editable '{folder}{requirement.removeprefix('glassgrad')}'"
    return f"pip install '{requirement}'"
