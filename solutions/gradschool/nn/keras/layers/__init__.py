"""The layers under Keras' names."""

from gradschool.nn.keras.layers.activation import (
    ELU,
    Activation,
    LeakyReLU,
    ReLU,
    Softmax,
)
from gradschool.nn.keras.layers.convolutional import Conv2D, Convolution2D
from gradschool.nn.keras.layers.core import Dense, Dropout, Embedding, Flatten, Input, InputLayer, Reshape
from gradschool.nn.keras.layers.layer import Layer
from gradschool.nn.keras.layers.normalization import BatchNormalization, LayerNormalization
from gradschool.nn.keras.layers.pooling import (
    AveragePooling2D,
    AvgPool2D,
    GlobalAveragePooling2D,
    MaxPool2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from gradschool.nn.keras.layers.recurrent import GRU, LSTM, SimpleRNN, TimeDistributed

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "Activation",
    "AveragePooling2D",
    "AvgPool2D",
    "BatchNormalization",
    "Conv2D",
    "Convolution2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling2D",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPool2D",
    "MaxPooling2D",
    "ReLU",
    "Reshape",
    "SimpleRNN",
    "Softmax",
    "TimeDistributed",
    "ZeroPadding2D",
]


def __getattr__(name: str) -> object:
    """Say which layers there are."""
    if name.startswith("_"):
        raise AttributeError(name)
    raise AttributeError(f"there is no layer {name!r} here. Known are {', '.join(__all__)}")
