"""Arrays on disk: the same batches as arrays in memory, exact shards, and minimal reads."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nn
from nn.data.loader import Loader

lengths = st.lists(st.integers(0, 7), min_size=1, max_size=5).filter(sum)


@pytest.fixture
def saved(tmp_path):
    """Arrays of these lengths in a folder: (all rows, the folder)."""

    def save(parts, width=3):
        whole = np.arange(float(sum(parts) * width)).reshape(-1, width)
        number = len(list(tmp_path.iterdir()))
        return whole, nn.save_rows(tmp_path / f"rows{number}", np.split(whole, np.cumsum(parts)[:-1]))

    return save


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=lengths, data=st.data())
def test_any_index_gives_what_an_array_gives(saved, parts, data):
    whole, folder = saved(parts)
    x, n = nn.OnDisk(folder), len(whole)
    row = st.integers(-n, n - 1)
    indices = [data.draw(row), data.draw(st.slices(n)), np.array(data.draw(st.lists(row, max_size=20)), int)]
    for index in (*indices, indices[2].reshape(1, -1), np.int32(0)):
        np.testing.assert_array_equal(x[index], whole[index])
    assert (x.shape, x.dtype, x.ndim, len(x)) == (whole.shape, whole.dtype, whole.ndim, n)
    np.testing.assert_array_equal(np.asarray(x, np.float32), whole.astype(np.float32))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=lengths, batch_size=st.integers(1, 20), seed=st.integers(0, 99), epoch=st.integers(0, 2))
def test_batches_are_those_of_an_array(saved, parts, batch_size, seed, epoch):
    whole, folder = saved(parts)
    single = folder.with_suffix(".npy")
    np.save(single, whole)
    kinds = [whole, np.load(single, mmap_mode="r"), nn.OnDisk(single), nn.OnDisk(folder)]
    epochs = []
    for rows in kinds:
        loader = Loader(rows, np.arange(len(whole)), batch_size=batch_size, seed=seed)
        loader.epoch = epoch
        epochs.append(list(loader))
        loader.epoch = epoch
        for picked, batch in zip(loader.picked(), epochs[-1], strict=True):
            np.testing.assert_array_equal(np.asarray(picked[0]), batch[0])
            np.testing.assert_array_equal(picked[0][1:, :2], batch[0][1:, :2])
        assert loader.epoch == epoch + 1
    for other in epochs[1:]:
        for (x, i), (y, j) in zip(epochs[0], other, strict=True):
            np.testing.assert_array_equal(x, y)
            np.testing.assert_array_equal(i, j)
            assert not y.flags.writeable


@given(
    n=st.integers(1, 60), batch_size=st.integers(1, 20), seed=st.integers(0, 99), hosts=st.integers(1, 5), drop=st.booleans()
)
def test_hosts_share_each_batch_and_their_number_changes_nothing(n, batch_size, seed, hosts, drop):
    options = {"batch_size": min(batch_size, n), "seed": seed, "drop_last": drop}
    alone = Loader(np.arange(n), **options)
    shares = [Loader(np.arange(n), shard=(i, hosts), **options) for i in range(hosts)]
    for _ in range(2):
        for batch, *parts in zip(alone, *shares, strict=True):
            np.testing.assert_array_equal(np.concatenate(parts), batch)
            sizes = [len(part) for part in parts]
            assert max(sizes) - min(sizes) <= 1


def test_training_and_prediction_equal_those_of_arrays(saved):
    x, y = nn.datasets.moons(100, seed=0)
    x = x.astype(np.float32)
    folder = saved([1])[1]
    on_disk = nn.OnDisk(nn.save_rows(folder / "x", np.array_split(x, 7)))
    labels = nn.OnDisk(nn.save_rows(folder / "y", np.array_split(y, 3)))
    found = []
    for rows in ((x, y), (on_disk, labels)):
        model = nn.MLP(2, [8], 2, seed=0)
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        history = nn.fit(
            model, rows, loss=nn.cross_entropy, optimizer=optimizer, epochs=2, validation=rows, batch_size=16, progress=False
        )
        found.append((history.loss, history.validation_loss, nn.predict(model, rows[0]).tolist()))
    assert found[0] == found[1]


#: A file of 64 GB, which takes no room on the disk before something is written there.
LARGE = """
import resource, sys
from pathlib import Path
import numpy as np
import nn

rows = np.lib.format.open_memmap(sys.argv[1] + "/0.npy", "w+", np.float32, (1_000_000, 16_000))
rows[999_999] = 1.0
del rows
x = nn.OnDisk(sys.argv[1])
loader = nn.Loader(x, batch_size=32)
sums = [float(a.sum()) for a, _ in zip(loader, range(20))]
assert sums == [0.0] * 20 and x[-1].sum() == 16_000
status = Path("/proc/self/status")  # a child's ru_maxrss begins, on Linux, at the peak of its parent
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if status.exists():
    most = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
