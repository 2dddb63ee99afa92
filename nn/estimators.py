"""Perceptrons as scikit-learn estimators, for its pipelines, searches and cross-validation.

Parameters have the names and meanings of those of `MLPClassifier` and `MLPRegressor` in scikit-learn.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

import autograd as ag
from autograd.support.optional import require
from nn._validation import check_choice, check_finite, check_integer
from nn.callbacks.early_stopping import EarlyStopping
from nn.losses.classification import cross_entropy
from nn.losses.regression import mean_squared_error
from nn.modules.activations import ReLU, Sigmoid, Tanh
from nn.modules.containers import MLP
from nn.modules.module import Module
from nn.modules.predict import predict
from nn.optim.adaptive import AdamW
from nn.training.fit_loop import fit

if require("sklearn.base", "nn.estimators"):
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["MLPClassifier", "MLPRegressor"]


class Identity(Module):
    """Identity activation."""

    def forward(self, x: Any) -> Any:
        return x


ACTIVATIONS: dict[str, type[Module]] = {"relu": ReLU, "tanh": Tanh, "logistic": Sigmoid, "identity": Identity}


class _MLP(BaseEstimator):  # type: ignore[misc]
    """Base class of both estimators: parameters, training, prediction."""

    def __init__(  # noqa: PLR0913  (scikit-learn asks for flat parameters)
        self,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: str = "relu",
        *,
        alpha: float = 1e-4,
        batch_size: int | str = "auto",
        learning_rate_init: float = 1e-3,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose

    def _train(self, X: Any, targets: Any, outputs: int, loss: Any) -> None:
        """Make the model and train it until the loss stops falling by `tol`, for at most `max_iter` epochs."""
        self._check_parameters()
        seed = int(check_random_state(self.random_state).randint(2**31))
        sizes = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=int)).tolist()
        model = MLP(X.shape[1], sizes, outputs, activation=ACTIVATIONS[self.activation], seed=seed, dtype=X.dtype)
        stopping = EarlyStopping("loss", patience=self.n_iter_no_change, min_delta=self.tol)
        history = fit(
            model,
            (X, targets),
            loss=loss,
            optimizer=AdamW(model.parameters(), lr=self.learning_rate_init, weight_decay=self.alpha),
            epochs=self.max_iter,
            batch_size=min(200, len(X)) if self.batch_size == "auto" else min(int(self.batch_size), len(X)),
            metrics=None,
            callbacks=[stopping],
            seed=seed,
            progress=bool(self.verbose),
        )
        self.model_, self.loss_curve_, self.n_iter_ = model, history.loss, len(history.loss)

    def _check_parameters(self) -> None:
        """Raise if a parameter is out of range."""
        check_choice("activation", self.activation, ACTIVATIONS)
        if self.batch_size != "auto":
            check_integer("batch_size, if it is not 'auto',", self.batch_size, least=1)
        for name in ("max_iter", "n_iter_no_change"):
            check_integer(name, getattr(self, name), least=1)
        for name in ("alpha", "tol", "learning_rate_init"):
            check_finite(name, getattr(self, name))

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return predict(self.model_, X)


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc]
    """Multi-layer perceptron for classification, trained by AdamW on the cross-entropy.

    Args:
        hidden_layer_sizes: Widths of the hidden layers
        activation: "relu", "tanh", "logistic" or "identity"
        alpha: Weight decay
        batch_size: Rows per step; "auto" means at most 200
        learning_rate_init: Learning rate of AdamW
        max_iter: Maximum of epochs
        tol: The training ends if the loss has not fallen by this for `n_iter_no_change` epochs
        random_state: Seed for weights and the order of the rows
    Attributes:
        classes_, model_, loss_curve_, n_iter_: Results of `fit`
    Raises:
        ImportError: On import of the module, if scikit-learn is not installed

    >>> from nn.datasets import moons
    >>> x, y = moons(200, seed=0)
    >>> MLPClassifier((16, 16), learning_rate_init=0.01, random_state=0).fit(x, y).score(x, y)
    1.0
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Train on rows X with classes y.

        Shapes:
            X (n, features), y (n,)
        Raises:
            ValueError: If there is one class only, or as in scikit-learn
        """
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            raise ValueError("MLPClassifier takes one class per row; for several labels per row use MultiOutputClassifier")
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y must have at least two classes, got one class only: {self.classes_[0]!r}")
        self._train(X, labels, len(self.classes_), cross_entropy)
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class, in the order of `classes_`.

        Shapes:
            X (n, features) -> (n, classes)
        """
        return ag.softmax(self._outputs(X), axis=-1)

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each row.

        Shapes:
            X (n, features) -> (n,)
        """
        scores = self._outputs(X)
        return self.classes_[scores.argmax(axis=1)]


class MLPRegressor(RegressorMixin, _MLP):  # type: ignore[misc]
    """Multi-layer perceptron for regression, trained by AdamW on the squared error of standardised targets.

    Parameters and attributes  as `MLPClassifier`, except classes_

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

    def fit(self, X: Any, y: Any) -> Self:
        """Train on rows X with targets y.

        Shapes:
            X (n, features), y (n,) or (n, outputs)
        """
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], multi_output=True, y_numeric=True)
        columns = np.asarray(y, dtype=X.dtype).reshape(len(y), -1)
        self._mean, deviation = columns.mean(axis=0), columns.std(axis=0)
        self._scale = np.where(deviation > 0, deviation, 1)
        self._flat = np.ndim(y) == 1
        self._train(X, (columns - self._mean) / self._scale, columns.shape[1], mean_squared_error)
        return self

    def predict(self, X: Any) -> Any:
        """Return the predicted numbers.

        Shapes:
            X (n, features) -> (n,) or (n, outputs), as y was
        """
        y = self._outputs(X)
        y = y * self._scale + self._mean
        return y[:, 0] if self._flat else y
