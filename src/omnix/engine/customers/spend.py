"""Gamma-Gamma: what customers spend at a purchase (Fader and Hardie, 2013).

A customer's purchases are gamma distributed (p, nu), nu over customers gamma (q, gamma), and
independent of how often they buy. Unit-free: gamma has the unit of the money.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .histories import Array
from .minimise import minimise
from .special import digamma, log_gamma


@dataclass(frozen=True)
class SpendModel:
    """Fitted parameters; ``covariance`` is of the logs of (p, q, gamma)."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    covariance: Array
    converged: bool

    @property
    def population_mean(self) -> float:
        """Of somebody of whom nothing is known; endless where q is not above 1."""
        return self.p * self.gamma / (self.q - 1.0) if self.q > 1.0 else float("inf")

    def expected(self, purchases: Array, mean: Array) -> Array:
        """Expected spend at a purchase, after ``purchases`` of ``mean`` each (equation 5)."""
        px = self.p * np.asarray(purchases, float)
        below = px + self.q - 1.0
        told = self.p * (self.gamma + purchases * mean) / np.where(below > 0, below, 1.0)
        return np.asarray(np.where(below > 0, told, mean))

    def draw(self, purchases: Array, mean: Array, random: np.random.Generator) -> Array:
        """One possible mean spend at a purchase of each customer."""
        shape = self.p * np.asarray(purchases, float) + self.q
        nu = random.gamma(shape, 1.0 / (self.gamma + purchases * mean))
        return np.asarray(self.p / np.maximum(nu, 1e-300))


def log_likelihood(
    log_parameters: Array, purchases: Array, mean: Array, weight: Array
) -> tuple[float, Array]:
    """Of the customers, weighted, and its gradient in the logs of (p, q, gamma)."""
    p, q, gamma = np.exp(log_parameters)
    x, of = np.unique(purchases, return_inverse=True)
    counts = np.bincount(of, weight)
    px = p * x
    both, alone = digamma(px + q), digamma(px)
    total = float(weight.sum())
    spent = purchases * mean
    log_sum = np.log(gamma + spent)
    value = counts @ (log_gamma(px + q) - log_gamma(px)) + total * (
        q * np.log(gamma) - float(log_gamma(np.array([q]))[0])
    )
    value += weight @ (p * purchases * np.log(spent) - np.log(mean))
    value -= weight @ ((p * purchases + q) * log_sum)
    slope_p = counts @ (x * (both - alone)) + weight @ (purchases * (np.log(spent) - log_sum))
    slope_q = counts @ both + total * (np.log(gamma) - float(digamma(np.array([q]))[0]))
    slope_q -= weight @ log_sum
    slope_gamma = total * q / gamma - weight @ ((p * purchases + q) / (gamma + spent))
    return float(value), np.array([slope_p * p, slope_q * q, slope_gamma * gamma])


def fit(purchases: NDArray[np.float64], mean: NDArray[np.float64]) -> SpendModel:
    """Maximum likelihood. Customers without purchases or with a mean of 0 or less are left out.

    Raises ValueError where fewer than two are left or a number is not finite.
    """
    purchases, mean = np.asarray(purchases, float), np.asarray(mean, float)
    if not (np.isfinite(purchases).all() and np.isfinite(mean).all()):
        raise ValueError("purchases and means must be finite")
    there = (purchases > 0) & (mean > 0)
    if there.sum() < 2:
        raise ValueError("spend needs at least two customers who paid something")
    pairs, counted = np.unique(
        np.stack([purchases[there], mean[there]], 1), axis=0, return_counts=True
    )
    x, weight = pairs[:, 0], counted.astype(float)
    scale = float(np.average(pairs[:, 1], weights=weight))
    z, total = pairs[:, 1] / scale, float(weight.sum())

    def objective(logs: Array) -> tuple[float, Array]:
        value, gradient = log_likelihood(logs, x, z, weight)
        return -value / total, -gradient / total

    found = minimise(objective, np.array([1.0, 1.0, 0.0]))
    p, q, gamma = np.exp(found.x)
    return SpendModel(
        float(p), float(q), float(gamma * scale),
        -found.value * total - total * np.log(scale),
        found.inverse_hessian / total, found.converged,
    )  # fmt: skip