print(len(loader), most)
"""


def test_rows_that_do_not_fit_in_memory(tmp_path):
    done = subprocess.run([sys.executable, "-c", LARGE, tmp_path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    batches, most = map(int, done.stdout.split())
    assert batches == 31_250
    kilobytes = 1024 if sys.platform == "darwin" else 1
    assert most / kilobytes < 1_000_000  # of 64,000,000


def test_errors_name_the_mistake(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"file or folder .* does not exist"):
        nn.OnDisk(tmp_path / "nothing.npy")
    with pytest.raises(FileNotFoundError, match=r"no \.npy file in .*save_rows"):
        nn.OnDisk(tmp_path)
    x = nn.OnDisk(nn.save_rows(tmp_path / "x", [np.zeros((2, 3)), np.zeros((1, 3))]))
    with pytest.raises(FileExistsError):
        nn.save_rows(tmp_path / "x", [np.zeros((2, 3))])
    for index, message in (
        (3, "row 3 does not exist: .* has 3 rows"),
        (np.array([0, -4]), "row -4 does not exist"),
        (1.0, "an index must hold integers, got 1.0"),
        ((2, 1), r"first axis only, got \(2, 1\)"),
        (np.array([True]), "np.flatnonzero"),
    ):
        with pytest.raises(IndexError, match=message):
            x[index]
    with pytest.raises(ValueError, match="on disk: an array of it must be a copy"):
        np.asarray(x, copy=False)
    with pytest.raises(ValueError, match=r"part 1 must have rows of shape \(3,\) and type float64, got \(4,\)"):
        nn.save_rows(tmp_path / "y", [np.zeros((2, 3)), np.zeros((1, 4))])
    with pytest.raises(ValueError, match="needs at least one part"):
        nn.save_rows(tmp_path / "z", [])
    np.save(tmp_path / "x" / "00000002.npy", np.zeros((1, 3), np.float32))
    with pytest.raises(ValueError, match=r"00000002.npy has rows of shape \(3,\) and type float32"):
        nn.OnDisk(tmp_path / "x")
    np.save(tmp_path / "one.npy", np.float64(1.0))
    with pytest.raises(ValueError, match=r"must hold an array of rows of real numbers, got shape \(\)"):
        nn.OnDisk(tmp_path / "one.npy")
    whole = (tmp_path / "x" / "00000000.npy").read_bytes()
    for content in (whole[:-8], b"not one at all", b""):
        (tmp_path / "cut.npy").write_bytes(content)
        with pytest.raises(ValueError, match=r"not a complete \.npy file of numbers"):
            nn.OnDisk(tmp_path / "cut.npy")
    np.save(tmp_path / "columns.npy", np.zeros((2, 3), order="F"))
    with pytest.raises(ValueError, match="must be in row order"):
        nn.OnDisk(tmp_path / "columns.npy")
    y = nn.OnDisk(nn.save_rows(tmp_path / "short", [np.zeros((2, 3))]))
    os.truncate(tmp_path / "short" / "00000000.npy", 150)
    with pytest.raises(ValueError, match="is truncated: its rows from 1 on"):
        y[1]
    for shard in ((1, 1), (0, 0), (2, 1), (0,)):
        with pytest.raises(ValueError, match=r"shard must be \(i, n\)"):
            Loader(np.arange(3), shard=shard)
    for path in (tmp_path / "x", str(tmp_path / "x")):
        with pytest.raises(TypeError, match=r"must be an array, got the path '.*x': write nn.OnDisk"):
            Loader(path)
    with pytest.raises(TypeError, match="rows can be picked from arrays"):
        Loader({0: 1}).picked()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"{'descr'", b"{'''escr'"), (b"(5, 3)", b"(5,(3)"), (b"(5, 3)", b"(-5,3)"), (b"(5, 3)", b"(9, 3)"),
        (b"(5, 3)", b"(4, 3)"),
        (b"False", b"F\0lse"), (b"<f8", b"|O8"), (b"<f8", b"<U2"), (b"NUMPY\x01", b"NUMPY\x03"), (b"NUMPY\x01", b"NUMPY\x09"),
        (b"\x93NUMPY", b"PK\3\4uuu"), (b"{'descr': ", b"((((((((((" ), (b"'descr'", b"'desc\xff'"),
    ],
)  # fmt: skip
def test_a_damaged_header_is_a_value_error(old, new, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((5, 3)))
    content = (tmp_path / "x.npy").read_bytes()
    assert old in content
    (tmp_path / "x.npy").write_bytes(content.replace(old, new))
    with pytest.raises(ValueError, match=r"x\.npy (is not a complete|must hold)"):
        nn.OnDisk(tmp_path / "x.npy")
