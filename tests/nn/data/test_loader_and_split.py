"""Loader and split: every row once, arrays aligned, reproducible, read-only."""

import collections
import importlib.util
from itertools import islice

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from nn._validation import seeded_generator
from nn.data.loader import Dataset, Loader
from nn.data.split import train_test_split

rows = st.integers(1, 200)
batch_sizes = st.integers(1, 250)
seeds = st.integers(0, 2**64)


def table(n):
    """An array of n different rows, and one column that tells which row is which."""
    return np.arange(3.0 * n).reshape(n, 3), np.arange(n)


def root(array):
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


@given(rows, batch_sizes, seeds, st.booleans())
def test_an_epoch_gives_every_row_once_and_in_step(n, batch_size, seed, shuffle):
    x, index = table(n)
    batches = list(Loader(x, index, batch_size=batch_size, seed=seed, shuffle=shuffle))
    seen = np.concatenate([i for _, i in batches])
    assert sorted(seen.tolist()) == list(range(n))
    assert np.array_equal(np.concatenate([b for b, _ in batches]), x[seen])
    if not shuffle:
        assert np.array_equal(seen, index)


@given(rows, batch_sizes, st.booleans())
def test_length_and_batch_sizes(n, batch_size, drop_last):
    assume(n >= batch_size or not drop_last)
    loader = Loader(np.arange(n), batch_size=batch_size, drop_last=drop_last)
    sizes = [len(batch) for batch in loader]
    assert len(loader) == len(sizes)
    assert set(sizes[:-1]) <= {batch_size}
    assert sum(sizes) == (n - n % batch_size if drop_last else n)


@given(rows, batch_sizes, seeds, st.integers(0, 5))
def test_seed_and_epoch_decide_the_order(n, batch_size, seed, epoch):
    def order(loader):
        return np.concatenate(list(loader)).tolist()

    long = Loader(np.arange(n), batch_size=batch_size, seed=seed)
    orders = [order(long) for _ in range(epoch + 1)]
    assert long.epoch == epoch + 1
    resumed = Loader(np.arange(n), batch_size=batch_size, seed=seed)
    resumed.epoch = epoch
    assert order(resumed) == orders[epoch]


@given(seeds)
def test_orders_differ_between_epochs_seeds_and_the_plain_generator(seed):
    n = 60  # two of 60! orders agree by chance never
    loader, other = (Loader(np.arange(n), batch_size=n, seed=s) for s in (seed, seed + 1))
    orders = [batch.tolist() for _ in range(3) for batch in loader] + [next(iter(other)).tolist()]
    orders.append(seeded_generator(seed).permutation(n).tolist())
    assert len(set(map(tuple, orders))) == len(orders)


def test_simultaneous_iterations_are_independent():
    loader, fresh = Loader(np.arange(50), batch_size=7), Loader(np.arange(50), batch_size=7)
    both = list(zip(loader, loader, strict=True))
    for epoch in range(2):
        assert np.array_equal(np.concatenate([pair[epoch] for pair in both]), np.concatenate(list(fresh)))


