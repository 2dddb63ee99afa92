"""Every disagreement with a peer that is on record is there, in the version that it was recorded of."""

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parent / "known_disagreements.md").read_text()
VERSIONS = dict(zip(("torch", "jax"), re.search(r"PyTorch (\S+) and JAX (\S+)", TEXT).groups(), strict=True))
_, START, *BLOCKS = re.split(r"```python\n(.*?)```", TEXT, flags=re.S)
STORIES = [text.strip().splitlines()[-1] for text in [*BLOCKS[::2]][:-1]]


@pytest.mark.peer
@pytest.mark.parametrize("number", range(len(STORIES)), ids=STORIES)
def test_it_is_still_there(number):
    for peer, version in VERSIONS.items():
        if not pytest.importorskip(peer).__version__.startswith(version):
            pytest.skip(f"recorded of {peer} {version}")
    names = {}
    exec(START, names)
    exec(BLOCKS[2 * number + 1], names)
