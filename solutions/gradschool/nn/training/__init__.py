"""Training: batches, the loop over them, and what is kept of it."""
