"""What everything stands on: recording modes, the trace of a tape, containers, numerics, domains."""
