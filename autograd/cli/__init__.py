"""The commands of `python -m autograd`."""
