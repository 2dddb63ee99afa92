"""Einstein summation: products of arrays, summed over indices written as letters.

Other ops simplify a call before it is recorded. The ellipsis becomes letters, a repeated letter of one operand a diagonal;
broadcast axes of length 1 are dropped, and letters that occur once are summed over. Then each letter of an operand occurs
in another operand or in the output, and the pullback is an einsum too.
"""

import string
from collections import Counter
from typing import Any

from autograd.ops.op import bilinear
from autograd.ops.recorder import Recorder
from autograd.ops.rules.arithmetic import multiply
from autograd.ops.rules.axes import PreparedCall, Shape, shape_of
from autograd.ops.rules.linalg import diagonal
from autograd.ops.rules.reductions import sum
from autograd.ops.rules.shape import reshape


def _prepare_einsum(subscripts: str, *operands: Any) -> PreparedCall:
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: the first argument must be a string such as 'ij,jk->ik', got {subscripts!r}")
    arrays = list(operands)
    terms, output = _parse_subscripts(subscripts, [shape_of(x) for x in arrays])
    if any(isinstance(x, Recorder) for x in arrays):
        _multiply_numbers(terms, arrays)
    lengths = _letter_lengths(subscripts, terms, arrays)
    plain = [_simplify_operand(x, term, lengths) for x, term in zip(arrays, terms, strict=True)]
    uses = Counter(letter for _, term in plain for letter in term) + Counter(output)
    inputs = [_sum_single_letters(x, term, uses) for x, term in plain]
    terms = ["".join(letter for letter in term if uses[letter] > 1) for _, term in plain]
    return tuple(inputs), {"subscripts": f"{','.join(terms)}->{output}"}


def _sum_single_letters(x: Any, term: str, uses: Counter[str]) -> Any:
    axes = tuple(axis for axis, letter in enumerate(term) if uses[letter] == 1)
    return sum(x, axes) if axes else x


def _multiply_numbers(terms: list[str], arrays: list[Any]) -> None:
    """Multiply plain numbers into the first operand, which keeps its dtype, as in arithmetic."""
    for i in range(len(arrays) - 1, -1, -1):
        if terms[i] == "" and not isinstance(arrays[i], Recorder):
            del terms[i]
            number = arrays.pop(i)
            arrays[0] = multiply(arrays[0], number)


def _parse_subscripts(subscripts: str, shapes: list[Shape]) -> tuple[list[str], str]:
    """Letters of each operand and of the output, with letters in place of the ellipsis."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"einsum: {subscripts!r} has {len(terms)} terms and {len(shapes)} operands: write one term for each")
    hidden = [len(shape) - len(term.replace("...", "")) for term, shape in zip(terms, shapes, strict=True)]
    for term, shape, more in zip(terms, shapes, hidden, strict=True):
        if more < 0 or (more and "..." not in term):
            raise ValueError(f"einsum: {term!r} in {subscripts!r} does not fit shape {shape}, which has {len(shape)} axes")
    free = [letter for letter in string.ascii_letters if letter not in subscripts]
    widest = max((more for term, more in zip(terms, hidden, strict=True) if "..." in term), default=0)
    if widest > len(free):
        raise ValueError(f"einsum: {subscripts!r} on shapes {shapes} needs more than the {len(string.ascii_letters)} letters")
    dots = "".join(free[:widest])
    terms = [term.replace("...", dots[widest - more :], 1) for term, more in zip(terms, hidden, strict=True)]
    if arrow:
        if dots and "..." not in output:
            raise ValueError(f"einsum: the output of {subscripts!r} must contain '...', which represents {widest} axes")
        output = output.replace("...", dots, 1)
    else:
        once = Counter("".join(terms))
        output = dots + "".join(sorted(letter for letter in once if once[letter] == 1 and letter not in dots))
    for letter in "".join(terms):
        if letter not in string.ascii_letters:
            raise ValueError(f"einsum: subscripts must be ASCII letters, got {letter!r} in {subscripts!r}")
    for letter, n in Counter(output).items():
        if n > 1 or letter not in "".join(terms):
            raise ValueError(f"einsum: {letter!r} must occur once in the output of {subscripts!r}, and in an operand")
    return terms, output


def _letter_lengths(subscripts: str, terms: list[str], arrays: list[Any]) -> dict[str, int]:
    """Length of the axes of each letter; an axis of length 1 broadcasts."""
    lengths: dict[str, int] = {}
    for term, x in zip(terms, arrays, strict=True):
        for letter, n in zip(term, shape_of(x), strict=True):
            if lengths.setdefault(letter, n) == 1:
                lengths[letter] = n
            elif n not in (1, lengths[letter]):
                shapes = ", ".join(str(shape_of(a)) for a in arrays)
                raise ValueError(f"einsum: {letter!r} in {subscripts!r} has lengths {lengths[letter]} and {n}, in {shapes}")
    return lengths


def _simplify_operand(x: Any, term: str, lengths: dict[str, int]) -> tuple[Any, str]:
    """Operand and term with repeated letters replaced by diagonals and without broadcast axes of length 1."""
    for letter in term:
        while term.count(letter) > 1:
            i = term.index(letter)
            j = term.index(letter, i + 1)
            n, m = shape_of(x)[i], shape_of(x)[j]
            if n != m:
                raise ValueError(f"einsum: {letter!r} twice in {term!r} of shape {shape_of(x)} has lengths {n} and {m}")
            x = diagonal(x, 0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + letter
    shape = shape_of(x)
    whole = [i for i, letter in enumerate(term) if shape[i] == lengths[letter]]
    if len(whole) < len(term):
        x, term = reshape(x, tuple(shape[i] for i in whole)), "".join(term[i] for i in whole)
    return x, term


def _pullback(g: Any, y: Any, *operands: Any, i: int, subscripts: str) -> Any:
    left, _, output = subscripts.partition("->")
    terms = left.split(",")
    others = [*terms[:i], *terms[i + 1 :]]
    return einsum(f"{','.join([output, *others])}->{terms[i]}", g, *operands[:i], *operands[i + 1 :])


@bilinear(_pullback, symbol="Σ∏", prepare=_prepare_einsum, kinds={"subscripts": "subscripts"})
def einsum(xp: Any, *operands: Any, subscripts: str) -> Any:
    """Product of operands summed over the letters not in the output: einsum("ij,jk->ik", a, b) is a @ b.

        y[output] = Σ over the other letters of Πₙ operandₙ[its letters]

    As in NumPy: without "->" the output has the letters that occur once, sorted; "..." represents further axes.

    Raises:
        ValueError: If a letter has two lengths, or the letters do not fit the shapes; names both

    >>> einsum("ij,j", [[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0]).tolist()
    [21.0, 43.0]
    """
    return xp.einsum(subscripts, *operands, optimize=True)
