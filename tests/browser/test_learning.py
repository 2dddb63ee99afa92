"""The training in a page: its numbers are those of Python, and its controls do what they say."""

import json

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.drawing.page.javascript import ARITHMETIC, ARRAYS
from autograd.drawing.page.learning import data_script, rows_script, update_script
from autograd.ops.tracing import UnreadableRuleError
from nn.callbacks._page_learning import learning_functions, parameter_arrays, update_rules
from tests.nn.optim.test_optimizers import DECAYING, MAKERS

X = np.random.default_rng(0).normal(size=(17, 2))
LABELS = np.arange(17) % 3
BITS = (X.sum(axis=1) > 0).astype(float)


class Scaled(nn.Linear):
    """A model of the inputs divided by their largest, which no gradient needs."""

    def forward(self, x):
        return super().forward(x / x.max())


def models():
    """Model, loss and targets by name."""
    return {
        "cross_entropy": (nn.MLP(2, [5], 3, activation="tanh"), nn.cross_entropy, LABELS),
        "probabilities": (nn.MLP(2, [5], 3, activation="gelu"), nn.cross_entropy, np.eye(3)[LABELS]),
        "smoothed": (nn.MLP(2, [5], 3), lambda p, y: nn.cross_entropy(p, y, label_smoothing=0.1), LABELS),
        "nll": (nn.Sequential(nn.Linear(2, 3), nn.LogSoftmax()), nn.nll, LABELS),
        "multiclass_hinge": (nn.MLP(2, [5], 3, activation="silu"), nn.multiclass_hinge, LABELS),
        "logits": (nn.MLP(2, [5], 1, activation="sigmoid"), nn.binary_cross_entropy_with_logits, BITS[:, None]),
        "hinge": (nn.MLP(2, [5], 1, activation="elu"), nn.hinge, 2 * BITS[:, None] - 1),
        "squares": (
            nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4), nn.Softplus(), nn.Linear(4, 2)),
            nn.mean_squared_error,
            X**2,
        ),
        "residual": (nn.Sequential(nn.Residual(nn.Linear(2, 2)), nn.RMSNorm(2)), nn.huber, X**2),
        "arrays": (nn.Linear(2, 3), lambda p, y: (p * np.eye(3)[np.asarray(y, int)]).mean(), LABELS),
        "scaled": (Scaled(2, 1), nn.mean_squared_error, BITS[:, None]),
        "integers": (nn.Linear(2, 1, seed=0), nn.mean_squared_error, LABELS[:, None]),
        "sum": (nn.Linear(2, 1, seed=0), lambda p, y: ((p - y) ** 2).sum(), BITS[:, None]),
    }


#: Losses and models that compute with rows outside of the graph: their programs are those of all rows.
WHOLE = {"scaled", "arrays", "smoothed", "nll", "multiclass_hinge"}


def float64(model):
    for module in model.modules():
        for name, p in vars(module).items():
            if isinstance(p, ag.Tensor):
                setattr(module, name, ag.Tensor(p.numpy(), requires_grad=True, dtype=np.float64))
    return model


def test_programs_of_any_number_of_rows_have_the_numbers_of_python(window):
    calls, wanted = [], []
    for name, (model, loss, y) in models().items():
        float64(model)
        record = learning_functions(model, loss, (X, y))["loss"]
        if name in WHOLE:
            with pytest.raises(UnreadableRuleError, match="depend"):
                rows_script(record)
        script = data_script(record, 17) if name in WHOLE else rows_script(record)
        parameters = parameter_arrays(model)
        for n in (17,) if name in WHOLE else (1, 2, 17):
            leaves = [a.ravel().tolist() for a in (*parameters.values(), X[:n], y[:n])]
            calls.append(f"[{script}, {n}, {json.dumps(leaves)}]")
            value = loss(model(X[:n]), y[:n])
            wanted.append([value.item(), *ag.gradients(value, model.parameters())])
    run = "([f, n, x]) => f(n)(x.map((a) => Float64Array.from(a))).flat().map((a) => a && Array.from(a))"
    found = window.tab.evaluate(f"() => {{ {ARITHMETIC} {ARRAYS} return [{','.join(calls)}].map({run}); }}")
    for numbers, results in zip(wanted, found, strict=True):
        for want, got in zip(numbers, results, strict=False):
            np.testing.assert_allclose(got or 0.0, np.ravel(want), rtol=1e-11, atol=1e-13)


@pytest.fixture(scope="module")
def moons(tmp_path_factory):
    """Data, model and page of a training on two moons, from a file that it wrote."""
    x, y = nn.datasets.moons(60, noise=0.1, seed=0)
    model = nn.MLP(2, [4], 2, seed=0, activation="tanh", dtype=np.float64)
    page = nn.TrainingPage(tmp_path_factory.mktemp("page") / "moons.html", every=2)
    start = parameter_arrays(model)
    nn.fit(
        model, (x, y), loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters(), lr=0.05), epochs=4, progress=False,
        callbacks=[page],
    )  # fmt: skip
    return (x, y), start, page


