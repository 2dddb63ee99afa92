"""Clash with another package that imports as `autograd`: found by its files, explained with the cure."""

import os

_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def clash() -> str:
    """Explanation and cure, if files of another package named `autograd` lie, or lay, in the folder of this one; else "".

    Another distribution has `autograd/core.py`. It installs its own `autograd/__init__.py` over the one of glassgrad, and pip
    removes that file with it.

    >>> clash()
    ''
    """
    if os.path.exists(os.path.join(_FOLDER, "core.py")):
        return (
            f"'glassgrad' and 'autograd' are both installed in {_FOLDER}, and an environment can hold only one of them: "
            "`pip uninstall autograd glassgrad`, then `pip install glassgrad`, and autograd in another environment"
        )
    if not os.path.exists(os.path.join(_FOLDER, "__init__.py")):
        return (
            f"{_FOLDER}/__init__.py of glassgrad is missing, since another package named 'autograd' was uninstalled: "
            "`pip install --force-reinstall --no-deps glassgrad`"
        )
    return ""
