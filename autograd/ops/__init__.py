"""Ops: their declaration, the namespaces in which a rule is read, and the rules themselves."""
