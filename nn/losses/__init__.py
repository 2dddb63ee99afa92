"""Differentiable losses: classification, binary classification, regression."""