def test_an_interrupted_iteration_counts_as_an_epoch():
    loader = Loader(np.arange(10), batch_size=2)
    assert loader.epoch == 0
    list(islice(loader, 1))
    assert loader.epoch == 1


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [3, 10])
@pytest.mark.parametrize("shape", [(10,), (10, 4), (10, 2, 3), (10, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_batches_are_read_only_and_share_no_memory(shape, batch_size, shuffle, order):
    source = np.asarray(np.arange(np.prod(shape), dtype=np.float32).reshape(shape), order=order)
    for batch in Loader(source, batch_size=batch_size, shuffle=shuffle):
        assert not batch.flags.writeable
        assert not root(batch).flags.writeable
        assert not np.shares_memory(batch, source)
        assert batch.dtype == source.dtype
        assert batch.shape[1:] == source.shape[1:]
    assert source.flags.writeable


def test_one_array_gives_arrays_and_several_give_tuples():
    x = np.arange(4)
    assert all(type(batch) is np.ndarray for batch in Loader(x, batch_size=2))
    assert all(type(batch) is tuple and len(batch) == 3 for batch in Loader(x, x, x, batch_size=2))


def test_lists_are_arrays_too():
    ((x, y),) = Loader([[1, 2], [3, 4]], ["a", "b"], shuffle=False)
    assert (x.tolist(), y.tolist()) == ([[1, 2], [3, 4]], ["a", "b"])


@given(st.integers(2, 200), seeds, st.data())
def test_split_is_a_partition_and_keeps_rows_together(n, seed, data):
    fraction = (data.draw(st.integers(1, n - 1)) + data.draw(st.floats(-0.49, 0.49))) / n
    x, index = table(n)
    x_train, x_test, train, test = train_test_split(x, index, test_size=fraction, seed=seed)
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(n))
    assert np.array_equal(x_train, x[train])
    assert np.array_equal(x_test, x[test])
    assert abs(len(test) - fraction * n) <= 0.5
    again = train_test_split(x, index, test_size=fraction, seed=seed)
    assert all(np.array_equal(a, b) for a, b in zip(again, (x_train, x_test, train, test), strict=True))


@given(seeds)
def test_split_shuffles_by_seed(seed):
    n = 60
    first, other = (train_test_split(np.arange(n), seed=s)[0].tolist() for s in (seed, seed + 1))
    assert first != other
    assert first != sorted(first)


def test_split_is_read_only_and_shares_no_memory():
    source = np.arange(20.0)
    for part in train_test_split(source, source):
        assert not part.flags.writeable
        assert not root(part).flags.writeable
        assert not np.shares_memory(part, source)
    assert source.flags.writeable


@pytest.mark.parametrize("make", [Loader, train_test_split])
@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((), "at least one array is required, got none"),
        ((np.zeros((3, 2)), np.zeros(4)), r"number of rows; got shapes \(3, 2\), \(4,\)"),
        ((np.zeros((0, 2)), np.zeros(0)), r"at least one row; got shapes \(0, 2\), \(0,\)"),
        ((np.zeros(3), 5.0), r"first axis, the rows; got shapes \(3,\), \(\)"),
        (([1, 2], [[1, 2], [3]]), "argument 1 cannot be an array"),
    ],
)
def test_arrays_of_different_lengths_are_errors(make, arrays, message):
    with pytest.raises(ValueError, match=message):
        make(*arrays)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": -2}, ValueError, "batch_size must be at least 1, got -2"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be an integer, got 2.0 of type float"),
        ({"batch_size": True}, TypeError, "batch_size must be an integer, got True of type bool"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": None}, TypeError, "seed must be an integer, got None"),
        (
            {"batch_size": 11, "drop_last": True},
            ValueError,
            "leaves no batch of 10 rows with batch_size=11",
        ),
    ],
)
def test_impossible_loader(options, error, message):
    with pytest.raises(error, match=message):
        Loader(np.zeros(10), **options)


@pytest.mark.parametrize(("epoch", "error"), [(-1, ValueError), (1.5, TypeError)])
def test_impossible_epoch(epoch, error):
    loader = Loader(np.zeros(10))
    loader.epoch = epoch
    with pytest.raises(error, match="epoch must be"):
        iter(loader)
    assert loader.epoch == epoch


def test_numpy_integers_are_integers():
    assert len(Loader(np.zeros(10), batch_size=np.int32(4), seed=np.uint8(7))) == 3


@pytest.mark.parametrize(("fraction", "train", "test"), [(0.01, 10, 0), (0.99, 0, 10)])
def test_split_without_rows_on_one_side(fraction, train, test):
    with pytest.raises(ValueError, match=f"10 rows into {train} and {test}: "):
        train_test_split(np.zeros(10), test_size=fraction)


