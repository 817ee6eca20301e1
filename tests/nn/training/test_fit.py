import warnings
from functools import partial
from itertools import chain

import numpy as np
import pytest

from gradschool.nn import (
    L1,
    L2,
    Adam,
    BatchNorm,
    Dense,
    GradientDescent,
    Layer,
    MeanSquaredError,
    Parameter,
    Sequential,
    SoftmaxCrossEntropy,
    StepLR,
    callbacks,
    evaluate,
    fit,
    zeros,
)
from gradschool.nn.metrics import accuracy, mean_absolute_error, r2_score, top_k


class Slope(Layer):
    """y = w x, with w = 0 at first; notes the batches it is trained on, and the sizes of others."""

    def __init__(self, w=0.0):
        self.w, self.seen, self.evaluated = Parameter([w]), [], []

    def forward(self, x, *, train=False):
        if train:
            self.seen.append(x[..., 0].tolist())
        else:
            self.evaluated.append(len(x))
        self._x = x
        return self.w.value * x

    def backward(self, dy):
        raise AssertionError("the gradient of the data is not needed")

    def accumulate(self, dy):
        self.w.grad += np.sum(self._x * dy)


X = np.array([[1.0], [2.0], [3.0]])


def train(model, x=X, y=2 * X, *, rate=0.1, **options):
    options = {"batch_size": 2, "shuffle": False, "progress": False, "loss": MeanSquaredError(), **options}
    return fit(model, x, y, **{"optimizer": GradientDescent(model.parameters(), rate), **options})


def test_an_epoch_worked_by_hand():
    """First P = 0, T = (2, 4), L = 10, dw = (-4·1 - 8·2) / 2 = -10, so w = 1; then P = 3, T = 6, L = 9, dw = -18."""
    model = Slope()
    history = train(model, metrics=[mean_absolute_error])
    assert model.w.value.item() == pytest.approx(2.8)
    assert history.epochs == [0]
    assert history["loss"] == [pytest.approx((2 * 10 + 1 * 9) / 3)]
    assert history["mean_absolute_error"] == [pytest.approx((2 + 4 + 3) / 3)]
    assert history["learning_rate"] == [0.1]
    assert list(history.values) == ["loss", "mean_absolute_error", "learning_rate"]


def test_r2_is_that_of_the_predictions_as_they_were_made():
    """P = (0, 0, 3), T = (2, 4, 6): residuals 4 + 16 + 9, spread 8."""
    assert train(Slope(), metrics=[r2_score])["r2_score"] == [pytest.approx(1 - 29 / 8)]


def test_the_validation_is_of_the_model_after_the_epoch():
    """w = 2.8 then, so that at x = 1 the prediction is 0.8 above the target."""
    history = train(Slope(), validation_data=(X[:1], 2 * X[:1]), metrics={"mae": mean_absolute_error})
    assert history["val_loss"] == [pytest.approx(0.64)]
    assert history["val_mae"] == [pytest.approx(0.8)]
    assert list(history.values) == ["loss", "mae", "val_loss", "val_mae", "learning_rate"]


@pytest.mark.parametrize(("options", "sizes"), [({}, [2, 1]), ({"validation_batch_size": 3}, [3])])
def test_the_validation_is_in_batches_too(options, sizes):
    model = Slope()
    train(model, validation_data=(X, X), **options)
    assert model.evaluated == sizes


@pytest.mark.parametrize(("share", "first"), [(0.2, 8), (0.25, 7), (0.9, 1), (0.99, 0)])
def test_the_last_share_is_held_out_before_shuffling(share, first):
    model, x = Slope(), np.arange(10.0)[:, None]
    options = {"validation_split": share, "shuffle": True, "rng": np.random.default_rng(0), "rate": 1e-3}
    if not first:
        with pytest.raises(ValueError, match=r"^validation_split=0\.99 of 10 examples leaves 0 to train on$"):
            train(model, x, x, **options)
        return
    history = train(model, x, x, epochs=3, **options)
    assert sorted(chain(*model.seen)) == sorted(3 * list(range(first)))
    assert sum(model.evaluated) == 3 * (10 - first)
    want = evaluate(model, x[first:], x[first:], loss=MeanSquaredError())["loss"]
    assert history["val_loss"][-1] == pytest.approx(want)


