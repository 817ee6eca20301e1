"""Diabetes: 442 patients, ten measurements of each, and how far the disease went in the year after.

Efron, Hastie, Johnstone & Tibshirani (2004), "Least Angle Regression", Annals of Statistics 32(2), 407-499,
doi:10.1214/009053604000000067. The card, `data/diabetes.md`, has the rest.
"""

from __future__ import annotations

import numpy as np

from gradschool.datasets.dataset import Dataset
from gradschool.datasets.shipped import arrays

FEATURES = ("age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu")


def load_diabetes() -> Dataset[np.float64]:
    """Return the diabetes data in raw units: X (442, 10) and y (442,), both float64; a regression.

    The columns of X, named in `features`; those from `tc` on are blood serum measurements, which the paper and
    scikit-learn call s1 to s6:

    - `age`: age in years
    - `sex`: coded 1 or 2; the source does not say which is which
    - `bmi`: body mass index, kg/m²
    - `bp`: average blood pressure
    - `tc` (s1): total serum cholesterol
    - `ldl` (s2): low-density lipoproteins
    - `hdl` (s3): high-density lipoproteins
    - `tch` (s4): total cholesterol divided by HDL
    - `ltg` (s5): possibly the logarithm of the serum triglycerides level
    - `glu` (s6): blood sugar level

    y is a quantitative measure of disease progression one year after these were taken, from 25 to 346, without a unit.

    Nothing is scaled: the columns differ a hundredfold in size, and scaling them is part of the work.

    Source: Efron, Hastie, Johnstone & Tibshirani (2004), Annals of Statistics 32(2), 407-499.

    >>> X, y, *_ = load_diabetes()
    >>> X.shape, y.shape
    ((442, 10), (442,))
    """
    data = arrays("diabetes")
    return Dataset(X=data["X"], y=data["y"], features=FEATURES, targets=())
