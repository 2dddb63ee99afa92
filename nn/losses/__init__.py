"""Differentiable losses of classification, of two classes, and of regression."""
