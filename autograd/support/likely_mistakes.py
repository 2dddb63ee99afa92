"""Likely mistakes: their warning, and gradients that are added to those of an optimizer's last step."""

import sys
from collections.abc import Iterable
from typing import Any
from warnings import warn
from weakref import WeakValueDictionary


class LikelyMistake(UserWarning):
    """Warning of a call that is allowed and almost never meant; it names the cure.

    `warnings.simplefilter("ignore", nn.LikelyMistake)` ignores all of them.
    """


def warn_likely_mistake(text: str) -> None:
    """Warn with the line of the first caller outside of both packages."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("autograd", "nn"):
        frame, level = frame.f_back, level + 1
    warn(text, LikelyMistake, stacklevel=level)


class UsedGradient:
    """Gradient of a leaf that the last optimizer step used, its sum with later ones if any, and the warnings shown."""

    def __init__(self) -> None:
        self.leaf: Any = None
        self.gradient: Any = None
        self.sum: Any = None
        self.warned: set[str] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        return UsedGradient, ()  # copies and pickles begin anew

    def use(self, leaf: Any) -> bool:
        """Note the gradient of a leaf as used; returns True if it contains the one that was used before."""
        if leaf is not self.leaf:
            self.leaf, self.sum = leaf, None
            used_gradients[id(leaf)] = self
        gradient = leaf.grad
        added = self.sum is not None and self.sum is gradient
        self.gradient, self.sum = gradient, None
        return added

    def follow(self, before: Any, after: Any) -> None:
        """Note that `after`, a sum that contains `before` or a multiple of it, replaces `before`."""
        if (before is self.sum or before is self.gradient) and (before.any() if hasattr(before, "any") else before):
            self.sum = after

    def warn_once(self, text: str) -> None:
        """Warn of a likely mistake, once."""
        if text not in self.warned:
            self.warned.add(text)
            warn_likely_mistake(text)


#: The used gradients by `id` of their leaves, of optimizers that exist.
used_gradients: WeakValueDictionary[int, UsedGradient] = WeakValueDictionary()


def follow_gradients(leaves: Iterable[Any], before: Iterable[Any], after: Iterable[Any]) -> None:
    """Follow the gradients of leaves that a sweep, or clipping, replaces."""
    for leaf, old, new in zip(leaves, before, after, strict=True):
        if old is not None and (used := used_gradients.get(id(leaf))) is not None:
            used.follow(old, new)
