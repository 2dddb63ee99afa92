"""Training on the devices of JAX, one or many, of one host or many: each has all parameters and a share of every batch.

    for each batch:   every device its rows → their gradients → one sum over all devices → the same step everywhere

The step of the optimizer is part of the compiled program, so that parameters stay on the devices from step to step; at the
end of an epoch they, and what the optimizer remembers, come back, so that callbacks, checkpoints and validation find what
they find on one machine; after every step, if a callback has an `on_step` that may look at them. A checkpoint does not know
how many devices there were.

Many hosts: each runs this program, and calls `jax.distributed.initialize` before anything else of JAX; it reads the rows of
its own devices alone. Metrics look at all outputs, which are gathered for them after each step: `metrics=None` leaves that out.
A checkpoint lies where all hosts see it. If one of them is lost, the others end: with an error as soon as one of their devices
misses it, and by JAX itself after its `heartbeat_timeout_seconds`, or at once if host 0 is lost.

Source:
    Dean et al., Large Scale Distributed Deep Networks, NeurIPS 2012; Xu et al., GSPMD, arXiv:2105.04663, 2021
"""

from nn.training.jax_engine import JaxEngine, lowered_text, mesh_of

OnDevices = JaxEngine  # its name in version 0.1.0

__all__ = ["OnDevices", "lowered_text", "mesh_of"]
