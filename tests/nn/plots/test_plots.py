"""Plots: their contents, readability in grey, errors."""

import inspect
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot

import autograd as ag
import nn
from nn import History, plots
from nn.callbacks.monitor import saturated_shares

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    pyplot.close("all")


def history(validation=True):
    held_out = {"validation_loss": [0.5, 0.4, 0.35], "validation_metrics": {"accuracy": [0.6, 0.7, 0.75]}} if validation else {}
    return History(loss=[0.9, 0.3, 0.1], metrics={"accuracy": [0.5, 0.8, 0.9]}, seconds=[1.0, 1.0, 1.0], **held_out)


def test_training_curves_show_every_list():
    loss, accuracy = plots.training_curves(history())
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy")
    for ax, expected in [(loss, [[0.9, 0.3, 0.1], [0.5, 0.4, 0.35]]), (accuracy, [[0.5, 0.8, 0.9], [0.6, 0.7, 0.75]])]:
        assert [list(line.get_ydata()) for line in ax.lines] == expected
        assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2, 3]] * 2
        assert len({(line.get_linestyle(), line.get_marker()) for line in ax.lines}) == 2  # told apart without colour


def test_training_curves_omit_empty_lists():
    (loss,) = plots.training_curves(History(loss=[0.5]))
    assert len(loss.lines) == 1
    assert [len(ax.lines) for ax in plots.training_curves(history(validation=False))] == [1, 1]


def test_training_curves_draw_in_given_axes():
    _, axes = mpl.pyplot.subplots(2)
    assert plots.training_curves(history(), axes) == list(axes)
    with pytest.raises(ValueError, match="axes must be at least 2, for curves, loss, accuracy, got 1"):
        plots.training_curves(history(), axes[:1])
    assert plots.training_curves(History(loss=[0.5]), axes[1]) == [axes[1]]
    with pytest.raises(TypeError, match=r"history must be a History, .* got list"):
        plots.training_curves([0.5, 0.4])
    with pytest.raises(ValueError, match="at least one epoch"):
        plots.training_curves(History())


POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
CLASSES = np.array([0, 1, 0, 1])


def borders(ax):
    return [path for lines in ax.collections if lines.get_facecolor().size == 0 for path in lines.get_paths()]


def same_color(face, color, alpha):
    return len(face) == 1 and np.allclose(face[0], mpl.colors.to_rgba(color, alpha))


@pytest.mark.parametrize(
    "predict",
    [
        lambda p: p[:, 0] - 0.25,
        lambda p: p[:, :1] - 0.25,
        lambda p: np.stack([0.25 - p[:, 0], np.zeros(len(p))], axis=1),
    ],
)
def test_the_border_is_where_the_scores_are_equal(predict):
    ax = plots.decision_boundary(predict, POINTS, CLASSES)
    vertices = np.concatenate([path.vertices for path in borders(ax)])
    np.testing.assert_allclose(vertices[:, 0], 0.25, atol=1e-12)
    assert vertices[:, 1].min() <= 0
    assert vertices[:, 1].max() >= 2
    for c, right in [(0, False), (1, True)]:
        (region,) = [c_set for c_set in ax.collections if same_color(c_set.get_facecolor(), plots.COLORS[c], alpha=0.2)]
        xs = np.concatenate([path.vertices for path in region.get_paths()])[:, 0]
        assert (xs.min() if right else xs.max()) == pytest.approx(0.25)


def test_three_classes_have_three_regions_and_three_kinds_of_points():
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    ax = plots.decision_boundary(lambda p: -((p[:, None] - centres) ** 2).sum(axis=-1), centres, [0, 1, 2])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1", "class 2"]
    scatters = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    assert [c.get_offsets().tolist() for c in scatters] == [[centre] for centre in centres.tolist()]
    assert len({c.get_paths()[0].vertices.tobytes() for c in scatters}) == 3  # markers


