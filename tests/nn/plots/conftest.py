"""Pictures are drawn without a screen, and none is left open."""

import matplotlib
import pytest


@pytest.fixture(autouse=True)
def no_screen():
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    before = dict(matplotlib.rcParams)
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()  # what cannot be drawn fails here
    plt.close("all")
    assert dict(matplotlib.rcParams) == before
