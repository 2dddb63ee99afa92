"""The state of a training and its history, which callbacks and training share."""
