"""Ops: how a row is declared, the namespaces in which its rule is read, and the rows themselves."""
