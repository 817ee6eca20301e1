"""The recurrent layers: outputs, final states, and the gradients of x, of the weights and of the first state."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pytorch.case import Case

from gradschool import nn


class _Recurrent(Case):
    """`given` says what the layer starts from and what the gradient starts from, beside x and dy."""

    kind: ClassVar[str]
    gates: ClassVar[int]
    parts: ClassVar[int] = 1
    """The arrays that the state is made of."""
    ours_options: ClassVar[dict[str, Any]] = {}
    theirs_options: ClassVar[dict[str, Any]] = {}
    grid = {
        "shape": [(5, 3, 2, 4), (2, 4, 3, 1), (1, 3, 2, 4), (2, 1, 1, 1)],
        "last": [False, True],
        "given": ["nothing", "state", "state and dstate"],
    }

    def options(self):
        """Yield every combination for one shape, and the two most different ones for the others."""
        for options in super().options():
            differs = options["last"] == (options["given"] == "state and dstate") and options["given"] != "state"
            if options["shape"] == self.grid["shape"][0] or differs:
                yield options

    def draw(self, rng, shape, last, given):
        steps, n, inputs, hidden = shape
        return {
            "x": rng.normal(size=(steps, n, inputs)),
            "Wx": rng.normal(size=(inputs, self.gates * hidden)),
            "Wh": rng.normal(size=(hidden, self.gates * hidden)),
            "b": rng.normal(size=self.gates * hidden),
            "b_h": rng.normal(size=hidden),
            "dy": rng.normal(size=(n, hidden) if last else (steps, n, hidden)),
            "state": rng.normal(size=(self.parts, n, hidden)) * ("state" in given),
            "dstate": rng.normal(size=(self.parts, n, hidden)) * ("dstate" in given),
        }

    def ours(self, arrays, shape, last, given):
        layer = getattr(nn, self.kind)(*shape[2:], last=last, rng=np.random.default_rng(0), **self.ours_options)
        layer.load_state({name: arrays[name] for name in layer.named_parameters()})
        state, dstate = (tuple(arrays[name]) if self.parts > 1 else arrays[name][0] for name in ("state", "dstate"))
        y = layer.forward(arrays["x"], state=state if "state" in given else None)
        dx = layer.backward(arrays["dy"], dstate=dstate if "dstate" in given else None)
        gradients = {f"d{name}": parameter.grad for name, parameter in layer.named_parameters().items()}
        ends = {"final": layer.final_state, "dstate": layer.dstate}
        ends = {name: np.reshape(value, (self.parts, *y.shape[-2:])) for name, value in ends.items()}
        return {"y": y, "dx": dx, **ends, **gradients}

    def theirs(self, torch, arrays, shape, last, given):
        layer = getattr(torch.nn, self.kind)(*shape[2:], dtype=torch.float64, **self.theirs_options)
        b_h = np.zeros_like(arrays["b"])
        if self.kind == "GRU":
            b_h[-shape[3] :] = arrays["b_h"]
        with torch.no_grad():
            for parameter, value in zip(
                layer.parameters(), (arrays["Wx"].T, arrays["Wh"].T, arrays["b"], b_h), strict=True
            ):
                parameter.copy_(torch.tensor(value))
        x = torch.tensor(arrays["x"], requires_grad=True)
        state = [torch.tensor(part[None], requires_grad=True) for part in arrays["state"]]
        y, final = layer(x, tuple(state) if self.parts > 1 else state[0])
        final = final if self.parts > 1 else (final,)
        y = y[-1] if last else y
        torch.autograd.backward([y, *final], [torch.tensor(a) for a in (arrays["dy"], *arrays["dstate"][:, None])])
        dWx, dWh, db, db_h = (parameter.grad.numpy().T for parameter in layer.parameters())
        result = {"y": y, "dx": x.grad, "dWx": dWx, "dWh": dWh, "db": db}
        if self.kind == "GRU":
            result["db_h"] = db_h[-shape[3] :]
        ends = {"final": final, "dstate": [part.grad for part in state]}
        return result | {name: torch.cat(list(value)) for name, value in ends.items()}


class RNN(_Recurrent):
    kind, gates = "RNN", 1


class RNNWithReLU(_Recurrent):
    kind, gates = "RNN", 1
    ours_options = {"activation": "relu"}
    theirs_options = {"nonlinearity": "relu"}


class LSTM(_Recurrent):
    kind, gates, parts = "LSTM", 4, 2


class GRU(_Recurrent):
    kind, gates = "GRU", 3
