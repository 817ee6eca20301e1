"""How the project on characters is graded: streams, the network, its training, its score, and what it writes."""

import numpy as np

from gradschool import datasets
from gradschool.grader.authoring import check, question

# ---------------------------------------------------------------- questions

guessing_bits = question(
    "guessing_bits",
    "The bits per character of a model that gives each of 59 characters the same probability; 0.1% off is near enough.",
    answer=float(np.log2(59)),
    points=1,
    rtol=0.001,
    wrong={
        float(np.log(59)): ("this is in nats", "Which logarithm counts bits?"),
        59: ("this is the perplexity, the number of characters", "How many yes-or-no questions tell 59 things apart?"),
        1 / 59: ("this is the probability", "What is the surprise at something of that probability?"),
        6: ("this is rounded up to whole questions", "A surprise need not be a whole number."),
    },
)

squaring_temperature = question(
    "squaring_temperature",
    "The temperature at which every probability is, but for a common factor, the square of what it is at 1.",
    answer=0.5,
    points=1,
    wrong={
        2: ("the temperature divides the logits, and does not multiply them", "e^(z/τ) = (e^z)² for which τ?"),
        0.25: ("the square is taken of the temperature", "e^(z/τ) = (e^z)^(1/τ). Which τ makes the exponent 2?"),
        0: ("at 0 only the likeliest is left", "Is p² of the second likeliest character 0?"),
        1: ("at 1 the probabilities are those of the model", "What does dividing by 1 change?"),
    },
)

# ---------------------------------------------------------------- streams


@check(of="streams", points=2, sort="value")
def streams_values(nn, codes, examples, steps):
    """`streams` cuts the text into parallel streams and those into pieces; y is one character ahead of x."""
    pieces = nn.streams(codes, examples, steps)
    return {
        "number of pieces": len(pieces),
        "x of the first piece": pieces[0][0],
        "y of the first piece": pieces[0][1],
        "x of the last piece": pieces[-1][0],
        "y of the last piece": pieces[-1][1],
    }


@streams_values.cases
def _(rng):
    for n, examples, steps in [(32, 3, 4), (50, 4, 5), (41, 5, 4), (13, 1, 5), (30, 4, 7)]:
        yield {"codes": rng.integers(0, 59, size=n), "examples": examples, "steps": steps}


