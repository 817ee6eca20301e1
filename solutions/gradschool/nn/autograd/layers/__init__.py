"""Every layer of the library on the tape, under its own name: the same constructor, one method, no backward.

features     Dense BatchNorm LayerNorm Embedding Dropout Flatten Input
activations  all of them, and Activation
images       Conv2d ZeroPad2d MaxPool2d AvgPool2d GlobalAvgPool2d
sequences    RNN LSTM GRU
containers   Sequential TimeDistributed
"""

from gradschool.nn.autograd.layers.activations import (
    CELU,
    ELU,
    GELU,
    SELU,
    Activation,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from gradschool.nn.autograd.layers.containers import Sequential, TimeDistributed
from gradschool.nn.autograd.layers.features import BatchNorm, Dense, Dropout, Embedding, Flatten, Input, LayerNorm
from gradschool.nn.autograd.layers.images import AvgPool2d, Conv2d, GlobalAvgPool2d, MaxPool2d, ZeroPad2d
from gradschool.nn.autograd.layers.sequences import GRU, LSTM, RNN

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "Activation",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Input",
    "LayerNorm",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "MaxPool2d",
    "Mish",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "TimeDistributed",
    "ZeroPad2d",
]
