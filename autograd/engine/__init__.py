"""Engine: graph nodes, reverse sweep, forward mode."""
