"""Models as files: .npz, .safetensors, and to and from PyTorch and ONNX."""
