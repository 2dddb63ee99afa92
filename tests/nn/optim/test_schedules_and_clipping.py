"""Learning rate schedules against formulas and PyTorch; gradient clipping."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value
from nn import SGD, schedules
from nn.callbacks._best import is_better_if_higher
from nn.callbacks.schedule import Plateau, Schedule
from nn.optim.clipping import clip_gradients_by_norm, clip_gradients_by_value
from nn.optim.schedules import constant, cosine, exponential, one_cycle, stepwise, warm_up


def rates(factor, steps=40, lr=0.3):
    optimizer = SGD([Value(1.0)], lr=lr)
    schedule = Schedule(optimizer, factor)
    found = [optimizer.lr]
    for _ in range(steps):
        schedule.step()
        found.append(optimizer.lr)
    return found


@pytest.mark.peer
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (stepwise(7, 0.5), lambda lr, o: lr.StepLR(o, 7, 0.5)),
        (exponential(0.9), lambda lr, o: lr.ExponentialLR(o, 0.9)),
        (cosine(40, 0.1), lambda lr, o: lr.CosineAnnealingLR(o, 40, eta_min=0.03)),
        (one_cycle(40), lambda lr, o: lr.OneCycleLR(o, 0.3, total_steps=41, pct_start=13 / 41, cycle_momentum=False)),
    ],
    ids=["step", "exponential", "cosine", "one cycle"],
)
def test_rates_are_those_of_torch(ours, theirs):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule = theirs(torch.optim.lr_scheduler, optimizer)
    found = [optimizer.param_groups[0]["lr"]]
    for _ in range(40):
        optimizer.step()
        schedule.step()
        found.append(optimizer.param_groups[0]["lr"])
    np.testing.assert_allclose(rates(ours), found, rtol=1e-12, atol=1e-15)


def test_shapes_of_the_curves():
    assert rates(constant(), 3) == [0.3] * 4
    warm = rates(warm_up(10, cosine(20)))
    assert warm[:10] == pytest.approx([0.03 * (i + 1) for i in range(10)])
    assert warm[10] == 0.3
    assert warm == sorted(warm[:11]) + sorted(warm[11:], reverse=True)
    assert warm[30:] == pytest.approx([0.0] * 11)
    cycle = rates(one_cycle(40, rising=0.25))
    assert max(cycle) == cycle[10] == 0.3
    assert cycle[0] == pytest.approx(0.3 / 25)
    assert cycle[40] == pytest.approx(0.3e-4 / 25)


def test_a_rate_set_while_the_factor_is_0_is_a_new_first_rate():
    optimizer = SGD([Value(1.0)], lr=1.0)
    schedule = Schedule(optimizer, lambda t: min(t / 2, 1.0))
    optimizer.lr = 0.5
    schedule.step()
    schedule.step()
    assert optimizer.lr == 0.5


def test_invalid_rates_are_errors():
    for factor in (lambda t: -1.0, lambda t: math.nan, lambda t: math.inf):
        with pytest.raises(ValueError, match="the factor of the learning rate must be finite and at least 0"):
            Schedule(SGD([Value(1.0)], lr=0.1), factor)
    for make in (lambda: cosine(0), lambda: stepwise(0), lambda: exponential(-1.0), lambda: one_cycle(5, rising=1.0)):
        with pytest.raises(ValueError, match=r"must be|least"):
            make()


def test_a_schedule_checks_its_arguments():
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(TypeError, match=r"factor must be a function of the step, such as schedules.cosine\(1000\), got 0\.5"):
        Schedule(optimizer, 0.5)
    for make in (lambda: Schedule(constant(), optimizer), lambda: Plateau(0.1)):
        with pytest.raises(TypeError, match="the first argument must be an Optimizer, got "):
            make()


@pytest.mark.parametrize(
    ("options", "numbers", "rates"),
    [
        ({"patience": 2}, [5.0, 4.0, 4.0, 4.1, 3.0, 3.0, math.nan, 2.9], [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 0}, [math.nan, 3.0, math.inf, 2.0], [0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "threshold": 0.1}, [-1.0, -0.95, -1.05, -1.2, -1.2], [1, 0.5, 0.25, 0.25, 0.125]),
        ({"patience": 1, "threshold": 0.1}, [0.0, 0.0, -1e-9], [1, 0.5, 0.5]),
        ({"patience": 1, "threshold": 0.1, "mode": "max"}, [1.0, 1.05, 1.2, -1.0], [1, 0.5, 0.5, 0.25]),
        ({"patience": 1, "threshold": 0.1, "mode": "max"}, [-1.0, -0.95, -0.8], [1, 0.5, 0.5]),
        ({"patience": 1, "monitor": "validation_accuracy"}, [0.1, 0.2, 0.2, 0.3], [1, 1, 0.5, 0.5]),
        ({"patience": 1, "cooldown": 2}, [3.0] * 8, [1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125]),
        ({"patience": 1, "cooldown": 1}, [3.0, 3.0, 2.0, 2.0, 1.0], [1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "min_lr": 0.3}, [3.0] * 4, [1, 0.5, 0.3, 0.3]),
        ({"patience": 1, "min_lr": 2.0}, [3.0] * 3, [1, 1, 1]),
    ],
)  # fmt: skip
def test_a_plateau_halves_the_rate_after_patience(options, numbers, rates):
    optimizer = SGD([Value(1.0)], lr=1.0)
    plateau = Plateau(optimizer, factor=0.5, **options)
    found = []
    for number in numbers:
        plateau.step(number)
        found.append(optimizer.lr)
    assert found == rates


@pytest.mark.parametrize("factor", [schedules.cosine(6), schedules.warm_up(3), schedules.exponential(0.5)])
def test_a_change_of_the_rate_survives_a_schedule(factor):
    """A plateau beside a schedule, and a rate set by hand, scale all later rates."""
    optimizer = SGD([{"params": [Value(1.0)]}, {"params": [Value(1.0)], "lr": 0.25}], lr=1.0)
    schedule, plateau = Schedule(optimizer, factor), Plateau(optimizer, factor=0.5, patience=1)
    scale = 1.0
    for t in range(1, 6):
        plateau.step(3.0)  # the first number is the best, each other halves the rate
        scale *= 0.5 if t > 1 else 1.0
        schedule.step()
        assert [group.lr for group in optimizer.groups] == pytest.approx([scale * factor(t), 0.25 * scale * factor(t)])


def test_names_of_columns_with_higher_numbers_are_known():
    higher = [
        "accuracy",
        "validation_accuracy",
        "binary_accuracy",
        "r_squared",
        "val_acc",
        "f1",
        "macro_f1",
        "roc_auc",
        "R2",
        "top5_recall",
    ]
    lower = [
        "loss",
        "validation_loss",
        "zero_one_loss",
        "mean_squared_error",
        "score_loss",
        "distance",
        "accelerometer",
        "brier_score",
    ]
    assert all(map(is_better_if_higher, higher))
    assert not any(map(is_better_if_higher, lower))


shapes = st.lists(st.sampled_from([(3,), (2, 2), ()]), min_size=1, max_size=4)


@given(shapes, st.floats(1e-3, 1e3), st.integers(0, 99))
def test_clipping_by_norm_keeps_the_direction(shapes, most, seed):
    rng = np.random.default_rng(seed)
    parameters = [Tensor(np.zeros(s), requires_grad=True) for s in shapes] + [Value(0.0), Tensor(1.0, requires_grad=True)]
    for p in parameters[:-1]:
        p.grad = 3.0 * rng.standard_normal(p.shape) if isinstance(p, Tensor) else float(rng.standard_normal())
    before = np.concatenate([np.ravel(p.grad) for p in parameters[:-1]])
    norm = clip_gradients_by_norm(parameters, most)
    after = np.concatenate([np.ravel(p.grad) for p in parameters[:-1]])
    assert norm == pytest.approx(np.linalg.norm(before))
    np.testing.assert_allclose(after, before * min(1.0, most / norm), rtol=1e-12)
    assert parameters[-1].grad is None
    assert type(parameters[-2].grad) is float


def test_clipping_by_value_and_in_float32():
    p = Tensor(np.zeros(3, np.float32), requires_grad=True)
    p.grad = np.array([-5.0, 0.5, 5.0], np.float32)
    clip_gradients_by_value([p], 1.0)
    assert p.grad.tolist() == [-1.0, 0.5, 1.0]
    clip_gradients_by_norm([p], 0.1)
    assert p.grad.dtype == np.float32


def test_gradients_without_a_finite_norm_are_unchanged():
    p, q = Tensor([0.0], requires_grad=True), Tensor([0.0], requires_grad=True)
    p.grad, q.grad = np.array([9.0]), np.array([np.nan])
    with pytest.raises(ValueError, match="the gradients must be finite, got the entry nan, so none was clipped"):
        clip_gradients_by_norm([p, q], 1.0)
    assert p.grad == 9.0
    for most in (0.0, -1.0, math.inf):
        with pytest.raises(ValueError, match="max_norm must be"):
            clip_gradients_by_norm([p], most)
