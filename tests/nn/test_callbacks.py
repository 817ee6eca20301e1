import math
from functools import partial

import numpy as np
import pytest

from gradschool.nn import (
    SGD,
    Adam,
    Dense,
    GradientDescent,
    MeanSquaredError,
    Parameter,
    StepLR,
    callbacks,
    fit,
    load,
    zeros,
)
from gradschool.nn.callbacks.monitor import Monitor

NAN = math.nan


def run_of(*, model=None, optimizer=None):
    model = model or Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    return callbacks.Run(model, optimizer or GradientDescent(model.parameters(), 1.0))


def script(callback, values, *, name="val_loss", run=None):
    """Play a history of one value to a callback; return the run, and the learning rates of the epochs."""
    run = run or run_of()
    callback.on_train_begin(run)
    rates = []
    for run.epoch, value in enumerate(values):
        run.logs = {"loss": 0.0, name: value}
        callback.on_epoch_begin(run)
        rates.append(run.optimizer.learning_rate)
        for parameter in run.model.parameters():
            parameter.value[...] = run.epoch
        callback.on_epoch_end(run)
        if run.stop:
            break
    callback.on_train_end(run)
    return run, rates


def test_they_are_called_in_their_order():
    diary = []

    def note(name, run):
        diary.append((name, run.epoch, run.batch if name == "on_batch_end" else None))

    methods = ("on_train_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_train_end")
    callback = callbacks.LambdaCallback(**{name: partial(note, name) for name in methods})
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    optimizer, x = GradientDescent(model.parameters(), 0.1), np.ones((3, 1))
    base = callbacks.Callback()
    options = {"loss": MeanSquaredError(), "optimizer": optimizer, "batch_size": 2, "shuffle": False, "progress": False}
    fit(model, x, x, epochs=2, callbacks=[base, callback], **options)
    epoch = [("on_epoch_begin", None), ("on_batch_end", 0), ("on_batch_end", 1), ("on_epoch_end", None)]
    want = [(name, e, batch) for e in (0, 1) for name, batch in epoch]
    assert diary == [("on_train_begin", 0, None), *want, ("on_train_end", 1, None)]


def test_what_a_callback_adds_to_the_values_is_recorded_and_a_later_one_sees_it():
    seen = []
    add = callbacks.LambdaCallback(on_epoch_end=lambda run: run.logs.update(seven=7.0))
    look = callbacks.LambdaCallback(on_epoch_end=lambda run: seen.append(run.history["seven"][-1]))
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    optimizer, x = GradientDescent(model.parameters(), 0.1), np.ones((3, 1))
    options = {"loss": MeanSquaredError(), "optimizer": optimizer, "shuffle": False, "progress": False}
    assert fit(model, x, x, callbacks=[add, look], **options)["seven"] == [7]
    assert seen == [7]


# ---- watching a value


@pytest.mark.parametrize(
    ("name", "upwards"),
    [
        ("loss", False),
        ("val_mean_absolute_error", False),
        ("accuracy", True),
        ("val_binary_accuracy", True),
        ("val_acc", True),
        ("r2_score", True),
        ("val_top_5", True),
        ("AUC", True),
        ("learning_rate", False),
    ],
)
def test_the_way_that_is_better_is_told_by_the_name(name, upwards):
    assert Monitor(name).upwards == upwards
    assert Monitor(name, "max").upwards
    assert not Monitor(name, "min").upwards


@pytest.mark.parametrize(
    ("make", "owner"),
    [
        (callbacks.EarlyStopping, "EarlyStopping"),
        (callbacks.ReduceLROnPlateau, "ReduceLROnPlateau"),
        (partial(callbacks.ModelCheckpoint, "model.npz", save_best_only=True), "ModelCheckpoint"),
    ],
)
def test_a_value_that_is_missing_is_named_with_those_there_are(make, owner):
    with pytest.raises(ValueError) as caught:
        script(make(monitor="val_acc"), [1.0])
    assert str(caught.value) == (
        f"{owner} watches 'val_acc', and an epoch has only loss, val_loss; "
        "pass validation_data or validation_split to fit"
    )
    with pytest.raises(ValueError, match=rf"^{owner} watches 'f1', and an epoch has only loss, val_loss$"):
        script(make(monitor="f1"), [1.0])
    with pytest.raises(ValueError, match=rf"^{owner}\(mode='up'\): a mode is \"auto\", \"min\" or \"max\"$"):
        make(mode="up")


# ---- early stopping


