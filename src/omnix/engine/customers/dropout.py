"""BG/NBD and MBG/NBD: customers buy at a rate of their own until they drop out after a purchase.

Rates are gamma distributed (r, alpha), chances to drop out beta distributed (a, b). In the
BG/NBD the first chance comes with the first repeat purchase (Fader, Hardie and Lee, "Counting
your customers the easy way", Marketing Science 2005), in the MBG/NBD already with the first
purchase (Batislam, Denizel and Filiztekin 2007). One likelihood serves both: a customer with
``n`` survived chances, n = x or x + 1, has

    (b)_n / (a + b)_n [(alpha + T)^-(r + x) + 1{n > 0} a / (b + n - 1) (alpha + tx)^-(r + x)]

times the gamma-Poisson factor (r)_x alpha^r.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .histories import Array, Histories
from .minimise import minimise
from .special import hyp2f1, rising

_BOUND = np.array([12.0, 12.0, 5.0, 12.0])
"""Where nobody drops out, or all alike, a and b grow without end together: their ratio is known
long before, and the hypergeometric function stays within a double up to here.
"""

_SCALE = 10.0
"""Times are fitted with the longest at this length: alpha then starts near its like."""


@dataclass(frozen=True)
class DropoutModel:
    """Fitted parameters, alpha in the unit of the times.

    ``log_likelihood`` leaves out what does not depend on the parameters; ``covariance`` is of
    the logs of (r, alpha, a, b).
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    covariance: Array
    converged: bool
    modified: bool = False

    @property
    def name(self) -> str:
        return "MBG/NBD" if self.modified else "BG/NBD"

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        return self.r, self.alpha, self.a, self.b

    def alive(self, of: Histories) -> Array:
        """P(still a customer at the end of observation)."""
        k, n = self.r + of.frequency, of.frequency + self.modified
        odds = np.exp(k * (np.log(self.alpha + of.age) - np.log(self.alpha + of.recency)))
        dead = np.where(n > 0, self.a / np.maximum(self.b + n - 1.0, 1e-300) * odds, 0.0)
        return np.asarray(1.0 / (1.0 + dead))

    def expected(self, of: Histories, horizon: float) -> Array:
        """Expected purchases in the next ``horizon``, given the history.

        For one who is alive (1 - exp(-rate p t)) / p purchases are expected; its mean over the
        posterior of rate and p is a hypergeometric function (2005, equation 10), written here
        so that nothing is lost where a is near 1.
        """
        rows, back = of.distinct()
        a = self.a if abs(self.a - 1.0) > 1e-6 else 1.0 + 1e-6
        k = self.r + rows.frequency
        total = a + self.b + rows.frequency + self.modified - 1.0
        c = np.where(np.abs(total) < 1e-6, 1e-6, total).astype(np.float64)
        y = horizon / (self.alpha + rows.age)
        series = hyp2f1(np.full(len(k), a - 1.0), np.asarray(c - k), c, y / (1.0 + y))
        mean = c / (a - 1.0) * (1.0 - (1.0 + y) ** (1.0 - a) * series)
        return np.asarray((self.alive(rows) * mean)[back])

    def active(self, of: Histories, horizon: float) -> Array:
        """P(at least one purchase in the next ``horizon``)."""
        idle = ((self.alpha + of.age) / (self.alpha + of.age + horizon)) ** (self.r + of.frequency)
        return np.asarray(self.alive(of) * (1.0 - idle))

    def draw(self, of: Histories, horizon: float, random: np.random.Generator) -> NDArray[np.int64]:
        """One possible number of purchases of each customer in the next ``horizon``.

        Parameters are drawn too, from the normal approximation of their posterior.
        """
        spread = random.multivariate_normal(np.zeros(4), self.covariance, method="eigh")
        r, alpha, a, b = np.exp(np.log(self.parameters) + np.clip(spread, -3, 3))
        drawn = DropoutModel(
            r, alpha, a, b, self.log_likelihood, self.covariance, self.converged, self.modified
        )
        alive = random.random(len(of)) < drawn.alive(of)
        rate = random.gamma(r + of.frequency, 1.0 / (alpha + of.age))
        p = np.clip(random.beta(a, b + of.frequency + self.modified), 1e-12, 1.0)
        bought = np.minimum(random.poisson(rate * horizon), random.geometric(p))
        return np.where(alive, bought, 0).astype(np.int64)

    def expected_new(self, since: Array) -> Array:
        """Expected repeat purchases of a new customer within ``since`` of the first purchase."""
        since = np.asarray(since, float)
        a = self.a if abs(self.a - 1.0) > 1e-6 else 1.0 + 1e-6
        y = since / self.alpha
        # Before the first repeat purchase nobody drops out in the BG/NBD.
        b = self.b + self.modified
        c = np.full(len(y), a + b - 1.0)
        series = hyp2f1(np.full(len(y), a - 1.0), c - self.r, c, y / (1.0 + y))
        mean = c / (a - 1.0) * (1.0 - (1.0 + y) ** (1.0 - a) * series)
        first = self.b / (self.a + self.b) if self.modified else 1.0
        return np.asarray(first * mean)


