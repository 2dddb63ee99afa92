"""Optimizers, schedules of the learning rate, and clipping of gradients."""
