"""Where the weights start, under Keras' names.

A name (`"he_normal"`), one of the classes here, or a function `init(shape, *, rng)` in the manner of `gradschool.nn`.
The normal distributions are whole ones; Keras cuts its `HeNormal` and `GlorotNormal` at two standard deviations.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gradschool import nn
from gradschool.nn.keras.described import Described
from gradschool.nn.keras.lookup import find
from gradschool.nn.types import Array


class Initializer(Described):
    """What draws the first weights; with a `seed`, the same ones each time."""

    def __init__(self, seed: int | None = None) -> None:
        """Keep the seed."""
        self.seed = seed

    def function(self) -> Callable[..., Array]:
        """Return the function of `gradschool.nn` that draws."""
        raise NotImplementedError(f"{type(self).__name__} has no function yet")

    def __call__(self, shape: tuple[int, ...], *, rng: np.random.Generator | None = None) -> Array:
        """Return weights of `shape`, drawn from the seed if there is one, else from `rng`."""
        from gradschool.nn.keras.randomness import generator

        source = generator(self.seed) if rng is None or self.seed is not None else rng
        return self.function()(tuple(shape), rng=source)


class Zeros(Initializer):
    """Zeros."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.zeros`."""
        return nn.zeros


class Ones(Initializer):
    """Ones."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.ones`."""
        return nn.ones


class Constant(Initializer):
    """One number everywhere."""

    def __init__(self, value: float = 0.0) -> None:
        """Keep the number."""
        super().__init__()
        self.value = value

    def function(self) -> Callable[..., Array]:
        """Return `nn.constant(value)`."""
        return nn.constant(self.value)


class RandomNormal(Initializer):
    """Normal weights around `mean`."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        """Keep mean and standard deviation."""
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def function(self) -> Callable[..., Array]:
        """Return `nn.normal(stddev)`, moved to the mean."""
        return partial(_moved, nn.normal(self.stddev), self.mean)


class TruncatedNormal(RandomNormal):
    """Normal weights around `mean`, none beyond two standard deviations."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.truncated_normal(stddev)`, moved to the mean."""
        return partial(_moved, nn.truncated_normal(self.stddev), self.mean)


class RandomUniform(Initializer):
    """Uniform weights from `minval` to `maxval`."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        """Keep both ends."""
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def function(self) -> Callable[..., Array]:
        """Return `nn.uniform` of half the width, moved to the middle."""
        return partial(_moved, nn.uniform((self.maxval - self.minval) / 2), (self.maxval + self.minval) / 2)


class GlorotUniform(Initializer):
    """Glorot's uniform weights."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.glorot_uniform`."""
        return nn.glorot_uniform


class GlorotNormal(Initializer):
    """Glorot's normal weights."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.glorot_normal`."""
        return nn.glorot_normal


class HeUniform(Initializer):
    """He's uniform weights."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.he_uniform`."""
        return nn.he_uniform


class HeNormal(Initializer):
    """He's normal weights."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.he_normal`."""
        return nn.he_normal


class LecunUniform(Initializer):
    """LeCun's uniform weights."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.lecun_uniform`."""
        return nn.lecun_uniform


class LecunNormal(Initializer):
    """LeCun's normal weights."""

    def function(self) -> Callable[..., Array]:
        """Return `nn.lecun_normal`."""
        return nn.lecun_normal


class Orthogonal(Initializer):
    """Orthogonal weights."""

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        """Keep the length of the columns."""
        super().__init__(seed)
        self.gain = gain

    def function(self) -> Callable[..., Array]:
        """Return `nn.orthogonal(gain)`."""
        return nn.orthogonal(self.gain)


TABLE: dict[str, type[Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "random_normal": RandomNormal,
    "normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "random_uniform": RandomUniform,
    "uniform": RandomUniform,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
    "orthogonal": Orthogonal,
}


def get(initializer: Any) -> Callable[..., Array]:
    """Return the initialiser that a name, a class, or an initialiser itself, means."""
    if isinstance(initializer, str):
        return find("initializer", initializer, TABLE)()
    if isinstance(initializer, type) and issubclass(initializer, Initializer):
        return initializer()
    if callable(initializer):
        return initializer  # type: ignore[no-any-return]
    raise ValueError(f"an initializer is a name, such as 'he_normal', or an object, got {initializer!r}")


def __getattr__(name: str) -> type[Initializer]:
    """Return the class that is called `name` in the table."""
    if name not in TABLE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return TABLE[name]


def _moved(draw: Callable[..., Array], mean: float, shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return what `draw` draws, moved by `mean`."""
    return draw(shape, rng=rng) + mean
