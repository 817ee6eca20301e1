import numpy as np
import pytest

from gradschool.nn import glorot_normal, glorot_uniform, he_normal, he_uniform, zeros

SHAPE = (300, 200)
# The largest deviation of a sample variance of 60,000 draws that one in a million would exceed is about 3%.
VARIANCE = {
    glorot_uniform: 0.004,  # 2 / 500
    glorot_normal: 0.004,
    he_uniform: 2 / 300,
    he_normal: 2 / 300,
}


@pytest.mark.parametrize("init", VARIANCE)
def test_variance_and_mean(init):
    W = init(SHAPE, rng=np.random.default_rng(0))
    assert W.shape == SHAPE
    assert W.var() == pytest.approx(VARIANCE[init], rel=0.03)
    assert abs(W.mean()) < 5 * np.sqrt(VARIANCE[init] / W.size)


@pytest.mark.parametrize(("init", "limit"), [(glorot_uniform, 0.109545), (he_uniform, 0.141421)])
def test_uniform_weights_fill_their_interval_and_no_more(init, limit):
    """√(6/500) and √(6/300), worked with a pocket calculator."""
    W = init(SHAPE, rng=np.random.default_rng(0))
    assert np.abs(W).max() < limit
    assert np.abs(W).max() > 0.999 * limit


@pytest.mark.parametrize("init", [glorot_normal, he_normal])
def test_normal_weights_have_normal_tails(init):
    W = init(SHAPE, rng=np.random.default_rng(0))
    beyond = np.mean(np.abs(W) > 2 * np.sqrt(VARIANCE[init]))
    assert beyond == pytest.approx(0.0455, abs=0.005)


@pytest.mark.parametrize("init", [*VARIANCE, zeros])
def test_the_generator_decides(init):
    first, again = (init((4, 3), rng=np.random.default_rng(8)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float64


def test_zeros():
    assert not zeros((4, 3), rng=np.random.default_rng(0)).any()


@pytest.mark.parametrize(("init", "name"), [(glorot_uniform, "xavier_uniform_"), (he_uniform, "kaiming_uniform_")])
def test_agrees_with_pytorch_on_the_limit(init, name):
    torch = pytest.importorskip("torch")
    theirs = torch.empty(200, 300, dtype=torch.float64)
    options = {"nonlinearity": "relu"} if "kaiming" in name else {}
    getattr(torch.nn.init, name)(theirs, generator=torch.Generator().manual_seed(0), **options)
    ours = init(SHAPE, rng=np.random.default_rng(0))
    assert np.abs(ours).max() == pytest.approx(float(theirs.abs().max()), rel=1e-3)
