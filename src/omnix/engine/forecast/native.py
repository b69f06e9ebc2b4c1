"""Finds and calls the compiled kernel; nothing else knows that it is C."""

import ctypes
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Using = Literal["native", "numpy"]

_FUNCTIONS = (
    "omnix_ets_grid",
    "omnix_tsb_grid",
    "omnix_row_totals",
    "omnix_row_moments",
    "omnix_group_index",
    "omnix_adjust",
    "omnix_boost_tree",
    "omnix_boost_predict",
    "omnix_boost_bins",
)


@cache
def _library() -> ctypes.CDLL | None:
    folder = Path(__file__).parent
    for suffix in EXTENSION_SUFFIXES:
        path = folder / f"_kernel{suffix}"
        if path.exists():
            try:
                library = ctypes.CDLL(str(path))
                for name in _FUNCTIONS:
                    getattr(library, name)
            except (OSError, AttributeError):
                # Built for another machine or left over from an older version: numpy still works.
                return None
            return library
    return None


def implementation() -> Using:
    """Which implementation runs when none is asked for: the compiled kernel, or numpy."""
    return "numpy" if _library() is None else "native"


def native(using: Using | None) -> bool:
    """Whether a call that asked for `using` goes to the kernel."""
    return using != "numpy" and _library() is not None


def call(name: str, *arguments: NDArray[Any] | int | float) -> None:
    """Call a kernel function: arrays go by pointer, int as long, float as float.

    Arrays must be C-contiguous and of the type that the function expects. Raises ValueError
    where the kernel refuses its input and MemoryError where it finds no memory.
    """
    library = _library()
    if library is None:
        raise RuntimeError("the compiled kernel is not there")
    passed: list[Any] = []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            if not argument.flags.c_contiguous:
                raise ValueError("kernel arrays must be contiguous")
            passed.append(ctypes.c_void_p(argument.ctypes.data))
        elif isinstance(argument, int):
            passed.append(ctypes.c_long(argument))
        else:
            passed.append(ctypes.c_float(argument))
    code = getattr(library, name)(*passed)
    if code == 2:
        raise MemoryError(name)
    if code:
        raise ValueError(f"{name} refused its input")
