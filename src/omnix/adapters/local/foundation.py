"""Weights in a folder, run by ONNX Runtime.

The folder holds ``model.onnx`` (or ``onnx/model.onnx``) and the ``config.json`` that was published
with the weights. Nothing is downloaded, and nothing but ONNX is read: it is data, where a pickle
would be a program. docs/foundation.md tells how to export the published models.
"""

import asyncio
import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omnix.kit.errors import Conflict, Invalid
from omnix.ports.foundation import Foundation, NoFoundation, Pretrained

CONTEXT_DAYS = 512
LEAST_CONTEXT, MOST_CONTEXT = 32, 8192
BATCH_VALUES = 65_536
"""Days of series that are given to the model at once."""

_MODELS = ("model.onnx", "onnx/model.onnx")
_OTHERS = ("*.safetensors", "*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_MASKS = ("mask", "attention_mask", "context_mask")
_KNOWN = ("context", *_MASKS, "group_ids", "future_covariates", "num_output_patches")
_OUTPUT = "quantile_preds"
_MOST_CONFIG = 1_000_000


class OnnxFoundation:
    """``folder`` of the weights; at most ``context`` days of a series are shown to them."""

    configured = True

    def __init__(self, folder: Path, context: int = CONTEXT_DAYS) -> None:
        if not LEAST_CONTEXT <= context <= MOST_CONTEXT:
            raise Invalid(
                f"OMNIX_FOUNDATION_CONTEXT must lie between {LEAST_CONTEXT} and {MOST_CONTEXT} days"
            )
        self._folder, self._context = folder, context
        self._opened: tuple[object, Pretrained] | None = None

    async def name(self) -> str:
        return (await asyncio.to_thread(_read, self._folder))[0]

    async def open(self) -> Pretrained:
        return await asyncio.to_thread(self._open)

    def _open(self) -> Pretrained:
        name, config, model = _read(self._folder)
        state = tuple((p, p.stat().st_size, p.stat().st_mtime_ns) for p in _files(model))
        if self._opened is None or self._opened[0] != (config, state):
            made = _Onnx(name, config, model, self._context)
            self._opened = (config, state), made
        return self._opened[1]


def configured(environment: Mapping[str, str]) -> Foundation:
    """By ``OMNIX_FOUNDATION`` (a folder) and ``OMNIX_FOUNDATION_CONTEXT`` (days).

    Raises Invalid for days that make no sense.
    """
    folder = environment.get("OMNIX_FOUNDATION")
    if not folder:
        return NoFoundation("no foundation model is configured: set OMNIX_FOUNDATION to its folder")
    days = environment.get("OMNIX_FOUNDATION_CONTEXT") or str(CONTEXT_DAYS)
    if not days.isdecimal():
        raise Invalid("OMNIX_FOUNDATION_CONTEXT must be a number of days")
    return OnnxFoundation(Path(folder), int(days))


def _read(folder: Path) -> tuple[str, dict[str, Any], Path]:
    """Name, ``chronos_config`` and model file of a folder. Raises Conflict."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise Conflict(
            "ONNX Runtime is not installed, which runs foundation models: install omnix-ai with "
            "its extra `foundation`"
        )
    if not folder.is_dir():
        raise Conflict("OMNIX_FOUNDATION does not name a folder")
    model = next((folder / name for name in _MODELS if (folder / name).is_file()), None)
    if model is None:
        found = sorted({p.name for pattern in _OTHERS for p in folder.glob(pattern)})
        instead = f", only {', '.join(found[:3])}, which is not read" if found else ""
        raise Conflict(
            f"the folder of the foundation model has no model.onnx{instead}: export it to ONNX"
        )
    file = folder / "config.json"
    try:
        if file.stat().st_size > _MOST_CONFIG:
            raise ValueError("too large")
        whole = json.loads(file.read_text())
        config = whole["chronos_config"]
        levels = tuple(float(level) for level in config["quantiles"])
        ascending = list(levels) == sorted(set(levels)) and 0.0 < levels[0] <= 0.25
        if not (ascending and 0.75 <= levels[-1] < 1.0 and len(levels) >= 3):
            raise ValueError("levels")
        length, patch = int(config["context_length"]), int(config.get("input_patch_size", 16))
        if length < 1 or not 1 <= patch <= length:
            raise ValueError("lengths")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Conflict(
            "config.json of the foundation model is not there or not that of Chronos-Bolt or "
            "Chronos-2: it needs chronos_config with context_length and ascending quantiles"
        ) from error
    architecture = (whole.get("architectures") or ["Chronos"])[0]
    named = whole.get("_name_or_path") or folder.resolve().name
    return f"{named} ({architecture})", dict(config), model


def _files(model: Path) -> list[Path]:
    """The model with the files of its weights beside it, which are named by their endings."""
    beside = (p for p in model.parent.iterdir() if p.is_file() and ".onnx" in p.name)
    data = (p for p in model.parent.glob("*.data") if p.is_file())
    return sorted({model, *beside, *data})


def _fingerprint(config: Mapping[str, Any], model: Path) -> str:
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for path in _files(model):
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


class _Onnx:
    """A session of ONNX Runtime on the processor. Raises Conflict for a model that cannot be read,
    asks for inputs that are not known, or does not answer as config.json says."""

    def __init__(self, name: str, config: Mapping[str, Any], model: Path, context: int) -> None:
        import onnxruntime

        self.name = name
        self.levels = tuple(float(level) for level in config["quantiles"])
        self._patch = int(config.get("input_patch_size", 16))
        self._out_patch = int(config.get("output_patch_size", self._patch))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(4, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise Conflict(f"the foundation model cannot be loaded: {_first(error)}") from error
        self._inputs = {one.name: one for one in self._session.get_inputs()}
        unknown = sorted(set(self._inputs) - set(_KNOWN))
        if unknown or "context" not in self._inputs:
            told = f"asks for {', '.join(unknown)}" if unknown else "takes no input `context`"
            raise Conflict(f"the foundation model {told}: export it as docs/foundation.md shows")
        batch, length = self._inputs["context"].shape
        self._fixed = (
            batch if isinstance(batch, int) else None,
            length if isinstance(length, int) else None,
        )
        most = min(context, int(config["context_length"]))
        self.context = self._fixed[1] or max(most // self._patch, 1) * self._patch
        outputs = [one.name for one in self._session.get_outputs()]
        self._output = _OUTPUT if _OUTPUT in outputs else outputs[0]
        self.horizon = self._try()
        self.fingerprint = _fingerprint(config, model)

    def _try(self) -> int:
        """Its horizon, from an answer to a week that repeats, known in part."""
        import numpy as np

        days = np.arange(self.context)
        past = (5.0 + 3.0 * np.sin(days * 2.0 * np.pi / 7.0)).astype(np.float32)[None, :]
        past[:, : self.context // 2] = np.nan
        made = self._run(past)
        if made.ndim != 3 or made.shape[1] != len(self.levels) or made.shape[2] < 1:
            raise Conflict(
                f"the foundation model answers with an array of {list(made.shape)} where "
                f"[1, {len(self.levels)}, days] was to come: its config.json is of another model"
            )
        if not np.isfinite(made).all():
            raise Conflict(
                "the foundation model does not do without days that are not known: export it so "
                "that NaN stands for them, as docs/foundation.md shows"
            )
        return int(made.shape[2])

    def quantiles(self, past: Any) -> Any:
        import numpy as np

        rows = self._fixed[0] or max(1, BATCH_VALUES // self.context)
        out = np.empty((len(past), len(self.levels), self.horizon), np.float32)
        for a in range(0, len(past), rows):
            out[a : a + rows] = self._run(past[a : a + rows])[: len(past) - a]
        return out

    def _run(self, past: Any) -> Any:
        import numpy as np

        n, days = past.shape
        to_patch = -(-days // self._patch) * self._patch
        context = np.full((self._fixed[0] or n, self._fixed[1] or to_patch), np.nan, np.float32)
        context[:n, context.shape[1] - days :] = past
        context[n:] = context[:1]
        try:
            made = self._session.run([self._output], self._feed(context))[0]
        except Exception as error:
            raise Conflict(f"the foundation model cannot be run: {_first(error)}") from error
        return np.asarray(made, np.float32)[:n]

    def _feed(self, context: Any) -> dict[str, Any]:
        import numpy as np

        feed: dict[str, Any] = {"context": context}
        for name, one in self._inputs.items():
            if name in _MASKS:
                feed[name] = np.isfinite(context)
            elif name == "group_ids":  # each series is a group of its own
                feed[name] = np.arange(len(context))
            elif name == "future_covariates":
                days = one.shape[1] if isinstance(one.shape[1], int) else self._out_patch
                feed[name] = np.full((len(context), days), np.nan, np.float32)
            elif name == "num_output_patches":
                value = np.asarray(-(-LONGEST // self._out_patch))
                feed[name] = value.reshape([1] * len(one.shape))
            kind = one.type.removeprefix("tensor(").removesuffix(")")
            feed[name] = feed[name].astype(_TYPES.get(kind, kind))
        return feed


LONGEST = 64
"""Days that a model which can be asked for any number is asked for."""

_TYPES = {"float": "float32", "double": "float64"}


def _first(error: Exception) -> str:
    """The first line of what ONNX Runtime says, without the paths of this machine."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return " ".join(word for word in line.split() if "/" not in word and "\\" not in word)[:300]
