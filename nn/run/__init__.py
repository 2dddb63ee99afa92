"""A training under way, and its history: what callbacks and training both need."""
