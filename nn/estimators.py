"""Perceptrons as scikit-learn estimators, for its pipelines, searches and cross-validation.

Parameters have the names and meanings of those of `MLPClassifier` and `MLPRegressor` in scikit-learn.
"""

from collections.abc import Sequence
from typing import Any, Literal, Self, get_args
from warnings import warn

import autograd as ag
from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from nn._validation import check_choice, check_finite, check_fraction, check_integer
from nn.callbacks.early_stopping import EarlyStopping
from nn.losses.classification import cross_entropy
from nn.losses.regression import mean_squared_error
from nn.metrics.functional import r_squared
from nn.modules.activations import ReLU, Sigmoid, Tanh
from nn.modules.containers import MLP, Sequential
from nn.modules.module import Module
from nn.modules.predict import predict
from nn.optim.adaptive import Adam
from nn.training.fit_loop import fit

if require("sklearn.base", "nn.estimators"):
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state
    from sklearn.utils.class_weight import compute_class_weight
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["MLPClassifier", "MLPRegressor"]


#: Activations by scikit-learn's names; a chain without modules is the identity.
MLPActivation = Literal["relu", "tanh", "logistic", "identity"]
ACTIVATIONS: dict[str, type[Module]] = dict(zip(get_args(MLPActivation), (ReLU, Tanh, Sigmoid, Sequential), strict=True))


def accuracy(scores: Any, labels: Any) -> float:
    """Fraction of right labels, also for one class, which `nn.accuracy` refuses."""
    return float(np.mean(scores.argmax(axis=1) == labels))


def _half_squared_error(predictions: Any, targets: Any, *, sample_weight: Any = None) -> Any:
    return 0.5 * mean_squared_error(predictions, targets, sample_weight=sample_weight)


