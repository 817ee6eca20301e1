"""Pictures of graphs."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt

from gradschool.nn.autograd import Tensor, as_text, draw, flow, operation


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_a_picture_has_a_box_for_each_tensor_and_an_arrow_for_each_argument():
    x, w = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    y = (x * w + x).tanh()
    ax = draw(y, names={"x": x, "w": w}, gradients=flow(y, np.ones(())))
    boxes = [text.get_text() for text in ax.texts if text.get_text()]
    assert len(boxes) == 5
    assert len(ax.texts) - len(boxes) == 5
    assert any(box.startswith("x\n2\n∂ ") for box in boxes)
    assert "tanh\n1\n∂ 1" in boxes


def test_no_two_boxes_stand_in_one_place():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x
    for _ in range(4):
        y = y * x + x / 2.0
    ax = draw(y)
    places = [text.get_position() for text in ax.texts if text.get_text()]
    assert all(abs(a - c) + abs(b - d) > 0.9 for i, (a, b) in enumerate(places) for c, d in places[:i])


def test_a_picture_refuses_a_graph_that_it_has_no_room_for():
    y = Tensor(1.0, requires_grad=True)
    for _ in range(200):
        y = y + y
    with pytest.raises(ValueError, match=r"^draw has room for 200 tensors, and this graph has 201"):
        draw(y)


def test_text_has_a_line_for_each_tensor_after_those_it_came_from():
    x = Tensor([1.0, 2.0], requires_grad=True)

    @operation(lambda dy, y, a: dy)
    def mine(a):
        return a + 1.0

    y = mine(x * 2.0).sum()
    assert as_text(y, names={"x": x}).splitlines() == [
        "x = leaf  (2,)",
        "t1 = constant  2",
        "t2 = multiply(x, t1)  (2,)",
        "t3 = mine(t2)  (2,)",
        "t4 = sum(t3)  8",
    ]
