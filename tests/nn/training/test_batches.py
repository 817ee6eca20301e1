import numpy as np
import pytest

from gradschool.nn import batches


def test_worked_by_hand():
    got = list(batches(np.arange(5), [[0], [1], [2], [3], [4]], size=2))
    assert [(x.tolist(), y.tolist()) for x, y in got] == [
        ([0, 1], [[0], [1]]),
        ([2, 3], [[2], [3]]),
        ([4], [[4]]),
    ]


def test_batches_in_order_are_slices_and_shuffled_ones_are_copies():
    x = np.arange(6.0)
    assert all(np.shares_memory(part, x) for (part,) in batches(x, size=4))
    assert not any(np.shares_memory(part, x) for (part,) in batches(x, size=4, rng=np.random.default_rng(0)))


@pytest.mark.parametrize("size", [1, 3, 7, 8])
def test_the_order_is_one_permutation_a_call(size):
    x = np.arange(7) * 10
    rng, theirs = np.random.default_rng(4), np.random.default_rng(4)
    for _ in range(2):
        parts = [part for (part,) in batches(x, size=size, rng=rng)]
        assert [len(part) for part in parts] == [size] * (7 // size) + [7 % size] * (7 % size > 0)
        np.testing.assert_array_equal(np.concatenate(parts), theirs.permutation(7) * 10)
    assert rng.random() == theirs.random()


def test_rows_stay_together():
    x = np.random.default_rng(0).normal(size=(11, 3))
    for rows, sums in batches(x, x.sum(axis=1), size=4, rng=np.random.default_rng(1)):
        np.testing.assert_array_equal(rows.sum(axis=1), sums)


@pytest.mark.parametrize("rng", [None, 0])
def test_sequences_are_cut_along_their_second_axis(rng):
    """x (T, N, D), a label for every step (T, N), and one for every sequence (N,)."""
    x = np.broadcast_to(np.arange(5)[None, :, None], (4, 5, 3))
    rng = None if rng is None else np.random.default_rng(rng)
    seen = []
    for rows, steps, labels in batches(x, x[..., 0], np.arange(5), size=2, axis=1, rng=rng):
        assert (rows.shape[0], rows.shape[2]) == (4, 3)
        np.testing.assert_array_equal(rows[0, :, 2], labels)
        np.testing.assert_array_equal(steps[3], labels)
        seen.extend(labels.tolist())
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_every_array_may_have_an_axis_of_its_own():
    x, y = np.zeros((4, 5, 3)), np.zeros((5, 2))
    assert [(a.shape, b.shape) for a, b in batches(x, y, size=3, axis=(1, 0))] == [
        ((4, 3, 3), (3, 2)),
        ((4, 2, 3), (2, 2)),
    ]


@pytest.mark.parametrize(("count", "lengths"), [(7, [3, 3]), (6, [3, 3]), (2, [])])
def test_a_smaller_last_batch_can_be_left_out(count, lengths):
    assert [len(part) for (part,) in batches(np.zeros(count), size=3, drop_last=True)] == lengths


def test_no_examples_are_no_batches():
    assert list(batches(np.zeros((0, 3)), size=2)) == []


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        ([(5, 2), (4,)], {}, "the arrays hold 5 and 4 examples, of shapes (5, 2) along axis 0, (4,) along axis 0"),
        ([(5, 2)], {"size": 0}, "batches(size=0): a batch has at least one example"),
        ([()], {}, "an array of shape () has no axis 0 to be cut along"),
        ([(3, 2)], {"axis": (2,)}, "an array of shape (3, 2) has no axis 2"),
        ([(3, 2)], {"axis": (0, 1)}, "there are 1 arrays and 2 axes of the batch: (0, 1)"),
        ([], {}, "batches() takes at least one array"),
    ],
)
def test_what_is_refused_is_refused_at_once(shapes, options, message):
    with pytest.raises(ValueError) as caught:
        batches(*map(np.zeros, shapes), **{"size": 2, **options})
    assert message in str(caught.value)