def test_a_dataset_gives_rows_and_batches():
    rows = Dataset(np.arange(12.0).reshape(6, 2), np.arange(6))
    assert len(rows) == 6
    np.testing.assert_array_equal(rows[[4, 1]][0], [[8.0, 9.0], [2.0, 3.0]])
    assert np.shares_memory(rows[2:][0], rows.arrays[0])
    assert repr(rows) == "Dataset of 6 rows: (6, 2) float64, (6,) int64"
    for x, y in Loader(rows, batch_size=4, seed=3):
        np.testing.assert_array_equal(x[:, 0], 2.0 * y)


class Squares:
    """Rows that are made on access."""

    def __len__(self):
        return 10

    def __getitem__(self, rows):
        return rows, rows**2


def test_custom_sources_of_rows_make_batches():
    batches = list(Loader(Squares(), batch_size=4))
    assert [len(x) for x, _ in batches] == [4, 4, 2]
    assert sorted(np.concatenate([x for x, _ in batches])) == list(range(10))
    for x, y in batches:
        np.testing.assert_array_equal(y, x**2)


def test_a_source_that_returns_other_rows_is_an_error():
    class Wrong(Squares):
        def __getitem__(self, rows):
            return rows[:1], rows

    with pytest.raises(ValueError, match=r"arrays of 4 rows, returned shapes \(1,\), \(4,\)"):
        next(iter(Loader(Wrong(), batch_size=4)))


