import tracemalloc

import numpy as np
import pytest

from gradschool.nn import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, Parameter, ReduceLROnPlateau, RMSprop
from gradschool.nn.optimizers import stretch
from gradschool.nn.optimizers.groups import Group

ALL = {
    "SGD": lambda p, **options: SGD(p, 0.1, **options),
    "SGD momentum": lambda p, **options: SGD(p, 0.1, momentum=0.9, dampening=0.5, **options),
    "Adagrad": Adagrad,
    "Adadelta": Adadelta,
    "RMSprop": RMSprop,
    "RMSprop, all": lambda p, **options: RMSprop(p, momentum=0.9, centered=True, **options),
    "Adam": Adam,
    "AdamW": AdamW,
}
SHAPES = [(3, 4), (4,), (), (5, 2, 2), (0, 3), (30,)]


class Descent(Optimizer):
    """Plain gradient descent, which notes what the base class hands it."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.told = []

    def update(self, value, grad, *, rate, t):
        self.told.append((value.size, rate, t))
        value -= rate * grad


def make(dtype=np.float64, shapes=SHAPES):
    rng = np.random.default_rng(0)
    return [Parameter(rng.normal(size=shape).astype(dtype), decay=len(shape) > 1) for shape in shapes]


def train(optimizer, parameters, steps, *, seed=1):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        for parameter in parameters:
            parameter.grad[...] = rng.normal(size=parameter.shape)
        optimizer.step()


# ---------------------------------------------------------------- what every optimizer does


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_change_in_place_and_keep_their_dtype(name, dtype):
    parameters = make(dtype)
    values, gradients = [p.value for p in parameters], [p.grad for p in parameters]
    before = [p.value.copy() for p in parameters]
    optimizer = ALL[name](parameters, weight_decay=0.1)
    train(optimizer, parameters, 3)
    for parameter, value, gradient, old in zip(parameters, values, gradients, before, strict=True):
        assert parameter.value is value
        assert parameter.grad is gradient
        assert value.dtype == gradient.dtype == dtype
        assert np.all(value != old)
    assert {slot.dtype for key, slot in optimizer.state().items() if key.count(".") == 3} <= {np.dtype(dtype)}


@pytest.mark.parametrize("name", ALL)
def test_gradients_stay_as_they_are(name):
    parameters = make()
    optimizer = ALL[name](parameters, weight_decay=0.1)
    train(optimizer, parameters, 2)
    rng = np.random.default_rng(1)
    for _ in range(2):
        want = [rng.normal(size=parameter.shape) for parameter in parameters]
    for parameter, gradient in zip(parameters, want, strict=True):
        np.testing.assert_array_equal(parameter.grad, gradient)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("block", [1, 7, 8, 1000])
def test_the_blocks_decide_nothing(name, block, monkeypatch):
    """Every entry goes its own way, so each parameter's path is what it is alone, in one block."""
    alone = make()
    for parameter in alone:
        train_one = ALL[name]([parameter], weight_decay=0.1)
        rng = np.random.default_rng(1)
        for _ in range(3):
            draws = [rng.normal(size=other.shape) for other in alone]
            parameter.grad[...] = next(d for d, other in zip(draws, alone, strict=True) if other is parameter)
            train_one.step()
    monkeypatch.setattr(stretch, "BLOCK", block)
    together = make()
    train(ALL[name](together, weight_decay=0.1), together, 3)
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.value, other.value, rtol=1e-15)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("block", [7, 1000])
def test_training_resumes_bit_for_bit(name, block, monkeypatch):
    monkeypatch.setattr(stretch, "BLOCK", block)
    whole = make(np.float32)
    optimizer = ALL[name](whole, weight_decay=0.1)
    train(optimizer, whole, 3)
    saved, values = optimizer.state(), [p.value.copy() for p in whole]
    train(optimizer, whole, 4, seed=2)

    again = make(np.float32)
    for parameter, value in zip(again, values, strict=True):
        parameter.value[...] = value
    resumed = ALL[name](again, weight_decay=0.1)
    resumed.load_state(saved)
    assert resumed.steps == 3
    train(resumed, again, 4, seed=2)
    for one, other in zip(whole, again, strict=True):
        np.testing.assert_array_equal(one.value, other.value)
    for key, slot in optimizer.state().items():
        np.testing.assert_array_equal(resumed.state()[key], slot)


