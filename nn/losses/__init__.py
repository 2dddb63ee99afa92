"""Losses: how wrong answers are, differentiable."""
