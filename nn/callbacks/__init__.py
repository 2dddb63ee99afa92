"""Callbacks: what can be done while a model is trained."""