def test_the_page_trains_as_python_with_every_optimizer(show, moons):
    """50 epochs of all rows, from the same start."""
    (x, y), start, page = moons
    tab = show(page.page())
    for name, make in (MAKERS | DECAYING).items():
        model = nn.MLP(2, [4], 2, activation="tanh", dtype=np.float64)
        model.load_state_dict(start)
        optimizer = make(model.parameters())
        rule, states, lr = next(iter(update_rules(optimizer, optimizer.lr).values()))
        history = nn.fit(
            model,
            (x.astype(np.float64), y),
            loss=nn.cross_entropy,
            optimizer=optimizer,
            epochs=50,
            batch_size=60,
            progress=False,
        )
        update = f"{{ states: {states}, lr: {lr!r}, rule: {update_script(rule, states)} }}"
        learn = "for (let i = 0; i < 50; i++) learnEpoch(); return [[...learner.weights], losses];"
        weights, losses = tab.evaluate(
            f"() => {{ Object.assign(choice, {{ update: {update}, lr: {lr!r}, batch: 0 }}); restart(); {learn} }}"
        )
        wanted = np.concatenate([p.ravel() for p in parameter_arrays(model).values()])
        np.testing.assert_allclose(weights, wanted, rtol=1e-9, atol=1e-9, err_msg=name)
        np.testing.assert_allclose(losses, history.loss, rtol=1e-9, err_msg=name)


def test_the_reader_trains_scrubs_and_sets_points(show, moons):
    (x, y), _, page = moons
    tab = show(page.page(), scheme="dark")
    assert page.path.read_text(encoding="utf-8") == page.page().html
    weights = "() => [...frames.at(-1).weights]"
    recorded = _loss_box(tab)
    tab.click("#ui-learn-step")
    assert tab.inner_text("#ui-epoch") == "1, here"
    assert tab.is_visible("#ui-learned")
    first = tab.evaluate(weights)
    assert _shown_loss(tab) == pytest.approx(_loss_of_the_example(first, x, y), abs=1e-4)
    assert _loss_box(tab) != recorded
    edges = np.abs([*first[:8], *first[12:20]])  # of the two layers, without the offsets
    lines = "() => [...document.querySelectorAll('.weight')].map((line) => Number(line.getAttribute('stroke-width')))"
    widths = np.array(tab.evaluate(lines))
    np.testing.assert_allclose(widths / widths.max(), edges / edges.max(), atol=0.01)
    right = int((nn.predict(_model(first), x).argmax(axis=1) == y).sum())
    assert tab.inner_text("#ui-learn-epoch").endswith(f", {right} of 60 points right")
    tab.select_option("#ui-learn-pace", "0")
    tab.click("#ui-learn-run")
    tab.wait_for_function("() => learner.epoch > 400")  # more than are kept
    tab.click("#ui-learn-run")
    assert tab.inner_text("#ui-learn-run") == "Learn"
    epoch = tab.evaluate("() => learner.epoch")
    assert tab.inner_text("#ui-learn-epoch").startswith(f"epoch {epoch}, loss ")
    assert tab.evaluate("() => frames.length - RECORDED") <= 301
    good = tab.locator("figure").first.text_content()
    tab.focus("#ui-moment")
    tab.keyboard.press("Home")
    assert tab.inner_text("#ui-epoch") == "0 of 4"
    assert tab.locator("figure").first.text_content() != good
    tab.keyboard.press("End")
    assert tab.inner_text("#ui-epoch") == f"{epoch}, here"
    assert tab.locator("figure").first.text_content() == good
    assert _shown_loss(tab) == pytest.approx(_loss_of_the_example(tab.evaluate(weights), x, y), abs=1e-4)
    tab.keyboard.press("Home")
    for _ in range(2):
        tab.keyboard.press("ArrowRight")
    assert (tab.inner_text("#ui-epoch"), _loss_box(tab)) == ("4 of 4", recorded)
    tab.click("#ui-learn-reset")
    assert tab.inner_text("#ui-epoch") == "0, here"
    tab.select_option("#ui-learn-batch", "0")
    tab.click("#ui-learn-seed")
    seeded = tab.evaluate(weights)
    assert sorted(seeded) == pytest.approx(sorted(tab.evaluate("() => [...decode(lesson.weights[0])]")))
    tab.click("#ui-learn-step")
    assert tab.evaluate(weights) != first
    _set_points(tab)


def _loss_box(tab):
    return tab.locator("g.node").filter(has_text="loss").get_attribute("aria-label")


def _shown_loss(tab):
    return float(_loss_box(tab).split(", ")[-2])