@pytest.mark.parametrize(
    ("options", "values", "stopped", "best"),
    [
        ({}, [3, 2, 2, 1], 2, 1),
        ({"patience": 1}, [3, 2, 2.5, 1], 2, 1),
        ({"patience": 2}, [3, 2, 2.5, 1, 1, 1, 0], 5, 3),
        ({"patience": 2}, [3, 2, 2.5, 1, 1, 0], None, 5),
        ({"min_delta": 0.5}, [3, 2, 1.5], 2, 1),
        ({"min_delta": 0.5}, [3, 2, 1.4], None, 2),
        ({"mode": "max"}, [3, 4, 4], 2, 1),
        ({"patience": 2}, [NAN, 3, NAN, 2, NAN, NAN, 1], 5, 3),
        ({}, [NAN], 0, None),
        ({"patience": 2}, [-math.inf, 1, 0], 2, 0),
        ({"baseline": 1.0, "patience": 2}, [3, 2.5, 2.4, 2.4], 3, 2),
        ({"baseline": 1.0, "patience": 2}, [3, 0.5, 0.6, 0.4, 0.4, 0.4], 5, 3),
        ({"start_from_epoch": 2}, [1, 5, 3, 2, 2], 4, 3),
    ],
)
def test_early_stopping_stops_where_it_should(options, values, stopped, best):
    callback = callbacks.EarlyStopping(**options)
    for _ in range(2):  # a second training begins anew
        run, _ = script(callback, values)
        assert run.stop == (stopped is not None)
        assert callback.stopped_epoch == stopped
        assert callback.best_epoch == best
        assert callback.best == (None if best is None else values[best])


def test_early_stopping_restores_the_best_epoch_whether_stopped_or_not():
    for values, best in (([3, 2, 1, 1.5, 1.5, 0], 2), ([3, 1, 2], 1)):
        run, _ = script(callbacks.EarlyStopping(patience=2, restore_best_weights=True), values)
        assert {p.value.item() for p in run.model.parameters()} == {best}
    run, _ = script(callbacks.EarlyStopping(patience=2), [3, 1, 2])
    assert {p.value.item() for p in run.model.parameters()} == {2}


class Buffered(Dense):
    buffers = ("epochs_seen",)
    epochs_seen = np.zeros(1)


def test_early_stopping_restores_buffers_too():
    model = Buffered(1, 1, init=zeros, rng=np.random.default_rng(0))
    model.epochs_seen = np.zeros(1)
    count = callbacks.LambdaCallback(on_epoch_begin=lambda run: model.epochs_seen.__iadd__(1))
    stop = callbacks.EarlyStopping("loss", mode="max", patience=3, restore_best_weights=True)
    x, optimizer = np.ones((2, 1)), GradientDescent(model.parameters(), 0.1)
    fit(
        model,
        x,
        x,
        loss=MeanSquaredError(),
        optimizer=optimizer,
        epochs=9,
        shuffle=False,
        callbacks=[count, stop],
        progress=False,
    )
    assert stop.stopped_epoch == 3
    assert model.epochs_seen.item() == 1


def test_an_interruption_restores_too():
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))

    def interrupt(run):
        if run.epoch == 2:
            raise KeyboardInterrupt

    values = []
    note = callbacks.LambdaCallback(
        on_epoch_begin=interrupt, on_epoch_end=lambda run: values.append(model.W.value.item())
    )
    stop = callbacks.EarlyStopping("loss", mode="max", patience=5, restore_best_weights=True)
    x, optimizer = np.ones((2, 1)), GradientDescent(model.parameters(), 0.1)
    options = {"loss": MeanSquaredError(), "optimizer": optimizer, "shuffle": False, "progress": False}
    assert fit(model, x, x, epochs=9, callbacks=[note, stop], **options).interrupted
    assert model.W.value.item() == values[0] != values[1]


# ---- learning rates


@pytest.mark.parametrize(
    ("options", "values", "rates"),
    [
        ({"patience": 2}, [3, 3, 3, 3, 3, 3], [1, 1, 1, 0.1, 0.1, 0.01]),
        ({"patience": 0}, [3, 3, 2, 2, 1], [1, 1, 0.1, 0.1, 0.01]),
        ({"patience": 1, "factor": 0.5, "min_lr": 0.3}, [3, 3, 3, 3, 3], [1, 1, 0.5, 0.3, 0.3]),
        ({"patience": 1, "min_lr": 2.0}, [3, 3, 3], [1, 1, 1]),
        ({"patience": 1, "cooldown": 2}, [3, 3, 3, 3, 3, 3], [1, 1, 0.1, 0.1, 0.01, 0.01]),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.5, 1.9, 1.4], [1, 1, 0.1, 0.1]),
        ({"patience": 1, "mode": "max"}, [3, 4, 4, 5, 1], [1, 1, 1, 0.1, 0.1]),
        ({"patience": 2}, [NAN, NAN, 3, NAN, 2, NAN, NAN, 1], [1, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01]),
    ],
)
def test_the_rate_falls_on_a_plateau(options, values, rates):
    callback = callbacks.ReduceLROnPlateau(**options)
    for _ in range(2):
        _, got = script(callback, values)
        assert got == pytest.approx(rates)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("mode", ["min", "max"])
