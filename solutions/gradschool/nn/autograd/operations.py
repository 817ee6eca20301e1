"""All operations with their derivatives: one table, of the parts that stand in `derivatives/`."""

from __future__ import annotations

from gradschool.nn.autograd.derivatives.elementwise import elementwise
from gradschool.nn.autograd.derivatives.kinks import kinks
from gradschool.nn.autograd.derivatives.more_curves import more_curves
from gradschool.nn.autograd.derivatives.products import products
from gradschool.nn.autograd.derivatives.rearrangements import rearrangements
from gradschool.nn.autograd.derivatives.reductions import reductions
from gradschool.nn.autograd.derivatives.selections import selections
from gradschool.nn.autograd.derivatives.softmaxes import softmaxes
from gradschool.nn.autograd.table import Rows, named

DERIVATIVES: Rows = named(
    {
        **elementwise(),
        **more_curves(),
        **kinks(),
        **products(),
        **reductions(),
        **softmaxes(),
        **selections(),
        **rearrangements(),
    }
)
"""Each operation by its name: its value, and beside it the derivative with respect to each argument."""
