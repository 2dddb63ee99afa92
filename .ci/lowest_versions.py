"""Print the lowest versions that pyproject.toml declares for the package and its tests, as requirements of pip."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
extras = project["optional-dependencies"]


def requirements(given: Iterable[str]) -> Iterator[str]:
    """Requirements, with those of the extras in the place of `glassgrad[…]`."""
    for requirement in given:
        if own := re.fullmatch(r"glassgrad\[(.*)\]", requirement):
            for extra in own[1].split(","):
                yield from requirements(extras[extra])
        else:
            yield requirement


for requirement in dict.fromkeys(requirements([*project["dependencies"], *extras["test"]])):
    print(requirement.replace(">=", "=="))
