"""Export of programs to pure JAX functions and to ONNX."""
