"""Programs for other systems: pure functions of JAX, and ONNX."""
