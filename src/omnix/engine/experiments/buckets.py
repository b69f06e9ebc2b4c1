"""Which arm a unit falls into: a pure function of names, the same in every language.

``SHA-256(UTF-8(salt) + one zero byte + UTF-8(unit))``. Its first four bytes, as an unsigned
big-endian number h, give one point, the next four another: ``floor(h * 10000 / 2**32)``, from 0
to 9999. Both products stay below 2**53, so a language that has only doubles computes the same.
docs/experiments.md has the recipe with vectors, and the same in JavaScript.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

POINTS = 10_000
"""Weights, traffic and namespaces are counted in ten-thousandths."""

NAMESPACE_SALT = "namespace:"


def points(salt: str, unit: str) -> tuple[int, int]:
    """Two independent points from 0 to 9999: the first for traffic, the second for the arm.

    Raises ValueError for text with a zero character, which ends the salt.
    """
    if "\0" in salt or "\0" in unit:
        raise ValueError("names hold no zero character")
    digest = sha256(f"{salt}\0{unit}".encode()).digest()
    first = int.from_bytes(digest[:4], "big") * POINTS >> 32
    return first, int.from_bytes(digest[4:8], "big") * POINTS >> 32


def namespace_point(namespace: str, unit: str) -> int:
    """Where a unit stands in a namespace, whichever experiment asks."""
    return points(NAMESPACE_SALT + namespace, unit)[0]


def arm_at(point: int, weights: Sequence[int]) -> int:
    """The arm that owns ``point``: arms lie side by side, each as wide as its weight.

    Raises ValueError unless the weights sum to 10,000.
    """
    if sum(weights) != POINTS or min(weights) < 0:
        raise ValueError("weights must not be negative and sum to 10000")
    for arm, weight in enumerate(weights):
        point -= weight
        if point < 0:
            return arm
    raise ValueError("a point lies between 0 and 9999")


def assign(
    salt: str,
    unit: str,
    weights: Sequence[int],
    traffic: int = POINTS,
    namespace: tuple[str, int, int] | None = None,
) -> int | None:
    """The arm of a unit, or None for one that takes no part.

    ``traffic`` ten-thousandths of the units take part; raising it keeps everybody's arm.
    ``namespace`` is its name and the points from (included) to (excluded) that are this
    experiment's: experiments on parts that do not overlap never share a unit.
    """
    if namespace is not None:
        name, start, end = namespace
        if not start <= namespace_point(name, unit) < end:
            return None
    traffic_point, arm_point = points(salt, unit)
    return arm_at(arm_point, weights) if traffic_point < traffic else None


def assign_all(
    salt: str, units: Iterable[str], weights: Sequence[int], traffic: int = POINTS
) -> list[int]:
    """As ``assign`` for many units at once, -1 for those that take no part.

    Twice as fast: the salt is hashed once, and the arms are laid out once.
    """
    arm_at(0, weights)
    owners = [arm for arm, weight in enumerate(weights) for _ in range(weight)]
    begun = sha256(f"{salt}\0".encode())
    found = []
    for unit in units:
        one = begun.copy()
        one.update(unit.encode())
        both = int.from_bytes(one.digest()[:8], "big")
        inside = (both >> 32) * POINTS >> 32 < traffic
        found.append(owners[(both & 0xFFFFFFFF) * POINTS >> 32] if inside else -1)
    return found


def even_weights(arms: int) -> list[int]:
    """Weights as equal as whole numbers allow, the larger ones first."""
    share, rest = divmod(POINTS, arms)
    return [share + (arm < rest) for arm in range(arms)]
