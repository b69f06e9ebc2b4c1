"""Distribution functions that the tests need and neither numpy nor the standard library has.

Scalar in, scalar out: a read-out asks for a handful of values, where a call into an array library
costs more than the value. Tested against an independent implementation.
"""

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_ROOT2 = math.sqrt(2.0)
_LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
_TINY = 1e-300
_EPSILON = 1e-16
_MOST_TERMS = 20_000
_SMOOTH = 200.0


def normal_pdf(x: float) -> float:
    """Density of the standard normal at ``x``."""
    return math.exp(-0.5 * x * x - _LOG_ROOT_2PI)


def normal_cdf(x: float) -> float:
    """P(Z <= x); accurate also far in the lower tail."""
    return 0.5 * math.erfc(-x / _ROOT2)


@lru_cache(maxsize=1024)
def normal_quantile(p: float) -> float:
    """x with P(Z <= x) = p. Raises ValueError unless 0 < p < 1."""
    if not 0.0 < p < 1.0:
        raise ValueError("a probability must lie between 0 and 1")
    return _NORMAL.inv_cdf(p)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b) by its continued fraction.

    DLMF 8.17.22, evaluated by Lentz' method. Raises ValueError unless a, b > 0.
    """
    if a <= 0 or b <= 0:
        raise ValueError("a beta distribution needs positive parameters")
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(x, a, b) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(1.0 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    fraction = d
    for m in range(1, _MOST_TERMS):
        twice = a + 2 * m
        for term in (
            m * (b - m) * x / ((twice - 1.0) * twice),
            -(a + m) * (a + b + m) * x / (twice * (twice + 1.0)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + term / c
            c = c if abs(c) > _TINY else _TINY
            step = c * d
            fraction *= step
        if abs(step - 1.0) < _EPSILON * 8:
            break
    return fraction


def t_tail(t: float, df: float) -> float:
    """P(T > |t|) of Student's t with ``df`` degrees of freedom, which need not be whole.

    From 200 degrees on by Hill's transformation to a normal deviate (1970, CACM algorithm 395),
    which is right to eight digits there and forty times as fast. Raises ValueError for df <= 0.
    """
    if not df > 0:
        raise ValueError("degrees of freedom must be positive")
    t = abs(t)
    square = t * t
    if math.isinf(square):
        return 0.0
    if df < _SMOOTH:
        return 0.5 * beta_cdf(df / (df + square), 0.5 * df, 0.5)
    a = df - 0.5
    b = 48.0 * a * a
    y = a * math.log1p(square / df)
    correction = (((-0.4 * y - 3.3) * y - 24.0) * y - 85.5) / (0.8 * y * y + 100.0 + b)
    return normal_cdf(-math.sqrt(y) * (1.0 + (correction + y + 3.0) / b))


def t_cdf(t: float, df: float) -> float:
    """P(T <= t) of Student's t."""
    tail = t_tail(t, df)
    return tail if t < 0 else 1.0 - tail


def t_quantile(p: float, df: float) -> float:
    """t with P(T <= t) = p: Cornish and Fisher's start, then Newton's steps.

    Abramowitz and Stegun 26.7.5. Raises ValueError unless 0 < p < 1.
    """
    if p < 0.5:
        return -t_quantile(1.0 - p, df)
    if p == 0.5:
        return 0.0
    if df < 3:
        return _t_quantile_of_few(p, df)
    z = normal_quantile(p)
    s = z * z
    t = z + z * (s + 1.0) / (4.0 * df)
    t += z * ((5.0 * s + 16.0) * s + 3.0) / (96.0 * df**2)
    t += z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / (384.0 * df**3)
    t += z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / (92160.0 * df**4)
    if df > _SMOOTH and s < 25.0:
        return t
    log_front = _log_t_front(df)
    for _ in range(30):
        density = math.exp(log_front - 0.5 * (df + 1.0) * math.log1p(t * t / df))
        step = (t_tail(t, df) - (1.0 - p)) / density
        # Halley's correction: the density falls fast in the tail.
        step /= 1.0 - 0.5 * min(1.0, max(-1.0, -step * t * (df + 1.0) / (df + t * t)))
        t += step
        if abs(step) <= 1e-12 * max(1.0, abs(t)):
            break
    return t


def _log_t_front(df: float) -> float:
    return math.lgamma(0.5 * (df + 1.0)) - math.lgamma(0.5 * df) - 0.5 * math.log(df * math.pi)


def _t_quantile_of_few(p: float, df: float) -> float:
    """By bisection: with so few degrees the tail is too heavy for Newton."""
    low, high = 0.0, 1.0
    while t_tail(high, df) > 1.0 - p:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if t_tail(middle, df) > 1.0 - p:
            low = middle
        else:
            high = middle
        if high - low <= 1e-13 * high:
            break
    return 0.5 * (low + high)


def chi_square_tail(x: float, df: float) -> float:
    """P(X > x) of the chi-square distribution: regularised upper incomplete gamma function.

    The series below the mean, the continued fraction above (DLMF 8.11.4 and 8.9.2).
    """
    if df <= 0:
        raise ValueError("degrees of freedom must be positive")
    if x <= 0.0:
        return 1.0
    a, half = 0.5 * df, 0.5 * x
    log_front = a * math.log(half) - half - math.lgamma(a)
    if half < a + 1.0:
        term = total = 1.0 / a
        for n in range(1, _MOST_TERMS):
            term *= half / (a + n)
            total += term
            if term < total * _EPSILON:
                break
        return 1.0 - math.exp(log_front) * total
    b = half + 1.0 - a
    c = 1.0 / _TINY
    d = 1.0 / b
    fraction = d
    for n in range(1, _MOST_TERMS):
        step_a = -n * (n - a)
        b += 2.0
        d = step_a * d + b
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = b + step_a / c
        c = c if abs(c) > _TINY else _TINY
        step = c * d
        fraction *= step
        if abs(step - 1.0) < _EPSILON * 8:
            break
    return math.exp(log_front) * fraction


def binomial_two_sided(successes: int, trials: int) -> float:
    """Exact two-sided p-value of ``successes`` in ``trials`` fair coin throws; 1 for none.

    Raises ValueError if there are more successes than trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and the number of trials")
    if trials == 0 or 2 * successes == trials:
        return 1.0
    fewer = min(successes, trials - successes)
    # P(X <= k) of a fair coin is I_{1/2}(n - k, k + 1).
    return min(1.0, 2.0 * beta_cdf(0.5, trials - fewer, fewer + 1))
