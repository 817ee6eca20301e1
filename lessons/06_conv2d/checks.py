"""How lesson 6 is graded: convolution of images, its two gradients, and a small network made of it."""

import numpy as np

from gradschool import datasets
from gradschool.grader.authoring import check, question


def apart(rng, *size):
    """Return whole numbers, no two alike: it shows where each of them went."""
    return rng.permutation(np.prod(size)).reshape(size) + 1.0


def quarters(rng, *size):
    """Return normal numbers, rounded to quarters: their sums and products are exact, and short to store."""
    return np.round(4 * rng.normal(size=size)) / 4


# ---------------------------------------------------------------- questions

places_of_a_window = question(
    "places_of_a_window",
    "The number of places (OH, OW) of a window of 5 × 3 pixels, stride 3 and padding 1, on images of 28 × 46.",
    answer=(9, 16),
    points=1,
    wrong={
        (8, 15): (
            "the first place is not counted, or the padding is forgotten",
            "With how many steps do you reach the last place? And where do you stand before the first step?",
        ),
        (9, 15): (
            "the padding is counted on one side only",
            "How many rows of zeros does a padding of 1 add to an image?",
        ),
        (10, 16): ("the division is rounded up", "A last place that would hang over the edge: is it one?"),
        (10, 15): ("the kernel's rows and columns are exchanged", "Which of 5 and 3 belongs to the height?"),
        (9.333333333333334, 16.0): ("the division is not rounded", "Is there a third of a place?"),
    },
)

numbers_to_learn = question(
    "numbers_to_learn",
    "How many numbers Conv2d(3, 8, (5, 3)) learns.",
    answer=8 * 3 * 15 + 8,
    points=1,
    wrong={
        8 * 3 * 15: ("the biases are not counted", "What is added to a filter's weighted sum?"),
        8 * 15 + 8: (
            "a filter is taken to be flat",
            "An image here has 3 channels. How deep is a filter that sees all of them?",
        ),
        3 * 15 + 8: (
            "all outputs are taken to share one filter",
            "Eight output channels: would you want the same picture eight times?",
        ),
        8 * 3 * 15 + 8 * 3: (
            "each pair of channels is taken to have a bias",
            "One output is one weighted sum over all input channels. How many biases does one sum need?",
        ),
        8 * 3 * 15 + 8 * 24 * 44: (
            "each output pixel is taken to have a bias of its own",
            "A filter is the same at every place. What about its bias?",
        ),
    },
)

where_to = question(
    "where_to",
    'Where a picture goes under the 3 × 3 filter whose only 1 stands right of the centre: "left", "right", "up", '
    '"down" or "nowhere".',
    answer="left",
    points=1,
    wrong={
        "right": (
            "the picture is taken to go where the 1 stands",
            "The output at column v reads the pixel at column v + 1. So at which column does a pixel of x turn up?",
        ),
        "nowhere": (
            "a filter with one 1 is taken to change nothing",
            "That is so if the 1 stands in the centre. Does it?",
        ),
        "up": ("rows and columns are exchanged", "Is the 1 beside the centre, or below it?"),
        "down": ("rows and columns are exchanged", "Is the 1 beside the centre, or below it?"),
    },
)

zeros_around = question(
    "zeros_around",
    "How many rows of zeros must be put above dY, so that correlating it with flipped filters gives dX: a kernel of "
    "5 rows, a stride of 1 and a padding of 1 in the forward pass.",
    answer=3,
    points=1,
    wrong={
        4: (
            "the padding of the forward pass is left out",
            "You have the gradient of the padded image. Which rows of it are wanted?",
        ),
        1: (
            "the padding is taken to be the forward pass's",
            "Count: OH = H − 2 with this kernel and padding. How many rows are missing?",
        ),
        5: (
            "one row too many is put there, and the forward padding forgotten",
            "How many windows does the first row belong to?",
        ),
        2: (
            "the padding that keeps the size is taken",
            "With two rows on each side the output is as large as dY. How large is the image, compared with dY?",
        ),
        0: ("no zeros are added", "Without zeros the result has 4 rows fewer than dY. How many should it have?"),
    },
)

# ---------------------------------------------------------------- output_size


@check(of="output_size", points=1, sort="value")
def size_values(nn, sizes):
    """`output_size` counts the places that a window has along an axis."""
    grid = [(size, kernel, stride) for size in sizes for kernel in (1, 2, 3, 5) for stride in (1, 2, 3)]
    return {
        "places without padding": np.array([nn.output_size(*one, 0) for one in grid]),
        "places with padding on both sides": np.array([nn.output_size(*one, p) for one in grid for p in (1, 2)]),
        "places with different sides": np.array([nn.output_size(*one, p) for one in grid for p in ((0, 1), (2, 0))]),
        "places with dilation": np.array([nn.output_size(*one, 1, d) for one in grid for d in (2, 3)]),
    }


@size_values.cases
def _(rng):
    yield {"sizes": tuple(int(size) for size in np.sort(rng.permutation(np.arange(15, 25))[:5]))}


