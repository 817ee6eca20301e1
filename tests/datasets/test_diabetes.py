"""The oracle is scikit-learn's copy."""

import numpy as np
from sklearn.datasets import load_diabetes as sklearn_diabetes

from gradschool.datasets import Dataset, load_diabetes


def test_equals_scikit_learn_s_raw_copy():
    ours, theirs = load_diabetes(), sklearn_diabetes(scaled=False)
    np.testing.assert_array_equal(ours.X, theirs.data)
    np.testing.assert_array_equal(ours.y, theirs.target)


def test_scaled_it_is_the_data_of_the_paper_s_figures():
    X = load_diabetes().X
    centred = X - X.mean(axis=0)
    np.testing.assert_allclose(centred / np.linalg.norm(centred, axis=0), sklearn_diabetes().data, atol=1e-12)


def test_shapes_dtypes_and_names():
    data = load_diabetes()
    assert isinstance(data, Dataset)
    assert (data.X.shape, data.X.dtype) == ((442, 10), np.float64)
    assert (data.y.shape, data.y.dtype) == ((442,), np.float64)
    assert data.features == ("age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu")
    assert data.targets == ()


def test_names_stand_over_their_columns():
    data = load_diabetes()
    column = dict(zip(data.features, data.X.T, strict=True))
    assert set(column["sex"]) == {1, 2}
    assert (column["age"].min(), column["age"].max()) == (19, 79)
    ratio = column["tc"] / column["hdl"]
    assert np.corrcoef(column["tch"], ratio)[0, 1] > 0.95
    assert (data.y.min(), data.y.max()) == (25, 346)


def test_each_call_returns_arrays_of_its_own():
    first = load_diabetes()
    first.X[...] = 0
    first.y[...] = 0
    X, y, *_ = load_diabetes()
    assert X.any()
    assert y.any()
