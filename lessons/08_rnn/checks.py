"""How lesson 8 is graded: one step of a recurrent network, many, the way back through time, and what it can learn."""

import numpy as np

from gradschool.grader.authoring import check, question

# ---------------------------------------------------------------- questions

numbers_to_learn = question(
    "numbers_to_learn",
    "How many numbers a recurrent network with 3 inputs and 5 units learns, whatever the length of its sequences.",
    answer=3 * 5 + 5 * 5 + 5,
    points=1,
    wrong={
        40: ("the bias is not counted", "The sum has three parts. Which of them is a vector?"),
        20: ("the recurrent weights are not counted", "What does the state before meet on its way into the step?"),
        900: ("each step is taken to have weights of its own", "How many different Wx are there in the picture?"),
        50: ("the input and the state are taken to have a bias each", "How often is b added in the formula for z?"),
        25: ("only the recurrent weights are counted", "What does the input meet on its way into the step?"),
    },
)

always_zero = question(
    "always_zero",
    'Which gradient is zero if T = 1 and h0 = 0, whatever the input and the loss: "dWx", "dWh", "db" or "none".',
    answer="dWh",
    points=1,
    wrong={
        "dWx": ("the gradient of Wx is taken for zero", "dWx is made of the input and dz. Is either of them zero?"),
        "db": ("the gradient of b is taken for zero", "db is the sum of dz. Is dz zero?"),
        "none": (
            "all three are taken to be different from zero",
            "Write each of the three as a product. Which of them has h0 in it?",
        ),
    },
)
after_fifty = question(
    "after_fifty",
    "The factor by which the norm of a gradient changes over 50 steps back, with Wh of 0.9 times an orthogonal matrix "
    "and slopes of 1; 5% off is near enough.",
    answer=0.9**50,
    points=1,
    rtol=0.05,
    wrong={
        0.9: ("this is the factor of one step", "Each of the fifty steps multiplies by as much."),
        45.0: ("the factors of the steps are added", "Step after step, do the factors add up or multiply?"),
        0.1: ("what one step takes away is given", "After one step, is a tenth left or nine tenths? And after two?"),
        0.81**50: ("the factor of a step is squared", "0.9 is the factor of the norm already."),
        1.0: ("the norm is taken to stay, as with an orthogonal matrix", "What does the 0.9 do to the length?"),
        0.9**-50: ("the factor is turned round", "Does a gradient that comes back through 0.9 grow or shrink?"),
        0.0: ("what is small is called zero", "It is small. How small?"),
    },
)

reaches_back = question(
    "reaches_back",
    "The first and the last step, as (first, last), whose input has a gradient from the loss at step 11; chunks of 4.",
    answer=(9, 11),
    points=1,
    wrong={
        (8, 11): (
            "the four steps are counted back from the loss",
            "The borders of the chunks are fixed. Write down the steps of each chunk.",
        ),
        (1, 11): ("the gradient is taken to cross the borders", "Which of the two is carried on across a border?"),
        (9, 12): ("an input after the loss is counted", "Can the input of step 12 change the state at step 11?"),
        (11, 11): ("the gradient is taken to stay in its step", "Is there a border between the steps 10 and 11?"),
        (7, 11): ("the gradient is taken to go back four steps", "The borders of the chunks are fixed."),
        (5, 11): (
            "the gradient is taken to cross one border",
            "The state is carried on across each border. And the gradient?",
        ),
        (10, 11): ("the first step of the chunk is left out", "Which step does the third chunk begin with?"),
    },
)

# ---------------------------------------------------------------- rnn_step


@check(of="rnn_step", points=1, sort="value")
def step_values(nn, x, before, Wx, Wh, b):
    """`rnn_step` returns the tanh of what the input and the state before it, with their weights, add up to."""
    return {"state": nn.rnn_step(x, before, Wx, Wh, b)}


@step_values.cases
def _(rng):
    for n, d, h in [(4, 3, 2), (1, 1, 5)]:
        yield {
            "x": rng.normal(size=(n, d)),
            "before": rng.normal(size=(n, h)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)),
            "b": rng.normal(size=h),
        }


@step_values.mistake("the bias is left out", hint="Three things are added up. Which one is missing?")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return np.tanh(x @ Wx + before @ Wh)

    return {"rnn_step": rnn_step}


@step_values.mistake("the state before the step is not used", hint="What would the network remember?")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return np.tanh(x @ Wx + b)

    return {"rnn_step": rnn_step}


@step_values.mistake("the sum is returned as it is, without tanh", hint="A layer that is linear stays linear.")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return x @ Wx + before @ Wh + b

    return {"rnn_step": rnn_step}


@step_values.mistake(
    "tanh sees the part of the input only",
    hint="The state before and the input are added first. What comes after that?",
)
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return np.tanh(x @ Wx + b) + before @ Wh

    return {"rnn_step": rnn_step}


@step_values.mistake(
    "Wh is transposed", hint="The state is a row. Wh is square, so both ways fit: which one is in the formula?"
)
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return np.tanh(x @ Wx + before @ Wh.T + b)

    return {"rnn_step": rnn_step}


@step_values.mistake("a sigmoid stands where tanh is asked", hint="Between which two numbers do the states lie?")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return 1 / (1 + np.exp(-(x @ Wx + before @ Wh + b)))

    return {"rnn_step": rnn_step}


@step_values.mistake("the bias is added twice", hint="One sum, one bias: how often does b stand in the formula for z?")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        return np.tanh((x @ Wx + b) + (before @ Wh + b))

    return {"rnn_step": rnn_step}


# ---------------------------------------------------------------- unroll


@check(of="unroll", points=2, sort="value", needs=["step_values"])
def unroll_values(nn, x, h0, Wx, Wh, b):
    """`unroll` returns h0 and the state after each step, each computed from the state before it."""
    states = nn.unroll(x, h0, Wx, Wh, b)
    return {"states": states, "states come as": "a list" if isinstance(states, list) else "an array"}


@unroll_values.cases
def _(rng):
    for t, n, d, h in [(5, 4, 3, 2), (3, 2, 1, 4)]:
        yield {
            "x": rng.normal(size=(t, n, d)),
            "h0": rng.normal(size=(n, h)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)),
            "b": rng.normal(size=h),
        }


