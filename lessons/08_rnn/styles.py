"""Right answers to lesson 8 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        after = np.zeros_like(before)
        for n in range(len(x)):
            for j in range(len(b)):
                z = b[j] + np.sum(x[n] * Wx[:, j]) + np.sum(before[n] * Wh[:, j])
                after[n, j] = np.tanh(z)
        return after

    def unroll(x, h0, Wx, Wh, b):
        states = [h0]
        for x_t in x:
            states.append(rnn_step(x_t, states[-1], Wx, Wh, b))
        return np.array(states)

    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dx, dbefore = np.zeros_like(x), np.zeros_like(before)
        dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wh[0])
        for n in range(len(x)):
            dz = dafter[n] * (1 + after[n]) * (1 - after[n])
            dx[n] = Wx @ dz
            dbefore[n] = Wh @ dz
            dWx += np.outer(x[n], dz)
            dWh += np.outer(before[n], dz)
            db += dz
        return dx, dbefore, dWx, dWh, db

    def state_gradients(dy, h, Wh):
        out = [None] * len(h)
        carry = np.zeros_like(h[0])
        for t in range(len(h) - 1, 0, -1):
            out[t] = carry + dy[t - 1]
            carry = np.dot(out[t] - out[t] * h[t] * h[t], Wh.T)
        out[0] = carry
        return np.stack(out)

    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            if x.ndim != 3 or x.shape[2] != self.Wx.shape[0]:
                raise ValueError("not a batch of sequences")
            hidden = self.Wh.shape[0]
            h = np.zeros((x.shape[1], hidden), dtype=x.dtype) if state is None else np.array(state)
            self.x, self.h = x, [h]
            for t in range(x.shape[0]):
                z = x[t] @ self.Wx.value + h @ self.Wh.value + self.b.value
                h = np.tanh(z) if self.activation == "tanh" else np.where(z > 0, z, 0)
                self.h.append(h)
            self.final_state = h.copy()
            return h.copy() if self.last else np.stack(self.h[1:])

        def backward_through_time(self, dy, dstate=None):
            T = len(self.x)
            dz = [None] * T
            dh = np.zeros_like(self.h[0])
            if dstate is not None:
                dh = dh + dstate
            for t in range(T - 1, -1, -1):
                if self.last and t == T - 1:
                    dh = dh + dy
                if not self.last:
                    dh = dh + dy[t]
                h = self.h[t + 1]
                dz[t] = dh * (1 - h * h) if self.activation == "tanh" else np.where(h > 0, dh, 0)
                self.Wx.grad += self.x[t].T @ dz[t]
                self.Wh.grad += self.h[t].T @ dz[t]
                self.b.grad += dz[t].sum(axis=0)
                dh = dz[t] @ self.Wh.value.T
            self.dstate = dh
            return np.stack(dz)

    def clip_norm(parameters, maximum):
        if maximum <= 0:
            raise ValueError("the maximum must be above 0")
        parameters = list(parameters)
        total = 0.0
        for parameter in parameters:
            for entry in parameter.grad.flat:
                total += entry * entry
        norm = total**0.5
        if norm + 1e-6 > maximum:
            for parameter in parameters:
                parameter.grad[...] = parameter.grad * maximum / (norm + 1e-6)
        return norm

    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if len(x.shape) < 2:
                raise ValueError("x needs axes for the steps and the examples")
            self.T, self.N = x.shape[:2]
            rows = np.concatenate([x[t] for t in range(self.T)])
            y = self.layer.forward(rows, train=train)
            return np.stack([y[t * self.N : (t + 1) * self.N] for t in range(self.T)])

        def backward(self, dy):
            dx = self.layer.backward(np.concatenate(list(dy)))
            return np.stack(np.split(dx, self.T))

    return {
        "rnn_step": rnn_step,
        "unroll": unroll,
        "rnn_step_backward": rnn_step_backward,
        "state_gradients": state_gradients,
        "RNN": RNN,
        "clip_norm": clip_norm,
        "TimeDistributed": TimeDistributed,
    }


@style("einsum and joined weights")
def _(nn):
    def rnn_step(x, before, Wx, Wh, b):
        z = np.hstack([x, before]) @ np.vstack([Wx, Wh])
        z += b
        return np.tanh(z, out=z)

    def unroll(x, h0, Wx, Wh, b):
        parts = np.einsum("tnd,dh->tnh", x, Wx) + b
        h = np.concatenate([h0[None], parts])
        for t in range(1, len(h)):
            h[t] = np.tanh(h[t] + h[t - 1] @ Wh)
        return h

    def rnn_step_backward(dafter, x, before, after, Wx, Wh):
        dz = dafter - dafter * np.square(after)
        dx = np.einsum("nh,dh->nd", dz, Wx)
        dbefore = np.einsum("nh,gh->ng", dz, Wh)
        return dx, dbefore, np.einsum("nd,nh->dh", x, dz), np.einsum("ng,nh->gh", before, dz), np.einsum("nh->h", dz)

    def state_gradients(dy, h, Wh):
        if len(dy) == 0:
            return np.zeros_like(h)
        later = state_gradients(dy[1:], h[1:], Wh)
        later[0] += dy[0]
        first = (later[0] * (1 - h[1] ** 2)) @ Wh.T
        return np.concatenate([first[None], later])

    class RNN(nn.RNN):
        def forward(self, x, *, state=None, train=False):
            if x.ndim != 3:
                raise ValueError(f"x is of shape {x.shape}, not (T, N, D)")
            f = np.tanh if self.activation == "tanh" else (lambda z: z * (z > 0))
            h = np.empty((x.shape[0] + 1, x.shape[1], self.b.value.size), dtype=np.result_type(x, self.Wx.value))
            h[0] = 0.0 if state is None else state
            h[1:] = np.einsum("tnd,dh->tnh", x, self.Wx.value) + self.b.value
            for t in range(1, len(h)):
                h[t] = f(h[t] + h[t - 1] @ self.Wh.value)
            self.kept = x.copy(), h
            self.final_state = h[-1].copy()
            return np.array(h[-1] if self.last else h[1:])

        def backward_through_time(self, dy, dstate=None):
            x, h = self.kept
            slope = 1 - h[1:] ** 2 if self.activation == "tanh" else np.sign(h[1:])
            dz = np.zeros_like(slope)
            if self.last:
                dz[-1] = dy
            else:
                dz += dy
            if dstate is not None:
                dz[-1] += dstate
            for t in range(len(x))[::-1]:
                dz[t] *= slope[t]
                back = np.einsum("nh,gh->ng", dz[t], self.Wh.value)
                if t > 0:
                    dz[t - 1] += back
            self.dstate = back
            self.Wx.grad = self.Wx.grad + np.einsum("tnd,tnh->dh", x, dz)
            self.Wh.grad = self.Wh.grad + np.einsum("tng,tnh->gh", h[:-1], dz)
            self.b.grad = self.b.grad + np.einsum("tnh->h", dz)
            return dz

    def clip_norm(parameters, maximum):
        if not maximum > 0:
            raise ValueError(f"{maximum} is not above 0")
        gradients = [p.grad for p in parameters]
        norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
        for g in gradients:
            g *= np.minimum(1, maximum / (norm + 1e-6))
        return float(norm)

    class TimeDistributed(nn.TimeDistributed):
        def forward(self, x, *, train=False):
            if x.ndim < 2:
                raise ValueError(f"x is of shape {x.shape}, not (T, N, ...)")
            self.steps_and_examples = x.shape[:2]
            y = self.layer(np.vstack(x), train=train)
            return y.reshape(self.steps_and_examples + y.shape[1:])

        def backward(self, dy):
            dx = self.layer.backward(np.vstack(dy))
            return dx.reshape(self.steps_and_examples + dx.shape[1:])

    return {
        "rnn_step": rnn_step,
        "unroll": unroll,
        "rnn_step_backward": rnn_step_backward,
        "state_gradients": state_gradients,
        "RNN": RNN,
        "clip_norm": clip_norm,
        "TimeDistributed": TimeDistributed,
    }
