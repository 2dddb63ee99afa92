"""Interactive page of a graph: one HTML file that plays the computation and its gradient, step by step."""
