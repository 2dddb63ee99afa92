"""Metrics of predictions as plain numbers, and their streaming form for batches."""
