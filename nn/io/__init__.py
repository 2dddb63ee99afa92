"""Model files: .npz and .safetensors, and those of PyTorch and ONNX."""