def test_points_lie_above_all_regions():
    """Also a point in the region of a later class, which is drawn after it."""
    ax = plots.decision_boundary(lambda p: p[:, 0] - 0.5, POINTS, 1 - CLASSES)
    points = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    regions = [c for c in ax.collections if c not in points]
    assert len(points) == 2
    assert min(c.get_zorder() for c in points) > max(c.get_zorder() for c in regions)


def test_one_class_alone_has_no_border():
    ax = plots.decision_boundary(lambda p: np.ones(len(p)), POINTS, CLASSES)
    assert borders(ax) == []


def test_neighbouring_colours_differ_in_grey():
    linear = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in plots.COLORS]) ** 2.2
    lightness = (linear @ [0.2126, 0.7152, 0.0722]) ** (1 / 2.2)
    assert (np.abs(np.diff(lightness)) > 0.1).all()


def test_image_grid_shows_every_image_below_its_title():
    images = np.random.default_rng(0).random((5, 3, 4))
    axes = plots.image_grid(images, list("abcde"), columns=3)
    assert [ax.get_title() for ax in axes] == list("abcde")
    assert all(np.array_equal(ax.images[0].get_array(), image) for ax, image in zip(axes, images, strict=True))
    assert len({ax.images[0].get_clim() for ax in axes}) == 1  # one scale of greys for all
    assert len(axes[0].figure.axes) == 6
    assert len(plots.image_grid(images[:2])) == 2


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.image_grid(np.zeros((3, 784))), r"must be \(n, height, width\).*got shape \(3, 784\)"),
        (lambda: plots.image_grid(np.zeros((0, 2, 2))), r"at least one image; got shape \(0, 2, 2\)"),
        (lambda: plots.image_grid(np.zeros((2, 2, 2)), ["one"]), "one title per image, 2, got 1"),
        (lambda: plots.image_grid(np.zeros((2, 2, 2)), columns=0), "columns must be at least 1, got 0"),
        (lambda: plots.decision_boundary(len, np.zeros((3, 4)), [0, 1, 0]), r"got shapes \(3, 4\) and \(3,\)"),
        (lambda: plots.decision_boundary(len, POINTS, [0, 1]), r"got shapes \(4, 2\) and \(2,\)"),
        (
            lambda: plots.decision_boundary(lambda p: p[:3], POINTS, CLASSES, steps=5),
            r"\(25, 2\) points, returned shape \(3, 2\)",
        ),
        (lambda: plots.decision_boundary(lambda p: 1.0, POINTS, CLASSES, steps=5), r"returned shape \(\)"),
    ],
)
def test_arguments_of_plots_are_checked(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_classes_are_integers():
    with pytest.raises(TypeError, match=r"y must hold integers, .* got dtype float64"):
        plots.decision_boundary(lambda p: p[:, 0], POINTS, CLASSES * 1.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.training_curves(history()),
        lambda: plots.decision_boundary(lambda p: p[:, 0], POINTS, CLASSES),
        lambda: plots.image_grid(np.zeros((2, 2, 2))),
    ],
)
def test_without_matplotlib_the_error_says_how_to_get_it(draw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[plots\]'"):
        draw()


def test_margins_are_dashed_lines_on_both_sides():
    ax = plots.decision_boundary(lambda p: 4 * (p[:, 0] - 0.5), POINTS, CLASSES, margin=1.0)
    found = sorted({round(v, 6) for path in borders(ax) for v in path.vertices[:, 0]})
    assert found == [0.25, 0.5, 0.75]


def test_a_confusion_table_shows_every_count():
    ax = plots.confusion_table([[3, 1, 0], [0, 4, 0], [2, 0, 2]], names=["cat", "dog", "owl"])
    assert sorted(text.get_text() for text in ax.texts) == ["1", "2", "2", "3", "4"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["cat", "dog", "owl"]
    np.testing.assert_allclose(ax.images[0].get_array(), [[0.75, 0.25, 0], [0, 1, 0], [0.5, 0, 0.5]])


def test_weight_images_have_zero_in_the_middle():
    weight = np.arange(24.0).reshape(6, 4) - 20
    axes = plots.weight_images(weight, (2, 3), most=3)
    assert len(axes) == 3
    np.testing.assert_array_equal(axes[1].images[0].get_array(), weight[:, 1].reshape(2, 3))
    assert axes[0].images[0].get_clim() == (-20.0, 20.0)


@pytest.fixture
def watch():
    seen = nn.Watch(np.zeros((5, 2)))
    model = nn.Sequential(nn.Linear(2, 3, seed=0), nn.Tanh(), nn.Linear(3, 2, seed=1), nn.ReLU())
    x, y = nn.datasets.moons(40, seed=0)
    nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=3, callbacks=[seen],
           progress=False)  # fmt: skip
    return seen, model


def test_histograms_show_every_parameter_and_epoch(watch):
    for kind in ("weights", "gradients"):
        axes = plots.histograms(watch[0], kind)
        assert [ax.get_title() for ax in axes] == ["layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"]
        for ax in axes:
            (mesh,) = ax.collections
            np.testing.assert_allclose((np.asarray(mesh.get_array()) ** 2).sum(axis=0), 1.0)  # all entries, each epoch
            assert mesh.get_array().shape == (60, 3)


def test_gradient_flow_shows_the_mean_and_the_largest_entry_of_each_parameter():
    ax = plots.gradient_flow({"a": np.array([[1.0, -3.0]]), "b": 0.5, "c": np.zeros(2)})
    mean, largest, zero = ax.lines
    np.testing.assert_array_equal(mean.get_ydata(), [2.0, 0.5, np.nan])
    np.testing.assert_array_equal(largest.get_ydata(), [3.0, 0.5, np.nan])
    assert list(zero.get_xdata()) == [2]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert ax.get_yscale() == "log"
    assert len(plots.gradient_flow({"a": np.ones(3)}).lines) == 2
    model = nn.MLP(2, [3], 1, seed=0)
    ag.sum(model(np.ones((4, 2)))).backward()
    by_path = {path: p.grad for path, p in model.named_parameters()}
    assert plots.gradient_flow(by_path).lines[1].get_ydata()[0] == np.abs(by_path["layers.0.weight"]).max()


def test_response_maps_show_the_response_of_each_unit():
    axes = plots.response_maps(lambda p: np.stack([p[:, 0] - 0.5, -2 * p[:, 1] ** 2], axis=1), POINTS, steps=11)
    left, right = (ax.images[0] for ax in axes)
    assert [ax.get_title() for ax in axes] == ["unit 0: -0.58 to 0.58", "unit 1: -9.3 to -0.01"]
    np.testing.assert_allclose(left.get_extent(), [-0.138, 1.138, -0.276, 2.276])  # pixels around 11 × 11 points
    assert axes[0].get_xlim() == (-0.08, 1.08)
    assert left.get_array()[0, 0] < 0 < left.get_array()[0, -1]
    assert right.get_array()[-1, 0] < right.get_array()[5, 0] < 0  # the last row is the highest
    assert left.origin == "lower"
    assert right.get_clim() == (-right.get_clim()[1], right.get_clim()[1])
    np.testing.assert_allclose(np.concatenate([p.vertices for p in borders(axes[0])])[:, 0], 0.5, atol=1e-12)
    assert borders(axes[1]) == []
    model = nn.Sequential(nn.Linear(2, 5, seed=0), nn.Tanh())
    assert len(plots.response_maps(model, POINTS)) == 5
    assert len(plots.response_maps(model, POINTS, most=3, columns=2)) == 3
    assert len(plots.response_maps(lambda p: p[:, 0], POINTS)) == 1


def test_largest_weights_and_saturation_are_lines(watch):
    seen, model = watch
    lines = plots.largest_weights(seen).lines
    assert len(lines) == 4
    assert lines[0].get_ydata()[-1] == np.abs(model.layers[0].weight.numpy()).max()
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 4
    assert [line.get_label() for line in plots.saturation(seen).lines] == ["layers.1", "layers.3"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda w, axes: plots.training_curves(history(), axes),
        lambda w, axes: plots.decision_boundary(lambda p: p[:, 0], POINTS, CLASSES, axes[0, 0]),
        lambda w, axes: plots.confusion_table([[1, 2], [0, 3]], axes[0, 0]),
        lambda w, axes: plots.image_grid(np.eye(3)[None], ["one"], axes),
        lambda w, axes: plots.weight_images(np.zeros((6, 4)), (2, 3), axes),
        lambda w, axes: plots.histograms(w, "weights", axes),
        lambda w, axes: plots.histograms(w, "gradients", axes),
        lambda w, axes: plots.largest_weights(w, axes[0, 0]),
        lambda w, axes: plots.saturation(w, axes[0, 0]),
        lambda w, axes: plots.gradient_flow({"w": np.ones(2)}, axes[0, 0]),
        lambda w, axes: plots.response_maps(lambda p: p, POINTS, axes),
    ],
)
def test_plots_draw_in_given_axes_and_return_them(draw, watch):
    figure, axes = mpl.pyplot.subplots(2, 2)
    back = draw(watch[0], axes)
    assert list(np.ravel(back)) == list(axes.flat)[: np.size(back)]
    assert mpl.pyplot.get_fignums() == [figure.number]
    assert all(ax.lines or ax.images or ax.collections for ax in np.ravel(back))


