"""A plain Python class of scalars, written for speed: slots, stored derivatives, no recursion."""

import math


class Value:
    """A number, its inputs, and the derivative with respect to each input."""

    __slots__ = ("children", "data", "derivatives", "grad")

    def __init__(self, data, children=(), derivatives=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.derivatives = derivatives

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))
        return Value(self.data + other, (self,), (1.0,))

    __radd__ = __add__

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return self * -1.0

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, other), (other.data, self.data))
        return Value(self.data * other, (self,), (other,))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self * other**-1.0

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        y = math.exp(self.data)
        return Value(y, (self,), (y,))

    def log(self):
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(child, False) for child in node.children if child not in seen]
        self.grad = 1.0
        for node in reversed(order):
            g = node.grad
            for child, derivative in zip(node.children, node.derivatives, strict=True):
                child.grad += g * derivative
