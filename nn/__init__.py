"""Neural networks on the public interface of `autograd`.

Module, Linear, Sequential, MLP, ReLU and other activations, Dropout, BatchNorm1d, LayerNorm, RMSNorm, Embedding, Flatten,
Residual, functional_call                              modules
he_uniform, he_normal, glorot_uniform, glorot_normal, orthogonal, uniform, normal, zeros
                                                       initializers of weights
cross_entropy, nll, multiclass_hinge, kl_divergence, binary_cross_entropy, binary_cross_entropy_with_logits, hinge,
mean_squared_error, mean_absolute_error, huber         losses
accuracy, binary_accuracy, zero_one_loss, confusion_matrix, precision_recall_f1, r_squared
                                                       metrics, not differentiable
Running                                                streaming form of a metric
SGD, RMSprop, Adagrad, Adam, AdamW, Lion, LBFGS        optimizers
Schedule, Plateau, schedules, clip_gradients_by_norm   learning rates and gradient clipping
Dataset, Loader, train_test_split, standardise, one_hot mini-batches and preprocessing
OnDisk, save_rows                                      data that do not fit in memory
fit, evaluate, predict, History                        training and inference
Callback, EarlyStopping, BestModel, Checkpoint, ClipGradients, CsvLog, JsonLinesLog, TensorBoard, LivePlot, Watch,
TrainingPage, record_training
                                                       callbacks of `fit`
save, load, UnreadableFileError                        model files
load_from_torch, save_for_torch, torch_state           exchange with PyTorch
load_onnx                                              import from ONNX; `record(model, x).to_onnx(path)` exports
datasets, plots                                        MNIST, two moons and others; figures
LikelyMistake                                          warning of calls that are almost never meant
scalar                                                 networks of single Values
estimators                                             scikit-learn estimators: import nn.estimators
"""

try:
    from autograd.support.clash import clash as _clash
except ImportError:
    import autograd as _other

    raise ImportError(
        "nn needs the package 'autograd' of glassgrad, but Python found another one in "
        f"{list(getattr(_other, '__path__', [_other.__file__]))}: rename or uninstall it"
    ) from None
if _text := _clash():
    raise ImportError(_text)

from autograd.support.likely_mistakes import LikelyMistake
from autograd.support.old_paths import keep_old_paths
from autograd.support.public import publish
from nn import datasets, plots, scalar, schedules
from nn.callbacks.checkpoint import Checkpoint
from nn.callbacks.clip_gradients import ClipGradients
from nn.callbacks.early_stopping import BestModel, EarlyStopping
from nn.callbacks.loggers import CsvLog, JsonLinesLog, LivePlot, TensorBoard
from nn.callbacks.monitor import Watch
from nn.callbacks.schedule import Plateau, Schedule
from nn.callbacks.training_page import TrainingPage, record_training
from nn.data.loader import Dataset, Loader
from nn.data.on_disk import OnDisk, save_rows
from nn.data.preprocessing import one_hot, standardise
from nn.data.split import train_test_split
from nn.datasets import _fashion_mnist as fashion_mnist  # noqa: F401  (its path is documented)
from nn.io.model_files import load, save
from nn.io.npz import UnreadableFileError
from nn.io.onnx import load_onnx
from nn.io.torch import load_from_torch, save_for_torch, torch_state
from nn.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits, hinge
from nn.losses.classification import cross_entropy, kl_divergence, multiclass_hinge, nll
from nn.losses.regression import huber, mean_absolute_error, mean_squared_error
from nn.metrics.functional import accuracy, binary_accuracy, confusion_matrix, precision_recall_f1, r_squared, zero_one_loss
from nn.metrics.streaming import Running
from nn.modules.activations import ELU, GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from nn.modules.containers import MLP, Residual, Sequential
from nn.modules.dropout import Dropout
from nn.modules.embedding import Embedding
from nn.modules.functional import functional_call
from nn.modules.init import glorot_normal, glorot_uniform, he_normal, he_uniform, normal, orthogonal, uniform, zeros
from nn.modules.layers import Flatten, Linear
from nn.modules.module import Module
from nn.modules.normalization import BatchNorm1d, LayerNorm, RMSNorm
from nn.modules.predict import predict
from nn.optim.adaptive import Adagrad, Adam, AdamW, Lion, RMSprop
from nn.optim.clipping import clip_gradients_by_norm, clip_gradients_by_value
from nn.optim.lbfgs import LBFGS
from nn.optim.optimizer import SGD, Optimizer
from nn.run.history import History
from nn.run.run import Callback
from nn.training.evaluate import evaluate
from nn.training.fit_loop import fit

__all__ = [
    "ELU", "GELU", "LBFGS", "MLP", "SGD", "Adagrad", "Adam", "AdamW", "BatchNorm1d", "BestModel", "Callback", "Checkpoint",
    "ClipGradients", "CsvLog", "Dataset", "Dropout", "EarlyStopping", "Embedding", "Flatten", "History", "JsonLinesLog",
    "LayerNorm", "LeakyReLU", "LikelyMistake", "Linear", "Lion", "LivePlot", "Loader", "LogSoftmax", "Module", "OnDisk",
    "Optimizer", "Plateau", "RMSNorm", "RMSprop", "ReLU", "Residual", "Running", "Schedule", "Sequential", "SiLU", "Sigmoid",
    "Softmax", "Softplus", "Tanh", "TensorBoard", "TrainingPage", "UnreadableFileError", "Watch", "accuracy", "binary_accuracy",
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "clip_gradients_by_norm", "clip_gradients_by_value",
    "confusion_matrix", "cross_entropy", "datasets", "evaluate", "fit", "functional_call", "glorot_normal", "glorot_uniform",
    "he_normal", "he_uniform", "hinge", "huber", "kl_divergence", "load", "load_from_torch", "load_onnx", "mean_absolute_error",
    "mean_squared_error", "multiclass_hinge", "nll", "normal", "one_hot", "orthogonal", "plots", "precision_recall_f1",
    "predict", "r_squared", "record_training", "save", "save_for_torch", "save_rows", "scalar", "schedules", "standardise",
    "torch_state", "train_test_split", "uniform", "zero_one_loss", "zeros",
]  # fmt: skip

publish(globals())
keep_old_paths("nn")