def _model(weights):
    model = nn.MLP(2, [4], 2, activation="tanh", dtype=np.float64)
    ends = np.cumsum([p.size for p in parameter_arrays(model).values()])[:-1]
    parts = zip(parameter_arrays(model).items(), np.split(np.array(weights), ends), strict=True)
    model.load_state_dict({path: part.reshape(p.shape) for (path, p), part in parts})
    return model


def _loss_of_the_example(weights, x, y):
    return nn.cross_entropy(_model(weights)(x[:1]), y[:1]).item()


def _set_points(tab):
    """Points by mouse and keys, undone and cleared."""
    points = "() => pupil.n"
    box = tab.locator("svg.own").bounding_box()
    tab.click("#ui-points-clear")
    assert tab.evaluate(points) == 0
    tab.click("#ui-learn-run")
    assert "no points" in tab.inner_text("#ui-learn-said")
    tab.mouse.move(box["x"] + 60, box["y"] + 60)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 120, box["y"] + 60, steps=6)
    tab.mouse.up()
    drawn = tab.evaluate(points)
    assert drawn > 3
    tab.focus("svg.own")
    for key in ("2", "ArrowRight", "ArrowDown", "Enter"):
        tab.keyboard.press(key)
    assert tab.evaluate("() => pupil.points.at(-1)[2]") == 1
    assert tab.evaluate(points) == tab.locator("svg.own .point").count() == drawn + 1
    tab.click("#ui-learn-step")
    assert tab.evaluate("() => losses.at(-1)") > 0
    for left in (drawn, 0, 60):
        tab.click("#ui-points-undo")
        assert tab.evaluate(points) == left


class OnlyArrays(nn.Module):
    """A model that cannot be recorded with its inputs as leaves."""

    def __init__(self):
        self.weight = ag.Tensor(1.0, requires_grad=True, dtype=np.float32)

    def forward(self, x):
        return self.weight * np.array(x.tolist() if isinstance(x, np.ndarray) else x.rows, dtype=np.float32)


class Volume(nn.Module):
    """x det W: an op without JavaScript."""

    def __init__(self):
        self.weight = ag.Tensor(np.eye(2), requires_grad=True, dtype=np.float32)

    def forward(self, x):
        return x * ag.det(self.weight)


LINE = np.linspace(-1.0, 1.0, 30, dtype=np.float32)[:, None]


def trained(model, rows=(LINE, LINE**2), **options):
    """Page of a training of one epoch."""
    page = nn.TrainingPage(**options)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    nn.fit(model, rows, loss=nn.mean_squared_error, optimizer=optimizer, epochs=1, progress=False, callbacks=[page])
    return page.page()


def test_a_page_that_cannot_learn_says_why(show):
    cases = {
        "Dropout(0.5) draws at random": (nn.Sequential(nn.Linear(1, 2), nn.Dropout(0.5), nn.Linear(2, 1)), (LINE, LINE)),
        "arrays besides its parameters": (nn.Sequential(nn.Linear(1, 2), nn.BatchNorm1d(2), nn.Linear(2, 1)), (LINE, LINE)),
        "pass arrays to fit, not batches": (nn.Linear(1, 1), nn.Loader(LINE, LINE)),
        "raised AttributeError": (OnlyArrays(), (LINE, LINE)),
        "no JavaScript for det": (Volume(), (LINE, LINE)),
    }
    for reason, (model, rows) in cases.items():
        page = trained(model, rows, example=(LINE[:1], LINE[:1]))
        assert reason in page.time["why"]
    tab = show(page, width=390, height=844)
    assert "no JavaScript for det" in tab.inner_text("#ui-why")
    assert tab.locator("#ui-learn").count() == 0


def test_a_curve_is_fitted_on_a_phone(show):
    tab = show(trained(nn.MLP(1, [6], 1, seed=0, activation="tanh")), width=390, height=844)
    curves = [tab.get_attribute("svg.own polyline", "points")]
    for _ in range(2):
        tab.click("#ui-learn-step")
        curves.append(tab.get_attribute("svg.own polyline", "points"))
    assert curves[0] == curves[1] != curves[2]  # one epoch is recorded, from the same start
    assert tab.evaluate("() => document.documentElement.scrollWidth") <= 390
    tab.set_viewport_size({"width": 366, "height": 670})
    tab.evaluate("() => { for (let i = 0; i < 12345; i++) learnEpoch(); }")  # a number of five digits
    tab.click("#ui-learn-step")
    ends = "() => [...document.querySelectorAll('footer button')].map((button) => button.getBoundingClientRect().right)"
    assert max(tab.evaluate(ends)) < 366
    tab.click("svg.own")
    assert tab.evaluate("() => [pupil.n, pupil.points.at(-1).length]") == [31, 2]
