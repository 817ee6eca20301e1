"""The receptive field: what of an image one output of several layers sees.

A row of windows is itself a window. With size r, step j and edge p, begun at r = j = 1 and p = 0, each layer of
kernel k, stride s, dilation d and padding q gives

    r ← r + j d (k − 1)        p ← p + j q        j ← j s

The outputs of the row of layers stand at the places of that window, which are as many.

Araujo, Norris & Sim (2019), Computing Receptive Fields of Convolutional Neural Networks, Distill,
doi:10.23915/distill.00021.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gradschool.nn.layers.window import Window


def receptive_field(windows: Iterable[Window]) -> Window:
    """Return the one window through which the last of several layers sees the image; `windows` are theirs, in order.

    Its kernel is the receptive field, its stride the step from one output to the next, its padding how far it looks
    over the four edges; its dilation is 1.
    """
    size, step, edges = np.ones(2, dtype=int), np.ones(2, dtype=int), np.zeros(4, dtype=int)
    for kernel, stride, dilation, padding in windows:
        size += step * dilation * (np.array(kernel) - 1)
        edges += np.repeat(step, 2) * padding
        step *= stride
    (h, w), (down, across), (top, bottom, left, right) = size.tolist(), step.tolist(), edges.tolist()
    return Window((h, w), (down, across), padding=(top, bottom, left, right))
