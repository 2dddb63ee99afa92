"""Modules: functions with parameters, and networks made of them."""