def test_every_picture_takes_axes():
    for name in set(plots.__all__) - {"COLORS", "LINES"}:
        assert {"ax", "axes"} & set(inspect.signature(getattr(plots, name)).parameters), name


def test_saturation_is_the_share_of_flat_entries():
    model = nn.Sequential(nn.Tanh(), nn.ReLU())
    found = saturated_shares(model, [[0.0, 9.0], [-9.0, 0.5]])
    assert found == {"layers.0": 0.5, "layers.1": 0.5}  # tanh at ±9; ReLU at 0 and below
    assert "_hooks" not in vars(model) or not any(model.layers[0]._hooks["after"])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.gradient_flow({}), r"an array for each parameter, got none for any: call backward\(\) first"),
        (lambda: plots.gradient_flow({"w": None, "b": 1.0}), "got none for w: call backward"),
        (lambda: plots.response_maps(lambda p: p[:3], POINTS, steps=5), r"respond must return .*returned shape \(3, 2\)"),
        (lambda: plots.response_maps(lambda p: p * np.nan, POINTS), "respond returned NaN or infinity"),
        (lambda: plots.response_maps(len, np.zeros((3, 4))), r"x must be \(n, 2\)"),
        (lambda: plots.confusion_table([[1, 2]]), r"must have shape \(k, k\), got \(1, 2\)"),
        (lambda: plots.confusion_table([[1, -2], [0, 1]]), "hold counts of at least 0, got -2"),
        (lambda: plots.confusion_table([[1]], names=["a", "b"]), "one name per class, 1, got 2"),
        (lambda: plots.weight_images(np.zeros((5, 2)), (2, 3)), r"must be \(2 × 3, units\), got shape \(5, 2\)"),
        (lambda: plots.weight_images(np.zeros((6, 2)), (2, 3), [None]), "axes must be at least 2, for images, got 1"),
        (lambda: plots.histograms(nn.Watch()), "the Watch has no weights"),
        (lambda: plots.histograms(nn.Watch(), "biases"), "kind must be 'weights' or 'gradients', not 'biases'"),
        (lambda: plots.largest_weights(nn.Watch()), "the Watch has no weights"),
        (lambda: plots.saturation(nn.Watch()), "the Watch has no activations"),
    ],
)
def test_plots_of_missing_data_are_errors(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