def test_every_epoch_has_an_order_of_its_own_and_the_seed_gives_it_again():
    first, second = Slope(), Slope()
    x = np.arange(20.0)[:, None]
    for model in (first, second):
        train(model, x, x, epochs=2, shuffle=True, batch_size=20, rng=np.random.default_rng(5), rate=1e-4)
    one, two = first.seen
    assert one != two
    assert sorted(one) == sorted(two) == list(range(20))
    rng = np.random.default_rng(5)
    assert first.seen == [rng.permutation(20).tolist(), rng.permutation(20).tolist()] == second.seen


def test_sequences_are_trained_along_their_second_axis():
    model, x = Slope(), np.arange(12.0).reshape(3, 4, 1)
    history = train(model, x, 2 * x, batch_axis=1, batch_size=3, rate=1e-3, metrics=[r2_score])
    assert model.seen == [[[0, 1, 2], [4, 5, 6], [8, 9, 10]], [[3], [7], [11]]]
    turned = x.swapaxes(0, 1)
    want = train(Slope(), turned, 2 * turned, batch_size=3, rate=1e-3, metrics=[r2_score])
    assert history.values == {name: pytest.approx(values) for name, values in want.values.items()}


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 4)), rng.normal(size=(10, 2))
    model = Sequential(Dense(4, 3, rng=rng), Dense(3, 2, rng=rng))
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2)).double()
    for ours, other in zip(model.layers, theirs, strict=True):
        other.weight.data, other.bias.data = torch.tensor(ours.W.value.T), torch.tensor(ours.b.value)
    optimizer = torch.optim.Adam(theirs.parameters(), 0.01)
    losses = []
    for _ in range(3):
        for rows, target in zip(torch.tensor(x).split(4), torch.tensor(y).split(4), strict=True):
            optimizer.zero_grad()
            value = torch.nn.functional.mse_loss(theirs(rows), target)
            value.backward()
            torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
            optimizer.step()
            losses.append(value.item() * len(rows) / 10)
    ours = Adam(model.parameters(), 0.01)
    history = train(model, x, y, epochs=3, batch_size=4, optimizer=ours, clip_norm=0.5)
    np.testing.assert_allclose(history["loss"], np.sum(np.reshape(losses, (3, 3)), axis=1), rtol=1e-12)
    np.testing.assert_allclose(model(x), theirs(torch.tensor(x)).detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize(("options", "w"), [({"clip_value": 3.0}, 0.6), ({"clip_norm": 5.0}, 1.0)])
def test_gradients_are_clipped_between_backward_and_step(options, w):
    """Both gradients of the two batches are beyond the limit, so that w moves by rate times the limit twice."""
    model = Slope()
    train(model, **options)
    assert model.w.value.item() == pytest.approx(w, rel=1e-6)


def test_an_l2_penalty_is_a_weight_decay_of_twice_its_strength():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    weights = []
    for penalty, decay in ((L2(0.05), 0.0), (None, 0.1)):
        model = Sequential(Dense(3, 2, rng=np.random.default_rng(1)))
        optimizer = GradientDescent(model.parameters(), 0.1, weight_decay=decay)
        train(model, x, y, optimizer=optimizer, penalty=penalty, epochs=4)
        weights.append([parameter.value for parameter in model.parameters()])
    for penalized, decayed in zip(*weights, strict=True):
        np.testing.assert_allclose(penalized, decayed, rtol=1e-12)


def test_the_penalty_is_part_of_the_loss_of_training_alone():
    """w = 3 on T = 2 x: L = (1 + 4 + 9) / 3, and R = 0.5 · |3|, with the slope 0.5 beside dw = 2 · 14 / 3."""
    model = Slope(3.0)
    history = train(model, batch_size=3, rate=0.3, penalty=L1(0.5), validation_data=(X, 2 * X))
    assert history["loss"] == [pytest.approx(14 / 3 + 1.5)]
    w = 3 - 0.3 * (28 / 3 + 0.5)
    assert model.w.value.item() == pytest.approx(w)
    assert history["val_loss"] == [pytest.approx(14 / 3 * (w - 2) ** 2)]


def test_the_rate_recorded_is_that_of_the_first_step_of_the_epoch():
    model = Slope()
    optimizer = Adam(model.parameters(), StepLR(0.4, 3, gamma=0.5))
    assert train(model, epochs=4, optimizer=optimizer)["learning_rate"] == [0.4, 0.4, 0.2, 0.1]


def test_training_goes_on_from_an_epoch():
    whole, parts = Slope(), Slope()
    want = train(whole, epochs=5, rate=0.01)
    first, second = train(parts, epochs=2, rate=0.01), train(parts, epochs=5, initial_epoch=2, rate=0.01)
    assert first.epochs + second.epochs == want.epochs == [0, 1, 2, 3, 4]
    assert first["loss"] + second["loss"] == want["loss"]
    assert train(parts, epochs=5, initial_epoch=5).epochs == []


def test_an_interruption_ends_the_training_and_keeps_the_history():
    def interrupt(run):
        if (run.epoch, run.batch) == (2, 1):
            raise KeyboardInterrupt

    ended = []
    stop = callbacks.LambdaCallback(on_batch_end=interrupt, on_train_end=lambda run: ended.append(run.epoch))
    history = train(Slope(), epochs=9, callbacks=[stop], rate=0.01)
    assert history.interrupted
    assert history.epochs == [0, 1]
    assert ended == [2]
    assert repr(history).endswith(", interrupted)")
    assert not train(Slope()).interrupted


def test_a_loss_that_is_not_finite_is_warned_of_once():
    model = Slope()
    model.w.value[...] = np.nan
    message = (
        "the loss of epoch 1 is nan: try a smaller learning rate or clip_norm=1.0; "
        "callbacks.TerminateOnNaN() stops there"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert train(model, epochs=3).epochs == [0, 1, 2]
    assert [str(one.message) for one in caught] == [message]
    assert caught[0].filename == __file__.replace(".pyc", ".py")


def test_arguments_may_be_lists_and_stay_as_they_were():
    x, y = [[1.0], [2.0]], [[2.0], [4.0]]
    train(Slope(), x, y, epochs=2)
    assert (x, y) == ([[1.0], [2.0]], [[2.0], [4.0]])
    arrays = np.arange(6.0)[:, None], np.arange(6.0)[:, None] + 1
    before = [array.copy() for array in arrays]
    train(Slope(), *arrays, shuffle=True, rng=np.random.default_rng(0), validation_split=0.3, rate=1e-3)
    np.testing.assert_array_equal(arrays, before)


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    model = Dense(3, 1, rng=rng).astype(np.float32)
    x = rng.normal(size=(6, 3)).astype(np.float32)
    train(model, x, x[:, :1], shuffle=True, rng=rng, clip_norm=0.1, clip_value=0.05)
    assert {p.value.dtype for p in model.parameters()} == {np.dtype(np.float32)}
    assert model(x).dtype == np.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shuffle": True}, "draws the order of the examples: pass rng=np.random.default_rng(seed), or shuffle=False"),
        ({"x": X[:0], "y": X[:0]}, "fit() takes at least one example, got none"),
        ({"y": X[:2]}, "the arrays hold 3 and 2 examples"),
        ({"batch_size": 0}, "fit(batch_size=0): a batch has at least one example"),
        ({"validation_split": 0.5, "validation_data": (X, X)}, "validation_data or validation_split, not both"),
        ({"validation_split": 1.5}, "validation_split=1.5: a share lies between 0 and 1"),
        ({"metrics": [lambda p, t: 0.0]}, "has no name: pass metrics as a dict"),
        (
            {"metrics": [top_k]},
            "the metric 'top_k' takes (k, ignore), not a prediction and a target; "
            "one that makes metrics is to be called, as in metrics=[nn.metrics.top_k(5)]",
        ),
        ({"drop_last": True, "batch_size": 4}, "fit(batch_size=4, drop_last=True) has 3 examples to train on, which "),
        ({"validation_data": X}, "fit(validation_data=…) takes a pair (x, y), got ndarray"),
        ({"validation_data": (X, X, X)}, "fit(validation_data=…) takes a pair (x, y), got 3 of them"),
        ({"validation_data": (X, X[:2])}, "fit(validation_data=(x, y)): the arrays hold 3 and 2 examples"),
        ({"validation_data": (X[:0], X[:0])}, "fit(validation_data=(x, y)) takes at least one example, got none"),
        (
            {"callbacks": [callbacks.EarlyStopping()]},
            "EarlyStopping watches 'val_loss', and there is nothing to validate with; "
            "pass validation_data or validation_split to fit",
        ),
        ({"callbacks": [callbacks.ReduceLROnPlateau()]}, "ReduceLROnPlateau watches 'val_loss', and there is nothing"),
        (
            {"callbacks": [callbacks.ModelCheckpoint("model.npz", save_best_only=True)]},
            "ModelCheckpoint watches 'val_loss', and there is nothing to validate with",
        ),
        (
            {"optimizer": GradientDescent([Parameter([0.0])], 0.1)},
            "fit(optimizer=GradientDescent(…)) has no parameter of this model, so that nothing would be trained; when "
            "a model is made again, so is its optimizer: GradientDescent(model.parameters(), …)",
        ),
        ({"optimizer": Adam([Parameter([0.0])])}, "fit(optimizer=Adam(…)) has no parameter of this model"),
    ],
)
def test_what_is_refused_before_anything_is_trained(options, message):
    model = Slope()
    with pytest.raises(ValueError) as caught:
        train(model, **options)
    assert message in str(caught.value)
    assert not model.seen


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"loss": "mse"},
            "fit(loss='mse') takes an object such as nn.MeanSquaredError(); "
            "names are understood by gradschool.nn.keras",
        ),
        ({"loss": MeanSquaredError}, "fit(loss=MeanSquaredError) takes an object such as nn.MeanSquaredError()"),
        ({"loss": r2_score}, "fit(loss=r2_score) takes an object such as nn.MeanSquaredError()"),
        (
            {"optimizer": "adam"},
            "fit(optimizer='adam') takes an object such as nn.Adam(model.parameters()); "
            "names are understood by gradschool.nn.keras",
        ),
        ({"optimizer": Adam}, "fit(optimizer=Adam) takes an object such as nn.Adam(model.parameters())"),
        ({"penalty": 0.01}, "fit(penalty=0.01) takes an object such as nn.L2(0.01)"),
        ({"penalty": L2}, "fit(penalty=L2) takes an object such as nn.L2(0.01)"),
        ({"rng": 7}, "fit(rng=7) takes a generator: np.random.default_rng(7)"),
        ({"rng": np.random}, "fit(rng=numpy.random) takes a generator: np.random.default_rng(seed)"),
        ({"callbacks": None}, "fit(callbacks=None) takes a list of callbacks, such as [TerminateOnNaN()]"),
        (
            {"callbacks": callbacks.TerminateOnNaN()},
            "fit(callbacks=TerminateOnNaN(…)) takes a list of callbacks, such as [TerminateOnNaN()]",
        ),
        (
            {"callbacks": [callbacks.TerminateOnNaN]},
            "fit(callbacks=[TerminateOnNaN]) takes objects such as nn.callbacks.TerminateOnNaN()",
        ),
        ({"callbacks": [print]}, "fit(callbacks=[print]) takes objects such as nn.callbacks.TerminateOnNaN()"),
    ],
)
def test_names_classes_and_numbers_where_objects_belong(options, message):
    model = Slope()
    with pytest.raises(TypeError) as caught:
        train(model, **options)
    assert str(caught.value) == message
    assert not model.seen


