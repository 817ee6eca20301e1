"""Losses: one number for a batch of predictions, and its gradient with respect to them."""