@pytest.mark.parametrize("name", ALL)
def test_what_does_not_decay_goes_as_if_there_were_no_decay(name):
    decayed, free, plain = ([Parameter([2.0, -3.0], decay=decay)] for decay in (True, False, True))
    for parameters, decay in [(decayed, 0.5), (free, 0.5), (plain, 0.0)]:
        train(ALL[name](parameters, weight_decay=decay), parameters, 3)
    np.testing.assert_array_equal(free[0].value, plain[0].value)
    assert np.all(decayed[0].value != plain[0].value)


# ---------------------------------------------------------------- arrays of all kinds


@pytest.mark.parametrize("order", ["F", "C"])
def test_arrays_of_any_layout_are_changed_in_place(order):
    start = np.arange(12.0).reshape(3, 4)
    parameter = Parameter(np.array(start, order=order))
    parameter.value = np.array(start.T, order=order).T  # the other way round
    value = parameter.value
    parameter.grad = np.array(start + 1, order="C")
    Descent([parameter, Parameter([1.0])], 0.5).step()
    assert parameter.value is value
    np.testing.assert_array_equal(value, start - 0.5 * (start + 1))


def test_a_gradient_or_a_value_may_be_another_array_than_at_the_start():
    parameter = Parameter([1.0, 2.0])
    optimizer = SGD([parameter], 1.0, momentum=0.5)
    parameter.grad = np.array([1.0, 1.0])
    optimizer.step()
    parameter.value = np.array([10.0, 20.0])
    parameter.grad = np.array([0.0, 2.0])
    optimizer.step()
    np.testing.assert_array_equal(parameter.value, [9.5, 17.5])


@pytest.mark.parametrize("name", ALL)
def test_a_model_that_is_converted_in_training_takes_its_slots_along(name):
    parameters, reference = make(), make()
    optimizer, other = (ALL[name](each, weight_decay=0.1) for each in (parameters, reference))
    train(optimizer, parameters, 3)
    train(other, reference, 3)
    for parameter in parameters:
        parameter.value, parameter.grad = parameter.value.astype(np.float32), parameter.grad.astype(np.float32)
    train(optimizer, parameters, 3)
    train(other, reference, 3)
    for parameter, expected in zip(parameters, reference, strict=True):
        assert parameter.value.dtype == np.float32
        np.testing.assert_allclose(parameter.value, expected.value, rtol=1e-4, atol=1e-6)


def test_parameters_of_two_dtypes():
    parameters = [Parameter(np.ones(3, dtype=dtype)) for dtype in (np.float32, np.float64, np.float32)]
    for parameter in parameters:
        parameter.grad += 1
    Adam(parameters, 0.5).step()
    for parameter in parameters:
        np.testing.assert_allclose(parameter.value, 0.5, rtol=1e-6)


# ---------------------------------------------------------------- the clock, the rate and the groups


def test_the_clock_counts_steps_and_not_parameters():
    parameters = make()
    optimizer = Descent(parameters, 0.1)
    assert optimizer.steps == 0
    train(optimizer, parameters, 2)
    assert optimizer.steps == 2
    assert {t for _, _, t in optimizer.told} == {1, 2}


@pytest.mark.parametrize(
    ("sizes", "blocks"),
    [
        ([10, 60, 10, 60], [20] * 6 + [10, 10]),  # none is small
        ([1, 49, 4, 1], [24, 25, 4 + 1 + 1]),
        ([3, 4, 1, 16], [16 + 4, 3 + 1]),
        ([3, 4, 1], [8]),
    ],
)
def test_small_parameters_are_joined_and_large_ones_are_cut(sizes, blocks, monkeypatch):
    monkeypatch.setattr(stretch, "BLOCK", 20)
    optimizer = Descent([Parameter(np.ones(size)) for size in sizes], 0.1)
    optimizer.step()
    assert [size for size, _, _ in optimizer.told] == blocks


def test_a_schedule_is_asked_for_the_step_counted_from_zero():
    parameters = make()
    optimizer = Descent(parameters, lambda step: [0.5, 0.25, 0.125][step])
    rates = []
    for _ in range(3):
        rates.append(optimizer.learning_rate)
        train(optimizer, parameters, 1)
    assert rates == [0.5, 0.25, 0.125]
    assert sorted({(t, rate) for _, rate, t in optimizer.told}) == [(1, 0.5), (2, 0.25), (3, 0.125)]


def test_a_schedules_numpy_number_does_not_turn_float32_into_float64():
    parameter = Parameter(np.ones(3, dtype=np.float32))
    optimizer = Descent([parameter], lambda step: np.float64(0.1))
    optimizer.step()
    assert type(optimizer.learning_rate) is float
    assert type(optimizer.told[0][1]) is float