def test_an_optimizer_may_have_some_of_the_parameters_or_not_tell_which():
    class Halving:
        learning_rate = 0.5

        def step(self):
            model.W.value[...] /= 2

    model = Dense(1, 1, init=zeros, rng=np.random.default_rng(0))
    train(model, optimizer=Adam([model.b, Parameter([0.0])]))
    assert not model.W.value.any()
    assert model.b.value.any()
    model.W.value[...] = 8
    train(model, optimizer=Halving())
    assert model.W.value == 2


def test_a_callback_of_ones_own_may_add_what_another_watches():
    add = callbacks.LambdaCallback(on_epoch_end=lambda run: run.logs.update(val_loss=1.0))
    stop = callbacks.EarlyStopping(patience=2)
    train(Slope(), epochs=9, callbacks=iter([add, stop]), rate=0.01)
    assert stop.stopped_epoch == 2


def test_a_last_batch_that_is_too_small_may_be_left_out(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("gradschool.nn.training.progress.DELAY", 0.0)
    model, x = Slope(), np.arange(7.0)[:, None]
    history = train(model, x, x, drop_last=True, batch_size=3, rate=0.0, metrics=[mean_absolute_error], progress=True)
    assert model.seen == [[0, 1, 2], [3, 4, 5]]
    assert history["loss"] == [pytest.approx((1 + 4 + 9 + 16 + 25) / 6)]
    assert history["mean_absolute_error"] == [pytest.approx((1 + 2 + 3 + 4 + 5) / 6)]
    assert "| 0/2 [" in capsys.readouterr().out


def test_batch_normalization_is_trained_where_one_example_is_left_over():
    rng = np.random.default_rng(0)
    model = Sequential(Dense(1, 2, rng=rng), BatchNorm(2), Dense(2, 1, rng=rng))
    x = rng.normal(size=(5, 1))
    with pytest.raises(ValueError, match=r"BatchNorm\(2\) needs two values of every feature in training"):
        train(model, x, x)
    assert np.isfinite(train(model, x, x, drop_last=True)["loss"]).all()


def test_labels_that_the_loss_ignores_can_be_left_out_of_the_accuracy():
    """By hand: the scores favour 1, 0 and 1; the labels are 1, ignored, 0, so that one of two is right."""
    model = Dense(2, 2, init=lambda shape, rng: np.eye(2), rng=np.random.default_rng(0))
    x, y = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]), np.array([1, -100, 0])
    options = {"loss": SoftmaxCrossEntropy(ignore=-100), "metrics": {"accuracy": partial(accuracy, ignore=-100)}}
    history = train(model, x, y, rate=0.0, batch_size=3, validation_data=(x, y), **options)
    assert history["accuracy"] == history["val_accuracy"] == [0.5]


