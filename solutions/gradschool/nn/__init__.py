"""A neural-network library in NumPy: the reference solution of the course, and complete.

    import numpy as np
    from gradschool import datasets, nn

    digits = datasets.load_digits()
    x, x_test, y, y_test = datasets.split(digits.X, digits.y, rng=np.random.default_rng(0))
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Flatten(), nn.Dense(64, 32, rng=rng), nn.ReLU(), nn.Dense(32, 10, rng=rng))
    optimizer = nn.Adam(model.parameters(), 0.01)
    loss = nn.SoftmaxCrossEntropy()

    # by hand ...
    for rows, labels in nn.batches(x, y, size=32, rng=rng):
        loss.forward(model.forward(rows, train=True), labels)
        optimizer.zero_grad()
        model.backward(loss.backward())
        optimizer.step()

    # ... or all at once
    history = nn.fit(model, x, y, loss=loss, optimizer=optimizer, epochs=10, metrics=[nn.metrics.accuracy], rng=rng)
    nn.evaluate(model, x_test, y_test, loss=loss, metrics=[nn.metrics.accuracy])

Layers          Dense Sequential Activation Input Flatten Dropout TimeDistributed, and Layer, to make your own
  images        Conv2d ZeroPad2d MaxPool2d AvgPool2d GlobalAvgPool2d; Window, what Conv2d looks through
  sequences     RNN LSTM GRU Embedding
  scales        BatchNorm LayerNorm
Activations     ReLU LeakyReLU ReLU6 ELU CELU SELU GELU SiLU Mish Softplus Sigmoid LogSigmoid Hardsigmoid Hardswish
                Tanh Hardtanh Tanhshrink Hardshrink Softshrink Softsign Threshold Softmax LogSoftmax,
                and the function log_sum_exp
Losses          MeanSquaredError MeanAbsoluteError Huber BinaryCrossEntropy SoftmaxCrossEntropy; penalties L1 L2
Optimizers      GradientDescent SGD Adagrad Adadelta RMSprop Adam AdamW, and Optimizer; clip_norm clip_value
Schedules       ConstantLR LinearLR StepLR MultiStepLR MultiplicativeLR LambdaLR ExponentialLR PolynomialLR
                CosineAnnealingLR CosineAnnealingWarmRestarts OneCycleLR WarmupLR SequentialLR, and Schedule;
                ReduceLROnPlateau
First weights   zeros ones constant normal uniform truncated_normal glorot_normal glorot_uniform he_normal he_uniform
                lecun_normal lecun_uniform orthogonal; fans
Training        batches fit evaluate predict History summary save load, and the modules callbacks, metrics, plots
Gradients       numeric_gradient check_gradient; the module autograd: tensors that record what is done to them
Keras           the module keras: the same parts under Keras' names

Batches are (N, D), images (N, C, H, W), sequences (T, N, D). A parameter (`Parameter`) has a `value` and a `grad` of
one shape. `backward` returns the gradient with respect to x and *adds* to those of the parameters. What differs in
training is told `train=True`. Randomness is an argument, `rng`. Arrays (`Array`) are float64, or float32 where that
goes in and the layers were converted by `astype`. `linear_regression` is the first lesson's module.

Every module is one topic, and a student's release holds only the modules that the lessons up to theirs have built. So
a name is imported when it is first asked for, and one table says where each lives.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

MODULES = {
    "Array": "types",
    "Parameter": "parameter",
    # layers
    "Layer": "layers.layer",
    "Sequential": "sequential",
    "Input": "layers.input",
    "Dense": "layers.dense",
    "Activation": "layers.activation",
    "Flatten": "layers.flatten",
    "Dropout": "layers.dropout",
    "BatchNorm": "layers.batch_norm",
    "LayerNorm": "layers.layer_norm",
    "ZeroPad2d": "layers.zero_pad2d",
    "Conv2d": "layers.conv2d",
    "Window": "layers.window",
    "MaxPool2d": "layers.max_pool2d",
    "AvgPool2d": "layers.avg_pool2d",
    "GlobalAvgPool2d": "layers.global_avg_pool2d",
    "Embedding": "layers.embedding",
    "RNN": "layers.rnn",
    "LSTM": "layers.lstm",
    "GRU": "layers.gru",
    "TimeDistributed": "layers.time_distributed",
    # activations
    "ReLU": "activations.relu",
    "LeakyReLU": "activations.leaky_relu",
    "ReLU6": "activations.clipped",
    "Hardtanh": "activations.clipped",
    "Threshold": "activations.clipped",
    "Hardsigmoid": "activations.hard",
    "Hardswish": "activations.hard",
    "Sigmoid": "activations.sigmoid",
    "LogSigmoid": "activations.log_sigmoid",
    "SiLU": "activations.silu",
    "Mish": "activations.mish",
    "Tanh": "activations.tanh",
    "ELU": "activations.elu",
    "CELU": "activations.celu",
    "SELU": "activations.selu",
    "GELU": "activations.gelu",
    "Softplus": "activations.softplus",
    "Softsign": "activations.softsign",
    "Hardshrink": "activations.shrink",
    "Softshrink": "activations.shrink",
    "Tanhshrink": "activations.shrink",
    "Softmax": "activations.softmax",
    "LogSoftmax": "activations.log_softmax",
    "log_sum_exp": "activations.log_sum_exp",
    # losses and penalties
    "MeanSquaredError": "losses.mean_squared_error",
    "MeanAbsoluteError": "losses.mean_absolute_error",
    "Huber": "losses.huber",
    "BinaryCrossEntropy": "losses.binary_cross_entropy",
    "SoftmaxCrossEntropy": "losses.softmax_cross_entropy",
    "L1": "penalties",
    "L2": "penalties",
    # optimizers
    "Optimizer": "optimizers.optimizer",
    "GradientDescent": "optimizers.gradient_descent",
    "SGD": "optimizers.sgd",
    "Adagrad": "optimizers.adagrad",
    "Adadelta": "optimizers.adadelta",
    "RMSprop": "optimizers.rmsprop",
    "Adam": "optimizers.adam",
    "AdamW": "optimizers.adamw",
    "clip_norm": "optimizers.clipping",
    "clip_value": "optimizers.clipping",
    # schedules of the learning rate
    "Schedule": "schedules.schedule",
    "ConstantLR": "schedules.factors",
    "LinearLR": "schedules.factors",
    "LambdaLR": "schedules.factors",
    "MultiplicativeLR": "schedules.factors",
    "StepLR": "schedules.steps",
    "MultiStepLR": "schedules.steps",
    "ExponentialLR": "schedules.steps",
    "PolynomialLR": "schedules.polynomial",
    "CosineAnnealingLR": "schedules.cosine",
    "CosineAnnealingWarmRestarts": "schedules.cosine",
    "OneCycleLR": "schedules.one_cycle",
    "WarmupLR": "schedules.composition",
    "SequentialLR": "schedules.composition",
    "ReduceLROnPlateau": "schedules.plateau",
    # where the weights start
    "fans": "fan",
    "zeros": "initializers",
    "ones": "initializers",
    "constant": "initializers",
    "normal": "initializers",
    "uniform": "initializers",
    "truncated_normal": "initializers",
    "glorot_normal": "initializers",
    "glorot_uniform": "initializers",
    "he_normal": "initializers",
    "he_uniform": "initializers",
    "lecun_normal": "initializers",
    "lecun_uniform": "initializers",
    "orthogonal": "initializers",
    # training
    "batches": "training.batches",
    "fit": "training.fit",
    "History": "training.history",
    "evaluate": "training.evaluate",
    "predict": "training.predict",
    "summary": "training.summary",
    "save": "training.checkpoint",
    "load": "training.checkpoint",
    "check_gradient": "gradients",
    "numeric_gradient": "gradients",
}
"""The module of each public name, relative to this package."""

SUBMODULES = ["autograd", "callbacks", "keras", "linear_regression", "metrics", "plots"]
"""The modules that are public as a whole."""

__all__ = sorted([*MODULES, *SUBMODULES])


def __getattr__(name: str) -> Any:
    """Return the public name `name`, importing its module."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    loaded = import_built(f"{__name__}.{MODULES.get(name, name)}", f"{__name__}.{name}")
    return loaded if name not in MODULES else getattr(loaded, name)


