"""`fit`, and the engines that compute its steps."""
