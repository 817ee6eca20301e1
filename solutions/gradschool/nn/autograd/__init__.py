"""Automatic differentiation: write the forward pass, and the gradients follow.

    from gradschool.nn import autograd

    x = autograd.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (autograd.tanh(x) * x).sum()
    y.backward()
    x.grad                                  # dy/dx, an array

Tensor           .data .grad .requires_grad; backward detach item numpy; operators, methods; Tensor.of(parameter)
Operations       add subtract multiply divide power negative matmul maximum minimum where clip
  curves         exp log sqrt tanh sigmoid expm1 log1p square sin cos arctan erf softplus log_sigmoid abs relu
  reductions     sum mean max min log_sum_exp softmax log_softmax
  shapes         concatenate stack reshape transpose swapaxes broadcast_to squeeze expand_dims pad, and x[index]
The table        DERIVATIVES, the derivatives beside their operations; Row, a row of it; operation, to add your own
The walk         order flow unbroadcast
Without a tape   no_grad, a context and a decorator; RECORDING, its switch
To look at       draw as_text
The library      taped, which puts a layer, a model or a loss of `gradschool.nn` on the tape; Taped and TapedLoss, for
                 your own with no backward; ByHand, for one that keeps its own; the modules layers, losses and keras

A library `Parameter` may stand wherever a tensor may, as in `x @ layer.W + layer.b`, and backward adds to its `grad`.

As in `gradschool.nn`, a name is imported when it is first asked for: a student's release holds only some of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradschool.nn import import_built

MODULES = {
    "Tensor": "tensor",
    "DERIVATIVES": "operations",
    "Row": "table",
    "operation": "own_operations",
    "no_grad": "without_tape",
    "RECORDING": "grad_mode",
    "unbroadcast": "broadcasting",
    "order": "walk",
    "flow": "reverse_mode",
    "draw": "drawing",
    "as_text": "drawing",
    "taped": "twins",
    "Taped": "faces",
    "TapedLoss": "faces",
    "ByHand": "faces",
    "add": "functions",
    "subtract": "functions",
    "multiply": "functions",
    "divide": "functions",
    "power": "functions",
    "matmul": "functions",
    "maximum": "functions",
    "minimum": "functions",
    "where": "functions",
    "exp": "functions",
    "log": "functions",
    "sqrt": "functions",
    "tanh": "functions",
    "sigmoid": "functions",
    "expm1": "functions",
    "log1p": "functions",
    "square": "functions",
    "sin": "functions",
    "cos": "functions",
    "arctan": "functions",
    "erf": "functions",
    "softplus": "functions",
    "log_sigmoid": "functions",
    "abs": "functions",
    "relu": "functions",
    "negative": "functions",
    "clip": "functions",
    "sum": "functions",
    "mean": "functions",
    "max": "functions",
    "min": "functions",
    "log_sum_exp": "functions",
    "softmax": "functions",
    "log_softmax": "functions",
    "concatenate": "functions",
    "stack": "functions",
    "reshape": "functions",
    "transpose": "functions",
    "swapaxes": "functions",
    "broadcast_to": "functions",
    "squeeze": "functions",
    "expand_dims": "functions",
    "pad": "functions",
}
"""The module below `gradschool.nn.autograd` that each public name lives in."""

SUBMODULES = ["keras", "layers", "losses"]
"""The modules that are public as a whole."""

__all__ = [*MODULES, *SUBMODULES]


def __getattr__(name: str) -> Any:
    """Import and return a public name."""
    if name in SUBMODULES:
        return import_built(f"{__name__}.{name}", f"{__name__}.{name}")
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; there are {', '.join(__all__)}")
    return getattr(import_built(f"{__name__}.{MODULES[name]}", f"{__name__}.{name}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)


if TYPE_CHECKING:
    from gradschool.nn.autograd import keras as keras
    from gradschool.nn.autograd import layers as layers
    from gradschool.nn.autograd import losses as losses
    from gradschool.nn.autograd.broadcasting import unbroadcast as unbroadcast
    from gradschool.nn.autograd.drawing import as_text as as_text
    from gradschool.nn.autograd.drawing import draw as draw
    from gradschool.nn.autograd.faces import ByHand as ByHand
    from gradschool.nn.autograd.faces import Taped as Taped
    from gradschool.nn.autograd.faces import TapedLoss as TapedLoss
    from gradschool.nn.autograd.functions import abs as abs
    from gradschool.nn.autograd.functions import add as add
    from gradschool.nn.autograd.functions import arctan as arctan
    from gradschool.nn.autograd.functions import broadcast_to as broadcast_to
    from gradschool.nn.autograd.functions import clip as clip
    from gradschool.nn.autograd.functions import concatenate as concatenate
    from gradschool.nn.autograd.functions import cos as cos
    from gradschool.nn.autograd.functions import divide as divide
    from gradschool.nn.autograd.functions import erf as erf
    from gradschool.nn.autograd.functions import exp as exp
    from gradschool.nn.autograd.functions import expand_dims as expand_dims
    from gradschool.nn.autograd.functions import expm1 as expm1
    from gradschool.nn.autograd.functions import log as log
    from gradschool.nn.autograd.functions import log1p as log1p
    from gradschool.nn.autograd.functions import log_sigmoid as log_sigmoid
    from gradschool.nn.autograd.functions import log_softmax as log_softmax
    from gradschool.nn.autograd.functions import log_sum_exp as log_sum_exp
    from gradschool.nn.autograd.functions import matmul as matmul
    from gradschool.nn.autograd.functions import max as max
    from gradschool.nn.autograd.functions import maximum as maximum
    from gradschool.nn.autograd.functions import mean as mean
    from gradschool.nn.autograd.functions import min as min
    from gradschool.nn.autograd.functions import minimum as minimum
    from gradschool.nn.autograd.functions import multiply as multiply
    from gradschool.nn.autograd.functions import negative as negative
    from gradschool.nn.autograd.functions import pad as pad
    from gradschool.nn.autograd.functions import power as power
    from gradschool.nn.autograd.functions import relu as relu
    from gradschool.nn.autograd.functions import reshape as reshape
    from gradschool.nn.autograd.functions import sigmoid as sigmoid
    from gradschool.nn.autograd.functions import sin as sin
    from gradschool.nn.autograd.functions import softmax as softmax
    from gradschool.nn.autograd.functions import softplus as softplus
    from gradschool.nn.autograd.functions import sqrt as sqrt
    from gradschool.nn.autograd.functions import square as square
    from gradschool.nn.autograd.functions import squeeze as squeeze
    from gradschool.nn.autograd.functions import stack as stack
    from gradschool.nn.autograd.functions import subtract as subtract
    from gradschool.nn.autograd.functions import sum as sum
    from gradschool.nn.autograd.functions import swapaxes as swapaxes
    from gradschool.nn.autograd.functions import tanh as tanh
    from gradschool.nn.autograd.functions import transpose as transpose
    from gradschool.nn.autograd.functions import where as where
    from gradschool.nn.autograd.grad_mode import RECORDING as RECORDING
    from gradschool.nn.autograd.operations import DERIVATIVES as DERIVATIVES
    from gradschool.nn.autograd.own_operations import operation as operation
    from gradschool.nn.autograd.reverse_mode import flow as flow
    from gradschool.nn.autograd.table import Row as Row
    from gradschool.nn.autograd.tensor import Tensor as Tensor
    from gradschool.nn.autograd.twins import taped as taped
    from gradschool.nn.autograd.walk import order as order
    from gradschool.nn.autograd.without_tape import no_grad as no_grad
