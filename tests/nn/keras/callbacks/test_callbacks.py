import warnings

import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L

C = keras.callbacks
X, Y = np.random.default_rng(0).normal(size=(10, 3)), np.ones(10)


def fit(callbacks, epochs=3, loss_by_epoch=None, **options):
    """The model and its history; with `loss_by_epoch`, "watched" has these values."""
    model = keras.Sequential([L.Input(3), L.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = [Says(loss_by_epoch)] if loss_by_epoch else []
    return model, model.fit(X, Y, epochs=epochs, verbose=0, callbacks=[*before, *callbacks], **options)


class Says(C.Callback):
    """Adds a value of its own to those of every epoch."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["watched"] = self.values[epoch]


class Diary(C.Callback):
    """Does without super().__init__(), as many do."""

    def __init__(self):
        self.lines = []

    def on_train_begin(self, logs=None):
        self.lines.append(f"train {self.params['steps']} x {self.params['epochs']}")

    def on_epoch_begin(self, epoch, logs=None):
        self.lines.append(f"epoch {epoch}")

    def on_train_batch_begin(self, batch, logs=None):
        self.lines.append(f"batch {batch}")

    def on_train_batch_end(self, batch, logs=None):
        self.lines.append(f"end {batch} {sorted(logs)}")

    def on_epoch_end(self, epoch, logs=None):
        self.lines.append(f"end of epoch {epoch} {sorted(logs)}")
        if epoch == 1:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.lines.append("end")


def test_methods_are_called_as_keras_calls_them():
    diary = Diary()
    model, history = fit([diary], epochs=5, batch_size=4)
    epoch = [line for i in range(3) for line in (f"batch {i}", f"end {i} ['loss']")]
    ends = [f"end of epoch {i} ['learning_rate', 'loss']" for i in range(2)]
    assert diary.lines == ["train 3 x 5", "epoch 0", *epoch, ends[0], "epoch 1", *epoch, ends[1], "end"]
    assert history.epoch == [0, 1]
    assert diary.model is model
    assert model.fit(X, Y, verbose=0).epoch == [0]


def test_what_a_callback_adds_is_recorded_and_can_be_watched():
    stop = C.EarlyStopping("watched", mode="min", patience=2)
    _, history = fit([stop], epochs=9, loss_by_epoch=[3, 2, 2, 2, 1])
    assert history.history["watched"] == [3, 2, 2, 2]
    assert (stop.stopped_epoch, stop.best, stop.best_epoch) == (3, 2, 1)


def test_early_stopping_gives_the_best_weights_back(capsys):
    weights = {}
    keep = C.LambdaCallback(on_epoch_end=lambda epoch, logs: weights.update({epoch: keep.model.get_weights()}))
    stop = C.EarlyStopping("watched", patience=1, restore_best_weights=True, verbose=1)
    model, _ = fit([keep, stop], epochs=9, loss_by_epoch=[3, 1, 2, 2])
    for one, other in zip(model.get_weights(), weights[1], strict=True):
        np.testing.assert_array_equal(one, other)
    assert capsys.readouterr().out == "epoch 3: early stopping; the best was epoch 2\n"


def test_the_rate_falls_on_a_plateau(capsys):
    reduce = C.ReduceLROnPlateau("watched", factor=0.5, patience=1, min_lr=0.02, verbose=1)
    model, history = fit([reduce], epochs=5, loss_by_epoch=[3, 3, 3, 3, 3])
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.1, 0.05, 0.025, 0.02])
    assert model.optimizer.learning_rate == pytest.approx(0.02)
    assert capsys.readouterr().out.startswith("epoch 2: the learning rate falls to 0.05\nepoch 3: ")


@pytest.mark.parametrize(
    "schedule", [lambda epoch: 0.1 / (epoch + 1), lambda epoch, rate: rate if not epoch else 0.1 / (epoch + 1)]
)
def test_a_scheduler_sets_the_rate_of_every_epoch(schedule):
    _, history = fit([C.LearningRateScheduler(schedule)])
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])


@pytest.mark.parametrize(
    ("callback", "monitor"),
    [
        (lambda: C.EarlyStopping(patience=1), "val_loss"),
        (lambda: C.ReduceLROnPlateau("accuracy"), "accuracy"),
        (lambda: C.ModelCheckpoint("never", save_best_only=True), "val_loss"),
    ],
)
def test_a_value_that_is_missing_is_warned_of_once_in_a_training(callback, monitor):
    one = callback()
    advice = {
        "val_loss": "; for that fit takes validation data",
        "accuracy": "; for that compile takes metrics=['accuracy']",
    }
    for _ in range(2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            _, history = fit([one])
        assert [str(warning.message) for warning in caught] == [
            f"{type(one).__name__} watches {monitor!r}, which the epochs do not have, and does nothing: "
            f"they have loss, learning_rate{advice[monitor]}"
        ]
        assert len(history.epoch) == 3


def test_checkpoints(tmp_path):
    path = str(tmp_path / "m{epoch:02d}_{watched:.1f}.keras")
    best = C.ModelCheckpoint(path, monitor="watched", save_best_only=True)
    weights = C.ModelCheckpoint(tmp_path / "last.weights.h5", save_weights_only=True)
    model, _ = fit([best, weights], epochs=3, loss_by_epoch=[3, 1, 2])
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["last.weights.h5", "m01_3.0.keras", "m02_1.0.keras"]
    assert best.best == 1
    loaded = keras.models.load_model(tmp_path / "m02_1.0.keras")
    assert not np.array_equal(loaded.predict(X), model.predict(X))
    loaded.load_weights(tmp_path / "last.weights.h5")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    with pytest.raises(ValueError, match=r"has no 'val_loss'; there are epoch, loss, learning_rate$"):
        fit([C.ModelCheckpoint("{val_loss}.npz")])


def test_a_table_in_a_file(tmp_path):
    _, history = fit([C.CSVLogger(tmp_path / "log.csv")])
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,learning_rate"
    assert [float(line.split(",")[1]) for line in lines[1:]] == history.history["loss"]


def test_an_end_to_what_is_no_number():
    model = keras.Sequential([L.Input(3), L.Dense(1)])
    model.compile("sgd", "mse")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.fit(X * np.nan, Y, epochs=5, verbose=0, callbacks=[C.TerminateOnNaN()])
    assert history.epoch == [0]


def test_callbacks_of_the_library_serve_too():
    seen = []
    ours = nn.callbacks.LambdaCallback(on_epoch_end=lambda run: seen.append(run.epoch))
    fit([ours, nn.callbacks.EarlyStopping("loss", mode="max", patience=1)], epochs=9)
    assert seen == [0, 1]


def test_functions_have_the_names_of_methods():
    with pytest.raises(ValueError, match=r"LambdaCallback takes on_batch_begin, .*; got on_epoch_over$"):
        C.LambdaCallback(on_epoch_over=print)


def test_the_history_can_be_read_during_training():
    seen = []
    model, history = fit(
        [
            C.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(len(watch.model.history.epoch))),
            watch := C.Callback(),
        ]
    )
    assert seen == [1, 2, 3]
    assert repr(history).startswith("History(3 epochs, loss ")
    assert model.history is history
