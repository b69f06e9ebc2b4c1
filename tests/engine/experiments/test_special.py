"""Distribution functions against slow integrals and printed tables."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.experiments import special


def integral(density: object, low: float, high: float, points: int = 400_001) -> float:
    x = np.linspace(low, high, points)
    y = density(x)  # type: ignore[operator]
    return float(np.trapezoid(y, x))


@pytest.mark.parametrize("df", [1.0, 2.5, 7.0, 40.0, 199.0, 201.0, 5_000.0])
@pytest.mark.parametrize("t", [0.0, 0.3, 1.0, 2.0, 4.0])
def test_t_tail_is_the_integral_of_its_density(df: float, t: float) -> None:
    front = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    # By the angle, so that the heavy tails are of finite length.
    area = integral(
        lambda a: front * math.sqrt(df) * np.cos(a) ** (df - 1),
        math.atan(t / math.sqrt(df)),
        math.pi / 2,
    )
    assert special.t_tail(t, df) == pytest.approx(area, rel=1e-6)
    assert special.t_tail(-t, df) == special.t_tail(t, df)


@pytest.mark.parametrize(
    ("p", "df", "t"),
    # Printed tables of Student's t.
    [(0.975, 1, 12.7062), (0.95, 2, 2.9200), (0.975, 5, 2.5706), (0.995, 30, 2.7500),
     (0.975, 120, 1.9799), (0.9995, 10, 4.5869)],
)  # fmt: skip
def test_t_quantiles_of_the_tables(p: float, df: float, t: float) -> None:
    assert special.t_quantile(p, df) == pytest.approx(t, abs=6e-5)


@given(p=st.floats(0.001, 0.999), df=st.floats(1, 1e6, allow_nan=False, exclude_min=True))
def test_t_quantile_and_distribution_undo_each_other(p: float, df: float) -> None:
    assert special.t_cdf(special.t_quantile(p, df), df) == pytest.approx(p, abs=1e-8)


@pytest.mark.parametrize(
    ("x", "df", "p"),
    [(3.841, 1, 0.05), (5.991, 2, 0.05), (10.828, 1, 0.001), (18.307, 10, 0.05), (0.0, 3, 1.0)],
)
def test_chi_square_of_the_tables(x: float, df: float, p: float) -> None:
    assert special.chi_square_tail(x, df) == pytest.approx(p, abs=3e-5)


@given(x=st.floats(0.001, 200))
def test_chi_square_of_two_degrees_is_exponential(x: float) -> None:
    assert special.chi_square_tail(x, 2) == pytest.approx(math.exp(-x / 2), rel=1e-10)


@given(x=st.floats(0.0, 1.0), a=st.integers(1, 30), b=st.integers(1, 30))
def test_beta_of_whole_parameters_is_a_binomial_sum(x: float, a: int, b: int) -> None:
    n = a + b - 1
    share = Fraction(x)
    exact = sum(math.comb(n, j) * share**j * (1 - share) ** (n - j) for j in range(a, n + 1))
    assert special.beta_cdf(x, a, b) == pytest.approx(float(exact), abs=1e-12)


@given(n=st.integers(0, 60), data=st.data())
def test_sign_test_counts_throws(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    seldom = [j for j in range(n + 1) if math.comb(n, j) <= math.comb(n, k)]
    exact = sum(math.comb(n, j) for j in seldom) / 2**n
    assert special.binomial_two_sided(k, n) == pytest.approx(exact, abs=1e-12)


def test_what_no_distribution_has() -> None:
    for wrong in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError):
            special.normal_quantile(wrong)
    with pytest.raises(ValueError):
        special.t_tail(1.0, 0.0)
    with pytest.raises(ValueError):
        special.beta_cdf(0.5, 0.0, 1.0)
    with pytest.raises(ValueError):
        special.chi_square_tail(1.0, 0.0)
    with pytest.raises(ValueError):
        special.binomial_two_sided(3, 2)
    assert special.t_tail(math.inf, 3) == 0.0
