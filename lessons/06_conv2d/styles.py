"""Right answers to lesson 6 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops")
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        if isinstance(padding, int):
            padding = (padding, padding)
        last = size + sum(padding) - (dilation * (kernel - 1) + 1)
        if last < 0:
            raise ValueError("the window is larger than the image")
        return len(range(0, last + 1, stride))

    def correlate_by_loops(x, W, b, stride=(1, 1)):
        N, C, H, Wd = x.shape
        O, _, kh, kw = W.shape
        y = np.zeros((N, O, output_size(H, kh, stride[0], 0), output_size(Wd, kw, stride[1], 0)))
        for n in range(N):
            for o in range(O):
                for u in range(y.shape[2]):
                    for v in range(y.shape[3]):
                        total = b[o]
                        for c in range(C):
                            for i in range(kh):
                                for j in range(kw):
                                    total += W[o, c, i, j] * x[n, c, stride[0] * u + i, stride[1] * v + j]
                        y[n, o, u, v] = total
        return y

    def pad(x, sides):
        top, bottom, left, right = sides
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))

    def crop(y, sides):
        top, bottom, left, right = sides
        rows, columns = range(top, y.shape[2] - bottom), range(left, y.shape[3] - right)
        return y[:, :, rows][:, :, :, columns]

    def im2col(x, window):
        n, c, h, w = x.shape
        kh, kw = window.kernel
        sh, sw = window.stride
        dh, dw = window.dilation
        oh, ow = output_size(h, kh, sh, 0, dh), output_size(w, kw, sw, 0, dw)
        columns = np.zeros((n, c * kh * kw, oh * ow), dtype=x.dtype)
        for u in range(oh):
            for v in range(ow):
                rows = slice(sh * u, sh * u + dh * (kh - 1) + 1, dh)
                seen = x[:, :, rows, sw * v : sw * v + dw * (kw - 1) + 1 : dw]
                columns[:, :, u * ow + v] = seen.reshape(n, -1)
        return columns

    def correlate(x, W, b, window):
        x = pad(x, window.padding)
        (kh, kw), (sh, sw), (dh, dw), _ = window
        oh = output_size(x.shape[2], kh, sh, 0, dh)
        ow = output_size(x.shape[3], kw, sw, 0, dw)
        y = np.zeros((len(x), len(W), oh, ow), dtype=x.dtype)
        for u in range(oh):
            for v in range(ow):
                seen = x[:, :, sh * u : sh * u + dh * (kh - 1) + 1 : dh, sw * v : sw * v + dw * (kw - 1) + 1 : dw]
                y[:, :, u, v] = np.tensordot(seen, W, axes=([1, 2, 3], [1, 2, 3])) + b
        return y

    def filter_gradient(x, dy, window):
        x = pad(x, window.padding)
        (kh, kw), (sh, sw), (dh, dw), _ = window
        dW = np.zeros((dy.shape[1], x.shape[1], kh, kw), dtype=x.dtype)
        for u in range(dy.shape[2]):
            for v in range(dy.shape[3]):
                seen = x[:, :, sh * u : sh * u + dh * (kh - 1) + 1 : dh, sw * v : sw * v + dw * (kw - 1) + 1 : dw]
                dW += np.tensordot(dy[:, :, u, v], seen, axes=(0, 0))
        return dW

    def image_gradient(dy, W, size, window):
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        dx = np.zeros((len(dy), W.shape[1], size[0] + top + bottom, size[1] + left + right), dtype=dy.dtype)
        for u in range(dy.shape[2]):
            for v in range(dy.shape[3]):
                rows = slice(sh * u, sh * u + dh * (kh - 1) + 1, dh)
                columns = slice(sw * v, sw * v + dw * (kw - 1) + 1, dw)
                dx[:, :, rows, columns] += np.tensordot(dy[:, :, u, v], W, axes=(1, 0))
        return crop(dx, window.padding)

    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self.images = x.copy()
            return correlate(x, self.W.value, self.b.value, self.window)

        def backward(self, dy):
            self.W.grad = self.W.grad + filter_gradient(self.images, dy, self.window)
            for o in range(dy.shape[1]):
                self.b.grad[o] += dy[:, o].sum()
            return image_gradient(dy, self.W.value, self.images.shape[2:], self.window)

    return {
        "output_size": output_size,
        "correlate_by_loops": correlate_by_loops,
        "pad": pad,
        "crop": crop,
        "im2col": im2col,
        "correlate": correlate,
        "filter_gradient": filter_gradient,
        "image_gradient": image_gradient,
        "Conv2d": Conv2d,
    }


@style("views and einsum")
def _(nn):
    def output_size(size, kernel, stride, padding, dilation=1):
        before, after = (padding, padding) if np.isscalar(padding) else padding
        steps, _ = divmod(size + before + after - dilation * (kernel - 1) - 1, stride)
        if steps < 0:
            raise ValueError(f"no place for {kernel} pixels, {dilation} apart, on {size} with {padding}")
        return steps + 1

    def seen(x, window):
        (kh, kw), (sh, sw), (dh, dw), _ = window
        spans = (dh * (kh - 1) + 1, dw * (kw - 1) + 1)
        view = np.lib.stride_tricks.sliding_window_view(x, spans, axis=(2, 3))
        return view[:, :, ::sh, ::sw, ::dh, ::dw]

    def correlate_by_loops(x, W, b, stride=(1, 1)):
        views = seen(x, nn.Window(W.shape[2:], stride))
        y = np.stack([np.sum(views * f[:, None, None], axis=(1, 4, 5)) for f in W], axis=1)
        return y + b[:, None, None]

    def pad(x, sides):
        top, bottom, left, right = sides
        n, c, h, _ = x.shape

        def zeros(*size):
            return np.zeros((n, c, *size), dtype=x.dtype)

        wide = np.concatenate([zeros(h, left), x, zeros(h, right)], axis=3)
        return np.concatenate([zeros(top, wide.shape[3]), wide, zeros(bottom, wide.shape[3])], axis=2)

    def crop(y, sides):
        top, bottom, left, right = sides
        return np.array(y[:, :, top : -bottom or None, left : -right or None])

    def im2col(x, window):
        views = seen(x, window).transpose(0, 1, 4, 5, 2, 3)
        n, c, kh, kw, oh, ow = views.shape
        return np.ascontiguousarray(views).reshape(n, c * kh * kw, oh * ow)

    def correlate(x, W, b, window):
        y = np.einsum("ncuvij,ocij->nouv", seen(pad(x, window.padding), window), W, optimize=True)
        return y + b.reshape(1, -1, 1, 1)

    def filter_gradient(x, dy, window):
        return np.einsum("ncuvij,nouv->ocij", seen(pad(x, window.padding), window), dy, optimize=True)

    def image_gradient(dy, W, size, window):
        (kh, kw), (sh, sw), (dh, dw), (top, bottom, left, right) = window
        n, o, oh, ow = dy.shape
        h, w = size[0] + top + bottom, size[1] + left + right
        reach = dh * (kh - 1), dw * (kw - 1)
        spread = np.zeros((n, o, h + reach[0], w + reach[1]), dtype=dy.dtype)
        spread[:, :, reach[0] : reach[0] + sh * oh : sh, reach[1] : reach[1] + sw * ow : sw] = dy
        flipped = W[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
        dx = correlate(spread, flipped, np.zeros(W.shape[1], dtype=dy.dtype), nn.Window((kh, kw), dilation=(dh, dw)))
        return crop(dx, window.padding)

    class Conv2d(nn.Conv2d):
        def forward(self, x, *, train=False):
            self.require_shape(x)
            self.saved = x
            return correlate(x, self.W.value, self.b.value, self.window)

        def backward(self, dy):
            x = self.saved
            self.W.grad += filter_gradient(x, dy, self.window)
            self.b.grad += np.einsum("nouv->o", dy)
            return image_gradient(dy, self.W.value, x.shape[2:], self.window)

    return {
        "output_size": output_size,
        "correlate_by_loops": correlate_by_loops,
        "pad": pad,
        "crop": crop,
        "im2col": im2col,
        "correlate": correlate,
        "filter_gradient": filter_gradient,
        "image_gradient": image_gradient,
        "Conv2d": Conv2d,
    }
