"""Training on JAX devices, one or many, of one host or many: each has all parameters and a part of every batch.

    for each batch:   each device its rows → their gradients → one sum over all devices → the same step on each device

The step of the optimizer is part of the compiled program: parameters, optimizer state and buffers of modules, such as running
means, stay on the devices from step to step. They are copied to the host at the end of an epoch, for callbacks, checkpoints and
validation; after every step if a callback has an `on_step` that may read parameters. A checkpoint does not depend on the number
of devices. Means over a batch are those of the whole batch. NumPy draws the random numbers; each device gets those of its rows.

Many hosts: each must run this program, and call `jax.distributed.initialize` before any other function of JAX; it reads the
rows of its devices only. All hosts draw the same random numbers, so modules that draw must have seeds. Metrics need all
outputs, which are gathered after each step: `metrics=None` avoids that.
A checkpoint must be in a folder that all hosts share. If a host is lost, the others end: with an error as soon as one of their
devices notices it, else by JAX after its `heartbeat_timeout_seconds`, or at once if host 0 is lost.

Source:
    Dean et al., Large Scale Distributed Deep Networks, NeurIPS 2012; Xu et al., GSPMD, arXiv:2105.04663, 2021
"""

from nn.training._jax_hosts import mesh_of
from nn.training.jax_engine import JaxEngine, lowered_text

OnDevices = JaxEngine  # the name in version 0.1.0

__all__ = ["OnDevices", "lowered_text", "mesh_of"]