def import_built(module: str, asked: str) -> ModuleType:
    """Import and return a module; raise AttributeError if this release has none, since `asked` is built later."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise AttributeError(f"{asked} is not here: the lesson that builds it comes later, or is this one") from None


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)


if TYPE_CHECKING:
    from gradschool.nn import autograd as autograd
    from gradschool.nn import callbacks as callbacks
    from gradschool.nn import keras as keras
    from gradschool.nn import linear_regression as linear_regression
    from gradschool.nn import metrics as metrics
    from gradschool.nn import plots as plots
    from gradschool.nn.activations.celu import CELU as CELU
    from gradschool.nn.activations.clipped import Hardtanh as Hardtanh
    from gradschool.nn.activations.clipped import ReLU6 as ReLU6
    from gradschool.nn.activations.clipped import Threshold as Threshold
    from gradschool.nn.activations.elu import ELU as ELU
    from gradschool.nn.activations.gelu import GELU as GELU
    from gradschool.nn.activations.hard import Hardsigmoid as Hardsigmoid
    from gradschool.nn.activations.hard import Hardswish as Hardswish
    from gradschool.nn.activations.leaky_relu import LeakyReLU as LeakyReLU
    from gradschool.nn.activations.log_sigmoid import LogSigmoid as LogSigmoid
    from gradschool.nn.activations.log_softmax import LogSoftmax as LogSoftmax
    from gradschool.nn.activations.log_sum_exp import log_sum_exp as log_sum_exp
    from gradschool.nn.activations.mish import Mish as Mish
    from gradschool.nn.activations.relu import ReLU as ReLU
    from gradschool.nn.activations.selu import SELU as SELU
    from gradschool.nn.activations.shrink import Hardshrink as Hardshrink
    from gradschool.nn.activations.shrink import Softshrink as Softshrink
    from gradschool.nn.activations.shrink import Tanhshrink as Tanhshrink
    from gradschool.nn.activations.sigmoid import Sigmoid as Sigmoid
    from gradschool.nn.activations.silu import SiLU as SiLU
    from gradschool.nn.activations.softmax import Softmax as Softmax
    from gradschool.nn.activations.softplus import Softplus as Softplus
    from gradschool.nn.activations.softsign import Softsign as Softsign
    from gradschool.nn.activations.tanh import Tanh as Tanh
    from gradschool.nn.fan import fans as fans
    from gradschool.nn.gradients import check_gradient as check_gradient
    from gradschool.nn.gradients import numeric_gradient as numeric_gradient
    from gradschool.nn.initializers import constant as constant
    from gradschool.nn.initializers import glorot_normal as glorot_normal
    from gradschool.nn.initializers import glorot_uniform as glorot_uniform
    from gradschool.nn.initializers import he_normal as he_normal
    from gradschool.nn.initializers import he_uniform as he_uniform
    from gradschool.nn.initializers import lecun_normal as lecun_normal
    from gradschool.nn.initializers import lecun_uniform as lecun_uniform
    from gradschool.nn.initializers import normal as normal
    from gradschool.nn.initializers import ones as ones
    from gradschool.nn.initializers import orthogonal as orthogonal
    from gradschool.nn.initializers import truncated_normal as truncated_normal
    from gradschool.nn.initializers import uniform as uniform
    from gradschool.nn.initializers import zeros as zeros
    from gradschool.nn.layers.activation import Activation as Activation
    from gradschool.nn.layers.avg_pool2d import AvgPool2d as AvgPool2d
    from gradschool.nn.layers.batch_norm import BatchNorm as BatchNorm
    from gradschool.nn.layers.conv2d import Conv2d as Conv2d
    from gradschool.nn.layers.dense import Dense as Dense
    from gradschool.nn.layers.dropout import Dropout as Dropout
    from gradschool.nn.layers.embedding import Embedding as Embedding
    from gradschool.nn.layers.flatten import Flatten as Flatten
    from gradschool.nn.layers.global_avg_pool2d import GlobalAvgPool2d as GlobalAvgPool2d
    from gradschool.nn.layers.gru import GRU as GRU
    from gradschool.nn.layers.input import Input as Input
    from gradschool.nn.layers.layer import Layer as Layer
    from gradschool.nn.layers.layer_norm import LayerNorm as LayerNorm
    from gradschool.nn.layers.lstm import LSTM as LSTM
    from gradschool.nn.layers.max_pool2d import MaxPool2d as MaxPool2d
    from gradschool.nn.layers.rnn import RNN as RNN
    from gradschool.nn.layers.time_distributed import TimeDistributed as TimeDistributed
    from gradschool.nn.layers.window import Window as Window
    from gradschool.nn.layers.zero_pad2d import ZeroPad2d as ZeroPad2d
    from gradschool.nn.losses.binary_cross_entropy import BinaryCrossEntropy as BinaryCrossEntropy
    from gradschool.nn.losses.huber import Huber as Huber
    from gradschool.nn.losses.mean_absolute_error import MeanAbsoluteError as MeanAbsoluteError
    from gradschool.nn.losses.mean_squared_error import MeanSquaredError as MeanSquaredError
    from gradschool.nn.losses.softmax_cross_entropy import SoftmaxCrossEntropy as SoftmaxCrossEntropy
    from gradschool.nn.optimizers.adadelta import Adadelta as Adadelta
    from gradschool.nn.optimizers.adagrad import Adagrad as Adagrad
    from gradschool.nn.optimizers.adam import Adam as Adam
    from gradschool.nn.optimizers.adamw import AdamW as AdamW
    from gradschool.nn.optimizers.clipping import clip_norm as clip_norm
    from gradschool.nn.optimizers.clipping import clip_value as clip_value
    from gradschool.nn.optimizers.gradient_descent import GradientDescent as GradientDescent
    from gradschool.nn.optimizers.optimizer import Optimizer as Optimizer
    from gradschool.nn.optimizers.rmsprop import RMSprop as RMSprop
    from gradschool.nn.optimizers.sgd import SGD as SGD
    from gradschool.nn.parameter import Parameter as Parameter
    from gradschool.nn.penalties import L1 as L1
    from gradschool.nn.penalties import L2 as L2
    from gradschool.nn.schedules.composition import SequentialLR as SequentialLR
    from gradschool.nn.schedules.composition import WarmupLR as WarmupLR
    from gradschool.nn.schedules.cosine import CosineAnnealingLR as CosineAnnealingLR
    from gradschool.nn.schedules.cosine import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
    from gradschool.nn.schedules.factors import ConstantLR as ConstantLR
    from gradschool.nn.schedules.factors import LambdaLR as LambdaLR
    from gradschool.nn.schedules.factors import LinearLR as LinearLR
    from gradschool.nn.schedules.factors import MultiplicativeLR as MultiplicativeLR
    from gradschool.nn.schedules.one_cycle import OneCycleLR as OneCycleLR
    from gradschool.nn.schedules.plateau import ReduceLROnPlateau as ReduceLROnPlateau
    from gradschool.nn.schedules.polynomial import PolynomialLR as PolynomialLR
    from gradschool.nn.schedules.schedule import Schedule as Schedule
    from gradschool.nn.schedules.steps import ExponentialLR as ExponentialLR
    from gradschool.nn.schedules.steps import MultiStepLR as MultiStepLR
    from gradschool.nn.schedules.steps import StepLR as StepLR
    from gradschool.nn.sequential import Sequential as Sequential
    from gradschool.nn.training.batches import batches as batches
    from gradschool.nn.training.checkpoint import load as load
    from gradschool.nn.training.checkpoint import save as save
    from gradschool.nn.training.evaluate import evaluate as evaluate
    from gradschool.nn.training.fit import fit as fit
    from gradschool.nn.training.history import History as History
    from gradschool.nn.training.predict import predict as predict
    from gradschool.nn.training.summary import summary as summary
    from gradschool.nn.types import Array as Array
