"""Whole numbers and booleans among the inputs: pixels, counts, flags.

In their own dtype −x and x − y wrap around, and exponentials have half precision. So what computes with x takes it as
float64, where every pixel and every count below 2⁵³ is exact. What only picks, moves or compares numbers needs none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array


def floating(x: npt.NDArray[Any]) -> Array:
    """Return x itself if it is of a floating dtype, else x as float64."""
    return x if x.dtype.kind == "f" else x.astype(np.float64)
