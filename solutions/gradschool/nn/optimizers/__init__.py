"""Optimizers: how a gradient becomes a change of the parameters."""