@unroll_values.mistake(
    "every step starts from h0 again", hint="Which state does the second step get? Look at the arrows to the right."
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        states = [h0]
        for t in range(len(x)):
            states.append(np.tanh(x[t] @ Wx + h0 @ Wh + b))
        return np.array(states)

    return {"unroll": unroll}


@unroll_values.mistake("h0 is taken to be zero", hint="What does your function do with the h0 that it is given?")
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = np.zeros((len(x) + 1, *h0.shape))
        for t in range(len(x)):
            h[t + 1] = np.tanh(x[t] @ Wx + h[t] @ Wh + b)
        return h

    return {"unroll": unroll}


@unroll_values.mistake(
    "the first entry is left at zero, though the first step does start from h0", hint="What is asked for in entry 0?"
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = np.zeros((len(x) + 1, *h0.shape))
        state = h0
        for t in range(len(x)):
            state = np.tanh(x[t] @ Wx + state @ Wh + b)
            h[t + 1] = state
        return h

    return {"unroll": unroll}


@unroll_values.mistake("h0 is missing from what is returned", hint="How many states are there after T steps?")
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        states = []
        h = h0
        for x_t in x:
            h = np.tanh(x_t @ Wx + h @ Wh + b)
            states.append(h)
        return np.array(states)

    return {"unroll": unroll}


@unroll_values.mistake("only the last state is returned", hint="All of them are asked for, from h0 on.")
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = h0
        for x_t in x:
            h = np.tanh(x_t @ Wx + h @ Wh + b)
        return h

    return {"unroll": unroll}


@unroll_values.mistake(
    "the last step is not taken", hint="Which t does your loop end with, and which entry stays as it was made?"
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = np.zeros((len(x) + 1, *h0.shape))
        h[0] = h0
        for t in range(len(x) - 1):
            h[t + 1] = np.tanh(x[t] @ Wx + h[t] @ Wh + b)
        return h

    return {"unroll": unroll}


@unroll_values.mistake(
    "the first input is skipped: x[t] is taken to lead to entry t",
    hint="Which row of x leads from entry 0 to entry 1? x is counted from 0.",
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = np.zeros((len(x) + 1, *h0.shape))
        h[0] = h0
        for t in range(1, len(x)):
            h[t] = np.tanh(x[t] @ Wx + h[t - 1] @ Wh + b)
        return h

    return {"unroll": unroll}


@unroll_values.mistake("every step gets the first input", hint="Does your loop use its counter for x, too?")
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = np.zeros((len(x) + 1, *h0.shape))
        h[0] = h0
        for t in range(len(x)):
            h[t + 1] = np.tanh(x[0] @ Wx + h[t] @ Wh + b)
        return h

    return {"unroll": unroll}


@unroll_values.mistake(
    "one and the same array stands in every entry, so all show the last state",
    hint="You append an array and then change it. What does the list hold?",
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = h0.copy()
        states = [h]
        for x_t in x:
            h[...] = np.tanh(x_t @ Wx + h @ Wh + b)
            states.append(h)
        return np.array(states)

    return {"unroll": unroll}


@unroll_values.mistake(
    "a list of arrays is returned, not one array", hint="Which of NumPy's functions makes one of many?"
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        states = [h0]
        for x_t in x:
            states.append(np.tanh(x_t @ Wx + states[-1] @ Wh + b))
        return states

    return {"unroll": unroll}


@check(of=["rnn_step", "unroll"], points=1, sort="property", needs=["unroll_values"], whole=True)
def unroll_properties(nn, x, h0, Wx, Wh, b):
    """`rnn_step` and `unroll` keep float32, hand out arrays of their own, and leave x and h0 as they were."""
    states = nn.unroll(x, h0, Wx, Wh, b)
    own = not np.shares_memory(np.asarray(states), h0)
    halves = [a.astype(np.float32) for a in (x, h0, Wx, Wh, b)]
    small = nn.unroll(*halves)
    step = nn.rnn_step(halves[0][0], *halves[1:])
    return {
        "states": states,
        "states are an array of their own": own,
        "dtype of unroll for float32": str(getattr(small, "dtype", "none")),
        "dtype of rnn_step for float32": str(getattr(step, "dtype", "none")),
    }


@unroll_properties.cases
def _(rng):
    for t, n, d, h in [(1, 4, 3, 2), (6, 1, 2, 3)]:
        x, Wx = rng.normal(size=(t, n, d)), rng.normal(size=(d, h))
        x[0, 0, 0], Wx[0, 0] = 2, 1000
        yield {"x": x, "h0": rng.normal(size=(n, h)), "Wx": Wx, "Wh": rng.normal(size=(h, h)), "b": rng.normal(size=h)}


@unroll_properties.mistake(
    "float64 comes out for float32",
    hint="np.zeros makes float64 unless it is told otherwise. Which dtype have x and W?",
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = np.zeros((len(x) + 1, *h0.shape))
        h[0] = h0
        for t in range(len(x)):
            h[t + 1] = np.tanh(x[t] @ Wx + h[t] @ Wh + b)
        return h

    return {"unroll": unroll}


@unroll_properties.mistake(
    "h0 is moved along with the state",
    hint="`h = h0` gives a second name to the caller's array. What do `h[...] =` and `out=h` do to it?",
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        h = h0
        states = [h0.copy()]
        for x_t in x:
            h[...] = np.tanh(x_t @ Wx + h @ Wh + b)
            states.append(h.copy())
        return np.array(states)

    return {"unroll": unroll}


@unroll_properties.mistake(
    "tanh is written with exponentials that overflow",
    hint="What is exp(800)? NumPy has a tanh that knows what to do.",
)
def _(nn):
    def tanh(z):
        with np.errstate(all="ignore"):
            return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))

    def rnn_step(x, before, Wx, Wh, b):
        return tanh(x @ Wx + before @ Wh + b)

    def unroll(x, h0, Wx, Wh, b):
        h = np.empty((len(x) + 1, *h0.shape), dtype=x.dtype)
        h[0] = h0
        for t in range(len(x)):
            h[t + 1] = rnn_step(x[t], h[t], Wx, Wh, b)
        return h

    return {"rnn_step": rnn_step, "unroll": unroll}


@unroll_properties.mistake(
    "axes of one entry are squeezed away", hint="A batch of one sequence is a batch. Which shape is asked for?"
)
def _(nn):
    def unroll(x, h0, Wx, Wh, b):
        states = [h0]
        for x_t in x:
            states.append(np.tanh(x_t @ Wx + states[-1] @ Wh + b))
        return np.squeeze(np.array(states))

    return {"unroll": unroll}


# ---------------------------------------------------------------- rnn_step_backward


@check(of="rnn_step_backward", points=2, sort="gradient", needs=["step_values"])
def step_gradients(nn, dafter, x, before, Wx, Wh, b):
    """`rnn_step_backward` returns the gradients of the input, of the state before, of Wx, of Wh and of b."""
    after = np.tanh(x @ Wx + before @ Wh + b)

    def from_x(x):
        return np.tanh(x @ Wx + before @ Wh + b)

    def from_before(before):
        return np.tanh(x @ Wx + before @ Wh + b)

    numeric = nn.finite_difference(from_x, x, dafter), nn.finite_difference(from_before, before, dafter)
    returned = nn.rnn_step_backward(dafter, x, before, after, Wx, Wh)
    parts = [*returned] if isinstance(returned, (tuple, list)) else [returned]
    dx, dbefore, dWx, dWh, db = (parts + 5 * [None])[:5]
    return {
        "dx": dx,
        "dbefore": dbefore,
        "dWx": dWx,
        "dWh": dWh,
        "db": db,
        "numeric dx": numeric[0],
        "numeric dbefore": numeric[1],
    }


@step_gradients.cases
def _(rng):
    for n, d, h in [(4, 3, 2), (5, 2, 3)]:
        yield {
            "dafter": rng.normal(size=(n, h)),
            "x": rng.normal(size=(n, d)),
            "before": rng.normal(size=(n, h)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)),
            "b": rng.normal(size=h),
        }


@step_gradients.mistake(
    "the slope of tanh is left out",
    hint="Between the state and the two products stands tanh. What does it do to dafter?",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "the slope of tanh is taken at the state before the step",
    hint="The slope belongs to the output of tanh. Which of the two states is that?",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - before**2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "tanh is applied once more before its slope is taken",
    hint="`after` is the output of tanh. Which of the two forms of the derivative expects that?",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - np.tanh(after) ** 2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "the slope is taken for 1 - h, not 1 - h²", hint="Differentiate tanh again, or look it up in lesson 3."
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "dWh is made with the state after the step",
    hint="In z, which state stands beside Wh?",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, after.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "Wh is not transposed on the way back",
    hint="Wh is square, so both ways fit. Write down one entry of dbefore as a sum.",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        return dz @ Wx.T, dz @ Wh, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "dWh is transposed", hint="Wh is square, so both ways fit. Which axis of Wh is that of the state before?"
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, dz.T @ before, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake("db is averaged over the batch, not summed", hint="Each row of dz adds its own share to db.")
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.mean(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "all parameters' gradients are divided by the number of examples",
    hint="If the loss is a mean, where is its 1/N?",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        n = len(x)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz / n, before.T @ dz / n, dz.sum(axis=0) / n

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "what goes back to the state before has not passed tanh",
    hint="dx and dbefore come from the same dz. Do yours?",
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        return dz @ Wx.T, dafter @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_gradients.mistake(
    "the slope is that of a sigmoid", hint="h (1 - h) belongs to σ. Which function made `after`, and what is its slope?"
)
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * after * (1 - after)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@check(of="rnn_step_backward", points=1, sort="property", needs=["step_gradients"], whole=True)
def step_pure(nn, dafter, x, before, after, Wx, Wh):
    """`rnn_step_backward` returns arrays of the right shapes for a batch of one, keeps float32, changes no argument."""
    returned = nn.rnn_step_backward(dafter, x, before, after, Wx, Wh)
    parts = [*returned] if isinstance(returned, (tuple, list)) else [returned]
    dx, dbefore, dWx, dWh, db = (parts + 5 * [None])[:5]
    small = nn.rnn_step_backward(*(a.astype(np.float32) for a in (dafter, x, before, after, Wx, Wh)))
    small = small if isinstance(small, (tuple, list)) else [small]
    return {
        "dx": dx,
        "dbefore": dbefore,
        "dWx": dWx,
        "dWh": dWh,
        "db": db,
        "dtypes for float32": " ".join(str(getattr(a, "dtype", "none")) for a in small),
    }


@step_pure.cases
def _(rng):
    for n, d, h in [(1, 3, 2), (4, 2, 3)]:
        yield {
            "dafter": rng.normal(size=(n, h)),
            "x": rng.normal(size=(n, d)),
            "before": rng.normal(size=(n, h)),
            "after": np.tanh(rng.normal(size=(n, h))),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)),
        }


@step_pure.mistake("dafter is overwritten with dz", hint="dafter belongs to the caller. Does *= make a new array?")
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dafter *= 1 - after**2
        return dafter @ Wx.T, dafter @ Wh.T, x.T @ dafter, before.T @ dafter, dafter.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_pure.mistake("after is squared in place", hint="Print `after` before and after the call.")
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        after **= 2
        dz = dafter * (1 - after)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


@step_pure.mistake("db keeps the axis of the batch", hint="db has the shape of b. What does keepdims do?")
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter * (1 - after**2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0, keepdims=True)

    return {"rnn_step_backward": rnn_step_backward}


@step_pure.mistake("float64 comes out for float32", hint="Which of your arrays is made by np.zeros or np.ones?")
def _(nn):
    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = np.zeros(dafter.shape)
        dz += dafter * (1 - after**2)
        return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)

    return {"rnn_step_backward": rnn_step_backward}


# ---------------------------------------------------------------- state_gradients


@check(of="state_gradients", points=3, sort="gradient", needs=["step_gradients"])
def through_time(nn, dy, h, Wh, x_parts):
    """`state_gradients` returns the gradient of h0 and of every state: what dy asks of it, and what comes back."""

    def states(h0):
        states = [h0]
        for part in x_parts:
            states.append(np.tanh(part + states[-1] @ Wh))
        return np.array(states[1:])

    numeric = nn.finite_difference(states, h[0], dy)
    dh = np.asarray(nn.state_gradients(dy, h, Wh))
    whole = dh.shape == h.shape
    return {
        "dh0": dh[0] if whole else dh,
        "dh of the last state": dh[-1] if whole else dh,
        "dh of the states between": dh[1:-1] if whole else dh,
        "numeric dh0": numeric,
    }


@through_time.cases
def _(rng):
    for t, n, units, last in [(5, 4, 3, False), (2, 3, 2, False), (6, 2, 4, True)]:
        parts, Wh = rng.normal(size=(t, n, units)), rng.normal(size=(units, units))
        h = [rng.normal(size=(n, units))]
        for part in parts:
            h.append(np.tanh(part + h[-1] @ Wh))
        dy = rng.normal(size=(t, n, units))
        if last:
            dy[:-1] = 0
        yield {"dy": dy, "h": np.array(h), "Wh": Wh, "x_parts": parts}


@through_time.mistake(
    "nothing comes back from the step after",
    hint="A state is used twice: by the loss, and by the next step. Which of the two is missing?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        dh[0] = (dy[0] * (1 - h[1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "each state gets what its neighbour's dy sends back, and nothing from further away",
    hint="Which gradient must be complete before its neighbour's can be computed? Which way does your loop run?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in range(len(dy)):
            dh[t] += (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "what comes back replaces dy where the two are to be added",
    hint="Where an array is used twice, what is done with the two gradients that come back?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[-1] = dy[-1]
        for t in reversed(range(len(dy))):
            dh[t] = (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "Wh is not transposed on the way back",
    hint="Wh is square, so both ways fit. Look at the way back through one step.",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in reversed(range(len(dy))):
            dh[t] += (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the slopes of tanh are left out", hint="On its way from one state to the one before, what does the gradient pass?"
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in reversed(range(len(dy))):
            dh[t] += dh[t + 1] @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the slope is taken at the state before the step",
    hint="The step from t to t + 1 made one of the two states by tanh. Which one?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in reversed(range(len(dy))):
            dh[t] += (dh[t + 1] * (1 - h[t] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the gradient of h0 is left at zero",
    hint="h0 enters the first step as any state enters the next. At which t do you stop?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in range(len(dy) - 1, 0, -1):
            dh[t] += (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "dy[t] is taken to belong to h[t], which is one state too early",
    hint="h begins with h0, and the loss does not look at that. Which state does dy[0] belong to?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[:-1] = dy
        for t in reversed(range(len(dy))):
            dh[t] += (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "h0 gets a dy, too: in dy[t - 1] the row before the first is the last",
    hint="The loss does not look at h0. What does Python make of the index -1?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        back = np.zeros_like(h[0])
        for t in range(len(dy), -1, -1):
            dh[t] = dy[t - 1] + back
            back = (dh[t] * (1 - h[t] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the gradients of the sums z are returned, not those of the states",
    hint="Is what you store what comes back to the state, or what has passed its tanh?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dz = np.zeros_like(h)
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(dy))):
            dz[t + 1] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
            dh = dz[t + 1] @ Wh.T
        dz[0] = dh
        return dz

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "dy[t] is added to h[t], which is one state too early, and the last dy is counted twice",
    hint="h begins with h0, dy with the state after one step. Which row of dy belongs to h[t]?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[-1] = dy[-1]
        for t in reversed(range(len(dy))):
            dh[t] = dy[t] + (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the gradient of h0 is missing from what is returned", hint="How many states has h, and how many rows your result?"
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(dy)
        back = np.zeros_like(h[0])
        for t in reversed(range(len(dy))):
            dh[t] = dy[t] + back
            back = (dh[t] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the gradients stand in the order in which they were found, from the last state to the first",
    hint="Which state does the first row of your result belong to?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = [dy[-1]]
        for t in reversed(range(len(dy))):
            back = (dh[-1] * (1 - h[t + 1] ** 2)) @ Wh.T
            dh.append(dy[t - 1] + back if t > 0 else back)
        return np.array(dh)

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "nothing comes back from the last state: the loop starts one step too late",
    hint="With which t does your loop begin? The last step is the one that leads from h[T - 1] to h[T].",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in reversed(range(len(dy) - 1)):
            dh[t] += (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time.mistake(
    "the slope is applied after the product with Wh, not before it",
    hint="Forwards: first the product with Wh, then tanh. What comes first on the way back?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        dh[1:] = dy
        for t in reversed(range(len(dy))):
            dh[t] += (dh[t + 1] @ Wh.T) * (1 - h[t + 1] ** 2)
        return dh

    return {"state_gradients": state_gradients}


@check(of="state_gradients", points=1, sort="property", needs=["through_time"], whole=True)
def through_time_edges(nn, dy, h, Wh):
    """`state_gradients` takes a single step, keeps float32, and leaves dy and h as they were, in two calls alike."""
    first = nn.state_gradients(dy, h, Wh)
    listed = isinstance(first, list)
    first = np.array(first) if first is not None else 0.0
    small = nn.state_gradients(*(a.astype(np.float32) for a in (dy, h, Wh)))
    return {
        "dh": first,
        "dh of a second call": nn.state_gradients(dy, h, Wh),
        "dtype for float32": str(getattr(small, "dtype", "none")),
        "dh comes as": "a list" if listed else "an array",
    }


@through_time_edges.cases
def _(rng):
    for t, n, units in [(1, 4, 3), (4, 1, 2)]:
        yield {
            "dy": rng.normal(size=(t, n, units)),
            "h": np.tanh(rng.normal(size=(t + 1, n, units))),
            "Wh": rng.normal(size=(units, units)),
        }


@through_time_edges.mistake(
    "what comes back is added into dy itself",
    hint="`dh = dy[t]` gives a second name to the caller's array. What does += do to it?",
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros_like(h)
        for t in reversed(range(len(dy))):
            dh[t + 1] = dy[t]
            back = (dy[t] * (1 - h[t + 1] ** 2)) @ Wh.T
            if t:
                dy[t - 1] += back
            else:
                dh[0] = back
        return dh

    return {"state_gradients": state_gradients}


@through_time_edges.mistake("float64 comes out for float32", hint="Which dtype does np.zeros give, and which has h?")
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = np.zeros(h.shape)
        dh[1:] = dy
        for t in reversed(range(len(dy))):
            dh[t] += (dh[t + 1] * (1 - h[t + 1] ** 2)) @ Wh.T
        return dh

    return {"state_gradients": state_gradients}


@through_time_edges.mistake(
    "the states are overwritten with their gradients", hint="h belongs to the caller, who may need it for dWh."
)
def _(nn):
    def state_gradients(dy, h, Wh):
        slopes = 1 - h**2
        h[0] = 0
        h[1:] = dy
        for t in reversed(range(len(dy))):
            h[t] += (h[t + 1] * slopes[t + 1]) @ Wh.T
        return h

    return {"state_gradients": state_gradients}


@through_time_edges.mistake(
    "a list of arrays is returned, not one array", hint="Which of NumPy's functions makes one of many?"
)
def _(nn):
    def state_gradients(dy, h, Wh):
        dh = [dy[-1]]
        for t in reversed(range(len(dy))):
            back = (dh[0] * (1 - h[t + 1] ** 2)) @ Wh.T
            dh.insert(0, dy[t - 1] + back if t > 0 else back)
        return dh

    return {"state_gradients": state_gradients}


# ---------------------------------------------------------------- RNN


@check(of="RNN", points=1, sort="value", needs=["unroll_values"])
def rnn_forward(nn, x, state, Wx, Wh, b, last, activation):
    """`RNN.forward` returns the states after each step, or the last one alone; `final_state` is the last."""
    layer = nn.RNN(*Wx.shape, last=last, activation=activation, rng=nn.rng())
    layer.Wx.value[...], layer.Wh.value[...], layer.b.value[...] = Wx, Wh, b
    y = layer.forward(x, state=state)
    result = {"Y": y, "Y comes as": "a list" if isinstance(y, list) else "an array"}
    return result | {"Y from zeros": layer.forward(x), "final_state": layer.final_state}


@rnn_forward.cases
def _(rng):
    for t, n, d, h, last, activation in [
        (5, 4, 3, 2, False, "tanh"),
        (3, 5, 2, 4, True, "tanh"),
        (4, 2, 3, 5, False, "relu"),
    ]:
        yield {
            "x": rng.normal(size=(t, n, d)),
            "state": rng.normal(size=(n, h)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)) / 2,
            "b": rng.normal(size=h),
            "last": last,
            "activation": activation,
        }


@rnn_forward.mistake("the state that is given is not used", hint="Where does h0 come from if `state` is not None?")
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            for t in range(len(x)):
                h[t + 1] = f(x[t] @ Wx + h[t] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[-1].copy() if self.last else h[1:].copy()

    return {"RNN": RNN}


@rnn_forward.mistake("tanh is used, whatever the activation", hint="Where does your code look at self.activation?")
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = np.tanh(x[t] @ Wx + h[t] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[-1].copy() if self.last else h[1:].copy()

    return {"RNN": RNN}


@rnn_forward.mistake(
    "all steps are returned, though the layer was made with last=True", hint="What should self.last change?"
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = f(x[t] @ Wx + h[t] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[1:].copy()

    return {"RNN": RNN}


@rnn_forward.mistake(
    "h0 is returned with the other states", hint="How many steps has x, and how many rows your output?"
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = f(x[t] @ Wx + h[t] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[-1].copy() if self.last else h.copy()

    return {"RNN": RNN}


@rnn_forward.mistake(
    "the outputs begin with h0 and the last state is missing",
    hint="Which state is the answer of the first step: the one before it or the one after?",
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = f(x[t] @ Wx + h[t] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[-1].copy() if self.last else h[:-1].copy()

    return {"RNN": RNN}


@rnn_forward.mistake(
    "no state is handed on: every step starts from zeros or from the state that was given",
    hint="Which state does step t multiply by Wh?",
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            h[0] = 0 if state is None else state
            h[1:] = f(x @ Wx + h[0] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[-1].copy() if self.last else h[1:].copy()

    return {"RNN": RNN}


@rnn_forward.mistake("final_state is the state before the last step", hint="Which index has the last state of T + 1?")
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            h = np.zeros((len(x) + 1, x.shape[1], len(b)))
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = f(x[t] @ Wx + h[t] @ Wh + b)
            self._x, self._h = x, h
            self.final_state = h[len(x) - 1].copy()
            return h[-1].copy() if self.last else h[1:].copy()

    return {"RNN": RNN}


@rnn_forward.mistake(
    "examples and steps are exchanged: the loop runs over the second axis of x",
    hint="Time comes first: which axis of x has length T?",
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
            states, h = [], np.zeros((len(x), len(b)))
            for t in range(x.shape[1]):
                h = f(x[:, t] @ Wx + h @ Wh + b)
                states.append(h)
            self._x, self._h = x, np.array(states)
            self.final_state = h
            return h if self.last else np.stack(states, axis=1)

    return {"RNN": RNN}


@rnn_forward.mistake(
    "a list of arrays is returned, not one array", hint="Which of NumPy's functions makes one of many?"
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            f = np.tanh if self.activation == "tanh" else lambda z: np.maximum(z, 0)
            h = [np.zeros((x.shape[1], len(self.b.value))) if state is None else np.array(state)]
            for x_t in x:
                h.append(f(x_t @ self.Wx.value + h[-1] @ self.Wh.value + self.b.value))
            self._x, self._h = x, np.array(h)
            self.final_state = h[-1].copy()
            return h[-1].copy() if self.last else h[1:]

    return {"RNN": RNN}


@check(of="RNN", points=3, sort="gradient", needs=["rnn_forward", "through_time"])
def rnn_backward(nn, x, state, Wx, Wh, b, dy, last, activation):
    """`backward_through_time` adds the sums over all steps to the gradients of Wx, Wh and b, and returns every dz."""
    layer = nn.RNN(*Wx.shape, last=last, activation=activation, rng=nn.rng())
    layer.Wx.value[...], layer.Wh.value[...], layer.b.value[...] = Wx, Wh, b
    numeric = nn.finite_difference(lambda x: layer.forward(x, state=state), x, dy)
    layer.forward(x, state=state)
    dx = layer.backward(dy)
    return {"dX": dx, "dWx": layer.Wx.grad, "dWh": layer.Wh.grad, "db": layer.b.grad, "numeric dX": numeric}


@rnn_backward.cases
def _(rng):
    for t, n, d, h, last, activation in [
        (5, 4, 3, 2, False, "tanh"),
        (4, 5, 2, 3, True, "tanh"),
        (5, 3, 2, 4, False, "relu"),
    ]:
        yield {
            "x": rng.normal(size=(t, n, d)),
            "state": rng.normal(size=(n, h)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)) / 2,
            "b": 0.5 + rng.normal(size=h),
            "dy": rng.normal(size=(n, h) if last else (t, n, h)),
            "last": last,
            "activation": activation,
        }


@rnn_backward.mistake(
    "no gradient passes to the step before", hint="What comes back to h at t besides dy? Follow the arrows to the left."
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dh = np.zeros_like(h[1:])
            dh[-1 if self.last else slice(None)] = dy
            dz = dh * (1 - h[1:] ** 2 if self.activation == "tanh" else h[1:] > 0)
            self.dstate = dz[0] @ self.Wh.value.T
            for t in range(len(x)):
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "the gradients of the parameters are overwritten at each step, so the first step's are left",
    hint="How many steps share Wh, and what becomes of the share of each? Look at = and +=.",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                dWx, dWh, db = x[t].T @ dz[t], h[t].T @ dz[t], dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.Wx.grad += dWx
            self.Wh.grad += dWh
            self.b.grad += db
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "the gradients of the parameters are averaged over the steps",
    hint="If the loss is a mean over the steps, where is its 1/T?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            steps = len(x)
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(steps)):
                if not self.last or t == steps - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t] / steps
                self.Wh.grad += h[t].T @ dz[t] / steps
                self.b.grad += dz[t].sum(axis=0) / steps
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "dWh pairs each dz with the state after its step",
    hint="In z at t, which state stands beside Wh? Mind that your states are counted from h0.",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t + 1].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "Wh is not transposed on the way back", hint="Wh is square, so both ways fit. Look at your rnn_step_backward."
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "the slope is that of tanh, whatever the activation", hint="ACTIVATIONS holds a pair. What is its second half for?"
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "with last=True, dy is taken to come back at every step",
    hint="Which of the states did the loss look at? The given helper knows.",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "only the last step's dy is used, though the loss looks at all steps",
    hint="If last is False, every state has a dy of its own.",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = dy if self.last else dy[-1]
            for t in reversed(range(len(x))):
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "dh is returned where dz is asked for",
    hint="What backward multiplies by Wxᵀ has already passed the activation. Has yours?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dhs = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dhs[t] = dh
                dz = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz
                self.Wh.grad += h[t].T @ dz
                self.b.grad += dz.sum(axis=0)
                dh = dz @ self.Wh.value.T
            self.dstate = dh
            return dhs

    return {"RNN": RNN}


@rnn_backward.mistake(
    "h0 is taken to be zero in dWh", hint="Which state did the first step start from, if one was given?"
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                if t > 0:
                    self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "dz is returned in the order in which it was found, from the last step to the first",
    hint="backward hands dz on as dX. Which step does its first row belong to?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dzs = []
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz
                self.Wh.grad += h[t].T @ dz
                self.b.grad += dz.sum(axis=0)
                dh = dz @ self.Wh.value.T
                dzs.append(dz)
            self.dstate = dh
            return np.array(dzs)

    return {"RNN": RNN}


@rnn_backward.mistake(
    "the slope is taken at the state before the step",
    hint="Mind that your states are counted from h0. Which entry did the step at t make?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dzs = []
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz = dh * (1 - h[t] ** 2 if self.activation == "tanh" else h[t] > 0)
                self.Wx.grad += x[t].T @ dz
                self.Wh.grad += h[t].T @ dz
                self.b.grad += dz.sum(axis=0)
                dh = dz @ self.Wh.value.T
                dzs.insert(0, dz)
            self.dstate = dh
            return np.array(dzs)

    return {"RNN": RNN}


@rnn_backward.mistake(
    "the slope of the activation is left out",
    hint="Between the state and its sum z stands the activation. Where does your code meet its slope?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "what goes back to the step before has not passed the activation",
    hint="Is it dh or dz that is multiplied by the transpose of Wh?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dh @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "what came to a state is carried on beside what its step sends back",
    hint="When you go one step back, what of the old dh may be left in the new one?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                if not self.last or t == len(x) - 1:
                    dh = dh + (dy if self.last else dy[t])
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dh + dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_backward.mistake(
    "what comes back is added into the parts of dy, which are not yours",
    hint="`dh = parts[t]` gives a second name to the caller's array, or, with last=True, to zeros that many "
    "steps share. What does += do to it?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            parts = [np.zeros_like(dy)] * (len(x) - 1) + [dy] if self.last else list(dy)
            dz = np.zeros_like(h[1:])
            back = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dh = parts[t]
                dh += back
                dz[t] = dh * (1 - h[t + 1] ** 2 if self.activation == "tanh" else h[t + 1] > 0)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                back = dz[t] @ self.Wh.value.T
            self.dstate = back
            return dz

    return {"RNN": RNN}


@check(of="RNN", points=1, sort="gradient", needs=["rnn_backward"])
def rnn_state(nn, x, state, Wx, Wh, b, dy, dstate):
    """`dstate` enters at the last step; after `backward` the layer's `dstate` is the gradient of the first state."""
    layer = nn.RNN(*Wx.shape, rng=nn.rng())
    layer.Wx.value[...], layer.Wh.value[...], layer.b.value[...] = Wx, Wh, b
    numeric = nn.finite_difference(lambda state: layer.forward(x, state=state), state, dy)
    layer.forward(x, state=state)
    layer.backward(dy)
    without = np.array(layer.dstate)
    dx = layer.backward(dy, dstate=dstate)
    return {
        "dX with dstate": dx,
        "gradient of the first state": without,
        "gradient of the first state with dstate": layer.dstate,
        "numeric gradient of the first state": numeric,
    }


@rnn_state.cases
def _(rng):
    for t, n, d, h in [(4, 3, 2, 5), (1, 4, 2, 3)]:
        yield {
            "x": rng.normal(size=(t, n, d)),
            "state": rng.normal(size=(n, h)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)) / 2,
            "b": rng.normal(size=h),
            "dy": rng.normal(size=(t, n, h)),
            "dstate": rng.normal(size=(n, h)),
        }


@rnn_state.mistake(
    "the dstate that is given is not used", hint="Somebody used final_state. Where does its gradient enter?"
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz, dh = np.zeros_like(h[1:]), np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_state.mistake(
    "dstate is added at every step", hint="final_state is the last state. To how many states does its gradient belong?"
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            extra = 0 if dstate is None else dstate
            dz, dh = np.zeros_like(h[1:]), np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh + extra) * (1 - h[t + 1] ** 2)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_state.mistake(
    "dstate replaces the last step's dy",
    hint="The last state was used twice: by the loss, and by whoever took final_state.",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz, dh = np.zeros_like(h[1:]), np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                upstream = dstate if t == len(x) - 1 and dstate is not None else dy[t] + dh
                dz[t] = upstream * (1 - h[t + 1] ** 2)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_state.mistake(
    "the layer's dstate is the gradient of the first sum z, not of the state before it",
    hint="What stands between z of the first step and h0?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz, dh = np.zeros_like(h[1:]), np.zeros_like(h[0]) if dstate is None else dstate
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dz[0]
            return dz

    return {"RNN": RNN}


@rnn_state.mistake(
    "the layer's dstate is the gradient of the state after the first step",
    hint="One more step back: what comes to h0?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz, back = np.zeros_like(h[1:]), np.zeros_like(h[0]) if dstate is None else dstate
            for t in reversed(range(len(x))):
                dh = dy[t] + back
                dz[t] = dh * (1 - h[t + 1] ** 2)
                back = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@check(of="RNN", points=1, sort="property", needs=["rnn_backward"], whole=True)
def rnn_properties(nn, x, Wx, Wh, b, dy, state):
    """Passes add up, a call starts from zeros unless it is given a state, arrays are the caller's, float32 stays."""
    layer = nn.RNN(*Wx.shape, rng=nn.rng())
    layer.Wx.value[...], layer.Wh.value[...], layer.b.value[...] = Wx, Wh, b
    y = layer.forward(x, state=state)
    kept = np.array(y)
    layer.backward(dy)
    for part in y:
        part[...] = 7  # what forward returned is the caller's
    layer.final_state[...] = 7
    layer.backward(dy)
    result = {"Y": kept, "dWx of two passes": layer.Wx.grad, "dWh of two passes": layer.Wh.grad}
    result["db of two passes"] = layer.b.grad
    result["Y of a call without a state"] = layer.forward(x)
    try:
        layer.forward(x[0])
        result["x of shape (N, D) raises"] = "nothing"
    except ValueError:
        result["x of shape (N, D) raises"] = "ValueError"
    small = nn.RNN(*Wx.shape, rng=nn.rng()).astype(np.float32)
    y = small.forward(x.astype(np.float32))
    dx = small.backward(dy.astype(np.float32))
    result["dtypes for float32"] = " ".join(str(getattr(a, "dtype", "none")) for a in (y, dx))
    return result


@rnn_properties.cases
def _(rng):
    for t, n, d, h in [(4, 3, 2, 5), (1, 4, 3, 2)]:
        yield {
            "x": rng.normal(size=(t, n, d)),
            "Wx": rng.normal(size=(d, h)),
            "Wh": rng.normal(size=(h, h)) / 2,
            "b": rng.normal(size=h),
            "dy": rng.normal(size=(t, n, h)),
            "state": rng.normal(size=(n, h)),
        }


@rnn_properties.mistake(
    "the gradients of the parameters are assigned, not added",
    hint="Two backwards without a zero_grad between them: what should stand in grad?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz, dh = np.zeros_like(h[1:]), np.zeros_like(h[0])
            dWx, dWh, db = np.zeros_like(self.Wx.value), np.zeros_like(self.Wh.value), np.zeros_like(self.b.value)
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                dWx += x[t].T @ dz[t]
                dWh += h[t].T @ dz[t]
                db += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.Wx.grad[...], self.Wh.grad[...], self.b.grad[...] = dWx, dWh, db
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@rnn_properties.mistake(
    "a call goes on from the final state of the call before",
    hint="Whose decision is it to carry a state on: the layer's or its caller's?",
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            if x.ndim != 3:
                raise ValueError("x is not a batch of sequences")
            if state is None and hasattr(self, "final_state"):
                state = self._h[-1]
            h = np.zeros((len(x) + 1, x.shape[1], len(self.b.value)), dtype=x.dtype)
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = np.tanh(x[t] @ self.Wx.value + h[t] @ self.Wh.value + self.b.value)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[1:].copy()

    return {"RNN": RNN}


@rnn_properties.mistake(
    "forward returns a window onto what the layer keeps, so the caller can spoil it",
    hint="The caller changes the output in place. Does backward still find the states?",
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            if x.ndim != 3:
                raise ValueError("x is not a batch of sequences")
            h = np.zeros((len(x) + 1, x.shape[1], len(self.b.value)), dtype=x.dtype)
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = np.tanh(x[t] @ self.Wx.value + h[t] @ self.Wh.value + self.b.value)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[1:]

    return {"RNN": RNN}


@rnn_properties.mistake(
    "final_state is a window onto what the layer keeps",
    hint="The caller changes final_state in place. Does backward still find the last state?",
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            if x.ndim != 3:
                raise ValueError("x is not a batch of sequences")
            h = np.zeros((len(x) + 1, x.shape[1], len(self.b.value)), dtype=x.dtype)
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = np.tanh(x[t] @ self.Wx.value + h[t] @ self.Wh.value + self.b.value)
            self._x, self._h = x, h
            self.final_state = h[-1]
            return h[1:].copy()

    return {"RNN": RNN}


@rnn_properties.mistake(
    "nobody looks at the shape of x", hint="One of the given helpers refuses what is not a batch of sequences."
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            h = np.zeros((len(x) + 1, x.shape[-2], len(self.b.value)), dtype=x.dtype)
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = np.tanh(x[t] @ self.Wx.value + h[t] @ self.Wh.value + self.b.value)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[1:].copy()

    return {"RNN": RNN}


@rnn_properties.mistake("float64 comes out for float32", hint="Which dtype has the array that holds your states?")
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            if x.ndim != 3:
                raise ValueError("x is not a batch of sequences")
            h = np.zeros((len(x) + 1, x.shape[1], len(self.b.value)))
            h[0] = 0 if state is None else state
            for t in range(len(x)):
                h[t + 1] = np.tanh(x[t] @ self.Wx.value + h[t] @ self.Wh.value + self.b.value)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[1:].copy()

    return {"RNN": RNN}


@rnn_properties.mistake(
    "the states are overwritten in backward, so it works only once after each forward",
    hint="Call backward twice after one forward. What has become of the states that it needs?",
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                h[t + 1] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                self.Wx.grad += x[t].T @ h[t + 1]
                self.Wh.grad += h[t].T @ h[t + 1]
                self.b.grad += h[t + 1].sum(axis=0)
                dh = h[t + 1] @ self.Wh.value.T
            self.dstate = dh
            return h[1:].copy()

    return {"RNN": RNN}


# ---------------------------------------------------------------- clip_norm


@check(of="clip_norm", points=1, sort="value")
def clip_values(nn, gradients, bias, maximum):
    """`clip_norm` returns the norm of all gradients together, and scales them all so that it is at most `maximum`."""
    parameters = [nn.Parameter(np.zeros(g.shape)) for g in (*gradients, bias)]
    for parameter, gradient in zip(parameters, (*gradients, bias), strict=True):
        parameter.grad[...] = gradient
    norm = nn.clip_norm(parameters, maximum)
    return {
        "norm": norm,
        "gradients": np.array([p.grad for p in parameters[:-1]]),
        "gradient of the bias": parameters[-1].grad,
    }


@clip_values.cases
def _(rng):
    for factor in (0.1, 0.9, 1.7):
        gradients, bias = rng.normal(size=(2, 4, 3)), 5 * rng.normal(size=3)
        norm = np.sqrt(np.sum(gradients**2) + np.sum(bias**2))
        yield {"gradients": gradients, "bias": bias, "maximum": float(factor * norm)}


@clip_values.mistake(
    "each parameter is clipped on its own",
    hint="After your clipping, is the direction of all gradients together the same?",
)
def _(nn):
    def clip_norm(parameters, maximum):
        total = 0.0
        for parameter in parameters:
            norm = np.sqrt(np.sum(parameter.grad**2))
            total += norm**2
            parameter.grad *= min(1, maximum / (norm + 1e-6))
        return np.sqrt(total)

    return {"clip_norm": clip_norm}


@clip_values.mistake(
    "short gradients are made longer", hint="What should happen to a gradient whose norm is below the maximum?"
)
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad *= maximum / (norm + 1e-6)
        return norm

    return {"clip_norm": clip_norm}


@clip_values.mistake("the norms of the parameters are added up", hint="The square of a length is the sum of what?")
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = sum(np.sqrt(np.sum(p.grad**2)) for p in parameters)
        for parameter in parameters:
            parameter.grad *= min(1, maximum / (norm + 1e-6))
        return norm

    return {"clip_norm": clip_norm}


@clip_values.mistake(
    "the fraction is upside down", hint="The norm is ten times the maximum. Which factor brings it down?"
)
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad *= min(1, (norm + 1e-6) / maximum)
        return norm

    return {"clip_norm": clip_norm}


@clip_values.mistake("the root of the sum of squares is forgotten", hint="What is the length of (3, 4)?")
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = sum(np.sum(p.grad**2) for p in parameters)
        for parameter in parameters:
            parameter.grad *= min(1, maximum / (norm + 1e-6))
        return norm

    return {"clip_norm": clip_norm}


@clip_values.mistake(
    "the norm after clipping is returned", hint="Which of the two norms tells you that a gradient has exploded?"
)
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        scale = min(1, maximum / (norm + 1e-6))
        for parameter in parameters:
            parameter.grad *= scale
        return norm * scale

    return {"clip_norm": clip_norm}


@clip_values.mistake(
    "the scaled gradients are made and then dropped",
    hint="`gradient = gradient * scale` makes a new array. Who holds it?",
)
def _(nn):
    def clip_norm(parameters, maximum):
        gradients = [p.grad for p in parameters]
        norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
        scale = min(1, maximum / (norm + 1e-6))
        for gradient in gradients:
            gradient = gradient * scale
        return norm

    return {"clip_norm": clip_norm}


@clip_values.mistake(
    "every entry is clipped on its own", hint="One entry is large and the others are small: is the direction kept?"
)
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad[...] = np.clip(parameter.grad, -maximum, maximum)
        return norm

    return {"clip_norm": clip_norm}


@check(of="clip_norm", points=1, sort="property", needs=["clip_values"], whole=True)
def clip_properties(nn, gradient, other):
    """`clip_norm` scales in place, takes an iterator, refuses a maximum that is not above 0, copes with zeros."""
    parameters = [nn.Parameter(np.ones(gradient.shape)), nn.Parameter(np.ones(other.shape), decay=False)]
    parameters[0].grad[...], parameters[1].grad[...] = gradient, other
    held = parameters[0].grad
    norm = nn.clip_norm(iter(parameters), 0.5)
    result = {
        "norm": norm,
        "gradient": parameters[0].grad,
        "gradient of a parameter that does not decay": parameters[1].grad,
        "the array that grad was": held,
        "value": parameters[0].value,
    }
    flat = nn.Parameter(np.ones(3))
    result["norm of zeros"] = nn.clip_norm([flat], 1.0)
    result["zeros"] = flat.grad
    for maximum in (0.0, -1.0):
        try:
            nn.clip_norm(parameters, maximum)
            result[f"a maximum of {maximum:g} raises"] = "nothing"
        except Exception as error:
            result[f"a maximum of {maximum:g} raises"] = type(error).__name__
    listed = nn.Parameter(np.ones(gradient.shape))
    listed.grad[...] = gradient
    nn.clip_norm([listed], 0.5)
    result["gradient of a parameter in a list"] = listed.grad
    return result


@clip_properties.cases
def _(rng):
    yield {"gradient": rng.normal(size=(4, 3)), "other": rng.normal(size=2)}


@clip_properties.mistake(
    "the iterator is empty when the gradients are to be scaled",
    hint="An iterator can be gone through once. How often do you go through `parameters`?",
)
def _(nn):
    def clip_norm(parameters, maximum):
        if not maximum > 0:
            raise ValueError("maximum")
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad *= min(1, maximum / (norm + 1e-6))
        return norm

    return {"clip_norm": clip_norm}


@clip_properties.mistake(
    "each grad becomes another array, so whoever holds the old one sees nothing",
    hint="In place: which assignment is that?",
)
def _(nn):
    def clip_norm(parameters, maximum):
        if not maximum > 0:
            raise ValueError("maximum")
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad = parameter.grad * min(1, maximum / (norm + 1e-6))
        return norm

    return {"clip_norm": clip_norm}


@clip_properties.mistake(
    "a maximum of 0 or less is accepted", hint="Which gradients would be left? The text says what to raise."
)
def _(nn):
    def clip_norm(parameters, maximum):
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad *= min(1, maximum / (norm + 1e-6))
        return norm

    return {"clip_norm": clip_norm}


@clip_properties.mistake("a maximum of 0 is accepted, a negative one is not", hint="0 is not above 0.")
def _(nn):
    def clip_norm(parameters, maximum):
        if maximum < 0:
            raise ValueError("maximum")
        parameters = list(parameters)
        norm = np.sqrt(sum(np.sum(p.grad**2) for p in parameters))
        for parameter in parameters:
            parameter.grad *= min(1, maximum / (norm + 1e-6))
        return norm

    return {"clip_norm": clip_norm}


# ---------------------------------------------------------------- TimeDistributed


@check(of="TimeDistributed", points=1, sort="value")
def distributed_values(nn, x, W, b):
    """`TimeDistributed.forward` gives every step of every sequence what the layer inside gives for it alone."""
    dense = nn.Dense(*W.shape, rng=nn.rng())
    dense.W.value[...], dense.b.value[...] = W, b
    layer = nn.TimeDistributed(dense)
    result = {"Y": layer.forward(x), "X of the layer inside": dense._x}

    class Told(nn.Dense):
        def forward(self, x, *, train=False):
            result["train was passed on"] = train
            return super().forward(x, train=train)

    nn.TimeDistributed(Told(*W.shape, rng=nn.rng())).forward(x, train=True)
    try:
        layer.forward(x[0, 0])
        result["x of shape (D,) raises"] = "nothing"
    except ValueError as error:
        result["x of shape (D,) raises"] = "ValueError" if "Dense" not in str(error) else "an error of Dense"
    return result


@distributed_values.cases
def _(rng):
    for t, n, d, m in [(5, 4, 3, 2), (2, 3, 2, 4)]:
        yield {"x": rng.normal(size=(t, n, d)), "W": rng.normal(size=(d, m)), "b": rng.normal(size=m)}


@distributed_values.mistake(
    "steps and examples are exchanged in the result",
    hint="reshape never reorders. Which of the two counts faster in your rows?",
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if x.ndim < 2:
                raise ValueError("x has no axis for the examples")
            self._shape = x.shape
            steps, examples = x.shape[:2]
            y = self.layer.forward(x.reshape(steps * examples, *x.shape[2:]), train=train)
            return y.reshape(examples, steps, *y.shape[1:])

    return {"TimeDistributed": TimeDistributed}


@distributed_values.mistake(
    "the result stays flat: it has no axis of time", hint="The caller asked with (T, N, D). Which shape is the answer?"
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if x.ndim < 2:
                raise ValueError("x has no axis for the examples")
            self._shape = x.shape
            return self.layer.forward(x.reshape(x.shape[0] * x.shape[1], *x.shape[2:]), train=train)

    return {"TimeDistributed": TimeDistributed}


@distributed_values.mistake("train is not passed on", hint="What would a Dropout inside do?")
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if x.ndim < 2:
                raise ValueError("x has no axis for the examples")
            self._shape = x.shape
            y = self.layer.forward(x.reshape(x.shape[0] * x.shape[1], *x.shape[2:]))
            return y.reshape(*x.shape[:2], *y.shape[1:])

    return {"TimeDistributed": TimeDistributed}


@distributed_values.mistake(
    "the layer inside is called once for each step, so it remembers the last step only",
    hint="What does the layer inside keep for backward, if its forward is called again and again?",
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if x.ndim < 2:
                raise ValueError("x has no axis for the examples")
            self._shape = x.shape
            return np.array([self.layer.forward(step, train=train) for step in x])

    return {"TimeDistributed": TimeDistributed}


@distributed_values.mistake(
    "x is laid out with the examples before the steps, and the result is not",
    hint="Row i of what goes in and row i of what comes out belong together. In which order do you lay out each?",
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if x.ndim < 2:
                raise ValueError("x has no axis for the examples")
            self._shape = x.shape
            steps, examples = x.shape[:2]
            y = self.layer.forward(np.swapaxes(x, 0, 1).reshape(steps * examples, *x.shape[2:]), train=train)
            return y.reshape(steps, examples, *y.shape[1:])

    return {"TimeDistributed": TimeDistributed}


@check(of="TimeDistributed", points=1, sort="gradient", needs=["distributed_values"])
def distributed_gradients(nn, x, W, b, dy):
    """`TimeDistributed.backward` returns dX; the gradients of the layer inside are summed over steps and examples."""
    dense = nn.Dense(*W.shape, rng=nn.rng())
    dense.W.value[...], dense.b.value[...] = W, b
    layer = nn.TimeDistributed(dense)
    numeric = nn.finite_difference(layer.forward, x, dy)
    layer.forward(x)
    return {"dX": layer.backward(dy), "dW": dense.W.grad, "db": dense.b.grad, "numeric dX": numeric}


@distributed_gradients.cases
def _(rng):
    for t, n, d, m in [(5, 4, 3, 2), (2, 3, 2, 4)]:
        yield {
            "x": rng.normal(size=(t, n, d)),
            "W": rng.normal(size=(d, m)),
            "b": rng.normal(size=m),
            "dy": rng.normal(size=(t, n, m)),
        }


@distributed_gradients.mistake(
    "dX stays flat: it has no axis of time", hint="A gradient has the shape of what it is the gradient of."
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def backward(self, dy):
            return self.layer.backward(dy.reshape(dy.shape[0] * dy.shape[1], *dy.shape[2:]))

    return {"TimeDistributed": TimeDistributed}


@distributed_gradients.mistake(
    "dy is laid out with the examples before the steps, and x was not",
    hint="Row i of dy must belong to row i of x. Do you lay out both in the same order?",
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def backward(self, dy):
            steps, examples, features = dy.shape
            rows = dy.transpose(1, 0, 2).reshape(steps * examples, features)
            return self.layer.backward(rows).reshape(self._shape)

    return {"TimeDistributed": TimeDistributed}


@distributed_gradients.mistake(
    "dy is divided by the number of steps", hint="If the loss is a mean over the steps, where is its 1/T?"
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def backward(self, dy):
            rows = dy.reshape(-1, dy.shape[-1]) / len(dy)
            return self.layer.backward(rows).reshape(self._shape)

    return {"TimeDistributed": TimeDistributed}


# ---------------------------------------------------------------- all parts together


@check(
    of=["RNN", "TimeDistributed", "clip_norm"],
    points=2,
    sort="outcome",
    needs=["rnn_backward", "distributed_gradients", "clip_values"],
    seconds=40,  # loops over every step take 4
)
def train_cosine(nn, phases, Wx, Wh, W):
    """A network of your parts, trained to say the cosine of a sine of any phase, follows the reference and succeeds."""
    angle = 2 * np.pi * np.arange(24)[:, None] / 20 + phases
    x, y = np.sin(angle)[:, :, None], np.cos(angle)[:, :, None]
    rnn, dense = nn.RNN(1, 8, rng=nn.rng()), nn.Dense(8, 1, rng=nn.rng())
    rnn.Wx.value[...], rnn.Wh.value[...], dense.W.value[...] = Wx, Wh, W
    model = nn.Sequential(rnn, nn.TimeDistributed(dense))
    optimizer = nn.GradientDescent(model.parameters(), 0.1)
    result = {}
    for step in range(1500):
        if step == 1200:
            optimizer.learning_rate = 0.02  # small steps at last
        dy = 2 * (model.forward(x) - y) / y[8:].size
        dy[:8] = 0  # the first answer is a guess, and the next ones need time
        optimizer.zero_grad()
        model.backward(dy)
        nn.clip_norm(model.parameters(), 1.0)
        optimizer.step()
        if step == 4:
            for name in ("Wx", "Wh", "b"):
                result[f"{name} after 5 steps"] = np.array(getattr(rnn, name).value)
            result["weights of the head after 5 steps"] = np.array(dense.W.value)
    return result | {"Wx": rnn.Wx.value, "Wh": rnn.Wh.value, "b": rnn.b.value, "W": dense.W.value, "c": dense.b.value}


@train_cosine.cases
def _(rng):
    Q, R = np.linalg.qr(rng.normal(size=(8, 8)))
    yield {
        "phases": 2 * np.pi * (np.arange(8) + rng.random()) / 8,
        "Wx": rng.uniform(-1, 1, size=(1, 8)) * np.sqrt(6 / 9),
        "Wh": 0.5 * Q * np.sign(np.diag(R)),
        "W": rng.uniform(-1, 1, size=(8, 1)) * np.sqrt(6 / 9),
        "judge": {"phases": rng.uniform(0, 2 * np.pi, size=100)},
    }


@train_cosine.outcome(
    "mean squared error on phases that the network has not seen", at_most=1e-3, uses=["Wx", "Wh", "b", "W", "c"]
)
def _(arrays, judge):
    """Measured on 400 draws of the reference: 1.1e-5 to 5.3e-4, mean 1.0e-4. No false failure.

    The control, on 20 draws: 0.41 to 0.96. Without a gradient through time, on 20 draws, 8e-5 to 1.4e-3: this task does
    not need it. With a recurrent layer that gets no gradient at all, on 20 draws: 0.005 to 0.042.
    """
    angle = 2 * np.pi * np.arange(24)[:, None] / 20 + judge["phases"]
    h, errors = np.zeros((100, 8)), []
    for t in range(24):
        h = np.tanh(np.sin(angle[t])[:, None] @ arrays["Wx"] + h @ arrays["Wh"] + arrays["b"])
        errors.append((h @ arrays["W"] + arrays["c"])[:, 0] - np.cos(angle[t]))
    return np.mean(np.square(errors[8:]))


@train_cosine.mistake(
    "no state is handed on from step to step", hint="Run the check of RNN's forward again.", control=True
)
def _(nn):
    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            h = np.zeros((len(x) + 1, x.shape[1], len(self.b.value)))
            h[0] = 0 if state is None else state
            h[1:] = np.tanh(x @ self.Wx.value + h[0] @ self.Wh.value + self.b.value)
            self._x, self._h = x, h
            self.final_state = h[-1].copy()
            return h[1:].copy()

        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = dy * (1 - h[1:] ** 2)
            for t in range(len(x)):
                self.Wx.grad += x[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
            self.dstate = dz.sum(axis=0) @ self.Wh.value.T
            return dz

    return {"RNN": RNN}


@train_cosine.mistake(
    "no gradient passes to the step before", hint="Run the check of RNN's backward again: this task does not need it."
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = dy * (1 - h[1:] ** 2)
            for t in range(len(x)):
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
            self.dstate = dz[0] @ self.Wh.value.T
            return dz

    return {"RNN": RNN}


@train_cosine.mistake(
    "no gradient passes from the head to the recurrent layer",
    hint="What does TimeDistributed's backward return?",
)
def _(nn):
    class TimeDistributed(nn.TimeDistributed):
        def backward(self, dy):
            self.layer.backward(dy.reshape(-1, dy.shape[-1]))
            return np.zeros(self._shape)

    return {"TimeDistributed": TimeDistributed}


@check(
    of=["RNN", "TimeDistributed", "clip_norm"],
    points=3,
    sort="outcome",
    needs=["rnn_backward", "distributed_gradients", "clip_values"],
    seconds=40,  # loops over every step take 2
)
def train_signs(nn, Wx, Wh, W, seed):
    """A network of your parts, trained to repeat random signs six steps later, follows the reference and succeeds."""
    rng = np.random.default_rng(seed)
    rnn, dense = nn.RNN(1, 12, rng=nn.rng()), nn.Dense(12, 1, rng=nn.rng())
    rnn.Wx.value[...], rnn.Wh.value[...], dense.W.value[...] = Wx, Wh, W
    model = nn.Sequential(rnn, nn.TimeDistributed(dense))
    optimizer = nn.GradientDescent(model.parameters(), 0.5)
    result = {}
    for step in range(500):
        x = rng.choice([-1.0, 1.0], size=(20, 8, 1))
        answers = model.forward(x)
        dy = np.zeros_like(answers)
        dy[6:] = 2 * (answers[6:] - x[:-6]) / x[6:].size
        optimizer.zero_grad()
        model.backward(dy)
        nn.clip_norm(model.parameters(), 1.0)
        optimizer.step()
        if step == 4:
            for name in ("Wx", "Wh", "b"):
                result[f"{name} after 5 steps"] = np.array(getattr(rnn, name).value)
            result["weights of the head after 5 steps"] = np.array(dense.W.value)
    return result | {"Wx": rnn.Wx.value, "Wh": rnn.Wh.value, "b": rnn.b.value, "W": dense.W.value, "c": dense.b.value}


@train_signs.cases
def _(rng):
    Q, R = np.linalg.qr(rng.normal(size=(12, 12)))
    yield {
        "Wx": rng.uniform(-1, 1, size=(1, 12)) * np.sqrt(6 / 13),
        "Wh": 0.9 * Q * np.sign(np.diag(R)),
        "W": rng.uniform(-1, 1, size=(12, 1)) * np.sqrt(6 / 13),
        "seed": int(rng.integers(2**31)),
        "judge": {"x": rng.choice(np.array([-1.0, 1.0]), size=(20, 200))},
    }


@train_signs.outcome("share of new signs that are repeated rightly", at_least=0.95, uses=["Wx", "Wh", "b", "W", "c"])
def _(arrays, judge):
    """Measured on 500 draws of the reference: 1 in each. No false failure.

    The controls, on 20 draws each: 0.38 to 0.88. Without clipping, 10 of 20 draws reach the band; the comparison after
    five steps catches it.
    """
    x, h, right = judge["x"], np.zeros((200, 12)), []
    for t in range(20):
        h = np.tanh(x[t][:, None] @ arrays["Wx"] + h @ arrays["Wh"] + arrays["b"])
        if t >= 6:
            right.append(((h @ arrays["W"] + arrays["c"])[:, 0] > 0) == (x[t - 6] > 0))
    return np.mean(right)


@train_signs.mistake(
    "no gradient passes to the step before",
    hint="Run the check of RNN's backward again. The sign to repeat came six steps ago.",
    control=True,
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = dy * (1 - h[1:] ** 2)
            for t in range(len(x)):
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
            self.dstate = dz[0] @ self.Wh.value.T
            return dz

    return {"RNN": RNN}


@train_signs.mistake(
    "the gradient passes one step back and no further",
    hint="What goes back from step t + 1: its dy alone, or all that has come back to it?",
    control=True,
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dh = np.array(dy)
            dh[:-1] += (dy[1:] * (1 - h[2:] ** 2)) @ self.Wh.value.T
            dz = dh * (1 - h[1:] ** 2)
            for t in range(len(x)):
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
            self.dstate = dz[0] @ self.Wh.value.T
            return dz

    return {"RNN": RNN}


@train_signs.mistake(
    "Wh is not transposed on the way back", hint="Run the check of RNN's backward again.", control=True
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@train_signs.mistake(
    "dWh pairs each dz with the state after its step", hint="Run the check of RNN's backward again.", control=True
)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                self.Wx.grad += x[t].T @ dz[t]
                self.Wh.grad += h[t + 1].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@train_signs.mistake("the recurrent weights never learn", hint="Compare Wh before and after a step.", control=True)
def _(nn):
    class RNN(nn.RNN):
        def backward_through_time(self, dy, dstate=None):
            x, h = self._x, self._h
            dz = np.zeros_like(h[1:])
            dh = np.zeros_like(h[0])
            for t in reversed(range(len(x))):
                dz[t] = (dy[t] + dh) * (1 - h[t + 1] ** 2)
                self.Wx.grad += x[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return dz

    return {"RNN": RNN}


@train_signs.mistake("the gradients are never clipped", hint="Run the check of clip_norm again.")
def _(nn):
    def clip_norm(parameters, maximum):
        return np.sqrt(sum(np.sum(p.grad**2) for p in parameters))

    return {"clip_norm": clip_norm}