@given(st.lists(st.integers(2, 30), min_size=1, max_size=5), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_stratified_shares_are_those_of_the_whole_to_a_row(counts, fraction, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    n_test = round(fraction * len(y))
    assume(0 < n_test < len(y))
    x = np.arange(len(y))
    x_train, x_test, _, y_test = train_test_split(x, y, test_size=fraction, seed=seed, stratify=y)
    assert len(x_test) == n_test
    assert sorted([*x_train, *x_test]) == x.tolist()
    np.testing.assert_array_equal(y[x_test], y_test)
    shares = np.array(counts) * n_test / len(y)
    assert np.all(np.abs(np.bincount(y_test, minlength=len(counts)) - shares) < 1)


def test_impossible_strata():
    with pytest.raises(ValueError, match=r"a class per row, got shape \(3,\)"):
        train_test_split(np.arange(4), stratify=[0, 0, 1])
    with pytest.raises(ValueError, match="got one of class 'b'"):
        train_test_split(np.arange(4), test_size=0.5, stratify=["a", "a", "a", "b"])


def arrays_of_many_kinds(x):
    """(name, object with the numbers of x) of the kinds of arrays that are installed."""
    yield "list", x.tolist()
    yield "tuple", tuple(map(tuple, x.tolist()))
    yield "Tensor", Tensor(x)
    yield "Fortran order", np.asfortranarray(x)
    yield "strided", np.repeat(x, 2, axis=0)[::2]
    yield "objects", x.astype(object)
    if importlib.util.find_spec("pandas"):
        import pandas

        frame = pandas.DataFrame(x, index=range(90, 90 + len(x)), columns=[f"c{i}" for i in range(x.shape[1])])
        yield "DataFrame", frame
        yield "frame of integers and floats", frame.assign(c0=frame.c0.astype(int))
    if importlib.util.find_spec("torch"):
        import torch

        yield "torch", torch.tensor(x)
    if importlib.util.find_spec("jax"):
        import jax

        yield "jax", jax.numpy.asarray(x)


@pytest.mark.filterwarnings("ignore:x has float64")
def test_all_entries_take_the_same_kinds_of_arrays(tmp_path):
    """Loader, predict, evaluate and fit give the numbers of the array, whatever its kind."""
    x = np.random.default_rng(0).integers(-3, 4, (30, 3)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    np.save(tmp_path / "x.npy", x)

    def results(given, labels):
        model = nn.MLP(3, [4], 2, seed=0)
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        fitted = nn.fit(
            model, (given, labels), loss=nn.cross_entropy, optimizer=optimizer, epochs=1, batch_size=7, progress=False
        )
        batches = [np.asarray(batch, np.float32) for batch in Loader(given, batch_size=7, seed=3)]
        return (
            fitted.loss,
            nn.evaluate(model, (given, labels), loss=nn.cross_entropy),
            nn.predict(model, given),
            np.concatenate(batches),
        )

    wanted = results(x, y)
    kinds = [
        *arrays_of_many_kinds(x),
        ("memory map", np.load(tmp_path / "x.npy", mmap_mode="r")),
        ("OnDisk", nn.OnDisk(tmp_path / "x.npy")),
    ]
    for name, array in kinds:
        labels = Tensor(y) if name == "Tensor" else y.tolist() if name in ("list", "tuple") else y
        labels = y.astype(object) if name == "objects" else labels
        for mine, theirs in zip(results(array, labels), wanted, strict=True):
            if isinstance(mine, dict):
                mine, theirs = list(mine.values()), list(theirs.values())
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: np.ma.masked_array([[1.0, 2.0]], [[True, False]]), r"got a masked array: fill its gaps with \.filled"),
        (lambda: np.array([[1.0, "a"]], object), r"objects such as 'a' of type str"),
        (lambda: np.array([[1.0, None]], object), r"objects such as None"),
        (
            lambda: pytest.importorskip("scipy.sparse").csr_matrix(np.eye(2)),
            r"sparse matrix of type csr_matrix: write \.toarray\(\)",
        ),
        (lambda: pytest.importorskip("torch").ones(2, 2, requires_grad=True), r"of type Tensor cannot be an array: .*detach"),
        (lambda: "rows.npy", r"the path 'rows\.npy': write nn\.OnDisk"),
    ],
)
def test_what_cannot_be_rows_is_refused_everywhere(make, message):
    source, model = make(), nn.Linear(2, 2, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    for use in (
        lambda: Loader(source),
        lambda: nn.Dataset(source),
        lambda: nn.predict(model, source),
        lambda: nn.evaluate(model, (source, [0]), loss=nn.cross_entropy),
        lambda: nn.fit(model, (source, [0]), loss=nn.cross_entropy, optimizer=optimizer, epochs=1),
    ):
        with pytest.raises(TypeError, match=message):
            use()


def test_outputs_of_several_heads_are_joined_one_by_one():
    class Heads(nn.Module):
        def __init__(self, pack):
            self.a, self.b, self.pack = nn.Linear(2, 2, seed=0), nn.Linear(2, 1, seed=1), pack

        def forward(self, x):
            return self.pack(self.a(x), self.b(x))

    pair = collections.namedtuple("pair", "a b")
    for n in (1, 5, 1024, 1500, 2048):
        x = np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)
        for pack in (lambda a, b: (a, b)), (lambda a, b: [a, (b,)]), (lambda a, b: {"a": a, "b": b}), pair:
            model = Heads(pack)
            wanted = [model.a(x).numpy(), model.b(x).numpy()]
            found = nn.predict(model, x)
            assert type(found) is type(pack(0, 0))
            parts = list(found.values()) if isinstance(found, dict) else list(found)
            parts[1] = parts[1][0] if isinstance(parts[1], tuple) else parts[1]
            for mine, theirs in zip(parts, wanted, strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-6)


def test_rows_are_not_lost_in_silence():
    class Mean(nn.Module):
        def forward(self, x):
            return x.mean(axis=0, keepdims=True)

    with pytest.raises(ValueError, match=r"must return a row for each of 3 rows, returned shapes \(1, 2\)"):
        nn.predict(Mean(), np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"x of shape \(2000,\) as rows of one number: for one row write x\[None\]"):
        nn.predict(nn.Linear(2000, 2, seed=0), np.ones(2000))
