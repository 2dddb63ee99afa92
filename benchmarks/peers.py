"""Functions of random programs in PyTorch and JAX; programs with functions that these lack are skipped."""

from typing import Any

import numpy as np


def torch_names() -> dict[str, Any]:
    """The functions of a program for PyTorch tensors.

    Raises:
        ImportError: If PyTorch is not installed
    """
    import torch
    from torch.nn import functional

    def axes(x: Any, axis: Any) -> tuple[int, ...]:
        return tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)

    def reduced(f: Any) -> Any:
        def g(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
            dims = axes(x, axis)
            return f(x, dims, keepdims) if dims else x

        return g

    def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return torch.prod(x) if axis is None else torch.prod(x, axis, keepdim=keepdims)

    def put(x: Any, index: Any, shape: Any) -> Any:
        positions = np.arange(np.prod(shape)).reshape(shape)
        places = torch.as_tensor(positions[index].copy())  # x may be broadcast to them, and a place may occur twice
        flat = torch.zeros(positions.size, dtype=x.dtype)
        return flat.index_add(0, places.reshape(-1), x.expand(places.shape).reshape(-1)).reshape(positions.shape)

    def convolve(a: Any, b: Any, mode: str = "full") -> Any:
        if len(b) > len(a):
            a, b = b, a
        full = functional.conv1d(a[None, None], b.flip(0)[None, None], padding=len(b) - 1)[0, 0]
        cut = {"full": 0, "same": (len(b) - 1) // 2, "valid": len(b) - 1}[mode]
        return full[cut : cut + {"full": len(full), "same": len(a), "valid": len(a) - len(b) + 1}[mode]]

    names = {n: getattr(torch, n) for n in dir(torch) if n[0] != "_"}
    names |= {n: getattr(functional, n) for n in ("relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus")}
    names |= {n: getattr(functional, n) for n in ("softsign", "hardtanh", "hardswish", "hardsigmoid")}
    names |= {
        "__builtins__": {"slice": slice, "__import__": __import__},
        "leaky_relu": lambda x, slope: functional.leaky_relu(x, slope),
        "log_sigmoid": functional.logsigmoid,
        "sech": lambda x: 1 / torch.cosh(x),
        "cbrt": lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3),
        "power": torch.pow,
        "gammaln": torch.lgamma,
        "xlog1py": torch.special.xlog1py,
        "polygamma": lambda x, n: torch.polygamma(n, x),
        "sum": reduced(lambda x, d, k: torch.sum(x, d, keepdim=k)),
        "mean": reduced(lambda x, d, k: torch.mean(x, d, keepdim=k)),
        "max": reduced(lambda x, d, k: torch.amax(x, d, keepdim=k)),
        "min": reduced(lambda x, d, k: torch.amin(x, d, keepdim=k)),
        "logsumexp": reduced(lambda x, d, k: torch.logsumexp(x, d, keepdim=k)),
        "euclidean_norm": lambda x, axis=None, keepdims=False: torch.linalg.vector_norm(x, dim=axes(x, axis), keepdim=keepdims),
        "norm": lambda x: torch.linalg.vector_norm(x),
        "var": lambda x: torch.var(x, correction=0),
        "std": lambda x: torch.std(x, correction=0),
        "prod": prod,
        "put": put,
        "reshape": lambda x, n: torch.reshape(x, (n,)),
        "transpose": lambda x, axes=None: x.permute(axes or tuple(reversed(range(x.ndim)))),
        "expand_dims": torch.unsqueeze,
        "sum_to": lambda x, shape: x.sum_to_size(shape),
        "astype": lambda x, dtype: x.to(dtype),
        "stack": lambda xs, axis: torch.stack(xs, axis),
        "flip": lambda x, axis: torch.flip(x, (axis,)),
        "roll": lambda x, shift, axis: torch.roll(x, shift, axis),
        "repeat": lambda x, n, axis: torch.repeat_interleave(x, n, axis),
        "tile": lambda x, n: torch.tile(x, (n,)),
        "pad": lambda x, n: functional.pad(x, [n, n] * x.ndim),
        "sort": lambda x, axis: torch.sort(x, dim=axis, stable=True).values,
        "take": lambda x, i, axis: torch.index_select(x, axis, torch.from_numpy(np.array(i))),
        "permute": lambda x, order, axis: torch.take_along_dim(x, order, axis),
        "argsort": lambda x, axis: torch.argsort(x, dim=axis, stable=True),
        "deviations": lambda x, axis: x - torch.mean(x, axis, keepdim=True),
        "convolve": convolve,
        "split": lambda x, at: torch.tensor_split(x, at),
        "trace": lambda x: torch.diagonal(x, dim1=0, dim2=1).sum(-1),
        "tensordot": lambda a, b, n: torch.tensordot(a, b, dims=n),
        "inv": torch.linalg.inv,
        "det": torch.linalg.det,
        "cofactors": lambda x: torch.linalg.det(x)[..., None, None] * torch.linalg.inv(x).mT,
        "logabsdet": lambda x: torch.linalg.slogdet(x)[1],
        "cholesky": lambda x: torch.linalg.cholesky((x + x.mT) / 2),
        "solve": torch.linalg.solve,
        "shape": lambda x: tuple(x.shape),
        "size": lambda x: x.numel(),
        "ndim": lambda x: x.ndim,
        "dtype": lambda x: x.dtype,
        "eye": lambda x: torch.eye(x.shape[-1], dtype=x.dtype),
        "arange": lambda x: torch.arange(1, x.shape[-1] + 1, dtype=x.dtype),
    }
    return names


def jax_names() -> dict[str, Any]:
    """The functions of a program for JAX arrays in double precision.

    Raises:
        ImportError: If JAX is not installed
    """
    import jax
    import jax.numpy as jnp
    import jax.scipy.special as special

    jax.config.update("jax_enable_x64", True)
    names = {n: getattr(jnp, n) for n in dir(jnp) if n[0] != "_"}
    names |= {n: getattr(jax.nn, n) for n in ("relu", "relu6", "elu", "selu", "celu", "silu", "mish", "softplus", "sigmoid")}
    names |= {"softsign": jax.nn.soft_sign, "log_sigmoid": jax.nn.log_sigmoid, "softmax": jax.nn.softmax}
    names |= {"log_softmax": jax.nn.log_softmax, "hardswish": jax.nn.hard_swish, "hardsigmoid": jax.nn.hard_sigmoid}
    for missing in ("convolve", "permute", "astype", "trace"):
        names.pop(missing, None)
    names |= {
        "__builtins__": {"slice": slice, "__import__": __import__},
        "leaky_relu": lambda x, slope: jax.nn.leaky_relu(x, slope),
        "gelu": lambda x, approximate="none": jax.nn.gelu(x, approximate == "tanh"),
        "hardtanh": jnp.clip,
        "sech": lambda x: 1 / jnp.cosh(x),
        "erf": special.erf,
        "erfc": special.erfc,
        "gammaln": special.gammaln,
        "digamma": special.digamma,
        "polygamma": lambda x, n: special.polygamma(n, x),
        "xlogy": special.xlogy,
        "xlog1py": special.xlog1py,
        "logsumexp": special.logsumexp,
        "euclidean_norm": lambda x, axis: jnp.linalg.norm(x, axis=axis),
        "norm": lambda x: jnp.linalg.norm(x.ravel()),
        "inv": jnp.linalg.inv,
        "det": jnp.linalg.det,
        "cofactors": lambda x: jnp.linalg.det(x)[..., None, None] * jnp.linalg.inv(x).mT,
        "logabsdet": lambda x: jnp.linalg.slogdet(x)[1],
        "solve": jnp.linalg.solve,
        "permute": jnp.take_along_axis,
        "sum_to": lambda x, shape: jnp.sum(x, axis=0),  # programs only broadcast along a new first axis
        "put": lambda x, index, n: jnp.zeros(n, x.dtype).at[index].set(x),
        "deviations": lambda x, axis: x - jnp.mean(x, axis, keepdims=True),
        "cholesky": lambda x: jnp.linalg.cholesky((x + x.mT) / 2),
        "take": lambda x, i, axis: jnp.take(x, np.array(i), axis),
        "shape": lambda x: tuple(x.shape),
        "size": lambda x: x.size,
        "ndim": lambda x: x.ndim,
        "dtype": lambda x: x.dtype,
        "eye": lambda x: jnp.eye(x.shape[-1], dtype=x.dtype),
        "arange": lambda x: jnp.arange(1.0, x.shape[-1] + 1, dtype=x.dtype),
    }
    return names
