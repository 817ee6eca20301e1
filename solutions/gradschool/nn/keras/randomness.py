"""The one generator that models draw from unless they are given a seed of their own."""

from __future__ import annotations

import numpy as np

GENERATOR = np.random.default_rng()
"""Seeded by the operating system, until `set_random_seed` is called. NumPy's global state is neither read nor set."""


def set_random_seed(seed: int) -> None:
    """Start the face's generator again from `seed`; models already built draw from it, too."""
    GENERATOR.bit_generator.state = np.random.default_rng(seed).bit_generator.state


def generator(seed: int | np.random.Generator | None) -> np.random.Generator:
    """Return a generator that starts from `seed`, `seed` itself if it is one, or the face's own for None."""
    return GENERATOR if seed is None else np.random.default_rng(seed)