class _MLP(BaseEstimator):  # type: ignore[misc]
    """Base class of both estimators: parameters, training, prediction."""

    model_: MLP

    def __init__(  # noqa: PLR0913  (scikit-learn asks for flat parameters)
        self,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: MLPActivation = "relu",
        *,
        alpha: float = 1e-4,
        batch_size: int | str = "auto",
        learning_rate_init: float = 1e-3,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.__dict__.update({name: x for name, x in locals().items() if name in _MLP._get_param_names()})

    def _train(self, X: Any, targets: Any, outputs: int, loss: Any, metric: Any, weights: dict[str, Any]) -> None:
        """Make the model and train it until loss or validation score stop improving, for at most `max_iter` epochs."""
        self._check_parameters()
        if self.early_stopping and len(X) < 2:
            raise ValueError(f"early_stopping=True holds out rows: it needs at least 2, got n_samples={len(X)}")
        seed = int(check_random_state(self.random_state).randint(2**31))
        sizes = [check_integer("hidden_layer_sizes", n, least=1) for n in np.atleast_1d(self.hidden_layer_sizes)]
        model = MLP(X.shape[1], sizes, outputs, activation=ACTIVATIONS[self.activation], seed=seed, dtype=X.dtype)
        if self.warm_start and hasattr(self, "model_"):
            try:
                model.load_state_dict(self.model_.state_dict())
            except ValueError as error:
                raise ValueError(f"warm_start=True needs layers and classes as in the last fit: {error}") from None
        batch_size = min(200 if self.batch_size == "auto" else int(self.batch_size), len(X))
        weight = float(np.mean(weights.get("sample_weight", 1.0)))
        linear: list[Any] = model.layers[::2]
        decay = self.alpha / (batch_size * weight)
        groups = [{"params": [layer.weight for layer in linear], "weight_decay": decay}, {"params": [x.bias for x in linear]}]
        column = f"validation_{metric.__name__}" if self.early_stopping else "loss"
        # scikit-learn stops after one epoch more than `n_iter_no_change` without improvement.
        stopping = EarlyStopping(column, patience=self.n_iter_no_change + 1, min_delta=self.tol)
        held_out, metrics = (float(self.validation_fraction), [metric]) if self.early_stopping else (None, None)
        history = fit(
            model, (X, targets), loss=loss, optimizer=Adam(groups, lr=self.learning_rate_init), epochs=self.max_iter,
            batch_size=batch_size, validation=held_out, metrics=metrics, callbacks=[stopping], seed=seed,
            progress=bool(self.verbose), **weights,
        )  # fmt: skip
        self.model_, self.loss_curve_, self.n_iter_ = model, history.loss, len(history.loss)
        self.loss_, self.best_loss_ = history.loss[-1], None if self.early_stopping else min(history.loss)
        self.validation_scores_ = history[column] if self.early_stopping else None
        self.best_validation_score_ = max(history[column]) if self.early_stopping else None
        if self.n_iter_ == self.max_iter and self.n_iter_ - stopping.best_epoch < stopping.patience:
            text = f"the training has not converged after max_iter={self.max_iter} epochs: raise max_iter or tol"
            warn(text, ConvergenceWarning, stacklevel=3)

    def _check_parameters(self) -> None:
        """Raise if a parameter is out of range."""
        check_choice("activation", self.activation, ACTIVATIONS)
        if self.batch_size != "auto":
            check_integer("batch_size, if it is not 'auto',", self.batch_size, least=1)
        for name in ("max_iter", "n_iter_no_change"):
            check_integer(name, getattr(self, name), least=1)
        for name in ("alpha", "tol", "learning_rate_init"):
            check_finite(name, getattr(self, name))
        check_fraction("validation_fraction", self.validation_fraction)

    def _weights(self, X: Any, sample_weight: Any) -> dict[str, Any]:
        """Return the checked weights of the rows as a keyword of `fit`; raise if one is negative or all are 0."""
        if sample_weight is None:
            return {}
        w = np.asarray(sample_weight, dtype=float)
        if w.shape != (len(X),) or not (w.min() >= 0 and w.any()):
            raise ValueError(
                f"sample_weight must be {len(X)} numbers of at least zero, not all zero, got {sample_weight!r:.60}"
            )
        return {"sample_weight": w}

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return predict(self.model_, X)


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc]
    """Multi-layer perceptron for classification, trained by Adam on the cross-entropy.

    Args:
        hidden_layer_sizes: Widths of the hidden layers
        activation: "relu", "tanh", "logistic" or "identity"
        alpha: Factor of the L2 penalty α/2 ‖W‖² / (weight of a batch), of weights without biases
        batch_size: Rows per step; "auto" means at most 200
        learning_rate_init: Learning rate of Adam
        max_iter: Maximum of epochs
        tol: The training ends if the loss has not fallen by this for more than `n_iter_no_change` epochs
        early_stopping: If True, the accuracy on the fraction `validation_fraction` of the rows, held out of the training, ends
            it instead of the loss
        warm_start: If True, `fit` continues from the weights of the last call
        class_weight: Weights by class, "balanced", or None
        random_state: Seed for weights and the order of the rows
    Attributes:
        classes_, model_, loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, n_iter_: Results of `fit`
    Raises:
        ImportError: On import of the module, if scikit-learn is not installed

    >>> from nn.datasets import moons
    >>> x, y = moons(200, seed=0)
    >>> MLPClassifier((16, 16), learning_rate_init=0.02, tol=1e-3, random_state=0).fit(x, y).score(x, y)
    1.0
    """

    def __init__(  # noqa: PLR0913  (scikit-learn asks for flat parameters)
        self,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: MLPActivation = "relu",
        *,
        alpha: float = 1e-4,
        batch_size: int | str = "auto",
        learning_rate_init: float = 1e-3,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        class_weight: Any = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        options = {name: x for name, x in locals().items() if name in _MLP._get_param_names()}
        super().__init__(**options)
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on rows X with classes y, weighted by `sample_weight` if it is passed; warn if it ends at `max_iter`.

        Shapes:
            X (n, features), y (n,), sample_weight (n,)
        Raises:
            ValueError: As in scikit-learn
        """
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            raise ValueError("MLPClassifier takes one class per row; for several labels per row use MultiOutputClassifier")
        self.classes_, labels = np.unique(y, return_inverse=True)
        weights = self._weights(X, sample_weight)
        if self.class_weight is not None:
            weights["class_weight"] = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        self._train(X, labels, len(self.classes_), cross_entropy, accuracy, weights)
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class, in the order of `classes_`.

        Shapes:
            X (n, features) -> (n, classes)
        """
        return ag.softmax(self._outputs(X), axis=-1)

    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of the probability of each class, finite also where the probability rounds to 0.

        Shapes:
            X (n, features) -> (n, classes)
        """
        return ag.log_softmax(self._outputs(X), axis=-1)

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each row.

        Shapes:
            X (n, features) -> (n,)
        """
        scores = self._outputs(X)
        return self.classes_[scores.argmax(axis=1)]


class MLPRegressor(RegressorMixin, _MLP):  # type: ignore[misc]
    """Multi-layer perceptron for regression, trained by Adam on half the squared error of standardised targets.

    Parameters and attributes are those of `MLPClassifier`, except `classes_`.

    >>> from nn.datasets import curve
    >>> x, y = curve(200, noise=0.0)
    >>> model = MLPRegressor((32, 32), activation="tanh", learning_rate_init=0.01, max_iter=1000, tol=0.0, random_state=0)
    >>> model.fit(x, y.ravel()).score(x, y.ravel()) > 0.99
    True
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on rows X with targets y, weighted by `sample_weight` if it is passed.

        Shapes:
            X (n, features), y (n,) or (n, outputs), sample_weight (n,)
        """
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], multi_output=True, y_numeric=True)
        columns = np.asarray(y, dtype=X.dtype).reshape(len(y), -1)
        weights = self._weights(X, sample_weight)
        w = weights.get("sample_weight")
        self._mean = np.average(columns, axis=0, weights=w)
        deviation = np.sqrt(np.average((columns - self._mean) ** 2, axis=0, weights=w))
        self._scale = np.where(deviation > 0, deviation, 1)
        self._flat = np.ndim(y) == 1
        self._train(X, (columns - self._mean) / self._scale, columns.shape[1], _half_squared_error, r_squared, weights)
        return self

    def predict(self, X: Any) -> Any:
        """Return the predicted numbers.

        Shapes:
            X (n, features) -> (n,) or (n, outputs), as y was
        """
        y = self._outputs(X) * self._scale + self._mean
        return y[:, 0] if self._flat else y
