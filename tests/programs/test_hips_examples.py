"""The examples of HIPS autograd, unchanged, from its source distribution: they compute the same gradients here."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
RELEASE = "autograd==1.9.1"
DRIVER = Path(__file__).with_name("hips_driver.py")

#: Programs that use the tracer of the other package, which has another design here.
CANNOT = ["dot_graph.py", "print_trace.py", "rkhs.py"]
#: Modules that programs import, which do nothing alone.
HELPERS = ["__init__.py", "data.py", "data_mnist.py"]
#: Programs that take a second or two with both packages; the others are run without the mark of peers.
QUICK = [
    "define_gradient.py", "fixed_points.py", "gaussian_process.py", "gmm.py", "negative_binomial_maxlike.py", "rosenbrock.py",
    "sinusoid.py", "tanh.py",
]  # fmt: skip
#: Programs that take seconds for one gradient.
SLOWEST = ["convnet.py", "fluidsim/fluidsim.py", "fluidsim/wing.py", "ode_net.py"]
UNCHANGED = [
    "bayesian_neural_net.py", "bayesian_optimization.py", "black_box_svi.py", "convnet.py", "deep_gaussian_process.py",
    "define_gradient.py", "fixed_points.py", "fluidsim/fluidsim.py", "fluidsim/wing.py", "gaussian_process.py",
    "generative_adversarial_net.py", "gmm.py", "gplvm.py", "hmm_em.py", "ica.py", "logistic_regression.py", "lstm.py",
    "mixture_variational_inference.py", "natural_gradient_black_box_svi.py", "negative_binomial_maxlike.py", "neural_net.py",
    "neural_net_regression.py", "ode_net.py", "rnn.py", "rosenbrock.py", "sinusoid.py", "tanh.py", "variational_autoencoder.py",
]  # fmt: skip


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    """Folder of the other package's source distribution."""
    for module in ("micrograd", "scipy", "matplotlib", "pip"):
        pytest.importorskip(module, reason="needs the extra bench")
    folder = tmp_path_factory.mktemp("release")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "-d", folder, RELEASE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"the source distribution of {RELEASE} cannot be downloaded: {error}")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="session")
def drivers(release):
    """A process for each package, which runs programs."""
    if not hasattr(os, "fork"):
        pytest.skip("programs run in forks")
    started = []
    for package in (ROOT, release):
        environment = {**os.environ, "PYTHONPATH": str(package), "MPLBACKEND": "Agg"}
        command = [sys.executable, "-W", "ignore", DRIVER]
        started.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    yield started
    for process in started:
        process.communicate()


def run(driver, program, most, folder):
    """Gradients and printed texts of a program that imports `autograd` in the process `driver`."""
    folder.mkdir()
    print(json.dumps([str(program), most, str(folder)]), file=driver.stdin, flush=True)
    assert driver.stdout.readline() == "\n"
    result = folder / "result.json"
    assert result.exists(), (folder / "output.txt").read_text(encoding="utf-8")[-2000:]
    return json.loads(result.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.peer
def test_every_example_is_listed(release):
    found = {path.relative_to(release / "examples").as_posix() for path in (release / "examples").rglob("*.py")}
    assert found == {*UNCHANGED, *CANNOT, *HELPERS}
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    assert [name for name in (*UNCHANGED, *CANNOT) if f"`{name}`" not in page] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.peer) if n in QUICK else n for n in UNCHANGED])
def test_an_example_runs_unchanged(release, drivers, tmp_path, name):
    most, program = 1 if name in SLOWEST else 4, release / "examples" / name
    ours, theirs = (run(driver, program, most, tmp_path / str(i)) for i, driver in enumerate(drivers))
    assert 0 < len(ours["gradients"]) == len(theirs["gradients"])
    assert len(ours["texts"]) == len(theirs["texts"])
    for got, want in zip(ours["gradients"], theirs["gradients"], strict=True):
        np.testing.assert_allclose(got, want, rtol=0.0, atol=1e-10 * max(np.max(np.abs(want)), 1e-300))
