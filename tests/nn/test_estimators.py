"""Estimators against the checks of scikit-learn."""

import importlib
import sys
import warnings

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import nn
from nn.estimators import MLPClassifier, MLPRegressor

estimators = pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])


@pytest.mark.slow
@estimators
def test_every_check_of_scikit_learn_passes(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some checks provoke them
        results = check_estimator(estimator(), on_skip=None, on_fail="raise")
    status = {result["check_name"]: result["status"] for result in results}
    assert len(status) > 40
    assert {name for name, s in status.items() if s != "passed"} <= {
        "check_array_api_input",  # needs an environment variable
        "check_classifier_data_not_an_array",  # these two need pandas
        "check_regressor_data_not_an_array",
    }


def test_a_grid_search_through_a_pipeline():
    x, y = nn.datasets.digits()
    x, y = x[:400] * 100 + 3, y[:400]
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
        ({"max_iter": 0}, "max_iter must be at least 1, got 0"),
        ({"alpha": -1.0}, "alpha must be at least 0 and finite, got -1.0"),
    ],
)
@estimators
def test_impossible_parameters(estimator, parameters, message):
    with pytest.raises(ValueError, match=message):
        estimator(**parameters).fit(np.eye(4), [0, 1, 0, 1])


def test_one_class_is_an_error():
    with pytest.raises(ValueError, match="at least two classes"):
        MLPClassifier().fit(np.eye(3), [1, 1, 1])


def test_a_missing_scikit_learn_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    monkeypatch.delitem(sys.modules, "nn.estimators")
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[sklearn\]'"):
        importlib.import_module("nn.estimators")
