"""Schedules: how the learning rate changes from step to step."""