def test_groups_have_numbers_of_their_own():
    """1 - 0.1 · 2; 1 - 0.5 · 2; 1 - 0.1 (2 + 3 · 1), all worked by hand."""
    parameters = [Parameter([1.0]) for _ in range(3)]
    for parameter in parameters:
        parameter.grad += 2
    groups = [
        {"parameters": parameters[:1]},
        {"parameters": iter(parameters[1:2]), "learning_rate": lambda step: 0.5},
        {"parameters": parameters[2:], "weight_decay": 3.0},
    ]
    optimizer = Descent(iter(groups), 0.1)
    optimizer.step()
    assert [p.value.item() for p in parameters] == pytest.approx([0.8, 0.0, 0.5])
    assert optimizer.parameters == parameters
    assert [group.weight_decay for group in optimizer.groups] == [0.0, 0.0, 3.0]
    assert optimizer.learning_rate == 0.1


def test_setting_the_learning_rate_sets_that_of_all_groups():
    a, b = Parameter([1.0]), Parameter([1.0])
    optimizer = Descent([{"parameters": [a]}, {"parameters": [b], "learning_rate": 5.0}], 0.1)
    optimizer.learning_rate = 0.5
    assert [group.learning_rate for group in optimizer.groups] == [0.5, 0.5]
    optimizer.learning_rate = lambda step: 0.25 / (step + 1)
    train(optimizer, [a, b], 1)
    assert [group.rate(optimizer.steps) for group in optimizer.groups] == [0.125, 0.125]
    with pytest.raises(ValueError, match=r"Descent\(learning_rate=-1\) takes a finite number of 0 or more"):
        optimizer.learning_rate = -1


def test_a_plateau_sets_the_learning_rate_between_steps():
    optimizer, plateau = Descent([Parameter([1.0])], 0.5), ReduceLROnPlateau(0.5, patience=0, factor=0.5)
    for loss in (3.0, 3.0, 2.0):
        optimizer.step()
        optimizer.learning_rate = plateau.step(loss)
    assert [rate for _, rate, _ in optimizer.told] == [0.5, 0.5, 0.25]


def test_a_groups_decay_may_be_set_between_steps():
    parameter = Parameter([1.0])
    optimizer = Descent([parameter], 0.5)
    optimizer.step()
    optimizer.groups[0].weight_decay = 1.0
    optimizer.step()
    assert parameter.value == 0.5
    parameter.decay = False
    optimizer.step()
    assert parameter.value == 0.5


def test_zero_grad_and_an_iterator_of_parameters():
    parameters = make()
    optimizer = SGD(iter(parameters), 0.1)
    train(optimizer, parameters, 1)
    optimizer.zero_grad()
    assert not any(parameter.grad.any() for parameter in parameters)


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(5,), (2,), (3, 1)])
def test_a_value_of_another_shape_needs_a_new_optimizer(name, shape):
    parameter = Parameter([1.0, 2.0, 3.0])
    optimizer = ALL[name]([Parameter(1.0), parameter])
    parameter.value, parameter.grad = np.ones(shape), np.ones(shape)
    kind = type(optimizer).__name__
    text = f"{kind} got a parameter of shape (3,), whose value is now of shape {shape}; make a new {kind}"
    for call in (optimizer.step, optimizer.state):
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == text
    np.testing.assert_array_equal(parameter.value, np.ones(shape))
    assert optimizer.steps == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda groups: groups[0].parameters.append(Parameter([1.0])),
        lambda groups: groups[0].parameters.pop(),
        lambda groups: groups.append(Group([Parameter([1.0])], 0.1, 0.0)),
        lambda groups: groups.clear(),
    ],
)
def test_other_parameters_need_a_new_optimizer(change):
    optimizer = Adam([Parameter([1.0]), Parameter([2.0])])
    change(optimizer.groups)
    for call in (optimizer.step, optimizer.state):
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == "Adam has other parameters in its groups than when it was made; make a new Adam"


@pytest.mark.parametrize("slot", ["value", "grad", "rate", "t"])
def test_a_slot_has_a_name_of_its_own(slot):
    with pytest.raises(ValueError) as caught:
        Descent([Parameter([1.0])], 0.1, slots={"m": 0.0, slot: 0.0})
    text = f"Descent has a slot called {slot!r}, as is an argument of update; give it another name"
    assert str(caught.value) == text


