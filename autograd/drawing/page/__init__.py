"""The page of a graph: one file for any browser, on which its gradient is played step by step."""
