"""Every maker makes the same demands, and says the same when they are not met."""

from functools import partial

import numpy as np
import pytest

from gradschool.datasets import make_140_points, make_blobs, make_noisy_line, make_spirals, make_ten_classes, split

CENTERS = [(0, 0), (3, 3)]
MAKERS = {
    "make_noisy_line": partial(make_noisy_line, 12),
    "make_blobs": partial(make_blobs, 12, CENTERS),
    "make_spirals": partial(make_spirals, 12),
    "make_140_points": make_140_points,
    "make_ten_classes": partial(make_ten_classes, 12),
    "split": partial(split, np.arange(24.0).reshape(12, 2), np.arange(12)),
}
BY_COUNT = {
    "make_noisy_line": make_noisy_line,
    "make_blobs": partial(make_blobs, centers=CENTERS),
    "make_spirals": make_spirals,
    "make_ten_classes": make_ten_classes,
}
BY_SPREAD = [("make_noisy_line", "noise"), ("make_blobs", "scale"), ("make_spirals", "noise")]


def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_seed_draws_the_same_arrays_and_the_next_draw_others(name):
    generator = rng()
    first, second, again = MAKERS[name](rng=generator), MAKERS[name](rng=generator), MAKERS[name](rng=rng())
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(not np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", MAKERS)
def test_numpy_s_global_state_is_left_alone(name):
    np.random.seed(1)  # noqa: NPY002
    MAKERS[name](rng=rng())
    after = np.random.uniform()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert after == np.random.uniform()  # noqa: NPY002


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(("wrong", "kind"), [(0, "int"), (None, "NoneType"), (np.random.RandomState(0), "RandomState")])
def test_rng_must_be_a_generator(name, wrong, kind):
    with pytest.raises(TypeError) as error:
        MAKERS[name](rng=wrong)
    assert str(error.value) == (
        f"{name} takes rng, a numpy.random.Generator, got {kind}; "
        "pass rng=np.random.default_rng(0), where 0 is a seed of your choice"
    )


@pytest.mark.parametrize("name", BY_COUNT)
def test_n_must_be_positive(name):
    with pytest.raises(ValueError) as error:
        BY_COUNT[name](n=0, rng=rng())
    assert str(error.value) == f"{name} takes n of at least 1, got 0; pass a larger n"


@pytest.mark.parametrize("name", BY_COUNT)
@pytest.mark.parametrize(("wrong", "text"), [(2.5, "2.5"), (True, "True"), ("3", "'3'")])
def test_n_must_be_an_integer(name, wrong, text):
    with pytest.raises(TypeError) as error:
        BY_COUNT[name](n=wrong, rng=rng())
    assert str(error.value) == f"{name} takes n, an integer, got {text}; convert it with int(n)"


@pytest.mark.parametrize("name", BY_COUNT)
def test_n_may_be_numpy_s_integer(name):
    assert [len(array) for array in BY_COUNT[name](n=np.int64(5), rng=rng())] == [5, 5]


@pytest.mark.parametrize(("name", "argument"), BY_SPREAD)
@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_a_spread_must_be_finite_and_not_negative(name, argument, wrong):
    with pytest.raises(ValueError) as error:
        MAKERS[name](**{argument: wrong}, rng=rng())
    assert str(error.value) == (
        f"{name} takes {argument}, a standard deviation of 0 or more, got {wrong}; pass {argument}=0 for no spread"
    )
