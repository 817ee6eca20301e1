"""Activations: what bends the straight lines between layers, and makes of numbers probabilities."""
