import numpy as np
import pytest

from gradschool.nn import (
    constant,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    normal,
    ones,
    orthogonal,
    truncated_normal,
    uniform,
    zeros,
)

SHAPE = (300, 200)
# The largest deviation of a sample variance of 60,000 draws that one in a million would exceed is about 3%.
VARIANCE = {
    glorot_uniform: 0.004,  # 2 / 500
    glorot_normal: 0.004,
    he_uniform: 2 / 300,
    he_normal: 2 / 300,
    lecun_uniform: 1 / 300,
    lecun_normal: 1 / 300,
    normal(): 0.0025,
    normal(2.0): 4.0,
    uniform(): 0.0025 / 3,
    uniform(3.0): 3.0,
    # Johnson, Kotz & Balakrishnan (1994), volume 1, 13.10: a normal cut at two standard deviations has 0.7737 of Var.
    truncated_normal(): 0.0025 * 0.773741,
    truncated_normal(10.0): 77.3741,
}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("init", VARIANCE)
def test_variance_and_mean(init):
    W = init(SHAPE, rng=rng())
    assert W.shape == SHAPE
    assert W.var() == pytest.approx(VARIANCE[init], rel=0.03)
    assert abs(W.mean()) < 5 * np.sqrt(VARIANCE[init] / W.size)


@pytest.mark.parametrize("init", [init for init in VARIANCE if getattr(init, "__name__", "") != "init"])
def test_the_variance_of_filters_is_that_of_the_matrix_with_their_fans(init):
    """40 filters of 12 channels, 5 by 5: 300 inputs to an output, 1000 outputs to an input."""
    W = init((40, 12, 5, 5), rng=rng())
    assert W.shape == (40, 12, 5, 5)
    np.testing.assert_allclose(W.ravel(), init((300, 1000), rng=rng()).ravel()[: W.size])


@pytest.mark.parametrize(
    ("init", "limit"),
    [
        (glorot_uniform, 0.109545),
        (he_uniform, 0.141421),
        (lecun_uniform, 0.1),
        (uniform(), 0.05),
        (truncated_normal(), 0.1),
    ],
)
def test_weights_fill_their_interval_and_no_more(init, limit):
    """√(6/500), √(6/300) and √(3/300), worked with a pocket calculator."""
    W = init(SHAPE, rng=rng())
    assert np.abs(W).max() <= limit
    assert np.abs(W).max() > 0.999 * limit


@pytest.mark.parametrize("init", [glorot_normal, he_normal, lecun_normal, normal()])
def test_normal_weights_have_normal_tails(init):
    W = init(SHAPE, rng=rng())
    beyond = np.mean(np.abs(W) > 2 * np.sqrt(VARIANCE.get(init, 0.0025)))
    assert beyond == pytest.approx(0.0455, abs=0.005)


def test_what_is_cut_off_is_drawn_again_and_not_put_on_the_edge():
    """Between one and two standard deviations lie 0.2718 of a normal's draws, and 0.2718 / 0.9545 of a cut one's."""
    W = np.abs(truncated_normal(1.0)(SHAPE, rng=rng()))
    assert np.mean(W > 1) == pytest.approx(0.2847, abs=0.01)
    assert not np.any(W == 2)


@pytest.mark.parametrize("init", [*VARIANCE, zeros, ones, constant(3), orthogonal()])
def test_the_generator_decides(init):
    first, again = (init((4, 3), rng=rng(8)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float64


@pytest.mark.parametrize(("init", "value"), [(zeros, 0), (ones, 1), (constant(3), 3), (constant(-0.5), -0.5)])
def test_constants_of_any_shape(init, value):
    for shape in [(4,), (4, 3), (2, 3, 4, 5)]:
        W = init(shape, rng=rng())
        assert W.shape == shape
        assert (value == W).all()


@pytest.mark.parametrize("gain", [1.0, 2.5])
@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (1, 5), (5, 1), (40, 2, 3, 3), (5, 2, 3, 3)])
def test_orthogonal_rows_or_columns(shape, gain):
    W = orthogonal(gain)(shape, rng=rng())
    assert W.shape == shape
    flat = W.reshape(shape[0], -1)
    product = flat.T @ flat if len(flat) >= flat.shape[1] else flat @ flat.T
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-13)


def test_orthogonal_matrices_are_evenly_distributed():
    """Of an even distribution over the rotations and reflections of space, every entry has mean 0 and variance 1/3."""
    generator = rng()
    draws = np.array([orthogonal()((3, 3), rng=generator) for _ in range(4000)])
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=5 * np.sqrt(1 / 3 / 4000))
    np.testing.assert_allclose(draws.var(axis=0), 1 / 3, rtol=0.1)


@pytest.mark.parametrize("init", [glorot_normal, he_uniform, lecun_normal, orthogonal()])
def test_a_vector_has_no_fans(init):
    with pytest.raises(ValueError, match=r"two axes or more, got \(5,\)"):
        init((5,), rng=rng())


@pytest.mark.parametrize(
    ("factory", "call"),
    [(normal, "normal(std={})"), (uniform, "uniform(limit={})"), (truncated_normal, "truncated_normal(std={})")],
)
@pytest.mark.parametrize("value", [-1.0, 0.0, np.inf, np.nan])
def test_a_spread_is_above_zero(factory, call, value):
    with pytest.raises(ValueError) as caught:
        factory(value)
    assert str(caught.value) == f"{call.format(value)} takes a finite number above 0; if you want zeros, take `zeros`"


@pytest.mark.parametrize(("init", "name"), [(glorot_uniform, "xavier_uniform_"), (he_uniform, "kaiming_uniform_")])
def test_agrees_with_pytorch_on_the_limit(init, name):
    torch = pytest.importorskip("torch")
    theirs = torch.empty(200, 300, dtype=torch.float64)
    options = {"nonlinearity": "relu"} if "kaiming" in name else {}
    getattr(torch.nn.init, name)(theirs, generator=torch.Generator().manual_seed(0), **options)
    ours = init(SHAPE, rng=rng())
    assert np.abs(ours).max() == pytest.approx(float(theirs.abs().max()), rel=1e-3)