def test_plateaus_are_pytorchs_whose_patience_and_cooldown_are_shorter_by_one(seed, mode):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    patience, cooldown = rng.integers(1, 4), rng.integers(0, 5)
    values = rng.choice([0.0, 1.0, 2.0, 3.0, NAN], p=[0.05, 0.2, 0.35, 0.3, 0.1], size=40)
    theirs = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    options = {"mode": mode, "factor": 0.5, "min_lr": 0.01}
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        theirs, patience=patience - 1, cooldown=max(0, cooldown - 1), threshold=0.5, threshold_mode="abs", **options
    )
    want = []
    for value in values:
        want.append(theirs.param_groups[0]["lr"])
        plateau.step(value)
    callback = callbacks.ReduceLROnPlateau(patience=patience, cooldown=cooldown, min_delta=0.5, **options)
    assert script(callback, values)[1] == pytest.approx(want)


def test_groups_keep_the_ratio_of_their_rates():
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    groups = [{"parameters": [model.W]}, {"parameters": [model.b], "learning_rate": 10.0}]
    run = run_of(model=model, optimizer=SGD(groups, 1.0))
    script(callbacks.ReduceLROnPlateau(patience=1), [1, 1], run=run)
    assert [group.learning_rate for group in run.optimizer.groups] == pytest.approx([0.1, 1.0])


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (lambda epoch: 0.5 / (epoch + 1), [0.5, 0.25, 0.5 / 3]),
        (lambda epoch, rate: rate / 2, [0.5, 0.25, 0.125]),
        (lambda epoch, power=2: 1 / (epoch + 1) ** power, [1, 0.25, 1 / 9]),
        (StepLR(0.4, 2, gamma=0.5), [0.4, 0.4, 0.2]),
        (lambda epoch: np.float32(0.5), [0.5, 0.5, 0.5]),
    ],
)
def test_the_rate_is_set_before_every_epoch(schedule, rates):
    _, got = script(callbacks.LearningRateScheduler(schedule), [1, 1, 1])
    assert got == pytest.approx(rates)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (callbacks.ReduceLROnPlateau, "ReduceLROnPlateau"),
        (partial(callbacks.LearningRateScheduler, lambda epoch: 0.1), "LearningRateScheduler"),
    ],
)
def test_a_rate_that_follows_a_schedule_is_not_overwritten(make, name):
    optimizer = Adam([Parameter([1.0])], StepLR(0.1, 3))
    with pytest.raises(ValueError) as caught:
        script(make(), [1], run=run_of(optimizer=optimizer))
    assert str(caught.value).startswith(f"{name} sets a learning rate that follows a schedule, StepLR(")
    assert str(caught.value).endswith(f"give the optimizer a number, or leave {name} out")


def test_numbers_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"^ReduceLROnPlateau\(factor=1\): the factor lies between 0 and 1$"):
        callbacks.ReduceLROnPlateau(factor=1)
    with pytest.raises(ValueError, match=r"^EarlyStopping\(min_delta=-1\): give the size of a change, not negative$"):
        callbacks.EarlyStopping(min_delta=-1)
    for number in (-1, 2.5, NAN):
        with pytest.raises(
            ValueError, match=rf"^EarlyStopping\(patience={number}\) takes a whole number of 0 or more$"
        ):
            callbacks.EarlyStopping(patience=number)
    for name in ("patience", "cooldown"):
        with pytest.raises(ValueError, match=rf"^ReduceLROnPlateau\({name}=-2\) takes a whole number of 0 or more$"):
            callbacks.ReduceLROnPlateau(**{name: -2})
    with pytest.raises(ValueError, match="the schedule returns None for epoch 0, not a number"):
        script(callbacks.LearningRateScheduler(lambda epoch: None), [1])


# ---- files


def test_every_epoch_is_saved_under_its_name(tmp_path):
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    run = run_of(model=model, optimizer=SGD(model.parameters(), 1.0))
    callback = callbacks.ModelCheckpoint(tmp_path / "m_{epoch:02d}_{val_loss:.3f}.npz")
    script(callback, [0.5, 0.25, 0.125], run=run)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m_01_0.500.npz", "m_02_0.250.npz", "m_03_0.125.npz"]
    assert callback.last == tmp_path / "m_03_0.125.npz"
    load(tmp_path / "m_02_0.250.npz", model, run.optimizer)
    assert model.W.value.item() == 1


