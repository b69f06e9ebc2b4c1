"""Passwords: Argon2id, off the event loop, with the same work for users who do not exist."""

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from omnix.kit.errors import Invalid

# RFC 9106's second recommended option: 64 MiB, three passes.
_HASHER = PasswordHasher()
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@cache
def _pool() -> ThreadPoolExecutor:
    """As many at a time as there are cores: each takes 64 MiB."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="argon2")


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


def _matches(stored: str | None, password: str) -> bool:
    try:
        _HASHER.verify(stored if stored is not None else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


async def hash_of(password: str) -> str:
    """The encoded Argon2id hash, salt and parameters included."""
    return await asyncio.get_running_loop().run_in_executor(_pool(), _HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``stored``; None takes as long and is False."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool(), _matches, stored, password)


def outdated(stored: str) -> bool:
    """Whether the hash was made under other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def one_time() -> str:
    """A password to be told once: 20 characters that are not mistaken, 99 bits."""
    letters = [secrets.choice(_ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


def check_new(password: str, *known: str, field: str = "new_password") -> None:
    """Raises Invalid for a password that is guessed first. ``known`` are the user's own words."""
    folded = password.casefold()
    if len(set(folded)) < 5:
        raise Invalid.field(field, "needs at least five different characters")
    if any(len(word) > 3 and word.casefold() in folded for word in known):
        raise Invalid.field(field, "must not hold your name or e-mail address")
