"""Recorder: run a function on variables, and lower its graph to a program."""
