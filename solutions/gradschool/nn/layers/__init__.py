"""Layers: what turns an input into an output, and the output's gradient into the input's."""
