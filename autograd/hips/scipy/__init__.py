"""SciPy's functions with derivatives: `special`, `stats`, `signal`, `integrate`."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

from . import integrate, signal, special, stats

__all__ = ["integrate", "signal", "special", "stats"]


class _Absent(MetaPathFinder):
    """Last finder of modules, whose error says which modules this package has."""

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        """Raise ImportError for a module below this package, since no other finder has found it."""
        if not name.startswith(f"{__name__}."):
            return None
        parent = sys.modules[name.rpartition(".")[0]]
        here = ", ".join(parent.__all__)
        raise ImportError(f"no module {name}: {parent.__name__} has {here}; declare others by autograd.extend.primitive")


sys.meta_path.append(_Absent())
