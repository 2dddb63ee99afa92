"""The engine: nodes of the graph, sweeps over it, forward mode."""