@streams_values.mistake("y is x: the targets are not shifted", hint="What is the network to say after it has read x?")
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length < 1:
            raise ValueError("the text is too short")
        x = codes[: examples * length].reshape(examples, length).T
        return [(x[s : s + steps], x[s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


@streams_values.mistake(
    "the text runs along the rows: neighbours of the text stand in neighbouring columns",
    hint="Read down one column, aloud. Is that the text?",
)
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length < 1:
            raise ValueError("the text is too short")
        x = codes[: examples * length].reshape(length, examples)
        y = codes[1 : examples * length + 1].reshape(length, examples)
        return [(x[s : s + steps], y[s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


@streams_values.mistake("the streams are rows, not columns", hint="Time comes first: what is the shape of x?")
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length < 1:
            raise ValueError("the text is too short")
        x = codes[: examples * length].reshape(examples, length)
        y = codes[1 : examples * length + 1].reshape(examples, length)
        return [(x[:, s : s + steps], y[:, s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


@streams_values.mistake(
    "the last piece is dropped when it is shorter",
    hint="Are all characters of a stream in its pieces, if its length is no multiple of `steps`?",
)
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length < 1:
            raise ValueError("the text is too short")
        x = codes[: examples * length].reshape(examples, length).T
        y = codes[1 : examples * length + 1].reshape(examples, length).T
        return [(x[s : s + steps], y[s : s + steps]) for s in range(0, length - steps + 1, steps)]

    return {"streams": streams}


@streams_values.mistake(
    "the end of each stream has the start of the same stream as its target",
    hint="What does `np.roll` put after the last step of a column? What stands there in the text?",
)
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length < 1:
            raise ValueError("the text is too short")
        x = codes[: examples * length].reshape(examples, length).T
        y = np.roll(x, -1, axis=0)
        return [(x[s : s + steps], y[s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


@streams_values.mistake("y is one character behind x", hint="Is the target what comes next, or what came before?")
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length < 1:
            raise ValueError("the text is too short")
        y = codes[: examples * length].reshape(examples, length).T
        x = codes[1 : examples * length + 1].reshape(examples, length).T
        return [(x[s : s + steps], y[s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


# ---------------------------------------------------------------- CharacterModel


@check(of="CharacterModel", points=1, sort="value")
def model_values(nn, seed, x, later, h, c):
    """`forward` returns logits, takes the state it is given or zeros, and keeps the state after the last step."""
    model = nn.CharacterModel(7, 3, 5, rng=nn.rng(seed))
    given = model.forward(x, state=(h, c))
    end = tuple(np.array(part) for part in model.final_state)
    result = {
        "logits from a given state": given,
        "final h": end[0],
        "final c": end[1],
        "logits of the next piece": model.forward(later, state=end),
    }
    return result | {"logits without a state": model.forward(x)}


@model_values.cases
def _(rng):
    for steps, examples in [(1, 2), (4, 3), (6, 1)]:
        yield {
            "seed": int(rng.integers(1000)),
            "x": rng.integers(0, 7, size=(steps, examples)),
            "later": rng.integers(0, 7, size=(2, examples)),
            "h": rng.uniform(-0.9, 0.9, size=(examples, 5)),
            "c": rng.normal(size=(examples, 5)),
        }


@model_values.mistake("the state is not handed to the LSTM", hint="Who uses the argument `state`?")
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def forward(self, x, *, state=None, train=False):
            h = self.lstm.forward(self.embedding.forward(x))
            self.final_state = self.lstm.final_state
            return self.head.forward(h)

    return {"CharacterModel": CharacterModel}


@model_values.mistake(
    "without a state the network goes on from where it was",
    hint="What does the docstring say about a call without `state`?",
)
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def forward(self, x, *, state=None, train=False):
            if state is None:
                state = getattr(self, "final_state", None)
            h = self.lstm.forward(self.embedding.forward(x), state=state)
            self.final_state = self.lstm.final_state
            return self.head.forward(h)

    return {"CharacterModel": CharacterModel}


@model_values.mistake(
    "probabilities are returned, not logits", hint="Whose work is the softmax in training, and in writing?"
)
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def forward(self, x, *, state=None, train=False):
            h = self.lstm.forward(self.embedding.forward(x), state=state)
            self.final_state = self.lstm.final_state
            return nn.Softmax().forward(self.head.forward(h))

    return {"CharacterModel": CharacterModel}


@model_values.mistake(
    "the state before the steps is kept, not the one after them", hint="Which of its states does the next piece need?"
)
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def forward(self, x, *, state=None, train=False):
            h = self.lstm.forward(self.embedding.forward(x), state=state)
            zeros = np.zeros((x.shape[1], 5))
            self.final_state = (zeros, zeros) if state is None else state
            return self.head.forward(h)

    return {"CharacterModel": CharacterModel}


@check(of="CharacterModel", points=1, sort="gradient", needs=["model_values"])
def model_gradients(nn, seed, x, dy):
    """`backward` goes back through all three layers, which add to their gradients."""
    model = nn.CharacterModel(7, 3, 5, rng=nn.rng(seed))

    def moved(W):
        model.embedding.W.value[...] = W
        return model.forward(x)

    table = np.array(model.embedding.W.value)
    numeric = nn.finite_difference(moved, table, dy)
    moved(table)
    for _ in range(2):
        dx = model.backward(dy)
    half = {name: parameter.grad / 2 for name, parameter in model.named_parameters().items()}
    return {
        "dx": dx,
        "numeric half of the embedding's gradient": numeric,
        "half of the embedding's gradient": half["embedding.W"],
        "half of the LSTM's gradients": np.concatenate([half[f"lstm.{name}"].ravel() for name in ("Wx", "Wh", "b")]),
        "half of the head's gradient": half["head.layer.W"],
    }


@model_gradients.cases
def _(rng):
    for steps, examples in [(1, 2), (5, 3)]:
        yield {
            "seed": int(rng.integers(1000)),
            "x": rng.integers(0, 7, size=(steps, examples)),
            "dy": rng.normal(size=(steps, examples, 7)),
        }


@model_gradients.mistake("the embedding learns nothing", hint="What does the LSTM's backward return, and who needs it?")
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def backward(self, dy):
            dx = self.lstm.backward(self.head.backward(dy))
            return np.zeros(dx.shape[:2])

    return {"CharacterModel": CharacterModel}


@model_gradients.mistake(
    "only the head learns", hint="The gradient has arrived at the LSTM's outputs. Where does it go from there?"
)
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def backward(self, dy):
            return np.zeros(self.head.backward(dy).shape[:2])

    return {"CharacterModel": CharacterModel}


@model_gradients.mistake(
    "the gradients are set to zero in backward",
    hint="Two backward passes are made in a row. What should stand in the gradients then?",
)
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def backward(self, dy):
            self.zero_grad()
            return self.embedding.backward(self.lstm.backward(self.head.backward(dy)))

    return {"CharacterModel": CharacterModel}


# ---------------------------------------------------------------- train_epoch


@check(of="train_epoch", points=2, sort="value", needs=["model_values", "model_gradients"])
def epoch_values(nn, seed, codes, clip):
    """One pass over pieces of unequal length: the bits returned, and the weights after it."""
    model = nn.CharacterModel(6, 3, 5, rng=nn.rng(seed))
    x, y = codes[:-1].reshape(2, -1).T, codes[1:].reshape(2, -1).T
    pieces = [(x[:4], y[:4]), (x[4:8], y[4:8]), (x[8:], y[8:])]
    optimizer = nn.GradientDescent(model.parameters(), 0.5)
    bits = nn.train_epoch(model, pieces, optimizer, clip=clip)
    values = {name: parameter.value for name, parameter in model.named_parameters().items()}
    return {
        "bits": bits,
        "the embedding": values["embedding.W"],
        "Wh of the LSTM": values["lstm.Wh"],
        "W of the head": values["head.layer.W"],
    }


@epoch_values.cases
def _(rng):
    for clip in (0.05, 0.2):
        yield {"seed": int(rng.integers(1000)), "codes": rng.integers(0, 6, size=19), "clip": clip}


@epoch_values.mistake(
    "every piece starts from zeros", hint="Which state has the network read its way to before a piece?"
)
def _(nn):
    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        loss, total, count = nn.SoftmaxCrossEntropy(), 0.0, 0
        for x, y in pieces:
            total += y.size * loss(model.forward(x, train=True), y)
            count += y.size
            optimizer.zero_grad()
            model.backward(loss.backward())
            nn.clip_norm(model.parameters(), clip)
            optimizer.step()
        return total / count / np.log(2)

    return {"train_epoch": train_epoch}


@epoch_values.mistake(
    "the gradients of earlier pieces are still there", hint="What do the gradients hold when a new backward begins?"
)
def _(nn):
    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        loss, state, total, count = nn.SoftmaxCrossEntropy(), None, 0.0, 0
        for x, y in pieces:
            total += y.size * loss(model.forward(x, state=state, train=True), y)
            count += y.size
            state = model.final_state
            model.backward(loss.backward())
            nn.clip_norm(model.parameters(), clip)
            optimizer.step()
        return total / count / np.log(2)

    return {"train_epoch": train_epoch}


@epoch_values.mistake("the gradients are not clipped", hint="What is the argument `clip` for?")
def _(nn):
    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        loss, state, total, count = nn.SoftmaxCrossEntropy(), None, 0.0, 0
        for x, y in pieces:
            total += y.size * loss(model.forward(x, state=state, train=True), y)
            count += y.size
            state = model.final_state
            optimizer.zero_grad()
            model.backward(loss.backward())
            optimizer.step()
        return total / count / np.log(2)

    return {"train_epoch": train_epoch}


@epoch_values.mistake("the bits are nats", hint="The loss takes the natural logarithm. Which one counts bits?")
def _(nn):
    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        loss, state, total, count = nn.SoftmaxCrossEntropy(), None, 0.0, 0
        for x, y in pieces:
            total += y.size * loss(model.forward(x, state=state, train=True), y)
            count += y.size
            state = model.final_state
            optimizer.zero_grad()
            model.backward(loss.backward())
            nn.clip_norm(model.parameters(), clip)
            optimizer.step()
        return total / count

    return {"train_epoch": train_epoch}


@epoch_values.mistake(
    "every piece counts the same, however short", hint="How many characters speak for the loss of the last piece?"
)
def _(nn):
    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        loss, state, losses = nn.SoftmaxCrossEntropy(), None, []
        for x, y in pieces:
            losses.append(loss(model.forward(x, state=state, train=True), y))
            state = model.final_state
            optimizer.zero_grad()
            model.backward(loss.backward())
            nn.clip_norm(model.parameters(), clip)
            optimizer.step()
        return np.mean(losses) / np.log(2)

    return {"train_epoch": train_epoch}


@check(
    of=["CharacterModel", "streams", "train_epoch"],
    points=3,
    sort="outcome",
    needs=["streams_values", "model_values", "model_gradients", "epoch_values"],
)
def learns_a_sonnet(nn, codes, tokens, seed):
    """A small network of your parts, trained on one sonnet in pieces of four characters, comes to know it."""
    model = nn.CharacterModel(tokens, 12, 48, rng=nn.rng(seed))
    optimizer = nn.Adam(model.parameters(), 0.01)
    pieces = nn.streams(codes, 4, 4)
    result = {}
    for epoch in range(20):
        nn.train_epoch(model, pieces, optimizer, clip=1.0)
        if epoch == 0:
            for name in ("lstm.Wh", "head.layer.W"):
                result[f"{name} after an epoch"] = np.array(model.named_parameters()[name].value)
    names = ["embedding.W", "lstm.Wx", "lstm.Wh", "lstm.b", "head.layer.W", "head.layer.b"]
    values = [model.named_parameters()[name].value for name in names]
    return result | dict(zip(["E", "Wx", "Wh", "b", "W", "c"], values, strict=True))


@learns_a_sonnet.cases
def _(rng):
    sonnets = datasets.load_sonnets().split("\n\n")
    text = sonnets[int(rng.integers(len(sonnets)))]
    characters = sorted(set(text))
    codes = np.array([characters.index(character) for character in text])
    yield {
        "codes": codes,
        "tokens": len(characters),
        "seed": int(rng.integers(2**31)),
        "judge": {"codes": codes},
    }


@learns_a_sonnet.outcome(
    "bits per character of the sonnet, read from start to end",
    at_most=1.0,
    uses=["E", "Wx", "Wh", "b", "W", "c"],
)
def _(arrays, judge):
    """Measured on 60 draws of the reference: 0.30 to 0.58. No false failure.

    The controls, on 10 draws each: 3.09 and above.
    """
    codes, hidden = judge["codes"], len(arrays["Wh"])
    h, c, surprise = np.zeros(hidden), np.zeros(hidden), []
    for t in range(len(codes) - 1):
        z = np.clip(arrays["E"][codes[t]] @ arrays["Wx"] + h @ arrays["Wh"] + arrays["b"], -500, 500)
        i, f, g, o = z.reshape(4, hidden)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
        logits = h @ arrays["W"] + arrays["c"]
        logits = logits - logits.max()
        surprise.append(np.log2(np.exp(logits).sum()) - logits[codes[t + 1]] / np.log(2))
    return np.mean(surprise)


@learns_a_sonnet.mistake(
    "the targets are not shifted: the network learns to repeat what it reads",
    hint="Run the check of streams again.",
    control=True,
)
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        x = codes[: examples * length].reshape(examples, length).T
        return [(x[s : s + steps], x[s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


@learns_a_sonnet.mistake(
    "every piece starts from zeros",
    hint="Run the check of train_epoch again. How much of a verse can be known from four characters?",
    control=True,
)
def _(nn):
    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        loss, total, count = nn.SoftmaxCrossEntropy(), 0.0, 0
        for x, y in pieces:
            total += y.size * loss(model.forward(x, train=True), y)
            count += y.size
            optimizer.zero_grad()
            model.backward(loss.backward())
            nn.clip_norm(model.parameters(), clip)
            optimizer.step()
        return total / count / np.log(2)

    return {"train_epoch": train_epoch}


@learns_a_sonnet.mistake(
    "the text runs along the rows, so that each stream leaps from letter to letter",
    hint="Run the check of streams again.",
    control=True,
)
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        x = codes[: examples * length].reshape(length, examples)
        y = codes[1 : examples * length + 1].reshape(length, examples)
        return [(x[s : s + steps], y[s : s + steps]) for s in range(0, length, steps)]

    return {"streams": streams}


@learns_a_sonnet.mistake("only the head learns", hint="Run the check of the model's gradients again.", control=True)
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def backward(self, dy):
            return np.zeros(self.head.backward(dy).shape[:2])

    return {"CharacterModel": CharacterModel}


# ---------------------------------------------------------------- bits_per_character


@check(of="bits_per_character", points=1, sort="value", needs=["model_values"])
def bits_values(nn, seed, codes, scale):
    """`bits_per_character` is the mean of −log₂ p at each next character of the text, read once, from its start."""
    model = nn.CharacterModel(6, 3, 5, rng=nn.rng(seed))
    model.named_parameters()["head.layer.W"].value[...] *= scale
    return {"bits": nn.bits_per_character(model, codes)}


@bits_values.cases
def _(rng):
    for n, scale in [(2, 1.0), (9, 1.0), (30, 5.0), (30, 3000.0)]:
        yield {"seed": int(rng.integers(1000)), "codes": rng.integers(0, 6, size=n), "scale": scale}


@bits_values.mistake("the bits are nats", hint="Which logarithm counts bits?")
def _(nn):
    def bits_per_character(model, codes):
        return nn.SoftmaxCrossEntropy()(model.forward(codes[:-1, None]), codes[1:, None])

    return {"bits_per_character": bits_per_character}


@bits_values.mistake(
    "the targets are the characters that were read", hint="Which character is the model to be surprised at?"
)
def _(nn):
    def bits_per_character(model, codes):
        return nn.SoftmaxCrossEntropy()(model.forward(codes[:-1, None]), codes[:-1, None]) / np.log(2)

    return {"bits_per_character": bits_per_character}


@bits_values.mistake("the surprises are added up", hint="Bits of the whole text, or for each of its characters?")
def _(nn):
    def bits_per_character(model, codes):
        return nn.SoftmaxCrossEntropy()(model.forward(codes[:-1, None]), codes[1:, None]) / np.log(2) * (len(codes) - 1)

    return {"bits_per_character": bits_per_character}


@bits_values.mistake(
    "the network forgets after each character",
    hint="In which shape do the characters go into `forward`? Which axis is time?",
)
def _(nn):
    def bits_per_character(model, codes):
        return nn.SoftmaxCrossEntropy()(model.forward(codes[None, :-1]), codes[None, 1:]) / np.log(2)

    return {"bits_per_character": bits_per_character}


@bits_values.mistake("this is the perplexity", hint="You have raised 2 to the power of something.")
def _(nn):
    def bits_per_character(model, codes):
        nats = nn.SoftmaxCrossEntropy()(model.forward(codes[:-1, None]), codes[1:, None])
        with np.errstate(over="ignore"):
            return np.exp(nats)

    return {"bits_per_character": bits_per_character}


# ---------------------------------------------------------------- probabilities


@check(of="probabilities", points=1, sort="value")
def probabilities_values(nn, logits, temperature):
    """The softmax of the logits divided by the temperature, along the last axis."""
    return {"probabilities": nn.probabilities(logits, temperature)}


@probabilities_values.cases
def _(rng):
    for shape, temperature in [((5,), 1.0), ((4, 5), 0.5), ((2, 3, 4), 2.0), ((3, 3), 0.2), ((3, 4), 10.0)]:
        yield {"logits": rng.normal(size=shape) * 2, "temperature": temperature}


@probabilities_values.mistake(
    "the logits are multiplied by the temperature", hint="Does a higher temperature make yours bolder or tamer?"
)
def _(nn):
    def probabilities(logits, temperature):
        z = logits * temperature
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


@probabilities_values.mistake(
    "the temperature is not used", hint="What does your function do with its second argument?"
)
def _(nn):
    def probabilities(logits, temperature):
        e = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


@probabilities_values.mistake(
    "the probabilities are divided by the temperature, not the logits",
    hint="A common factor before the sum is taken: what is left of it afterwards?",
)
def _(nn):
    def probabilities(logits, temperature):
        e = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True) / temperature

    return {"probabilities": probabilities}


@probabilities_values.mistake(
    "the sum runs over everything, not over the characters", hint="Which numbers should have the sum 1?"
)
def _(nn):
    def probabilities(logits, temperature):
        e = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
        return e / e.sum()

    return {"probabilities": probabilities}


@check(of="probabilities", points=2, sort="property", needs=["probabilities_values"])
def probabilities_extremes(nn, logits, tie):
    """At 0 all goes to the first of the likeliest; nothing overflows; float32 stays; below 0 it is a ValueError."""
    huge = nn.probabilities(logits * 1e4, 1.0)
    nearly_zero = nn.probabilities(logits, 1e-310)
    zero = nn.probabilities(logits, 0)
    first = nn.probabilities(tie, 0.0)
    small = nn.probabilities(logits.astype(np.float32), 0.7)
    try:
        nn.probabilities(logits, -1.0)
    except ValueError:
        refused = True
    else:
        refused = False
    return {
        "at logits of 10,000": huge,
        "at a temperature of 1e-310": nearly_zero,
        "at 0": zero,
        "at 0, two being likeliest": first,
        "dtype for float32": str(small.dtype),
        "a negative temperature is refused": refused,
    }


@probabilities_extremes.cases
def _(rng):
    for n in (3, 6):
        yield {
            "logits": rng.permutation(n) * 0.5 - 1.0 + rng.uniform(0, 0.2),
            "tie": np.append(np.zeros(n), [2.0, 2.0]),
        }


@probabilities_extremes.mistake(
    "the logits are divided by 0 at a temperature of 0", hint="Which case has to be told apart before you divide?"
)
def _(nn):
    def probabilities(logits, temperature):
        if temperature < 0:
            raise ValueError("the temperature is negative")
        with np.errstate(all="ignore"):
            e = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
        return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


@probabilities_extremes.mistake(
    "no maximum is subtracted before e is raised to it", hint="What is e to the power of 10,000, for a computer?"
)
def _(nn):
    def probabilities(logits, temperature):
        if temperature < 0:
            raise ValueError("the temperature is negative")
        if temperature == 0:
            return np.eye(logits.shape[-1])[logits.argmax(axis=-1)]
        with np.errstate(all="ignore"):
            e = np.exp(logits / temperature)
            return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


@probabilities_extremes.mistake(
    "the maximum is subtracted after the division, when ∞ may be the largest",
    hint="What is 1 divided by 1e-310, and twice that, and the difference of two infinities?",
)
def _(nn):
    def probabilities(logits, temperature):
        if temperature < 0:
            raise ValueError("the temperature is negative")
        if temperature == 0:
            return np.eye(logits.shape[-1])[logits.argmax(axis=-1)]
        with np.errstate(all="ignore"):
            z = logits / temperature
            e = np.exp(z - z.max(axis=-1, keepdims=True))
            return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


@probabilities_extremes.mistake(
    "at 0 all of the likeliest share", hint="The docstring says what becomes of several that are equal."
)
def _(nn):
    def probabilities(logits, temperature):
        if temperature < 0:
            raise ValueError("the temperature is negative")
        if temperature == 0:
            best = logits == logits.max(axis=-1, keepdims=True)
            return best / best.sum(axis=-1, keepdims=True)
        with np.errstate(over="ignore"):
            e = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
        return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


@probabilities_extremes.mistake("a negative temperature is accepted", hint="What would a temperature of −1 prefer?")
def _(nn):
    def probabilities(logits, temperature):
        if temperature == 0:
            return np.eye(logits.shape[-1])[logits.argmax(axis=-1)]
        with np.errstate(over="ignore"):
            e = np.exp((logits - logits.max(axis=-1, keepdims=True)) / abs(temperature))
        return e / e.sum(axis=-1, keepdims=True)

    return {"probabilities": probabilities}


# ---------------------------------------------------------------- generate


@check(of="generate", points=2, sort="value", needs=["model_values", "probabilities_values"])
def generate_values(nn, seed, start, temperature):
    """`generate` returns the start and what the network writes after it, and reads each character once."""
    from gradschool.nn.projects.vocabulary import Vocabulary

    class Counting(nn.CharacterModel):
        count = 0

        def forward(self, x, **options):
            self.count += len(x)
            return super().forward(x, **options)

    letters = Vocabulary("abcdefghr")
    model = Counting(9, 3, 5, rng=nn.rng(seed))
    for parameter in model.parameters():
        parameter.value[...] *= 2
    written = nn.generate(model, letters, start, 60, temperature=temperature, rng=nn.rng(seed))
    beyond = model.count - len(written)  # the last character may be read or not
    return {"text": written, "length": len(written), "characters read too often": 0 if beyond == -1 else beyond}


@generate_values.cases
def _(rng):
    for start, temperature in [("fade", 0.5), ("a", 1.0), ("bead", 2.0), ("headgear", 1.5)]:
        yield {"seed": int(rng.integers(1000)), "start": start, "temperature": temperature}


@generate_values.mistake(
    "the state is lost after each character", hint="From which state does the next `forward` start?"
)
def _(nn):
    def generate(model, vocabulary, start, length, *, temperature=1.0, rng):
        codes = list(vocabulary.encode(start))
        logits = model.forward(np.array(codes)[:, None])
        for _ in range(length):
            p = nn.probabilities(logits[-1, 0].astype(float), temperature)
            codes.append(rng.choice(len(vocabulary), p=p))
            logits = model.forward(np.array([[codes[-1]]]))
        return vocabulary.decode(codes)

    return {"generate": generate}


@generate_values.mistake(
    "only the last character of the start is read", hint="What does the network know of the others before it writes?"
)
def _(nn):
    def generate(model, vocabulary, start, length, *, temperature=1.0, rng):
        codes, state = list(vocabulary.encode(start)), None
        for _ in range(length):
            logits = model.forward(np.array([[codes[-1]]]), state=state)
            state = model.final_state
            p = nn.probabilities(logits[-1, 0].astype(float), temperature)
            codes.append(rng.choice(len(vocabulary), p=p))
        return vocabulary.decode(codes)

    return {"generate": generate}


@generate_values.mistake("the start is not returned", hint="With what should the text begin?")
def _(nn):
    def generate(model, vocabulary, start, length, *, temperature=1.0, rng):
        codes = []
        logits = model.forward(vocabulary.encode(start)[:, None])
        for _ in range(length):
            p = nn.probabilities(logits[-1, 0].astype(float), temperature)
            codes.append(rng.choice(len(vocabulary), p=p))
            logits = model.forward(np.array([[codes[-1]]]), state=model.final_state)
        return vocabulary.decode(codes)

    return {"generate": generate}


@generate_values.mistake("the likeliest character is taken, not drawn", hint="What is `rng` for?")
def _(nn):
    def generate(model, vocabulary, start, length, *, temperature=1.0, rng):
        codes = list(vocabulary.encode(start))
        logits = model.forward(np.array(codes)[:, None])
        for _ in range(length):
            codes.append(int(logits[-1, 0].argmax()))
            logits = model.forward(np.array([[codes[-1]]]), state=model.final_state)
        return vocabulary.decode(codes)

    return {"generate": generate}


@generate_values.mistake(
    "the whole text is read again, from the state that it has led to",
    hint="The state knows what was read before. What is new to the network?",
)
def _(nn):
    def generate(model, vocabulary, start, length, *, temperature=1.0, rng):
        codes = list(vocabulary.encode(start))
        logits = model.forward(np.array(codes)[:, None])
        for _ in range(length):
            p = nn.probabilities(logits[-1, 0].astype(float), temperature)
            codes.append(rng.choice(len(vocabulary), p=p))
            logits = model.forward(np.array(codes)[:, None], state=model.final_state)
        return vocabulary.decode(codes)

    return {"generate": generate}
