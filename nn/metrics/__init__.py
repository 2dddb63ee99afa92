"""Metrics: how right answers are, as plain numbers for people."""