@size_values.mistake(
    "the first place is not counted",
    hint="A window that fits exactly has how many places, and how many does yours say?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return (size + before + after - span) // stride

    return {"output_size": output_size}


@size_values.mistake(
    "the division is rounded up", hint="Take 5 pixels, a window of 2 and a stride of 2, and draw the places."
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return int(np.ceil((size + before + after - span) / stride)) + 1

    return {"output_size": output_size}


@size_values.mistake("the division is not rounded", hint="Can there be two and a half places?")
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return (size + before + after - span) / stride + 1

    return {"output_size": output_size}


@size_values.mistake(
    "the 1 is added before the division",
    hint="With stride 1 there is no difference. Take 6 pixels, a window of 3 and a stride of 2, and draw the places.",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return (size + before + after - span + 1) // stride

    return {"output_size": output_size}


@size_values.mistake(
    "a padding given as a number is added on one side only", hint="The number is meant for either side."
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        padded = size + padding if isinstance(padding, int) else size + sum(padding)
        span = dilation * (kernel - 1) + 1
        if span > padded:
            raise ValueError(f"a window of {span} pixels does not fit on {padded}")
        return (padded - span) // stride + 1

    return {"output_size": output_size}


@size_values.mistake(
    "of two paddings, the first is taken for both sides", hint="What is the second number of the pair for?"
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before = padding if isinstance(padding, int) else padding[0]
        padded, span = size + 2 * before, dilation * (kernel - 1) + 1
        if span > padded:
            raise ValueError(f"a window of {span} pixels does not fit on {padded}")
        return (padded - span) // stride + 1

    return {"output_size": output_size}


@size_values.mistake(
    "a dilated window is taken to span d·k pixels",
    hint="Draw 3 pixels that stand 2 apart. How far is it from the first to the last?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * kernel
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return (size + before + after - span) // stride + 1

    return {"output_size": output_size}


@size_values.mistake("the dilation is not used", hint="How far does a window reach whose pixels stand 2 apart?")
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        if kernel > size + before + after:
            raise ValueError(f"a window of {kernel} pixels does not fit on {size}")
        return (size + before + after - kernel) // stride + 1

    return {"output_size": output_size}


@size_values.mistake(
    "the division is rounded to the nearest whole number",
    hint="If there is room for 1.7 more steps, how many are taken?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return round((size + before + after - span) / stride) + 1

    return {"output_size": output_size}


@size_values.mistake("nothing is returned", hint="A number that is printed is gone. What does your function hand back?")
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        print((size + before + after - span) // stride + 1)

    return {"output_size": output_size}


@check(of="output_size", points=1, sort="property", needs=["size_values"])
def size_refuses(nn, size):
    """`output_size` raises ValueError if the window is larger than the padded image, and only then."""

    def places(*arguments):
        try:
            return nn.output_size(*arguments)
        except ValueError:
            return "refused"
        except AssertionError:
            return "AssertionError"

    def answers(*calls):
        return ", ".join(str(places(*call)) for call in calls)

    return {
        "windows that just fit": answers((size, size, 2, 0), (size, size + 2, 1, 1), (2 * size + 1, size + 1, 3, 0, 2)),
        "windows with room to move": answers((size, 2, 1, 0), (size, size + 1, 1, 1), (2 * size, size, 1, 0, 2)),
        "windows too large": answers(
            (size, size + 1, 1, 0),
            (size, size + 3, 2, 1),
            (size, size + 3, 3, (2, 0)),
            (2 * size, size + 1, 1, 0, 2),
            (size, 3 * size, 1, 0),
            (size, 2 * size + 9, 2, 2),
        ),
    }


@size_refuses.cases
def _(rng):
    yield {"size": int(rng.integers(4, 12))}


@size_refuses.mistake(
    "nothing is refused",
    hint="What does your function return for a window of 5 on 3 pixels, and what would np.empty make of that?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        return (size + before + after - dilation * (kernel - 1) - 1) // stride + 1

    return {"output_size": output_size}


@size_refuses.mistake("a window as large as the image is refused", hint="A window that just fits has one place.")
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span >= size + before + after:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return (size + before + after - span) // stride + 1

    return {"output_size": output_size}


@size_refuses.mistake(
    "the window is compared with the image without its padding",
    hint="Where is the window put: on the image, or on the padded image?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        if span > size:
            raise ValueError(f"a window of {span} pixels does not fit on {size}")
        return (size + before + after - span) // stride + 1

    return {"output_size": output_size}


@size_refuses.mistake(
    "the number of the kernel's pixels is compared, not how far they reach", hint="How far does a dilated window reach?"
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        if kernel > size + before + after:
            raise ValueError(f"a window of {kernel} pixels does not fit on {size}")
        return (size + before + after - dilation * (kernel - 1) - 1) // stride + 1

    return {"output_size": output_size}


@size_refuses.mistake(
    "a window that does not fit gets no place, or one, and no complaint",
    hint="A layer without output is hardly what its maker wanted. Who should be told, and when?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        return max(0, (size + before + after - dilation * (kernel - 1) - 1) // stride + 1)

    return {"output_size": output_size}


@size_refuses.mistake(
    "the number is cut off towards zero, so that a window that is a little too large gets a place",
    hint="What are int(-0.5) and -1 // 2? Which of them rounds down?",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        count = int((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1
        if count < 1:
            raise ValueError(f"no place for a window of {kernel} pixels on {size}")
        return count

    return {"output_size": output_size}


@size_refuses.mistake(
    "it is refused by another exception than ValueError",
    hint="The text says which exception. Whoever calls your function waits for that one.",
)
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if isinstance(padding, int) else padding
        span = dilation * (kernel - 1) + 1
        assert span <= size + before + after
        return (size + before + after - span) // stride + 1

    return {"output_size": output_size}


# ---------------------------------------------------------------- correlate_by_loops


@check(of="correlate_by_loops", points=2, sort="value", needs=["size_values"], seconds=30)
def loops_values(nn, x, W, b, stride):
    """`correlate_by_loops` returns at each place the sum of filter times window over all channels, plus the bias."""
    return {"y": nn.correlate_by_loops(x, W, b, stride)}


@loops_values.cases
def _(rng):
    for n, c, o, h, w, kernel, stride in [
        (1, 1, 1, 4, 6, (2, 3), (1, 1)),
        (2, 3, 4, 6, 8, (3, 2), (1, 1)),
        (3, 2, 4, 7, 9, (2, 3), (2, 3)),
        (2, 3, 4, 9, 8, (3, 2), (3, 2)),
    ]:
        x, W = quarters(rng, n, c, h, w), quarters(rng, o, c, *kernel)
        yield {"x": x, "W": W, "b": quarters(rng, o), "stride": stride}


@loops_values.mistake(
    "the filter is flipped",
    hint="That is the mathematicians' convolution. Which entry of W meets the window's upper left pixel here?",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            seen = x[n, :, sh * u : sh * u + kh, sw * v : sw * v + kw]
            y[n, o, u, v] = np.sum(W[o, :, ::-1, ::-1] * seen) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the window moves one pixel at a time, whatever the stride",
    hint="y has the right shape. At which pixel does the window of y[n, o, 1, 0] begin?",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        oh, ow = nn.output_size(x.shape[2], kh, stride[0], 0), nn.output_size(x.shape[3], kw, stride[1], 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            y[n, o, u, v] = np.sum(W[o] * x[n, :, u : u + kh, v : v + kw]) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the strides of rows and columns are exchanged", hint="Which number of the pair is for the height?"
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sw, sh = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            seen = x[n, :, sh * u : sh * u + kh, sw * v : sw * v + kw]
            y[n, o, u, v] = np.sum(W[o] * seen) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake("the bias is left out", hint="What does b change in your result?")
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            y[n, o, u, v] = np.sum(W[o] * x[n, :, sh * u : sh * u + kh, sw * v : sw * v + kw])
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the bias is added once for each channel",
    hint="How often does b[o] enter one number of y? Count the loops around it.",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            for c in range(x.shape[1]):
                y[n, o, u, v] += np.sum(W[o, c] * x[n, c, sh * u : sh * u + kh, sw * v : sw * v + kw]) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "each channel overwrites the sum of those before it",
    hint="A filter sees all channels at once. What becomes of the first one's share?",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            for c in range(x.shape[1]):
                y[n, o, u, v] = np.sum(W[o, c] * x[n, c, sh * u : sh * u + kh, sw * v : sw * v + kw]) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the mean over the window is taken, not the sum", hint="A weighted sum is not divided by anything."
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            seen = x[n, :, sh * u : sh * u + kh, sw * v : sw * v + kw]
            y[n, o, u, v] = np.mean(W[o] * seen) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the stride is used inside the window, too",
    hint="The stride moves the window. How far apart are the pixels inside of it?",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            total = b[o]
            for i in range(kh):
                for j in range(kw):
                    if sh * (u + i) < x.shape[2] and sw * (v + j) < x.shape[3]:
                        total += np.sum(W[o, :, i, j] * x[n, :, sh * (u + i), sw * (v + j)])
            y[n, o, u, v] = total
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the bias is added once for each weight of the filter",
    hint="How often does b[o] enter one number of y? Count the loops around it.",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            for c, i, j in np.ndindex(W.shape[1:]):
                y[n, o, u, v] += W[o, c, i, j] * x[n, c, sh * u + i, sw * v + j] + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "the stride spreads the window's pixels, and the window moves by one",
    hint="Which of the two does the stride belong to: the place (u, v) of the window, or the pixel (i, j) in it?",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            y[n, o, u, v] = b[o]
            for c, i, j in np.ndindex(W.shape[1:]):
                y[n, o, u, v] += W[o, c, i, j] * x[n, c, u + sh * i, v + sw * j]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "only the first channel is seen", hint="The case with one channel is right. Over what does the formula sum?"
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for n, o, u, v in np.ndindex(y.shape):
            seen = x[n, 0, sh * u : sh * u + kh, sw * v : sw * v + kw]
            y[n, o, u, v] = np.sum(W[o, 0] * seen) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


@loops_values.mistake(
    "only the first image is answered",
    hint="Your y is zero from the second image on. Over what do you loop, and when does your function end?",
)
def _(nn):
    def correlate_by_loops(x, W, b, stride=(1, 1)):
        kh, kw = W.shape[2:]
        sh, sw = stride
        oh, ow = nn.output_size(x.shape[2], kh, sh, 0), nn.output_size(x.shape[3], kw, sw, 0)
        y = np.zeros((len(x), len(W), oh, ow))
        for o, u, v in np.ndindex(y.shape[1:]):
            y[0, o, u, v] = np.sum(W[o] * x[0, :, sh * u : sh * u + kh, sw * v : sw * v + kw]) + b[o]
        return y

    return {"correlate_by_loops": correlate_by_loops}


# ---------------------------------------------------------------- pad, crop


@check(of="pad", points=1, sort="value")
def pad_values(nn, x, sides):
    """`pad` puts rows of zeros above and below every image, and columns to its left and right."""
    return {"y": nn.pad(x, sides)}


@pad_values.cases
def _(rng):
    for sides in [(1, 1, 1, 1), (1, 0, 2, 3), (0, 2, 0, 0), (0, 0, 0, 0)]:
        yield {"x": apart(rng, 2, 3, 4, 5), "sides": sides}


@pad_values.mistake(
    "the sides are read in the order left, right, top, bottom",
    hint="The docstring says in which order the four numbers come.",
)
def _(nn):
    def pad(x, sides):
        left, right, top, bottom = sides
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))

    return {"pad": pad}


@pad_values.mistake(
    "both sides get the number of the first", hint="Is there as much to be put below an image as above it?"
)
def _(nn):
    def pad(x, sides):
        top, _, left, _ = sides
        return np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))

    return {"pad": pad}


@pad_values.mistake(
    "the image is put into the corner of the zeros",
    hint="There is room for it. In which row of y does the image begin?",
)
def _(nn):
    def pad(x, sides):
        top, bottom, left, right = sides
        n, channels, h, w = x.shape
        y = np.zeros((n, channels, top + h + bottom, left + w + right), dtype=x.dtype)
        y[:, :, :h, :w] = x
        return y

    return {"pad": pad}


@pad_values.mistake(
    "the image's own edge is repeated, not zeros", hint="What does `mode` of np.pad say, and what is asked?"
)
def _(nn):
    def pad(x, sides):
        top, bottom, left, right = sides
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), mode="edge")

    return {"pad": pad}


@pad_values.mistake(
    "the sides are taken in pairs: top and left, bottom and right",
    hint="Which two of the four numbers belong to the height?",
)
def _(nn):
    def pad(x, sides):
        top, left, bottom, right = sides
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))

    return {"pad": pad}


@pad_values.mistake(
    "the batch and the channels are padded, too", hint="How many axes has x, and around which of them belong zeros?"
)
def _(nn):
    def pad(x, sides):
        top, bottom, left, right = sides
        return np.pad(x, ((top, bottom), (left, right), (top, bottom), (left, right)))

    return {"pad": pad}


@pad_values.mistake("all four sides get the first number", hint="What are the other three numbers for?")
def _(nn):
    def pad(x, sides):
        p = sides[0]
        return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))

    return {"pad": pad}


@check(of="crop", points=1, sort="gradient")
def crop_values(nn, y, sides):
    """`crop` takes off the outer rows and columns, and with sides of zero it takes off nothing."""
    return {"x": nn.crop(y, sides)}


@crop_values.cases
def _(rng):
    for sides in [(1, 1, 2, 2), (1, 2, 3, 1), (2, 0, 0, 1), (0, 0, 0, 0)]:
        yield {"y": apart(rng, 2, 3, 7, 8), "sides": sides}


@crop_values.mistake(
    "nothing is left where a side is 0", hint="What is `a[0:-0]` for an array of five numbers? Try it."
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        return y[:, :, top:-bottom, left:-right].copy()

    return {"crop": crop}


@crop_values.mistake(
    "all rows and columns are taken off above and to the left", hint="Which row of y is the last one to be kept?"
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        return y[:, :, top + bottom :, left + right :].copy()

    return {"crop": crop}


@crop_values.mistake(
    "all rows and columns are taken off below and to the right", hint="In which row of y does the image begin?"
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        h, w = y.shape[2:]
        return y[:, :, : h - top - bottom, : w - left - right].copy()

    return {"crop": crop}


@crop_values.mistake(
    "a slice's end is taken for the number of its rows", hint="`a[2:5]` has three entries. What does the 5 count?"
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        h, w = y.shape[2:]
        return y[:, :, top : h - top - bottom, left : w - left - right].copy()

    return {"crop": crop}


@crop_values.mistake(
    "the sides are read in the order left, right, top, bottom",
    hint="The docstring says in which order the four numbers come.",
)
def _(nn):
    def crop(y, sides):
        left, right, top, bottom = sides
        h, w = y.shape[2:]
        return y[:, :, top : h - bottom, left : w - right].copy()

    return {"crop": crop}


@crop_values.mistake("both sides lose the number of the first", hint="Is as much to be taken off below as above?")
def _(nn):
    def crop(y, sides):
        top, _, left, _ = sides
        h, w = y.shape[2:]
        return y[:, :, top : h - top, left : w - left].copy()

    return {"crop": crop}


@crop_values.mistake(
    "nothing is taken off below and to the right",
    hint="Of how many rows is y, padding and all? Which of them is the last that belongs to the image?",
)
def _(nn):
    def crop(y, sides):
        top, _, left, _ = sides
        h, w = y.shape[2:]
        return y[:, :, top:h, left:w].copy()

    return {"crop": crop}


@crop_values.mistake(
    "one row and one column too many are taken off",
    hint="Does `a[2:5]` hold a[5]? So where does the slice have to end?",
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        h, w = y.shape[2:]
        return y[:, :, top : h - bottom - 1, left : w - right - 1].copy()

    return {"crop": crop}


@crop_values.mistake(
    "the outer rows and columns are set to zero, not taken off", hint="Which shape has the image that was padded?"
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        h, w = y.shape[2:]
        x = np.zeros_like(y)
        x[:, :, top : h - bottom, left : w - right] = y[:, :, top : h - bottom, left : w - right]
        return x

    return {"crop": crop}


@check(of=["pad", "crop"], points=1, sort="property", needs=["pad_values", "crop_values"], whole=True)
def padding_properties(nn, x, y, sides):
    """`pad` and `crop` are transposes of each other, keep the dtype, and return new arrays."""
    there, back = x.copy(), y.copy()
    padded, cropped = nn.pad(there, (0, 0, 0, 0)), nn.crop(back, (0, 0, 0, 0))
    padded += 1
    cropped += 1
    return {
        "sum of pad(x) times y": np.sum(nn.pad(x, sides) * y),
        "sum of x times crop(y)": np.sum(x * nn.crop(y, sides)),
        "dtype of pad for float32": str(np.asarray(nn.pad(x.astype(np.float32), sides)).dtype),
        "dtype of crop for float32": str(np.asarray(nn.crop(y.astype(np.float32), sides)).dtype),
        "x after pad(x) was changed": there,
        "y after crop(y) was changed": back,
    }


@padding_properties.cases
def _(rng):
    for sides in [(1, 2, 3, 0), (0, 1, 2, 2)]:
        size = (4 + sides[0] + sides[1], 5 + sides[2] + sides[3])
        yield {"x": apart(rng, 2, 3, 4, 5), "y": apart(rng, 2, 3, *size), "sides": sides}


@padding_properties.mistake(
    "crop returns a window onto its argument, not an array of its own",
    hint="A slice shares its numbers with the array it was cut from. What if somebody adds to the gradient?",
)
def _(nn):
    def crop(y, sides):
        top, bottom, left, right = sides
        h, w = y.shape[2:]
        return y[:, :, top : h - bottom, left : w - right]

    return {"crop": crop}


@padding_properties.mistake("without padding, pad returns its argument", hint="What if somebody changes the result?")
def _(nn):
    def pad(x, sides):
        top, bottom, left, right = sides
        if not any(sides):
            return x
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))

    return {"pad": pad}


@padding_properties.mistake("pad makes float64 of float32", hint="Which dtype has np.zeros, if nobody says?")
def _(nn):
    def pad(x, sides):
        top, bottom, left, right = sides
        n, channels, h, w = x.shape
        y = np.zeros((n, channels, top + h + bottom, left + w + right))
        y[:, :, top : top + h, left : left + w] = x
        return y

    return {"pad": pad}


# ---------------------------------------------------------------- im2col


@check(of="im2col", points=2, sort="value", needs=["size_values"])
def columns_values(nn, x, kernel, stride, dilation):
    """`im2col` returns (N, C·kh·kw, OH·OW): column p of matrix n is what the window sees at place p of image n."""
    return {"columns": nn.im2col(x, nn.Window(kernel, stride, dilation))}


@columns_values.cases
def _(rng):
    for n, c, h, w, kernel, stride, dilation in [
        (1, 1, 4, 5, (2, 3), (1, 1), (1, 1)),
        (3, 2, 6, 8, (3, 2), (1, 1), (1, 1)),
        (2, 3, 7, 9, (2, 3), (2, 3), (1, 1)),
        (3, 2, 8, 9, (3, 2), (3, 2), (1, 1)),
        (2, 3, 7, 9, (3, 2), (1, 2), (2, 3)),
    ]:
        yield {"x": apart(rng, n, c, h, w), "kernel": kernel, "stride": stride, "dilation": dilation}


@columns_values.mistake(
    "the windows stand in rows, not in columns",
    hint="Which axis comes first in (C·kh·kw, OH·OW): what a window sees, or where it is?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow).transpose(0, 2, 1)

    return {"im2col": im2col}


@columns_values.mistake(
    "the channels come last in a column",
    hint="Compare with W[o].ravel(): which axis of a filter moves slowest there, and which in your columns?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, kh, kw, c, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the places are counted down the columns of the image",
    hint="Along a row of the image, by how much should the number p of the place grow?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, ow, oh), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen.transpose(0, 1, 3, 2)
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the axes are reshaped where they have to be transposed",
    hint="reshape never moves a number in memory. Does image 0 end up in columns[0] alone?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        rows = []
        for i in range(kh):
            for j in range(kw):
                rows.append(x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw])
        return np.array(rows).reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the stride is not used",
    hint="How far apart are the pixels that neighbouring places take from one corner of the window?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                columns[:, :, i, j] = x[:, :, dh * i : dh * i + oh, dw * j : dw * j + ow]
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the strides of rows and columns are exchanged", hint="Which number of the pair is for the height?"
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sw, sh), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the pixels of a window stand side by side, whatever the dilation",
    hint="With a dilation of 2, which pixel of the image is the window's second?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                columns[:, :, i, j] = x[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw]
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake("the windows are flipped", hint="Which pixel of the window stands at the top of a column?")
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, kh - 1 - i, kw - 1 - j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "a window is listed column by column, not row by row",
    hint="Compare with W[o].ravel(): which of i and j moves faster there, and which in your columns?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kw, kh, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, j, i] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the places still have two axes", hint="A matrix has columns. How many axes has what you return for one image?"
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh, ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "the dilations of rows and columns are exchanged", hint="Which number of the pair is for the height?"
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dw, dh), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_values.mistake(
    "all images share one matrix",
    hint="How many axes has what you return, and which of the three asked for is missing?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.transpose(1, 2, 3, 0, 4, 5).reshape(c * kh * kw, n * oh * ow)

    return {"im2col": im2col}


@check(of="im2col", points=1, sort="property", needs=["columns_values"])
def columns_properties(nn, x, kernel, stride, padding):
    """`im2col` takes x as it is, padded already, whatever `window.padding` says; float32 stays float32."""
    return {
        "columns with a padding in the window": nn.im2col(x, nn.Window(kernel, stride, padding=padding)),
        "dtype of the columns of float32": str(
            np.asarray(nn.im2col(x.astype(np.float32), nn.Window(kernel, stride))).dtype
        ),
        "columns of a window as large as x": nn.im2col(x, nn.Window(x.shape[2:])),
    }


@columns_properties.cases
def _(rng):
    for kernel, stride, padding in [((3, 2), (1, 2), (1, 1, 2, 2)), ((2, 3), (3, 1), (2, 0, 0, 1))]:
        yield {"x": apart(rng, 3, 2, 6, 7), "kernel": kernel, "stride": stride, "padding": padding}


@columns_properties.mistake(
    "the padding is added, though x has it already", hint="Who pads: im2col, or whoever calls it? See its docstring."
)
def _(nn):
    def im2col(x, window):
        x = nn.pad(x, window.padding)
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_properties.mistake(
    "float64 comes out for float32", hint="Which dtype has np.zeros or np.empty, if nobody says?"
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.zeros((n, c, kh, kw, oh, ow))
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow)

    return {"im2col": im2col}


@columns_properties.mistake(
    "axes of one entry are squeezed away",
    hint="A window as large as the image has one place. Is there still an axis for it?",
)
def _(nn):
    def im2col(x, window):
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        columns = np.empty((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                columns[:, :, i, j] = seen
        return columns.reshape(n, c * kh * kw, oh * ow).squeeze()

    return {"im2col": im2col}


# ---------------------------------------------------------------- correlate


@check(of="correlate", points=2, sort="value", needs=["pad_values", "columns_values"])
def correlate_values(nn, x, W, b, stride, dilation, padding):
    """`correlate` returns y of (N, O, OH, OW), the same as the loops do on padded images."""
    return {"y": nn.correlate(x, W, b, nn.Window(W.shape[2:], stride, dilation, padding))}


@correlate_values.cases
def _(rng):
    for n, c, o, h, w, kernel, stride, dilation, padding in [
        (2, 3, 4, 6, 8, (3, 2), (1, 1), (1, 1), (0, 0, 0, 0)),
        (3, 2, 4, 5, 7, (2, 3), (2, 3), (1, 1), (1, 1, 2, 2)),
        (2, 3, 5, 7, 6, (3, 2), (3, 1), (1, 1), (0, 2, 1, 0)),
        (3, 2, 4, 5, 7, (3, 2), (1, 2), (2, 3), (2, 0, 0, 1)),
    ]:
        x, W, b = quarters(rng, n, c, h, w), quarters(rng, o, c, *kernel), quarters(rng, o)
        yield {"x": x, "W": W, "b": b, "stride": stride, "dilation": dilation, "padding": padding}


@correlate_values.mistake(
    "the images are not padded", hint="im2col takes images that have their padding. Who gives it to them?"
)
def _(nn):
    def correlate(x, W, b, window):
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = W.reshape(len(W), -1) @ nn.im2col(x, window) + b[:, None]
        return y.reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


@correlate_values.mistake("the bias is left out", hint="What does b change in your result?")
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, window.padding)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        return (W.reshape(len(W), -1) @ nn.im2col(x, window)).reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


@correlate_values.mistake(
    "the filters are flipped",
    hint="im2col lists a window's pixels from the upper left one on. In which order does W list its own?",
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, window.padding)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = W[:, :, ::-1, ::-1].reshape(len(W), -1) @ nn.im2col(x, window) + b[:, None]
        return y.reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


@correlate_values.mistake(
    "W is reshaped to (C·kh·kw, O) where it has to be transposed",
    hint="After reshape, which numbers stand in column o? Are they those of filter o?",
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, window.padding)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = W.reshape(-1, len(W)).T @ nn.im2col(x, window) + b[:, None]
        return y.reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


@correlate_values.mistake(
    "places and filters are mixed up by a reshape",
    hint="Your product has an axis of places before the axis of filters. Does reshape exchange axes?",
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, window.padding)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = nn.im2col(x, window).transpose(0, 2, 1) @ W.reshape(len(W), -1).T + b
        return y.reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


@correlate_values.mistake(
    "the padding is added twice",
    hint="Count the calls of pad between x and its columns. How large is y, and how large should it be?",
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(nn.pad(x, window.padding), window.padding)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = W.reshape(len(W), -1) @ nn.im2col(x, window) + b[:, None]
        return y.reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


@correlate_values.mistake(
    "the height and the width of y are exchanged", hint="Your y has all the right numbers. Which axis is OH?"
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, window.padding)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = W.reshape(len(W), -1) @ nn.im2col(x, window) + b[:, None]
        return y.reshape(n, len(W), ow, oh)

    return {"correlate": correlate}


@correlate_values.mistake(
    "the stride and the dilation get lost",
    hint="The window knows its stride and its dilation. Who is given the window?",
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, window.padding)
        n, _, h, w = x.shape
        kh, kw = W.shape[2:]
        y = W.reshape(len(W), -1) @ nn.im2col(x, nn.Window((kh, kw))) + b[:, None]
        return y.reshape(n, len(W), h - kh + 1, w - kw + 1)

    return {"correlate": correlate}


@correlate_values.mistake(
    "the places are left in one axis", hint="The product has P = OH·OW columns. What shape is asked of y?"
)
def _(nn):
    def correlate(x, W, b, window):
        return W.reshape(len(W), -1) @ nn.im2col(nn.pad(x, window.padding), window) + b[:, None]

    return {"correlate": correlate}


@correlate_values.mistake(
    "the four sides get the first number of the padding",
    hint="The padding has four numbers. Which of them reach the images?",
)
def _(nn):
    def correlate(x, W, b, window):
        x = nn.pad(x, (window.padding[0],) * 4)
        n, _, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh, ow = nn.output_size(h, kh, sh, 0, dh), nn.output_size(w, kw, sw, 0, dw)
        y = W.reshape(len(W), -1) @ nn.im2col(x, window) + b[:, None]
        return y.reshape(n, len(W), oh, ow)

    return {"correlate": correlate}


# ---------------------------------------------------------------- filter_gradient


@check(
    of="filter_gradient",
    points=3,
    sort="gradient",
    needs=["columns_values", "correlate_values"],
    whole=True,
    seconds=30,
)
def filter_gradient_values(nn, x, W, dy, stride, dilation, padding):
    """`filter_gradient` returns dW, summed over the images and the places."""
    window = nn.Window(W.shape[2:], stride, dilation, padding)
    b = np.zeros(len(W))
    numeric = nn.finite_difference(lambda W: nn.correlate(x, W, b, window), W, dy)
    return {"dW": nn.filter_gradient(x, dy, window), "numeric dW": numeric}


@filter_gradient_values.cases
def _(rng):
    for n, c, o, h, w, kernel, stride, dilation, padding, places in [
        (4, 2, 3, 5, 6, (3, 2), (1, 1), (1, 1), (0, 0, 0, 0), (3, 5)),
        (4, 2, 3, 6, 8, (2, 3), (2, 3), (1, 1), (1, 1, 2, 2), (4, 4)),
        (5, 3, 2, 7, 6, (3, 2), (3, 2), (1, 1), (2, 0, 0, 1), (3, 3)),
        (4, 2, 3, 6, 8, (3, 2), (1, 2), (2, 3), (1, 0, 0, 0), (3, 3)),
    ]:
        yield {
            "x": quarters(rng, n, c, h, w),
            "W": quarters(rng, o, c, *kernel),
            "dy": quarters(rng, n, o, *places),
            "stride": stride,
            "dilation": dilation,
            "padding": padding,
        }


@filter_gradient_values.mistake(
    "dW is averaged over the images, not summed",
    hint="If the loss is a mean, where is its 1/N already?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = dy.reshape(n, o, -1) @ columns.transpose(0, 2, 1)
        return dW.mean(axis=0).reshape(o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "dW is divided by the number of places", hint="A filter is used at every place. Do their shares add up, or average?"
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = dy.reshape(n, o, -1) @ columns.transpose(0, 2, 1) / columns.shape[2]
        return dW.sum(axis=0).reshape(o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "only the last image's share is kept", hint="What does `=` do in a loop over images, and what should stand there?"
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        for image in range(n):
            dW = dy[image].reshape(o, -1) @ columns[image].T
        return dW.reshape(o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "dW is flipped",
    hint="Flipping belongs to dX. Which entry of W met the upper left pixel of each window?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = (dy.reshape(n, o, -1) @ columns.transpose(0, 2, 1)).sum(axis=0)
        return dW.reshape(o, x.shape[1], *window.kernel)[:, :, ::-1, ::-1]

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "the pixels are taken as if the stride were 1",
    hint="W[o, c, 0, 0] has met one pixel of each window. How far apart are these pixels?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        (kh, kw), _, (dh, dw), _ = window
        x = nn.pad(x, window.padding)
        oh, ow = dy.shape[2:]
        dW = np.zeros((dy.shape[1], x.shape[1], kh, kw))
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + oh, dw * j : dw * j + ow]
                dW[:, :, i, j] = np.einsum("nouv,ncuv->oc", dy, seen)
        return dW

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "dW is brought into its shape by reshape where it has to be transposed",
    hint="Your product is of shape (C·kh·kw, O). What would its transpose be, and is reshape the same?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = (columns @ dy.reshape(n, o, -1).transpose(0, 2, 1)).sum(axis=0)
        return dW.reshape(o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "dW has the same numbers for each channel of x: the channels are added up",
    hint="Channel c of a filter has met channel c of the images alone. Which axes are summed over?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        (kh, kw), (sh, sw), (dh, dw), _ = window
        x = nn.pad(x, window.padding)
        oh, ow = dy.shape[2:]
        dW = np.zeros((dy.shape[1], x.shape[1], kh, kw))
        for i in range(kh):
            for j in range(kw):
                seen = x[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw]
                dW[:, :, i, j] = np.einsum("nouv,ncuv->o", dy, seen)[:, None]
        return dW

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "images and places are put into one axis by a reshape, with the filters still between them",
    hint="To make one axis of two, they have to be neighbours. Which axis stands between N and the places?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        o = dy.shape[1]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        side_by_side = columns.transpose(1, 0, 2).reshape(columns.shape[1], -1)
        dW = dy.reshape(o, -1) @ side_by_side.T
        return dW.reshape(o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "each image has a dW of its own: they are not added up", hint="How many filters has the layer, and who shares them?"
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = dy.reshape(n, o, -1) @ columns.transpose(0, 2, 1)
        return dW.reshape(n, o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "the columns are reshaped where they have to be transposed",
    hint="The columns are (C·kh·kw, P), and you want (P, C·kh·kw). Does reshape exchange two axes?",
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = dy.reshape(n, o, -1) @ columns.reshape(n, columns.shape[2], columns.shape[1])
        return dW.sum(axis=0).reshape(o, x.shape[1], *window.kernel)

    return {"filter_gradient": filter_gradient}


@filter_gradient_values.mistake(
    "dW has its first two axes exchanged", hint="A gradient has the shape of what it is the gradient of. Which is W's?"
)
def _(nn):
    def filter_gradient(x, dy, window):
        n, o = dy.shape[:2]
        columns = nn.im2col(nn.pad(x, window.padding), window)
        dW = (dy.reshape(n, o, -1) @ columns.transpose(0, 2, 1)).sum(axis=0)
        return dW.reshape(o, x.shape[1], *window.kernel).transpose(1, 0, 2, 3)

    return {"filter_gradient": filter_gradient}


# ---------------------------------------------------------------- image_gradient


@check(
    of="image_gradient", points=3, sort="gradient", needs=["crop_values", "correlate_values"], whole=True, seconds=30
)
def image_gradient_values(nn, x, W, dy, stride, dilation, padding):
    """`image_gradient` returns dX: each pixel collects from all the windows that have seen it."""
    window = nn.Window(W.shape[2:], stride, dilation, padding)
    b = np.zeros(len(W))
    numeric = nn.finite_difference(lambda x: nn.correlate(x, W, b, window), x, dy)
    return {"dX": nn.image_gradient(dy, W, x.shape[2:], window), "numeric dX": numeric}


@image_gradient_values.cases
def _(rng):
    for n, c, o, h, w, kernel, stride, dilation, padding, places in [
        (2, 2, 3, 5, 6, (3, 2), (1, 1), (1, 1), (1, 1, 1, 1), (5, 7)),
        (2, 2, 3, 6, 7, (3, 4), (2, 3), (1, 1), (1, 2, 2, 1), (4, 3)),
        (3, 2, 5, 4, 7, (4, 5), (3, 2), (1, 1), (2, 1, 1, 1), (2, 3)),
        (2, 2, 3, 6, 8, (3, 2), (1, 2), (2, 3), (1, 2, 1, 1), (5, 4)),
    ]:
        yield {
            "x": quarters(rng, n, c, h, w),
            "W": quarters(rng, o, c, *kernel),
            "dy": quarters(rng, n, o, *places),
            "stride": stride,
            "dilation": dilation,
            "padding": padding,
        }


@image_gradient_values.mistake(
    "where windows overlap, the last one wins: dX is assigned, not added to",
    hint="A pixel in the middle of a 3 × 3 kernel's image is seen by nine windows. Whose share is in its gradient?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] = columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "dX is computed as if the stride were 1",
    hint="Which pixel of x was the upper left one of the window at the place (1, 0)?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), _, (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + oh, dw * j : dw * j + ow] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "the filters are the wrong way round",
    hint="W[o, c, 0, 0] met the upper left pixel of each window. To which pixel does your code take its share? "
    "Who scatters flips nothing; who gathers has to.",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W[:, :, ::-1, ::-1].reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "the padding is taken off below and to the right only",
    hint="In which row of the padded image did the image begin?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return dx[:, :, : size[0], : size[1]]

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "the padding is not taken off",
    hint="A gradient has the shape of what it is the gradient of. Is it that of the padded image that is asked?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return dx

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "only one filter's share is kept",
    hint="Each of the O outputs has seen the pixel. Over which axis has dX to be summed?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, outputs, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        for o in range(outputs):
            dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
            for i in range(kh):
                for j in range(kw):
                    share = dy[:, o, None] * W[o, :, i, j][:, None, None]
                    dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += share
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "W is reshaped to (C·kh·kw, O) where it has to be transposed",
    hint="After reshape, which numbers stand in column o? Are they those of filter o?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(-1, o) @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "the dilation is not used", hint="With a dilation of 2, which pixel did the window's second row see?"
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), _, (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "the sides of the padding are taken off in the wrong order",
    hint="In which order does crop want its four numbers, and in which does the window have them?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, (left, right, top, bottom))

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake(
    "dX is divided by the number of images", hint="If the loss is a mean, where is its 1/N already?"
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1) / n
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_values.mistake("nothing is returned", hint="dX is computed. Who gets it?")
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@check(of="image_gradient", points=1, sort="property", needs=["image_gradient_values"])
def image_gradient_edges(nn, W, dy, size, stride, padding):
    """`image_gradient` gives 0 where no window comes: beyond the last one, between windows; float32 stays float32."""
    window = nn.Window(W.shape[2:], stride, padding=padding)
    single = nn.image_gradient(dy.astype(np.float32), W.astype(np.float32), size, window)
    return {"dX": nn.image_gradient(dy, W, size, window), "dtype of dX for float32": str(np.asarray(single).dtype)}


@image_gradient_edges.cases
def _(rng):
    for kernel, size, stride, padding, places in [
        ((2, 3), (8, 9), (3, 4), (0, 0, 0, 0), (3, 2)),
        ((3, 2), (8, 7), (2, 3), (1, 0, 0, 0), (4, 2)),
        ((1, 2), (6, 7), (2, 2), (0, 0, 0, 0), (3, 3)),
    ]:
        W, dy = quarters(rng, 3, 2, *kernel), quarters(rng, 2, 3, *places)
        yield {"W": W, "dy": dy, "size": size, "stride": stride, "padding": padding}


@image_gradient_edges.mistake(
    "dX ends where the last window ends",
    hint="Several sizes of image give the same number of places. How is yours to know which it was, and who tells it?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), _ = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        h, w = sh * (oh - 1) + dh * (kh - 1) + 1, sw * (ow - 1) + dw * (kw - 1) + 1
        dx = np.zeros((n, W.shape[1], h, w), dtype=columns.dtype)
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_edges.mistake(
    "nothing is left where a side has no padding", hint="What is `a[0:-0]` for an array of five numbers?"
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right), dtype=columns.dtype)
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return dx[:, :, top:-bottom, left:-right]

    return {"image_gradient": image_gradient}


@image_gradient_edges.mistake("float64 comes out for float32", hint="Which dtype has np.zeros, if nobody says?")
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        dx = np.zeros((n, W.shape[1], size[0] + top + bottom, size[1] + left + right))
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        return nn.crop(dx, window.padding)

    return {"image_gradient": image_gradient}


@image_gradient_edges.mistake(
    "the rows and columns that no window reaches are put in front",
    hint="Where does the first window stand, and where do pixels remain over?",
)
def _(nn):
    def image_gradient(dy, W, size, window):
        n, o, oh, ow = dy.shape
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        columns = W.reshape(o, -1).T @ dy.reshape(n, o, -1)
        columns = columns.reshape(n, W.shape[1], kh, kw, oh, ow)
        h, w = sh * (oh - 1) + dh * (kh - 1) + 1, sw * (ow - 1) + dw * (kw - 1) + 1
        dx = np.zeros((n, W.shape[1], h, w), dtype=columns.dtype)
        for i in range(kh):
            for j in range(kw):
                dx[:, :, dh * i : dh * i + sh * oh : sh, dw * j : dw * j + sw * ow : sw] += columns[:, :, i, j]
        over = size[0] + top + bottom - h, size[1] + left + right - w
        return nn.crop(nn.pad(dx, (over[0], 0, over[1], 0)), window.padding)

    return {"image_gradient": image_gradient}


# ---------------------------------------------------------------- Conv2d


@check(of="Conv2d", points=1, sort="value", needs=["correlate_values"])
def conv_forward(nn, x, W, b, stride, padding):
    """`forward` returns the answer of every filter at every place, with the layer's own filters, biases and window."""
    layer = nn.Conv2d(W.shape[1], W.shape[0], W.shape[2:], stride=stride, padding=padding, rng=nn.rng())
    first = layer.forward(x)
    layer.W.value[...], layer.b.value[...] = W, b
    return {"y of the first weights": first, "y": layer.forward(x), "y in training": layer.forward(x, train=True)}


@conv_forward.cases
def _(rng):
    for kernel, stride, padding in [((3, 2), (1, 1), 0), ((2, 3), (2, 3), (2, 1)), ((3, 5), (1, 1), "same")]:
        W, b = quarters(rng, 4, 3, *kernel), quarters(rng, 4)
        yield {"x": quarters(rng, 2, 3, 6, 8), "W": W, "b": b, "stride": stride, "padding": padding}


@conv_forward.mistake("the bias is left out", hint="Set b to 100 and look at the output.")
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self._x = x
            return nn.correlate(x, self.W.value, np.zeros(len(self.b.value)), self.window)

    return {"Conv2d": Conv2d}


@conv_forward.mistake(
    "the padding gets lost", hint="Which attribute of the layer knows the padding, and who is given it?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self._x = x
            return nn.correlate(x, self.W.value, self.b.value, self.window.within())

    return {"Conv2d": Conv2d}


@conv_forward.mistake(
    "the stride gets lost", hint="Which attribute of the layer knows the stride, and who is given it?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self._x = x
            window = nn.Window(self.W.shape[2:], padding=self.window.padding)
            return nn.correlate(x, self.W.value, self.b.value, window)

    return {"Conv2d": Conv2d}


@conv_forward.mistake(
    "the images are padded twice", hint="correlate pads by itself. How large is y, and how large should it be?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self._x = x
            return nn.correlate(nn.pad(x, self.window.padding), self.W.value, self.b.value, self.window)

    return {"Conv2d": Conv2d}


@check(
    of="Conv2d", points=2, sort="gradient", needs=["conv_forward", "filter_gradient_values", "image_gradient_values"]
)
def conv_backward(nn, x, x2, W, dy, dy2, stride, padding):
    """`backward` returns dX and adds dW and db to the gradients, of the last batch that went forward."""
    layer = nn.Conv2d(W.shape[1], W.shape[0], W.shape[2:], stride=stride, padding=padding, rng=nn.rng())
    layer.W.value[...] = W
    layer.forward(x)
    dx = layer.backward(dy)
    result = {"dX": dx, "dW": np.array(layer.W.grad), "db": np.array(layer.b.grad)}
    layer.forward(x2)
    result |= {"dX of a second batch": layer.backward(dy2), "dW of both": layer.W.grad, "db of both": layer.b.grad}
    result["numeric dX"] = nn.finite_difference(layer.forward, x, dy)
    return result


@conv_backward.cases
def _(rng):
    for kernel, stride, padding, places in [((3, 2), (1, 1), (1, 0), (5, 6)), ((2, 3), (2, 3), (1, 2), (3, 3))]:
        yield {
            "x": rng.normal(size=(4, 2, 5, 7)),
            "x2": rng.normal(size=(4, 2, 5, 7)),
            "W": rng.normal(size=(3, 2, *kernel)),
            "dy": rng.normal(size=(4, 3, *places)),
            "dy2": rng.normal(size=(4, 3, *places)),
            "stride": stride,
            "padding": padding,
        }


@conv_backward.mistake("db is averaged over the images, not summed", hint="Each image adds its own share to db.")
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(2, 3)).mean(axis=0)
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake(
    "db is averaged over the places, not summed",
    hint="The bias stands in the output at every place, with the factor 1.",
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.mean(axis=(2, 3)).sum(axis=0)
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake(
    "db is the same for all filters: the outputs are added up", hint="Which axis of dY must survive in db?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum()
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake("dW is assigned, not added", hint="Which clause of a layer's contract speaks of two batches?")
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad = nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake("db is assigned, not added", hint="After two batches, db should hold the shares of both.")
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad = dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake("db is left out", hint="Which parameters has the layer, and which of them get a gradient?")
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake("backward returns nothing", hint="What does the layer before this one wait for?")
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            self.dx = nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_backward.mistake(
    "backward uses the first batch that went forward, for ever", hint="When is what backward needs kept anew?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            if not hasattr(self, "_x"):
                self._x = x
            return nn.correlate(x, self.W.value, self.b.value, self.window)

    return {"Conv2d": Conv2d}


@check(of="Conv2d", points=1, sort="property", needs=["conv_backward"])
def conv_properties(nn, x, dy):
    """Conv2d refuses what it can't take, shares nothing with other layers, keeps float32, passes the adjoint test."""
    layer = nn.Conv2d(3, 4, (3, 2), stride=2, padding=1, rng=nn.rng())

    def refusal(images):
        try:
            layer.forward(images)
        except ValueError as error:
            return f"refused, in Conv2d's name: {'Conv2d' in str(error)}"
        return "not refused"

    def another_between():
        other = nn.Conv2d(3, 4, (3, 2), stride=2, padding=1, rng=nn.rng())
        layer.forward(x)
        other.forward(x[::-1] + 1)
        layer.backward(dy)
        return np.array(layer.W.grad)

    def too_small(images):
        try:
            layer.forward(images)
        except ValueError:
            return "refused"
        return "not refused"

    result = {
        "dW after another layer's forward": another_between(),
        "refusal of a single image": refusal(x[0]),
        "refusal of channels that come last": refusal(x.transpose(0, 2, 3, 1)),
        "refusal of an image smaller than the window": too_small(np.zeros((2, 3, 0, 7))),
        "sum of y times dY": np.sum(layer.forward(x) * dy),
        "sum of x times dX": np.sum(x * layer.backward(dy)),
    }
    single = layer.astype(np.float32)
    result["dtype of y for float32"] = str(np.asarray(single.forward(x.astype(np.float32))).dtype)
    result["dtype of dX for float32"] = str(np.asarray(single.backward(dy.astype(np.float32))).dtype)
    return result


@conv_properties.cases
def _(rng):
    yield {"x": quarters(rng, 2, 3, 6, 9), "dy": quarters(rng, 2, 4, 3, 5)}


@conv_properties.mistake(
    "nobody looks at the shape of x", hint="There is a method that refuses what is not a batch of images. Who calls it?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self._x = x
            return nn.correlate(x, self.W.value, self.b.value, self.window)

    return {"Conv2d": Conv2d}


@conv_properties.mistake("all numbers become float64", hint="float32 goes in. What comes out of astype(float)?")
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self._x = x = x.astype(float)
            return nn.correlate(x, self.W.value, self.b.value, self.window)

        def backward(self, dy):
            x, dy = self._x, dy.astype(float)
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_properties.mistake(
    "dX becomes float64, though y does not",
    hint="Your image_gradient makes it. Which dtype has np.zeros, if nobody says?",
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window).astype(float)

    return {"Conv2d": Conv2d}


@conv_properties.mistake(
    "all layers share what forward has kept",
    hint="Two layers are used in turn. Does each keep its own images in itself, or in a place that both can see?",
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            Conv2d.kept = x
            return nn.correlate(x, self.W.value, self.b.value, self.window)

        def backward(self, dy):
            x = self.kept
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@conv_properties.mistake("the argument is centred in place", hint="x is the caller's. What does `x -= ...` do to it?")
def _(nn):
    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            x -= x.mean()
            self._x = x
            return nn.correlate(x, self.W.value, self.b.value, self.window)

    return {"Conv2d": Conv2d}


# ---------------------------------------------------------------- all parts together


@check(of="Conv2d", points=3, sort="outcome", needs=["conv_forward", "conv_backward"], seconds=60)
def train_cnn(nn, images, labels, seed):
    """A network of three of your layers, trained on 1,000 digits, follows the reference and reads new digits."""
    x, y, rng = images[:, None] / 16.0, labels.astype(np.int64), np.random.default_rng(seed)
    layers = [
        nn.Conv2d(1, 6, 3, init=nn.he_normal, rng=rng),
        nn.Conv2d(6, 12, 3, stride=2, padding=1, init=nn.he_normal, rng=rng),
        nn.Conv2d(12, 10, 3, rng=rng),
    ]
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2], nn.Flatten())
    optimizer, loss = nn.GradientDescent(model.parameters(), 0.3), nn.SoftmaxCrossEntropy()
    result = {}
    for step, batch in enumerate(rng.integers(0, len(x), size=(250, 32))):
        if step == 200:
            optimizer.learning_rate = 0.05  # small steps at last, so that no batch has the last word
        loss.forward(model.forward(x[batch], train=True), y[batch])
        optimizer.zero_grad()
        model.backward(loss.backward())
        optimizer.step()
        if step == 4:
            for i, layer in enumerate(layers[:2], start=1):
                result[f"W{i} after 5 steps"] = np.array(layer.W.value)
                result[f"b{i} after 5 steps"] = np.array(layer.b.value)
    for i, layer in enumerate(layers, start=1):
        result[f"W{i}"] = np.asarray(layer.W.value, dtype=np.float32)
        result[f"b{i}"] = np.asarray(layer.b.value, dtype=np.float32)
    return result


@train_cnn.cases
def _(rng):
    X, y, *_ = datasets.load_digits()
    images, labels = np.rint(16 * X.reshape(-1, 8, 8)).astype(np.uint8), y.astype(np.uint8)
    order = rng.permutation(len(X))
    learn, judge = order[:1000], order[1000:]
    yield {
        "images": images[learn],
        "labels": labels[learn],
        "seed": int(rng.integers(2**31)),
        "judge": {"images": images[judge], "labels": labels[judge]},
    }


@train_cnn.outcome(
    "accuracy on digits that the network has not seen", at_least=0.85, uses=["W1", "b1", "W2", "b2", "W3", "b3"]
)
def _(arrays, judge):
    """Measured on 1,000 draws of the reference: 0.883 to 0.977, mean 0.957, standard deviation 0.008. No false failure.

    The controls, on 20 draws each: uphill 0.082 to 0.118, filters that never learn 0.066 to 0.197, dW flipped 0.083 to
    0.300. What else: dW divided by N once more 0.587 to 0.873, no gradient for the layers below 0.868 to 0.935, biases
    that never learn 0.937 to 0.969. What passes the band is caught by the comparison after five steps.
    """
    seen = judge["images"][:, None] / 16.0
    for i, stride, padding in ((1, 1, 0), (2, 2, 1), (3, 1, 0)):
        seen = np.maximum(seen, 0)
        sides = (padding, padding)
        seen = np.pad(seen, ((0, 0), (0, 0), sides, sides))
        windows = np.lib.stride_tricks.sliding_window_view(seen, (3, 3), axis=(2, 3))[:, :, ::stride, ::stride]
        answers = np.einsum("ncuvij,ocij->nouv", windows, arrays[f"W{i}"], optimize=True)
        seen = answers + arrays[f"b{i}"][:, None, None]
    return np.mean(np.argmax(seen[:, :, 0, 0], axis=1) == judge["labels"])


@train_cnn.mistake(
    "the gradients of the filters point up the hill",
    hint="Run the check of filter_gradient again, and look at the signs.",
    control=True,
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad -= nn.filter_gradient(x, dy, self.window)
            self.b.grad -= dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@train_cnn.mistake(
    "dW is divided by the number of images once more",
    hint="Run the check of filter_gradient again. If the loss is a mean, where is its 1/N?",
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window) / len(x)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@train_cnn.mistake("the filters never learn", hint="Compare W before and after a step.", control=True)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@train_cnn.mistake("the filters' biases never learn", hint="Compare b before and after a step.")
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}


@train_cnn.mistake(
    "no gradient reaches the layers below", hint="What does a layer's backward hand back to the layer below it?"
)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return np.zeros_like(x)

    return {"Conv2d": Conv2d}


@train_cnn.mistake("dW is flipped", hint="Run the check of filter_gradient again.", control=True)
def _(nn):
    class Conv2d(nn.Conv2d):
        def backward(self, dy):
            x = self._x
            self.W.grad += nn.filter_gradient(x, dy, self.window)[:, :, ::-1, ::-1]
            self.b.grad += dy.sum(axis=(0, 2, 3))
            return nn.image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {"Conv2d": Conv2d}
