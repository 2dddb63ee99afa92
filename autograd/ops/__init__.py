"""Ops: declaration, operator table, namespaces that evaluate rules, and the rules."""
