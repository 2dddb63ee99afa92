"""Neural networks on top of `autograd`, of whose public face alone they are made.

Module, Linear, Sequential, MLP, ReLU and its kin, Dropout, BatchNorm1d, LayerNorm, RMSNorm, Embedding, Flatten, Residual
                                                       functions with parameters
he_uniform, he_normal, glorot_uniform, glorot_normal, orthogonal, uniform, normal, zeros
                                                       where their weights start
cross_entropy, nll, multiclass_hinge, kl_divergence, binary_cross_entropy, binary_cross_entropy_with_logits, hinge,
mean_squared_error, mean_absolute_error, huber         how wrong an answer is, differentiable
accuracy, binary_accuracy, zero_one_loss, confusion_matrix, precision_recall_f1, r_squared
                                                       how right answers are, for people
SGD, RMSprop, Adagrad, Adam, AdamW, Lion, LBFGS        how parameters move
Schedule, Plateau, schedules, clip_gradients_by_norm   how fast, and how far at most
Dataset, Loader, train_test_split, standardise, one_hot rows in mini-batches, and made fit
OnDisk, save_rows                                      rows that do not fit in memory
fit, predict, History                                  training, and use
Callback, EarlyStopping, Checkpoint, ClipGradients, CsvLog, JsonLinesLog, TensorBoard, LivePlot, Watch, record_training
                                                       what can be done meanwhile
Running                                                metrics of rows that come in batches
save, load, UnreadableFileError                        models as files
load_from_torch, save_for_torch, torch_state           and to and from PyTorch
load_onnx                                              and from ONNX, to which `record(model, x).to_onnx(path)` writes
datasets, plots                                        MNIST and two moons; pictures
scalar                                                 networks of single Values
estimators                                             perceptrons for scikit-learn: import nn.estimators
"""

from autograd.support.public import publish
from nn import datasets, plots, scalar, schedules
from nn.activations import ELU, GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from nn.adaptive import Adagrad, Adam, AdamW, Lion, RMSprop
from nn.binary import binary_cross_entropy, binary_cross_entropy_with_logits, hinge
from nn.blocks import Dropout, Embedding, Flatten, Residual
from nn.callbacks import Callback, EarlyStopping
from nn.checkpoints import Checkpoint
from nn.clipping import ClipGradients, clip_gradients_by_norm, clip_gradients_by_value
from nn.data import Dataset, Loader, train_test_split
from nn.files import UnreadableFileError
from nn.history import History
from nn.initializers import glorot_normal, glorot_uniform, he_normal, he_uniform, normal, orthogonal, uniform, zeros
from nn.interchange import load_from_torch, save_for_torch, torch_state
from nn.layers import MLP, Linear, Sequential
from nn.lbfgs import LBFGS
from nn.logs import CsvLog, JsonLinesLog, LivePlot, TensorBoard
from nn.losses import cross_entropy, kl_divergence, multiclass_hinge, nll
from nn.metrics import accuracy, binary_accuracy, confusion_matrix, precision_recall_f1, r_squared, zero_one_loss
from nn.module import Module
from nn.normalization import BatchNorm1d, LayerNorm, RMSNorm
from nn.on_disk import OnDisk, save_rows
from nn.onnx_files import load_onnx
from nn.optimizers import SGD, Optimizer
from nn.predicting import predict
from nn.preparing import one_hot, standardise
from nn.recording import record_training
from nn.regression import huber, mean_absolute_error, mean_squared_error
from nn.running import Running
from nn.saving import load, save
from nn.schedules import Plateau, Schedule
from nn.training import fit
from nn.watching import Watch

__all__ = [
    "ELU",
    "GELU",
    "LBFGS",
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "BatchNorm1d",
    "Callback",
    "Checkpoint",
    "ClipGradients",
    "CsvLog",
    "Dataset",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "History",
    "JsonLinesLog",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "Lion",
    "LivePlot",
    "Loader",
    "LogSoftmax",
    "Module",
    "OnDisk",
    "Optimizer",
    "Plateau",
    "RMSNorm",
    "RMSprop",
    "ReLU",
    "Residual",
    "Running",
    "Schedule",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "TensorBoard",
    "UnreadableFileError",
    "Watch",
    "accuracy",
    "binary_accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "clip_gradients_by_norm",
    "clip_gradients_by_value",
    "confusion_matrix",
    "cross_entropy",
    "datasets",
    "fit",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "hinge",
    "huber",
    "kl_divergence",
    "load",
    "load_from_torch",
    "load_onnx",
    "mean_absolute_error",
    "mean_squared_error",
    "multiclass_hinge",
    "nll",
    "normal",
    "one_hot",
    "orthogonal",
    "plots",
    "precision_recall_f1",
    "predict",
    "r_squared",
    "record_training",
    "save",
    "save_for_torch",
    "save_rows",
    "scalar",
    "schedules",
    "standardise",
    "torch_state",
    "train_test_split",
    "uniform",
    "zero_one_loss",
    "zeros",
]

publish(globals())
