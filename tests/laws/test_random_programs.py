"""Random programs of smooth ops, as Values, Tensors and batches: derivatives agree with dual numbers."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograd import Tensor, Value, gradients
from tests.laws.smooth_programs import derivative, programs

TOLERANCE, TINY = 1e-11, 1e-290


def check(found, program, row, i):
    want = derivative(program, row, i)
    assert abs(found - want.dot) <= TOLERANCE * want.size + TINY, f"∂/∂x{i} = {found!r}, not {want.dot!r}"


def run(program, row, variables, make):
    """(result, its variables): constants go in as plain numbers."""
    inputs = [make(x) if variable else x for x, variable in zip(row, variables, strict=True)]
    return program.run(inputs, 1), inputs


def is_node(y):
    return isinstance(y, Value | Tensor) and y.requires_grad


@settings(max_examples=100)
@given(programs(rows=1))
def test_values(drawn):
    program, (row,), variables = drawn
    y, inputs = run(program, row, variables, Value)
    if is_node(y):
        y.backward()
        assert y.data == pytest.approx(derivative(program, row, 0).value, rel=1e-12, abs=1e-12)
    for i, x in enumerate(inputs):
        if variables[i]:
            check(x.grad, program, row, i)


@settings(max_examples=100)
@given(programs(rows=1))
def test_tensors_of_one_number(drawn):
    program, (row,), variables = drawn
    y, inputs = run(program, row, variables, lambda x: Tensor(x, requires_grad=True))
    if is_node(y):
        y.backward()
    for i, x in enumerate(inputs):
        if variables[i]:
            check(0.0 if x.grad is None else x.grad, program, row, i)


@settings(max_examples=100)
@given(programs(rows=3))
def test_batches(drawn):
    """Constants are the same numbers in every row; variables have a column of their own."""
    program, rows, variables = drawn
    columns = np.array(rows).T
    y, inputs = run(program, columns, variables, lambda x: Tensor(x, requires_grad=True))
    if is_node(y):
        y.sum().backward()
    for i, x in enumerate(inputs):
        for k, row in enumerate(rows):
            if variables[i]:
                check(0.0 if x.grad is None else x.grad[k], program, row, i)


@settings(max_examples=100)
@given(programs(rows=1))
def test_a_recorded_sweep_gives_the_same(drawn):
    program, (row,), variables = drawn
    y, inputs = run(program, row, variables, Value)
    nodes = [x for x in inputs if isinstance(x, Value)]
    if is_node(y):
        raw = gradients(y, nodes)
        recorded = [g.data for g in gradients(y, nodes, create_graph=True)]
        sizes = [derivative(program, row, i).size for i, x in enumerate(inputs) if isinstance(x, Value)]
        assert all(abs(a - b) <= 1e-13 * size + TINY for a, b, size in zip(raw, recorded, sizes, strict=True))
        y.backward()
        assert [x.grad for x in nodes] == raw
