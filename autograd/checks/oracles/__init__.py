"""Oracles: measurements of a derivative, independent of the rule under check."""
