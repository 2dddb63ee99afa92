"""`fit`, and the engines that take its steps."""
