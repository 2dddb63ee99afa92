"""Estimators against the checks of scikit-learn."""

import importlib.abc
import importlib.util
import sys
import warnings

import numpy as np
import pytest
import sklearn.datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import nn
from nn.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore:the training has not converged")
estimators = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])


class WithoutPandas(importlib.abc.MetaPathFinder):
    """Finder that hides pandas."""

    def find_spec(self, name, path, target=None):
        if name == "pandas":
            raise ModuleNotFoundError(name)


SETTINGS = [{"alpha": 0.1}, {"early_stopping": True, "validation_fraction": 0.3}]


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "pandas"), [(SETTINGS[0], True), (SETTINGS[1], False)])
@estimators
def test_every_check_of_scikit_learn_passes(estimator, settings, pandas, monkeypatch):
    if not pandas:
        for name in [name for name in sys.modules if name.partition(".")[0] == "pandas"]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(sys, "meta_path", [WithoutPandas(), *sys.meta_path])
    elif not importlib.util.find_spec("pandas"):
        pytest.skip("needs pandas")
    held_out = {
        "check_sample_weight_equivalence_on_dense_data": "other rows are held out",
        "check_class_weight_classifiers": "the score that ends the training has no weights",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some checks provoke them
        results = check_estimator(
            estimator(**settings),
            on_skip=None,
            on_fail=None,
            expected_failed_checks=held_out if settings.get("early_stopping") else {},
        )
    status = {result["check_name"]: result for result in results}
    assert len(status) > 40
    failed = {name: r["exception"] for name, r in status.items() if r["status"] == "failed"}
    assert not failed
    unexpected = {name for name, r in status.items() if r["status"] not in ("passed", "xfail")}
    without_pandas = {
        f"check_{x}" for x in ("classifier_data_not_an_array", "regressor_data_not_an_array", "sample_weights_pandas_series")
    }
    assert unexpected <= {"check_array_api_input"} | (set() if pandas else without_pandas)  # needs an environment variable


def test_a_grid_search_through_a_pipeline():
    x, y = nn.datasets.digits()
    x, y = x[:400].astype(float) * 100 + 3, y[:400]
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((32,), max_iter=30, learning_rate_init=0.01, random_state=0))
    search = GridSearchCV(pipeline, {"mlpclassifier__activation": ["relu", "tanh"], "mlpclassifier__alpha": [0.0, 0.1]}, cv=3)
    search.fit(x, y)
    assert search.best_score_ > 0.85
    probabilities = search.predict_proba(x)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(search.classes_[probabilities.argmax(axis=1)], search.predict(x))


def test_classes_can_have_any_names():
    x, y = nn.datasets.blobs(90, classes=3, seed=1)
    names = np.array(["red", "green", "blue"])[y]
    model = MLPClassifier((16,), learning_rate_init=0.05, random_state=0).fit(x, names)
    assert model.classes_.tolist() == ["blue", "green", "red"]
    assert model.score(x, names) > 0.95
    assert isinstance(model.model_, nn.MLP)
    assert len(model.loss_curve_) == model.n_iter_


@pytest.mark.slow
def test_several_outputs_are_predicted_at_once():
    x = np.linspace(-2, 2, 100)[:, None]
    y = np.hstack([100 * np.sin(x), x**2])
    model = MLPRegressor((32,), activation="tanh", learning_rate_init=0.01, max_iter=1000, tol=0.0, random_state=0)
    model.fit(x, y)
    assert model.predict(x).shape == (100, 2)
    assert model.score(x, y) > 0.99
    assert model.fit(x, y[:, 0]).predict(x).shape == (100,)
    assert cross_val_score(model, x, y[:, 0], cv=2).shape == (2,)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"activation": "swish"}, "activation must be one of relu, tanh, logistic, identity, not 'swish'"),
        ({"batch_size": 0}, "batch_size, if it is not 'auto', must be at least 1, got 0"),
        ({"hidden_layer_sizes": (4, 0)}, "hidden_layer_sizes must be at least 1, got 0"),
        ({"max_iter": 0}, "max_iter must be at least 1, got 0"),
        ({"alpha": -1.0}, "alpha must be at least 0 and finite, got -1.0"),
    ],
)
@estimators
def test_impossible_parameters(estimator, parameters, message):
    with pytest.raises(ValueError, match=message):
        estimator(**parameters).fit(np.eye(4), [0, 1, 0, 1])


def test_one_class_is_predicted():
    model = MLPClassifier(max_iter=1, n_iter_no_change=1, tol=0.0)
    with pytest.warns(ConvergenceWarning, match="has not converged after max_iter=1 epochs"):
        model.fit(np.eye(3), ["a", "a", "a"])
    assert model.predict(np.eye(3)).tolist() == ["a", "a", "a"]
    assert model.predict_proba(np.eye(3)).tolist() == [[1.0], [1.0], [1.0]]


