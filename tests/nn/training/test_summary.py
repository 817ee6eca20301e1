import numpy as np
import pytest

from gradschool.nn import Dense, Layer, Parameter, Sequential, summary

RNG = np.random.default_rng(0)


class Scale(Layer):
    """A gain for each feature of a sequence, and a buffer."""

    buffers = ("seen",)

    def __init__(self, features):
        self.gain, self.seen = Parameter(np.ones(features)), np.zeros(7)

    def forward(self, x, *, train=False):
        assert not train
        return x * self.gain.value


class Lookup(Layer):
    """Rows of a table, for whole numbers."""

    def __init__(self, rows, features):
        self.W = Parameter(np.zeros((rows, features)))

    def forward(self, x, *, train=False):
        return self.W.value[x]


def nested():
    return Sequential(Dense(784, 100, rng=RNG), Sequential(Dense(100, 20, rng=RNG), Scale(20)), Dense(20, 1, rng=RNG))


def test_the_table_worked_by_hand():
    """784·100 + 100 = 78,500; 100·20 + 20 = 2,020; 20; 20 + 1 = 21; 8 bytes for each value and gradient, and buffer."""
    table = summary(nested(), (784,))
    assert str(table) == "\n".join(
        [
            "name               layer       output    parameters",
            "---------------------------------------------------",
            "layers.0           Dense       (N, 100)      78,500",
            "layers.1           Sequential  (N, 20)            0",
            "layers.1.layers.0  Dense       (N, 20)        2,020",
            "layers.1.layers.1  Scale       (N, 20)           20",
            "layers.2           Dense       (N, 1)            21",
            "---------------------------------------------------",
            "80,561 trainable parameters",
            "7 values in buffers",
            "1.3 MB of memory, gradients included",
        ]
    )
    assert repr(table) == str(table)
    assert (table.total, table.buffers, table.bytes) == (80561, 7, 8 * (2 * 80561 + 7))
    assert sum(row.parameters for row in table.rows) == table.total


@pytest.mark.parametrize("size", [784, np.int64(784)])
def test_one_number_is_the_shape_of_a_row_of_numbers(size):
    assert [row.shape for row in summary(Dense(784, 10, rng=RNG), size).rows] == [(None, 10)]


def test_without_a_shape_there_are_no_shapes():
    table = summary(nested())
    assert {row.shape for row in table.rows} == {None}
    assert table.total == 80561


def test_one_layer_is_a_row():
    (row,) = summary(Dense(3, 2, rng=RNG).astype(np.float32), (3,)).rows
    assert (row.name, row.kind, row.shape, row.parameters) == ("", "Dense", (None, 2), 8)


def test_the_batch_of_sequences_is_where_none_stands():
    model = Sequential(Scale(4), Scale(4))
    assert [row.shape for row in summary(model, (28, None, 4)).rows] == [(28, None, 4)] * 2
    assert [row.shape for row in summary(model, (28, 4)).rows] == [(None, 28, 4)] * 2
    assert "(28, N, 4)" in str(summary(model, (28, None, 4)))


def test_whole_numbers_are_tried_where_others_are_refused():
    assert [row.shape for row in summary(Sequential(Lookup(9, 5)), (12,)).rows] == [(None, 12, 5)]


class Gated(Layer):
    """A layer with a parameter whose name begins as the layer's inside it does."""

    def __init__(self):
        self.gate, self.gate_bias = Scale(3), Parameter(np.zeros(5))


def test_names_that_begin_alike_are_kept_apart():
    assert [(row.name, row.parameters) for row in summary(Gated()).rows] == [("", 5), ("gate", 3)]
    table = summary(Sequential(*(Scale(size) for size in range(1, 13))))
    assert [row.parameters for row in table.rows] == list(range(1, 13))


def test_shared_parameters_are_counted_once():
    one, two = Scale(3), Scale(3)
    two.gain = one.gain
    table = summary(Sequential(one, two))
    assert table.total == 3
    assert [row.parameters for row in table.rows] == [3, 0]


def test_the_layers_are_left_as_they_were():
    model = nested()
    before = [set(vars(layer)) for layer in model.named_layers().values()]
    summary(model, (784,))
    with pytest.raises(ValueError):
        summary(model, (783,))
    for layer, names in zip(model.named_layers().values(), before, strict=True):
        assert set(vars(layer)) - names <= {"_x"}


def test_a_notebook_gets_a_table():
    page = summary(nested(), (784,))._repr_html_()
    assert page.count("<tr>") == 6
    assert "<td>layers.1.layers.0</td><td>Dense</td><td>(N, 20)</td><td>2,020</td>" in page
    assert "80,561 trainable parameters<br>7 values in buffers<br>" in page


@pytest.mark.parametrize(("count", "text"), [(999, "999 bytes"), (1000, "1.0 kB"), (2_500_000_000, "2.5 GB")])
def test_memory_is_given_in_a_unit_that_suits_it(count, text):
    from gradschool.nn.training.summary import Summary

    assert str(Summary([], 0, 0, count)).endswith(f"{text} of memory, gradients included")


def test_a_shape_that_the_model_does_not_take_is_refused():
    with pytest.raises(ValueError) as caught:
        summary(nested(), (3, 28, 28))
    assert str(caught.value).startswith(
        "summary(shape=(3, 28, 28)): the model does not take it: Dense(784, 100) takes "
    )
    with pytest.raises(ValueError, match=r"takes a shape with one None, the batch's size, got \(None, None\)"):
        summary(nested(), (None, None))
