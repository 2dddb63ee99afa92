"""The entry point for Hypothesis, which calls `register` whenever it is imported: it must cost nothing, and break nothing.

Only if glassgrad is loaded already is there anything to register; if it is loaded later, it does so itself.
"""

import os
import sys


def register() -> None:
    """Register strategies for Value and Tensor, unless the `autograd` that is loaded is another package, or none is.

    >>> register()
    """
    file = getattr(sys.modules.get("autograd"), "__file__", None) or ""
    if os.path.dirname(os.path.dirname(file)) == os.path.dirname(__file__):
        from autograd.testing.type_strategies import register_types

        register_types()