def test_a_line_of_fit_is_printed_for_every_epoch(capsys):
    train(Slope(), epochs=10, initial_epoch=8, progress=True, validation_data=(X, X), rate=1e-5)
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.startswith("epoch  9/10  loss 18.6")
    assert second.startswith("epoch 10/10  loss 18.6")
    assert "  val_loss 4.66" in first
    assert "  learning_rate 1.000e-05  0.0 s" in first
    assert err == ""


def test_silent_training_prints_nothing(capsys):
    train(Slope())
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_that_goes_again(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("gradschool.nn.training.progress.DELAY", 0.0)
    train(Slope(), progress=True)
    out, err = capsys.readouterr()
    assert "\repoch 1/1:   0%" in out
    assert out.rpartition("\r")[2].startswith("epoch 1/1  loss 9.6667  ")
    assert err == ""


def test_a_notebook_has_one_output_for_the_bar_and_keeps_no_state_of_it(monkeypatch, capsys):
    """A real kernel is asked in tests/browser; here a display stands in for the notebook's."""
    shown = []

    class Handle:
        def update(self, data, *, raw):
            shown[-1].append(data["text/plain"])

    def display(data, *, raw, display_id):
        shown.append([data["text/plain"]])
        return Handle()

    monkeypatch.setattr("gradschool.nn.training.progress._in_notebook", lambda: True)
    monkeypatch.setattr("gradschool.nn.training.progress.DELAY", 0.0)
    monkeypatch.setattr("IPython.display.display", display)
    train(Slope(), progress=True, epochs=2)
    ((first, *_, last),) = shown
    assert first.startswith("epoch 1/2:   0%|")
    assert last == ""
    assert [line[:9] for line in capsys.readouterr().out.splitlines()] == ["epoch 1/2", "epoch 2/2"]


def test_an_interruption_is_shown(capsys):
    def interrupt(run):
        raise KeyboardInterrupt

    train(Slope(), progress=True, callbacks=[callbacks.LambdaCallback(on_batch_end=interrupt)])
    assert capsys.readouterr().out == "epoch 1/1  interrupted at batch 1\n"


def test_a_network_learns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 3))
    y = x @ [[1.0], [-2.0], [0.5]] + 3
    model = Dense(3, 1, init=zeros, rng=rng)
    history = train(model, x, y, epochs=20, batch_size=10, shuffle=True, rng=rng, metrics=[r2_score])
    assert history["r2_score"][-1] > 0.9999
    np.testing.assert_allclose(model.b.value, 3, atol=1e-3)
