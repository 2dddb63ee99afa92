"""The entry point for Hypothesis, which calls `register` whenever it is imported: it must cost nothing, and break nothing.

Only if glassgrad is loaded already is there anything to register; if it is loaded later, it does so itself.
"""

import os
import sys


def register() -> None:
    """Register strategies for Value and Tensor, unless the `autograd` that is loaded is another package, or none is.

    >>> register()
    """
    if is_loaded():
        from autograd.testing.type_strategies import register_types

        register_types()


def is_loaded() -> bool:
    """True if the package that is loaded as `autograd` is glassgrad's, which lies beside this file."""
    file = getattr(sys.modules.get("autograd"), "__file__", None) or ""
    return os.path.dirname(os.path.dirname(file)) == os.path.dirname(__file__)
