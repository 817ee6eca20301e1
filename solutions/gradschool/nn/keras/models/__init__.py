"""Models."""

from gradschool.nn.keras.models.saving import load_model
from gradschool.nn.keras.models.sequential import Sequential

__all__ = ["Sequential", "load_model"]
