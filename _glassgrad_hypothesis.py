"""Entry point for Hypothesis, which calls `register` at its import; this must be fast and must not fail.

Strategies are registered here only if glassgrad is loaded; otherwise glassgrad registers them when it is imported.
"""

import os
import sys


def register() -> None:
    """Register strategies for Value and Tensor if glassgrad is loaded.

    >>> register()
    """
    if is_loaded():
        from autograd.testing.type_strategies import register_types

        register_types()


def is_loaded() -> bool:
    """True if the loaded package `autograd` is glassgrad's, in the folder of this file, without files of another one."""
    folder = os.path.dirname(getattr(sys.modules.get("autograd"), "__file__", None) or "")
    return os.path.dirname(folder) == os.path.dirname(__file__) and not os.path.exists(os.path.join(folder, "core.py"))
