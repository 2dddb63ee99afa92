"""Oracles: measurements of a derivative that share nothing with the rule under check."""
