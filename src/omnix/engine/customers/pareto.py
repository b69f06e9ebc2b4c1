"""Pareto/NBD: customers buy at a rate of their own and drop out at any time.

Rates of buying are gamma distributed (r, alpha), rates of dropping out (s, beta): Schmittlein,
Morrison and Colombo, "Counting your customers", Management Science 1987. The likelihood of a
history is the gamma-Poisson factor (r)_x alpha^r times

    (alpha + T)^-(r+x) (beta / (beta + T))^s
      + integral from tx to T of (alpha + t)^-(r+x) s beta^s (beta + t)^-(s+1) dt

The integral, and its derivatives under the integral sign, are taken by Gauss and Legendre's rule
in log(min(alpha, beta) + t), where the integrand has no singularity near; the usual way through
hypergeometric functions has no such gradient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .histories import Array, Histories
from .minimise import minimise
from .special import rising

_SCALE = 10.0
_FADED = 36.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True)
class ParetoModel:
    """Fitted parameters, alpha and beta in the unit of the times.

    ``covariance`` is of the logs of (r, alpha, s, beta).
    """

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float
    covariance: Array
    converged: bool
    name: str = "Pareto/NBD"

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        return self.r, self.alpha, self.s, self.beta

    def alive(self, of: Histories) -> Array:
        """P(still a customer at the end of observation)."""
        rows, back = of.distinct()
        living, log_dead, _ = _parts(np.log(self.parameters), rows, gradient=False)
        return np.asarray((1.0 / (1.0 + np.exp(np.minimum(log_dead - living, 700.0))))[back])

    def expected(self, of: Histories, horizon: float) -> Array:
        """Expected purchases in the next ``horizon``, given the history (1987, equation 22)."""
        rate = (self.r + of.frequency) / (self.alpha + of.age)
        log_ratio = np.log1p(horizon / (self.beta + of.age))
        power = self.s - 1.0
        # (1 - ratio^-power) / power, which is log_ratio at power 0.
        spent = log_ratio if abs(power) < 1e-9 else -np.expm1(-power * log_ratio) / power
        return np.asarray(self.alive(of) * rate * (self.beta + of.age) * spent)

    def draw(self, of: Histories, horizon: float, random: np.random.Generator) -> NDArray[np.int64]:
        """One possible number of purchases of each customer in the next ``horizon``, the
        parameters drawn too.
        """
        spread = random.multivariate_normal(np.zeros(4), self.covariance, method="eigh")
        r, alpha, s, beta = np.exp(np.log(self.parameters) + np.clip(spread, -3, 3))
        drawn = ParetoModel(r, alpha, s, beta, 0.0, self.covariance, self.converged)
        alive = random.random(len(of)) < drawn.alive(of)
        rate = random.gamma(r + of.frequency, 1.0 / (alpha + of.age))
        dropping = np.maximum(random.gamma(s, 1.0 / (beta + of.age)), 1e-300)
        left = np.minimum(random.standard_exponential(len(of)) / dropping, horizon)
        return np.where(alive, random.poisson(rate * left), 0).astype(np.int64)


def log_likelihood(log_parameters: Array, of: Histories) -> tuple[float, Array]:
    """Of the rows, weighted, and its gradient in the logs of (r, alpha, s, beta)."""
    counts = np.bincount(of.frequency, of.weight)
    r, alpha = np.exp(log_parameters[:2])
    lr, dr = rising(r, len(counts) - 1)
    total = float(of.weight.sum())
    value = counts @ lr + total * r * np.log(alpha)
    gradient = np.array([counts @ dr * r + total * r * np.log(alpha), total * r, 0.0, 0.0])
    living, dead, slopes = _parts(log_parameters, of, gradient=True)
    value += of.weight @ np.logaddexp(living, dead)
    p = 1.0 / (1.0 + np.exp(np.clip(living - dead, -700.0, 700.0)))
    assert slopes is not None
    by_living, by_dead = slopes
    gradient += ((1.0 - p) * by_living + p * by_dead) @ of.weight
    return float(value), gradient


def _parts(
    logs: Array, of: Histories, *, gradient: bool
) -> tuple[Array, Array, tuple[Array, Array] | None]:
    """Logs of the two summands of each row, and their gradients, (4, rows) each."""
    r, alpha, s, beta = np.exp(logs)
    k, tx, T = r + of.frequency, of.recency, of.age
    log_alpha_T, log_beta_T = np.log(alpha + T), np.log(beta + T)
    living = -k * log_alpha_T + s * (logs[3] - log_beta_T)
    m = min(alpha, beta)
    low, high = np.log(m + tx), np.log(m + T)
    fading = k * (m + tx) / (alpha + tx) + (s + 1.0) * (m + tx) / (beta + tx) - 1.0
    length = np.minimum(high - low, _FADED / np.maximum(fading, 1e-3))
    v = low[:, None] + length[:, None] * (0.5 * (_NODES + 1.0))
    e = np.exp(v)
    log_a, log_b = np.log(e + (alpha - m)), np.log(e + (beta - m))
    f = v - k[:, None] * log_a - (s + 1.0) * log_b
    top = f.max(axis=1)
    g = np.exp(f - top[:, None]) * _WEIGHTS
    whole = g.sum(axis=1)
    with np.errstate(divide="ignore"):
        dead = np.log(0.5 * length * whole) + top + logs[2] + s * logs[3]
    if not gradient:
        return living, dead, None
    share = g / whole[:, None]
    mean_a, mean_b = (share * log_a).sum(1), (share * log_b).sum(1)
    inverse_a, inverse_b = (share * np.exp(-log_a)).sum(1), (share * np.exp(-log_b)).sum(1)
    by_living = np.stack([
        -r * log_alpha_T,
        -alpha * k / (alpha + T),
        s * (logs[3] - log_beta_T),
        s * T / (beta + T),
    ])  # fmt: skip
    by_dead = np.stack([
        -r * mean_a,
        -alpha * k * inverse_a,
        1.0 + s * (logs[3] - mean_b),
        s - beta * (s + 1.0) * inverse_b,
    ])  # fmt: skip
    return living, dead, (by_living, by_dead)


def fit(of: Histories, *, start: Array | None = None) -> ParetoModel:
    """Maximum likelihood on the distinct rows. Raises ValueError without any repeat purchase."""
    if not (of.frequency > 0).any():
        raise ValueError("nobody bought twice, so that nothing can be learnt of repeat purchases")
    rows, _ = of.distinct()
    factor = _SCALE / float(rows.age.max())
    scaled = Histories(rows.frequency, rows.recency * factor, rows.age * factor, rows.weight)
    total = float(rows.weight.sum())

    def objective(logs: Array) -> tuple[float, Array]:
        value, gradient = log_likelihood(logs, scaled)
        return -value / total, -gradient / total

    found = minimise(objective, np.array([-0.5, 0.5, -0.5, 0.8]) if start is None else start)
    r, alpha, s, beta = np.exp(found.x)
    shift = float(rows.weight @ rows.frequency) * np.log(factor)
    return ParetoModel(
        float(r), float(alpha / factor), float(s), float(beta / factor),
        -found.value * total + shift, found.inverse_hessian / total, found.converged,
    )  # fmt: skip