def test_each_slot_comes_under_its_own_name():
    """Two steps of g = 1: m = 1, 2, and n, from 5, 5 - 1, 4 - 1."""

    class Counting(Optimizer):
        def update(self, value, grad, *, n, m, rate, t):
            m += grad
            n -= grad
            value[...] = m + 10 * n

    parameter = Parameter([0.0, 0.0])
    parameter.grad += 1
    optimizer = Counting([parameter], 0.1, slots={"m": 0.0, "n": 5.0})
    optimizer.step()
    optimizer.step()
    np.testing.assert_array_equal(parameter.value, [32, 32])


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ([], "SGD got no parameters; a model that has none has nothing to train"),
        ([{"parameters": []}], "SGD got no parameters; a model that has none has nothing to train"),
        (len, "SGD takes parameters, got <built-in function len>; pass model.parameters()"),
        (["W"], "SGD takes Parameters, or dicts of them as groups, got 'W'; pass model.parameters()"),
        ({"W": 1}, "SGD takes Parameters, or dicts of them as groups, got 'W'; pass model.parameters()"),
        ([{"params": []}], "SGD got a group with params; a group takes parameters, learning_rate, weight_decay"),
        ([{"learning_rate": 1.0}], 'SGD got a group without parameters; give it "parameters": [...]'),
        (
            [{"parameters": [Parameter([1.0])], "learning_rate": -1.0}],
            "SGD(learning_rate=-1.0) takes a finite number of 0 or more",
        ),
        (
            [{"parameters": [Parameter([1.0])], "weight_decay": np.inf}],
            "SGD(weight_decay=inf) takes a finite number of 0 or more",
        ),
    ],
)
def test_wrong_parameters(parameters, text):
    with pytest.raises(ValueError) as caught:
        SGD(parameters, 0.1)
    assert str(caught.value) == text


@pytest.mark.parametrize("groups", [lambda p: [p, p], lambda p: [{"parameters": [p]}, {"parameters": [p]}]])
def test_a_parameter_twice(groups):
    with pytest.raises(ValueError) as caught:
        Adam(groups(Parameter([1.0])))
    assert str(caught.value) == "Adam got a parameter twice; it belongs to one group, and is named there once"


@pytest.mark.parametrize(
    ("make", "options", "text"),
    [
        (SGD, {"learning_rate": -0.1}, "SGD(learning_rate=-0.1) takes a finite number of 0 or more"),
        (SGD, {"learning_rate": np.nan}, "SGD(learning_rate=nan) takes a finite number of 0 or more"),
        (
            SGD,
            {"learning_rate": "0.1"},
            "SGD takes a number or a schedule as learning_rate, got '0.1'; "
            "what has a memory, as ReduceLROnPlateau has, sets optimizer.learning_rate between steps",
        ),
        (SGD, {"momentum": 1.0}, "SGD(momentum=1.0) takes a number from 0 up to, but not including, 1"),
        (SGD, {"momentum": -0.1}, "SGD(momentum=-0.1) takes a number from 0 up to, but not including, 1"),
        (SGD, {"dampening": -1}, "SGD(dampening=-1) takes a finite number of 0 or more"),
        (
            SGD,
            {"nesterov": True},
            "SGD(momentum=0.0, dampening=0.0, nesterov=True) has no Nesterov step; "
            "it takes a momentum above 0, such as 0.9, and no dampening",
        ),
        (
            SGD,
            {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
            "SGD(momentum=0.9, dampening=0.1, nesterov=True) has no Nesterov step; "
            "it takes a momentum above 0, such as 0.9, and no dampening",
        ),
        (Adagrad, {"epsilon": -1}, "Adagrad(epsilon=-1) takes a finite number of 0 or more"),
        (Adagrad, {"initial_accumulator": -1}, "Adagrad(initial_accumulator=-1) takes a finite number of 0 or more"),
        (Adadelta, {"rho": 1}, "Adadelta(rho=1) takes a number from 0 up to, but not including, 1"),
        (Adadelta, {"epsilon": -1}, "Adadelta(epsilon=-1) takes a finite number of 0 or more"),
        (RMSprop, {"alpha": 1}, "RMSprop(alpha=1) takes a number from 0 up to, but not including, 1"),
        (RMSprop, {"momentum": 1}, "RMSprop(momentum=1) takes a number from 0 up to, but not including, 1"),
        (RMSprop, {"epsilon": -1}, "RMSprop(epsilon=-1) takes a finite number of 0 or more"),
        (Adam, {"betas": (1, 0.9)}, "Adam(beta1=1) takes a number from 0 up to, but not including, 1"),
        (AdamW, {"betas": (0, 1.5)}, "AdamW(beta2=1.5) takes a number from 0 up to, but not including, 1"),
        (AdamW, {"epsilon": np.nan}, "AdamW(epsilon=nan) takes a finite number of 0 or more"),
        (AdamW, {"weight_decay": -1}, "AdamW(weight_decay=-1) takes a finite number of 0 or more"),
    ],
)
def test_wrong_numbers(make, options, text):
    with pytest.raises(ValueError) as caught:
        make([Parameter([1.0])], **{"learning_rate": 0.1, **options})
    assert str(caught.value) == text


def test_the_base_class_has_no_update():
    with pytest.raises(NotImplementedError, match="Optimizer has no update yet"):
        Optimizer([Parameter([1.0])], 0.1).step()


# ---------------------------------------------------------------- the state


def test_the_names_of_the_state():
    a, b, c = (Parameter(np.zeros(shape)) for shape in [(2, 3), 3, 4])
    optimizer = SGD([{"parameters": [a, b]}, {"parameters": [c], "learning_rate": abs}], 0.1, momentum=0.5)
    state = optimizer.state()
    assert {name: array.shape for name, array in state.items()} == {
        "steps": (),
        "groups.0.learning_rate": (),
        "groups.0.0.velocity": (2, 3),
        "groups.0.1.velocity": (3,),
        "groups.1.0.velocity": (4,),
    }
    assert state["groups.0.learning_rate"] == 0.1


def test_the_state_is_a_copy():
    parameter = Parameter([1.0])
    optimizer = SGD([parameter], 0.1, momentum=0.5)
    state = optimizer.state()
    train(optimizer, [parameter], 1)
    assert state["steps"] == state["groups.0.0.velocity"] == 0


def test_a_learning_rate_that_was_set_is_loaded():
    first, second = Adam([Parameter([1.0])], 0.1), Adam([Parameter([1.0])], 0.1)
    first.learning_rate = 0.025
    second.load_state(first.state())
    assert second.learning_rate == 0.025


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda s: s.pop("steps"), "the state lacks steps: it is that of another optimizer"),
        (
            lambda s: [s.pop(k) for k in list(s) if k.endswith("m")],
            "the state lacks groups.0.0.m, groups.0.1.m: it is that of another optimizer",
        ),
        (lambda s: s.update(more=1), "the state has more, which this Adam lacks"),
        (
            lambda s: s.update({"groups.0.1.v": np.ones(5)}),
            "groups.0.1.v has the shape (3,) here and (5,) in the state",
        ),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, text):
    parameters = make(shapes=[(2, 3), (3,)])
    trained, fresh = Adam(parameters, 0.5), Adam(parameters, 0.1)
    train(trained, parameters, 2)
    state = trained.state()
    change(state)
    with pytest.raises(ValueError) as caught:
        fresh.load_state(state)
    assert str(caught.value) == text
    assert fresh.steps == 0
    assert fresh.learning_rate == 0.1
    assert not any(slot.any() for name, slot in fresh.state().items() if name.count(".") == 3)


