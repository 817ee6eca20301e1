"""Right answers to lesson 7 in other styles."""

import numpy as np

from gradschool.grader.authoring import style
from gradschool.nn.layers.correlation import im2col
from gradschool.nn.layers.images import require_images
from gradschool.nn.layers.padding import crop, pad
from gradschool.nn.layers.places import places
from gradschool.nn.layers.window import Window


@style("loops")
def _(nn):
    def max_pool_by_loops(x, window):
        (kh, kw), (sh, sw), _, (above, _, before, _) = window
        N, C, H, W = x.shape
        OH, OW = places((H, W), window)
        y = np.full((N, C, OH, OW), -np.inf)
        for n in range(N):
            for c in range(C):
                for u in range(OH):
                    for v in range(OW):
                        for i in range(sh * u - above, sh * u - above + kh):
                            for j in range(sw * v - before, sw * v - before + kw):
                                if 0 <= i < H and 0 <= j < W and x[n, c, i, j] > y[n, c, u, v]:
                                    y[n, c, u, v] = x[n, c, i, j]
        return y

    def max_pool(x, window):
        (kh, kw), (sh, sw), _, (above, _, before, _) = window
        H, W = x.shape[2:]
        OH, OW = places((H, W), window)
        y = np.full((*x.shape[:2], OH, OW), -np.inf, dtype=x.dtype)
        winners = np.zeros(y.shape, dtype=int)
        for u in range(OH):
            for v in range(OW):
                for i in range(kh):
                    for j in range(kw):
                        row, column = sh * u - above + i, sw * v - before + j
                        if 0 <= row < H and 0 <= column < W:
                            pixel = x[:, :, row, column]
                            better = pixel > y[:, :, u, v]
                            winners[:, :, u, v] = np.where(better, i * kw + j, winners[:, :, u, v])
                            y[:, :, u, v] = np.maximum(y[:, :, u, v], pixel)
        return y, winners

    def max_pool_gradient(dy, winners, size, window):
        (_, kw), (sh, sw), _, (above, _, before, _) = window
        dx = np.zeros((*dy.shape[:2], *size), dtype=dy.dtype)
        for n, c, u, v in np.ndindex(dy.shape):
            i, j = divmod(winners[n, c, u, v], kw)
            row, column = sh * u - above + i, sw * v - before + j
            dx[n, c, row, column] += dy[n, c, u, v]
        return dx

    class MaxPool2d(nn.MaxPool2d):
        def forward(self, x, *, train=False):
            require_images(f"MaxPool2d({self.kernel})", x)
            self.size = x.shape[2], x.shape[3]
            y, self.winners = max_pool(x, self.window)
            return y

        def backward(self, dy):
            return max_pool_gradient(dy, self.winners, self.size, self.window)

    def avg_pool(x, window):
        (kh, kw), (sh, sw), _, _ = window
        OH, OW = places(x.shape[2:], window)
        x = pad(x, window.padding)
        y = np.zeros((*x.shape[:2], OH, OW), dtype=np.result_type(x, np.float32))
        for u in range(OH):
            for v in range(OW):
                y[:, :, u, v] = x[:, :, sh * u : sh * u + kh, sw * v : sw * v + kw].mean(axis=(2, 3))
        return y

    def avg_pool_gradient(dy, size, window):
        (kh, kw), (sh, sw), _, (above, below, before, after) = window
        dx = np.zeros((*dy.shape[:2], size[0] + above + below, size[1] + before + after), dtype=dy.dtype)
        for u in range(dy.shape[2]):
            for v in range(dy.shape[3]):
                share = dy[:, :, u, v] / (kh * kw)
                dx[:, :, sh * u : sh * u + kh, sw * v : sw * v + kw] += share[:, :, None, None]
        return crop(dx, window.padding)

    class Flatten(nn.Flatten):
        def forward(self, x, *, train=False):
            self.shape = x.shape
            return np.array([example.ravel() for example in x])

        def backward(self, dy):
            return np.array([row.reshape(self.shape[1:]) for row in dy])

    class GlobalAvgPool2d(nn.GlobalAvgPool2d):
        def forward(self, x, *, train=False):
            require_images("GlobalAvgPool2d()", x)
            self.shape = N, C, _, _ = x.shape
            return np.array([[x[n, c].mean() for c in range(C)] for n in range(N)])

        def backward(self, dy):
            N, C, H, W = self.shape
            dx = np.zeros(self.shape, dtype=dy.dtype)
            for n in range(N):
                for c in range(C):
                    dx[n, c] = dy[n, c] / (H * W)
            return dx

    def receptive_field(windows):
        answer = []
        for axis in (0, 1):
            first, last, step = 0, 0, 1  # of the image's pixels, for the output at place 0
            before, after = 0, 0
            for window in windows:
                last += step * window.dilation[axis] * (window.kernel[axis] - 1)
                before += step * window.padding[2 * axis]
                after += step * window.padding[2 * axis + 1]
                step *= window.stride[axis]
            answer.append((last - first + 1, step, before, after))
        (h, sh, top, bottom), (w, sw, left, right) = answer
        return Window((h, w), (sh, sw), (1, 1), (top, bottom, left, right))

    return {
        "max_pool_by_loops": max_pool_by_loops,
        "max_pool": max_pool,
        "max_pool_gradient": max_pool_gradient,
        "MaxPool2d": MaxPool2d,
        "avg_pool": avg_pool,
        "avg_pool_gradient": avg_pool_gradient,
        "Flatten": Flatten,
        "GlobalAvgPool2d": GlobalAvgPool2d,
        "receptive_field": receptive_field,
    }


