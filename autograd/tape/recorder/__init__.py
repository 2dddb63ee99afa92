"""The recorder: from a function and example arguments to a program."""