def test_moments_that_die_away_never_become_subnormal():
    """1,300 steps without a gradient: 0.9 to that power is 1e-60, and float32 is subnormal below 1.2e-38."""
    parameter = Parameter(np.ones(3, np.float32))
    optimizer = Adam([parameter], 0.001)
    parameter.grad[...] = [1, 1e-3, 1e3]
    optimizer.step()
    parameter.grad[...] = 0
    for _ in range(1300):
        optimizer.step()
        m = np.abs(optimizer.state()["groups.0.0.m"])
        assert not ((m > 0) & (m < np.finfo(np.float32).smallest_normal)).any()
    assert not m.any()


@pytest.mark.parametrize("block", [3, 1000])
def test_small_numbers_are_flushed_in_every_block_and_others_stay(block, monkeypatch):
    monkeypatch.setattr(stretch, "BLOCK", block)
    least = 1024 * np.finfo(np.float32).smallest_normal
    start = np.array([1, -1, least, least / 2, -least / 2, 0, np.inf, np.nan, 1e-40, 3], np.float32)
    optimizer = SGD([Parameter(np.zeros(10, np.float32))], 0.0, momentum=0.5)
    optimizer.load_state(optimizer.state() | {"groups.0.0.velocity": start})
    for part in optimizer._stretches[0]:
        part.flush()
    want = [1, -1, least, 0, 0, 0, np.inf, np.nan, 0, 3]
    np.testing.assert_array_equal(optimizer.state()["groups.0.0.velocity"], np.array(want, np.float32))


def test_the_step_that_flushes_needs_little_memory():
    """4 MB of parameters: a step works in blocks of 128 kB, of which it needs a few at a time."""
    parameter = Parameter(np.ones(2**20, np.float32))
    optimizer = Adam([parameter])
    optimizer.steps = 63
    tracemalloc.start()
    optimizer.step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert optimizer.steps == 64
    assert peak < 1e6