@style("views and indices")
def _(nn):
    def look(x, window):
        view = np.lib.stride_tricks.sliding_window_view(x, window.kernel, axis=(2, 3))
        return view[:, :, :: window.stride[0], :: window.stride[1]]

    def around(x, window, value):
        top, bottom, left, right = window.padding
        return np.pad(x, [(0, 0), (0, 0), (top, bottom), (left, right)], constant_values=value)

    def max_pool_by_loops(x, window):
        return np.concatenate([look(around(one[None], window, -np.inf), window).max(axis=(4, 5)) for one in x])

    def max_pool(x, window):
        seen = look(around(x, window, -np.inf), window)
        flat = seen.reshape(*seen.shape[:4], -1)
        winners = np.argmax(flat, axis=-1)
        return np.take_along_axis(flat, winners[..., None], axis=-1)[..., 0], winners

    def max_pool_gradient(dy, winners, size, window):
        (_, kw), (sh, sw), _, (top, bottom, left, right) = window
        dx = np.zeros((*dy.shape[:2], size[0] + top + bottom, size[1] + left + right), dtype=dy.dtype)
        n, c, u, v = np.indices(dy.shape)
        np.add.at(dx, (n, c, sh * u + winners // kw, sw * v + winners % kw), dy)
        return dx[:, :, top : top + size[0], left : left + size[1]]

    class MaxPool2d(nn.MaxPool2d):
        def forward(self, x, *, train=False):
            require_images(f"MaxPool2d({self.kernel})", x)
            maxima, winners = max_pool(x, self.window)
            self.kept = {"winners": winners, "size": x.shape[2:]}
            return maxima

        def backward(self, dy):
            return max_pool_gradient(dy, **self.kept, window=self.window)

    def avg_pool(x, window):
        return look(around(x, window, 0), window).mean(axis=(-1, -2))

    def avg_pool_gradient(dy, size, window):
        shares = dy / np.prod(window.kernel).astype(dy.dtype)
        shape = (*dy.shape[:2], size[0] + sum(window.padding[:2]), size[1] + sum(window.padding[2:]))
        dx = np.zeros(shape, dtype=dy.dtype)
        view = np.lib.stride_tricks.sliding_window_view(dx, window.kernel, axis=(2, 3), writeable=True)
        for i, j in np.ndindex(*dy.shape[2:]):
            view[:, :, i * window.stride[0], j * window.stride[1]] += shares[:, :, i, j][:, :, None, None]
        return crop(dx, window.padding)

    class Flatten(nn.Flatten):
        def forward(self, x, *, train=False):
            self.shape = x.shape
            return np.reshape(x, (x.shape[0], int(np.prod(x.shape[1:]))))

        def backward(self, dy):
            return np.reshape(dy, self.shape)

    class GlobalAvgPool2d(nn.GlobalAvgPool2d):
        def forward(self, x, *, train=False):
            require_images("GlobalAvgPool2d()", x)
            self.x = x
            return np.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3])

        def backward(self, dy):
            share = dy / (self.x.shape[2] * self.x.shape[3])
            return np.zeros_like(self.x) + share[..., None, None]

    def receptive_field(windows):
        windows = list(windows)
        if not windows:
            return Window((1, 1))
        (kh, kw), (sh, sw), (dh, dw), padding = windows[0]
        rest = receptive_field(windows[1:])
        kernel = (dh * (kh - 1) + 1 + sh * (rest.kernel[0] - 1), dw * (kw - 1) + 1 + sw * (rest.kernel[1] - 1))
        stride = (sh * rest.stride[0], sw * rest.stride[1])
        edges = tuple(p + s * q for p, s, q in zip(padding, (sh, sh, sw, sw), rest.padding, strict=True))
        return Window(kernel, stride, padding=edges)

    return {
        "max_pool_by_loops": max_pool_by_loops,
        "max_pool": max_pool,
        "max_pool_gradient": max_pool_gradient,
        "MaxPool2d": MaxPool2d,
        "avg_pool": avg_pool,
        "avg_pool_gradient": avg_pool_gradient,
        "Flatten": Flatten,
        "GlobalAvgPool2d": GlobalAvgPool2d,
        "receptive_field": receptive_field,
    }


@style("with what lesson 6 gives")
def _(nn):
    def channels_as_images(x):
        return x.reshape(-1, 1, *x.shape[2:])

    def max_pool_by_loops(x, window):
        (kh, kw), (sh, sw), _, (above, _, before, _) = window
        OH, OW = places(x.shape[2:], window)
        planes = []
        for plane in channels_as_images(x)[:, 0]:
            rows = [[max(u * sh - above, 0), u * sh - above + kh] for u in range(OH)]
            columns = [[max(v * sw - before, 0), v * sw - before + kw] for v in range(OW)]
            planes.append([[plane[a:b, c:d].max() for c, d in columns] for a, b in rows])
        return np.array(planes).reshape(*x.shape[:2], OH, OW)

    def max_pool(x, window):
        inside = im2col(pad(np.ones_like(channels_as_images(x)), window.padding), window) > 0
        columns = np.where(inside, im2col(pad(channels_as_images(x), window.padding), window), -np.inf)
        shape = (*x.shape[:2], *places(x.shape[2:], window))
        return columns.max(axis=1).reshape(shape).astype(x.dtype), columns.argmax(axis=1).reshape(shape)

    def avg_pool(x, window):
        columns = im2col(pad(channels_as_images(x), window.padding), window)
        return columns.mean(axis=1).reshape(*x.shape[:2], *places(x.shape[2:], window))

    return {"max_pool_by_loops": max_pool_by_loops, "max_pool": max_pool, "avg_pool": avg_pool}