def blobs():
    x, y = nn.datasets.blobs(150, classes=3, seed=1)
    return x, np.array(["red", "green", "blue"])[y]


def test_rows_of_weight_0_teach_nothing():
    x, y = blobs()
    wrong = np.arange(150) % 2 == 0
    taught = np.where(wrong, "red", y)
    model = MLPClassifier((16,), learning_rate_init=0.05, random_state=0)
    assert model.fit(x, taught, sample_weight=np.where(wrong, 0.0, 1.0)).score(x, y) > 0.95
    line = MLPRegressor((16,), learning_rate_init=0.05, random_state=0, max_iter=500)
    line.fit(x, np.where(wrong, 99.0, x[:, 0]), sample_weight=~wrong)
    assert line.score(x, x[:, 0]) > 0.95


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("wrong", [1.0, -np.ones(20), np.zeros(20), np.full(20, np.nan), np.ones(9)])
def test_impossible_weights_of_rows(estimator, wrong):
    x, y = nn.datasets.moons(20, seed=0)
    with pytest.raises(ValueError, match=r"(?i)sample.weight"):
        estimator((2,), max_iter=1).fit(x, y, sample_weight=wrong)


def test_weights_of_classes_have_the_names_of_the_classes():
    x, y = blobs()
    share = {}
    for weight in (None, "balanced", {"red": 9.0, "green": 1.0, "blue": 1.0}):
        model = MLPClassifier((4,), max_iter=60, learning_rate_init=0.01, class_weight=weight, random_state=0)
        share[str(weight)] = model.fit(x, y).predict_proba(x)[:, model.classes_.tolist().index("red")].mean()
    assert share[str(weight)] > share["None"] + 0.05
    assert share["balanced"] == pytest.approx(share["None"], abs=0.01)


def test_early_stopping_follows_the_score_of_rows_held_out():
    x, y = blobs()
    model = MLPClassifier((16,), early_stopping=True, validation_fraction=0.2, n_iter_no_change=3, max_iter=400,
                          learning_rate_init=0.02, random_state=0).fit(x, y)  # fmt: skip
    assert model.n_iter_ == len(model.validation_scores_) == len(model.loss_curve_) < 400
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.n_iter_ - 1 - int(np.argmax(model.validation_scores_)) == 4
    assert model.best_loss_ is None
    assert model.loss_ == model.loss_curve_[-1]


def test_a_warm_start_continues():
    x, y = blobs()
    model = MLPClassifier((16,), warm_start=True, learning_rate_init=0.01, random_state=0).fit(x, y)
    before = model.predict_proba(x)
    model.set_params(max_iter=1, learning_rate_init=1e-9).fit(x, y)
    np.testing.assert_allclose(model.predict_proba(x), before, atol=1e-4)
    with pytest.raises(ValueError, match="warm_start=True needs layers and classes as in the last fit"):
        model.set_params(hidden_layer_sizes=(8,)).fit(x, y)


def test_logarithms_of_probabilities_are_finite():
    x, y = blobs()
    model = MLPClassifier((16,), learning_rate_init=0.05, random_state=0).fit(x, y)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(x)), model.predict_proba(x), rtol=1e-6)
    far = model.predict_log_proba(1e4 * x)
    assert np.isfinite(far).all()
    assert (model.predict_proba(1e4 * x) == 0).any()


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("name", ["iris", "wine", "digits", "breast_cancer", "diabetes"])
def test_scores_are_those_of_scikit_learn(name):
    """Means over 5 seeds, at equal settings, differ by less than 3 standard errors and 1 %."""
    x, y = getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
    ours, theirs = (MLPRegressor, TheirRegressor) if name == "diabetes" else (MLPClassifier, TheirClassifier)
    found = {ours: [], theirs: []}
    for seed in range(5):
        a, b, c, d = train_test_split(x, y, test_size=0.3, random_state=seed)
        scaler = StandardScaler().fit(a)
        if name == "diabetes":
            c, d = (c - c.mean()) / c.std(), (d - c.mean()) / c.std()
        for kind in found:
            model = kind(hidden_layer_sizes=(32,), alpha=0.1, learning_rate_init=0.01, max_iter=60, random_state=seed)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # not converged
                found[kind].append(model.fit(scaler.transform(a), c).score(scaler.transform(b), d))
    mine, other = (np.array(scores) for scores in found.values())
    error = np.hypot(mine.std(), other.std()) / np.sqrt(5)
    assert mine.mean() > other.mean() - 3 * error - 0.01, f"{name}: {mine.mean():.4f} ± {mine.std():.4f}, {other.mean():.4f}"


def test_a_missing_scikit_learn_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    monkeypatch.delitem(sys.modules, "nn.estimators")
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[sklearn\]'"):
        importlib.import_module("nn.estimators")
