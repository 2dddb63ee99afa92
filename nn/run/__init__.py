"""State and history of a training, shared by callbacks and training."""