def test_training_goes_on_from_a_checkpoint(tmp_path):
    x, y = np.random.default_rng(0).normal(size=(2, 9, 1))

    def start(seed):
        rng = np.random.default_rng(seed)
        model = Dense(1, 1, rng=rng)
        return {"model": model, "optimizer": Adam(model.parameters(), 0.1), "rng": rng}

    def train(parts, **options):
        return fit(x=x, y=y, loss=MeanSquaredError(), batch_size=2, progress=False, **parts, **options)

    path = tmp_path / "{epoch}.npz"
    want = train(start(0), epochs=4, callbacks=[callbacks.ModelCheckpoint(path)])
    parts = start(1)
    load(tmp_path / "2.npz", **parts)
    assert train(parts, epochs=4, initial_epoch=2)["loss"] == want["loss"][2:]


def test_only_the_best_are_saved(tmp_path):
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    callback = callbacks.ModelCheckpoint(tmp_path / "{epoch}.npz", save_best_only=True, save_optimizer=False)
    script(callback, [NAN, 3, 3, 2, NAN, 2.5], run=run_of(model=model))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.npz", "4.npz"]
    assert callback.best == 2
    with pytest.raises(ValueError, match="has no optimizer in it"):
        load(tmp_path / "4.npz", model, SGD(model.parameters(), 1.0))
    load(tmp_path / "4.npz", model)
    assert model.W.value.item() == 3


def test_a_path_with_an_unknown_name_is_refused(tmp_path):
    callback = callbacks.ModelCheckpoint(tmp_path / "{val_los}.npz", save_optimizer=False)
    with pytest.raises(
        ValueError, match=r"the path may hold \{loss\}, \{val_loss\}, \{epoch\} \(KeyError\('val_los'\)"
    ):
        script(callback, [1.0])


@pytest.mark.parametrize("append", [False, True])
def test_a_folder_that_is_missing_is_named_before_the_first_epoch(tmp_path, append):
    missing, run = tmp_path / "runs", run_of()
    with pytest.raises(FileNotFoundError, match=r"^there is no folder .*runs for the checkpoint m\.npz: make it"):
        callbacks.ModelCheckpoint(missing / "m.npz").on_train_begin(run)
    with pytest.raises(IsADirectoryError, match="is a folder; a checkpoint is a file in it"):
        callbacks.ModelCheckpoint(tmp_path).on_train_begin(run)
    with pytest.raises(FileNotFoundError, match=r"^CSVLogger: there is no folder .*runs for log\.csv: make it first$"):
        callbacks.CSVLogger(missing / "log.csv", append=append).on_train_begin(run)


def test_a_folder_may_be_that_of_an_epoch(tmp_path):
    (tmp_path / "1").mkdir()
    callback = callbacks.ModelCheckpoint(tmp_path / "{epoch}" / "m.npz", save_optimizer=False)
    script(callback, [1.0])
    assert callback.last == tmp_path / "1" / "m.npz"


def test_values_are_written_line_by_line(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("something old\n")
    script(callbacks.CSVLogger(path), [0.5, 0.1 + 0.2, NAN])
    assert path.read_text() == "epoch,loss,val_loss\n0,0.0,0.5\n1,0.0,0.30000000000000004\n2,0.0,nan\n"
    script(callbacks.CSVLogger(path, append=True), [4.0])
    assert path.read_text().endswith("2,0.0,nan\n0,0.0,4.0\n")
    with pytest.raises(ValueError, match="has the values epoch, loss, val_loss and this training has epoch, loss, mae"):
        script(callbacks.CSVLogger(path, append=True), [4.0], name="mae")
    other = tmp_path / "new.csv"
    script(callbacks.CSVLogger(other, append=True), [4.0])
    assert other.read_text() == "epoch,loss,val_loss\n0,0.0,4.0\n"


# ---- divergence


@pytest.mark.parametrize("bad", [NAN, math.inf, -math.inf])
def test_training_ends_at_the_first_loss_that_is_no_number(bad):
    x = np.ones((6, 1))
    y = np.array([[1.0], [1.0], [1.0], [1.0], [bad], [1.0]])
    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    optimizer, callback = GradientDescent(model.parameters(), 0.1), callbacks.TerminateOnNaN()
    options = {"loss": MeanSquaredError(), "optimizer": optimizer, "shuffle": False, "progress": False}
    history = fit(model, x, y, epochs=3, batch_size=1, callbacks=[callback], **options)
    assert callback.stopped_at == (0, 4)
    assert history.epochs == [0]
    assert not math.isfinite(history["loss"][0])
    fit(model, x, y, epochs=0, callbacks=[callback], **options)
    assert callback.stopped_at is None
