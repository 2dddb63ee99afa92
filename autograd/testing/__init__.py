"""What tests draw: strategies, random programs, and example calls of every op."""