def log_likelihood(
    log_parameters: Array, of: Histories, *, modified: bool = False
) -> tuple[float, Array]:
    """Of the rows, weighted, and its gradient in the logs of (r, alpha, a, b)."""
    return _likelihood(_prepared(of, modified), log_parameters)


@dataclass(frozen=True)
class _Prepared:
    x: NDArray[np.int64]
    n: NDArray[np.int64]
    tx: Array
    T: Array
    w: Array
    by_x: Array
    by_n: Array
    total: float
    died: NDArray[np.int64]


def _prepared(of: Histories, modified: bool) -> _Prepared:
    n = of.frequency + modified
    return _Prepared(
        of.frequency, n, of.recency, of.age, of.weight,
        np.bincount(of.frequency, of.weight).astype(float), np.bincount(n, of.weight).astype(float),
        float(of.weight.sum()), np.flatnonzero(n > 0),
    )  # fmt: skip


def _likelihood(d: _Prepared, logs: Array) -> tuple[float, Array]:
    r, alpha, a, b = np.exp(logs)
    lr, dr = rising(r, len(d.by_x) - 1)
    lb, db = rising(b, len(d.by_n) - 1)
    lab, dab = rising(a + b, len(d.by_n) - 1)
    value = d.by_x @ lr + d.total * r * np.log(alpha) + d.by_n @ (lb - lab)
    k = r + d.x
    log_T = np.log(alpha + d.T)
    living = -k * log_T
    # Where somebody may have dropped out, p is the chance that they did, given the history.
    m = d.died
    log_tx = np.log(alpha + d.tx[m])
    last = b + d.n[m] - 1.0
    dead = np.log(a) - np.log(last) - k[m] * log_tx
    excess = dead - living[m]
    # log(1 + e^excess), and its derivative.
    small = np.exp(-np.abs(excess))
    value += d.w @ living + d.w[m] @ (np.maximum(excess, 0.0) + np.log1p(small))
    p = np.where(excess > 0, 1.0, small) / (1.0 + small) * d.w[m]
    slope_r = d.by_x @ dr + d.total * np.log(alpha) - d.w @ log_T + p @ (log_T[m] - log_tx)
    whole = d.w * k / (alpha + d.T)
    moved = p * k[m] * (1.0 / (alpha + d.T[m]) - 1.0 / (alpha + d.tx[m]))
    slope_alpha = d.total * r / alpha - whole.sum() + moved.sum()
    slope_a = -(d.by_n @ dab) + p.sum() / a
    slope_b = d.by_n @ (db - dab) - (p / last).sum()
    gradient = np.array([slope_r * r, slope_alpha * alpha, slope_a * a, slope_b * b])
    return float(value), gradient


def fit(of: Histories, *, modified: bool = False, start: Array | None = None) -> DropoutModel:
    """Maximum likelihood on the distinct rows. Raises ValueError without any repeat purchase."""
    if not (of.frequency > 0).any():
        raise ValueError("nobody bought twice, so that nothing can be learnt of repeat purchases")
    rows, _ = of.distinct()
    factor = _SCALE / float(rows.age.max())
    scaled = Histories(rows.frequency, rows.recency * factor, rows.age * factor, rows.weight)
    data = _prepared(scaled, modified)

    def objective(logs: Array) -> tuple[float, Array]:
        value, gradient = _likelihood(data, logs)
        return -value / data.total, -gradient / data.total

    begin = np.array([-0.5, 0.0, -0.2, 0.8]) if start is None else start
    found = minimise(objective, begin, bound=_BOUND)
    r, alpha, a, b = np.exp(found.x)
    # The scale of time adds a constant to the likelihood: one log a repeat purchase.
    shift = float(data.by_x @ np.arange(len(data.by_x))) * np.log(factor)
    return DropoutModel(
        float(r), float(alpha / factor), float(a), float(b),
        -found.value * data.total + shift,
        found.inverse_hessian / data.total, found.converged, modified,
    )  # fmt: skip
