"""The loop on its own, with a model of one number whose steps are worked by hand."""

import numpy as np
import pytest

from gradschool.nn import SGD, Dense, MeanSquaredError
from gradschool.nn.callbacks import Callback
from gradschool.nn.training.loop import Loop
from gradschool.nn.training.run import Run


class Noting(Callback):
    """Notes what is called when, and stops where it is told to."""

    def __init__(self, stop_at=None):
        self.events, self.stop_at = [], stop_at

    def note(self, event, run):
        self.events.append(event)
        run.stop = run.stop or event == self.stop_at

    def on_train_begin(self, run):
        self.note("begin", run)

    def on_epoch_begin(self, run):
        self.note(f"epoch {run.epoch}: {len(run.logs)} logs", run)

    def on_batch_end(self, run):
        self.note(f"batch {run.epoch}.{run.batch}", run)

    def on_epoch_end(self, run):
        self.note(f"epoch {run.epoch} of {len(run.history)}: {' '.join(run.logs)}", run)

    def on_train_end(self, run):
        self.note("end", run)


def new(callback=None, *, epochs=2, stream=None, **more):
    """A loop with w = 1 over two examples (1, 2), then one (2, 5)."""
    model = Dense(1, 1, rng=np.random.default_rng(0))
    model.W.value[...], model.b.value[...] = 1.0, 0.0
    pairs = [(np.ones((2, 1)), np.full((2, 1), 2.0)), (np.full((1, 1), 2.0), np.full((1, 1), 5.0))]
    run = Run(model, SGD([model.W], 0.25), epochs=epochs)
    return Loop(run, MeanSquaredError(), stream or (lambda: pairs), callback=callback or Noting(), **more)


def test_a_step_by_hand():
    """The loss is (1 - 2)² = 1, and its gradient with respect to w is -2: w becomes 1 + 0.25 · 2."""
    loop = new(adjust=lambda: 10.0)
    x, y = next(iter(loop.stream()))
    assert loop.step(x, y).tolist() == [[1.0], [1.0]]
    assert loop.run.batch_loss == 11.0
    assert loop.run.model.W.value.item() == 1.5


def test_the_loss_of_an_epoch_is_a_mean_over_examples():
    """The first batch has the loss 1 and makes w = 1.5; the second has (3 - 5)² = 4 and makes w = 1.5 + 0.25 · 8."""
    loop = new()
    assert loop.one_epoch() == {"loss": (2 * 1.0 + 1 * 4.0) / 3}
    assert loop.run.model.W.value.item() == 3.5


def test_what_is_called_when():
    noting = Noting()
    history = new(noting, validate=lambda: {"val_loss": 0.5}).train()
    assert noting.events == [
        "begin",
        "epoch 0: 0 logs",
        "batch 0.0",
        "batch 0.1",
        "epoch 0 of 1: loss val_loss learning_rate",
        "epoch 1: 0 logs",
        "batch 1.0",
        "batch 1.1",
        "epoch 1 of 2: loss val_loss learning_rate",
        "end",
    ]
    assert history["learning_rate"] == [0.25, 0.25]


@pytest.mark.parametrize("stop_at", ["batch 0.0", "batch 0.1", "epoch 0 of 1: loss learning_rate"])
def test_an_epoch_that_is_stopped_is_finished(stop_at):
    noting = Noting(stop_at)
    history = new(noting).train()
    assert history.epochs == [0]
    assert noting.events[-2:] == ["epoch 0 of 1: loss learning_rate", "end"]
    assert ("batch 0.1" in noting.events) == (stop_at != "batch 0.0")


def test_an_interruption_ends_the_training_and_not_the_program():
    noting, started = Noting(), []

    def stream():
        started.append(1)
        if len(started) == 2:
            raise KeyboardInterrupt
        return [(np.ones((2, 1)), np.ones((2, 1)))]

    history = new(noting, epochs=5, stream=stream).train()
    assert (history.epochs, history.interrupted) == ([0], True)
    assert noting.events[-1] == "end"
