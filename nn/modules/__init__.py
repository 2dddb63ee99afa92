"""Modules: functions with parameters, and networks of modules."""
