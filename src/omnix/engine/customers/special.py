"""Functions of the gamma family, over arrays, that numpy does not have.

Tested against an independent implementation.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SHIFT = 12
"""From here on the asymptotic series below are right to the last digits of a double."""

_HALF_LOG_2PI = 0.9189385332046727
_MOST_TERMS = 50_000
_SMALL = 1e-15


def log_gamma(x: Array) -> Array:
    """log Gamma(x) for x > 0: Stirling's series after a shift (DLMF 5.11.1)."""
    x = np.asarray(x, float)
    product = np.ones_like(x)
    y = x.copy()
    for _ in range(_SHIFT):
        low = y < _SHIFT
        if not low.any():
            break
        product = np.where(low, product * y, product)
        y = np.where(low, y + 1.0, y)
    i = 1.0 / y
    s = i * i
    series = i * (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188)))))
    return np.asarray((y - 0.5) * np.log(y) - y + _HALF_LOG_2PI + series - np.log(product))


def digamma(x: Array) -> Array:
    """d/dx log Gamma(x) for x > 0 (DLMF 5.11.2)."""
    y = np.array(x, float)
    out = np.zeros_like(y)
    for _ in range(_SHIFT):
        low = y < _SHIFT
        if not low.any():
            break
        out = np.where(low, out - 1.0 / y, out)
        y = np.where(low, y + 1.0, y)
    i = 1.0 / y
    s = i * i
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132)))))
    return np.asarray(out + np.log(y) - 0.5 * i - series)


def rising(a: float, n: int) -> tuple[Array, Array]:
    """log of (a)_k = Gamma(a + k) / Gamma(a), and its derivative in ``a``, for k = 0 .. n."""
    terms = a + np.arange(n)
    log = np.concatenate([[0.0], np.cumsum(np.log(terms))])
    slope = np.concatenate([[0.0], np.cumsum(1.0 / terms)])
    return log, slope


def hyp2f1(a: Array, b: Array, c: Array, z: Array) -> Array:
    """Gauss' hypergeometric function by its series, for 0 <= z < 1 and c no pole (DLMF 15.2.1).

    Raises ArithmeticError where the series has not converged after 50,000 terms.
    """
    a, b, c, z = (np.array(v, float) for v in np.broadcast_arrays(a, b, c, z))
    shape = a.shape
    a, b, c, z = a.ravel(), b.ravel(), c.ravel(), z.ravel()
    out = np.ones(len(z))
    left = np.arange(len(z))
    term, total = np.ones(len(z)), np.ones(len(z))
    for n in range(_MOST_TERMS):
        term = term * ((a + n) * (b + n) / ((c + n) * (n + 1.0)) * z)
        total = total + term
        if n % 8 == 7 or n < 8:
            # A bound of the rest: a geometric series once the ratio of terms has settled.
            ratio = np.abs((a + n + 1) * (b + n + 1) / ((c + n + 1) * (n + 2.0)) * z)
            rest = np.abs(term) / np.maximum(1.0 - np.maximum(ratio, z), 1e-9)
            open_ = (rest > _SMALL * np.abs(total)) | (ratio >= 1.0)
            if not open_.all():
                out[left[~open_]] = total[~open_]
                left, term, total = left[open_], term[open_], total[open_]
                a, b, c, z = a[open_], b[open_], c[open_], z[open_]
        if not len(left):
            return out.reshape(shape)
    raise ArithmeticError("the hypergeometric series did not converge")
