"""Small models in ONNX with the inputs and outputs of published foundation models."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

F32 = NDArray[np.float32]
LEVELS = tuple(k / 10 for k in range(1, 10))
HORIZON = 64
Shape = Sequence[int | str]
Input = tuple[str, int, Shape]
BOLT: tuple[Input, ...] = (("context", TensorProto.FLOAT, ("batch", "days")),)
CHRONOS_2: tuple[Input, ...] = (
    ("context", TensorProto.FLOAT, ("batch", 128)),
    ("group_ids", TensorProto.INT64, ("batch",)),
    ("attention_mask", TensorProto.FLOAT, ("batch", 128)),
    ("future_covariates", TensorProto.FLOAT, ("batch", HORIZON)),
)


def config(**more: Any) -> dict[str, Any]:
    """As the published ones, as far as it is read."""
    chronos = {
        "context_length": 2048,
        "input_patch_size": 16,
        "input_patch_stride": 16,
        "prediction_length": HORIZON,
        "quantiles": list(LEVELS),
        "use_reg_token": True,
        **more,
    }
    return {"architectures": ["ChronosBoltModelForForecasting"], "chronos_config": chronos}


def write(
    folder: Path,
    nodes: Sequence[Any],
    constants: Mapping[str, NDArray[Any]],
    *,
    inputs: Sequence[Input] = BOLT,
    levels: int = len(LEVELS),
    settings: Mapping[str, Any] | None = None,
    batch: int | str = "batch",
) -> Path:
    """A folder with a model of these nodes, whose last output is ``quantile_preds``."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = helper.make_graph(
        list(nodes),
        "model",
        [helper.make_tensor_value_info(n, kind, list(shape)) for n, kind, shape in inputs],
        [helper.make_tensor_value_info("quantile_preds", 1, [batch, levels, HORIZON])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 9
    onnx.checker.check_model(made)
    onnx.save(made, folder / "model.onnx")
    (folder / "config.json").write_text(json.dumps(config() if settings is None else settings))
    return folder


def known_mean(then: str = "mean") -> list[Any]:
    """Nodes from ``context`` to ``then`` [batch,1,1], the mean of the days that are known."""
    node = helper.make_node
    return [
        node("IsNaN", ["context"], ["missing"]),
        node("Where", ["missing", "zero", "context"], ["filled"]),
        node("Where", ["missing", "zero", "one"], ["there"]),
        node("ReduceSum", ["filled", "days_axis"], ["sum"], keepdims=1),
        node("ReduceSum", ["there", "days_axis"], ["count"], keepdims=1),
        node("Max", ["count", "one"], ["at_least_one"]),
        node("Div", ["sum", "at_least_one"], ["flat"]),
        node("Unsqueeze", ["flat", "last_axis"], [then]),
    ]


CONSTANTS = {
    "zero": np.float32(0.0).reshape(()),
    "one": np.float32(1.0).reshape(()),
    "days_axis": np.array([1], np.int64),
    "last_axis": np.array([2], np.int64),
}


def steady(folder: Path, times: float = 1.0, **more: Any) -> Path:
    """Answers every day with the mean of the days known, times ``times`` and spread by level."""
    spread = times * (0.5 + np.array(LEVELS, np.float32))[None, :, None]
    shape = np.broadcast_to(spread, (1, len(LEVELS), HORIZON)).astype(np.float32).copy()
    nodes = [*known_mean(), helper.make_node("Mul", ["mean", "shape"], ["quantile_preds"])]
    return write(folder, nodes, {**CONSTANTS, "shape": shape}, **more)


def remembering(folder: Path, keys: F32, values: F32) -> Path:
    """Answers as it went on after whichever of ``keys`` [k,d] is most like the last d days known,
    with ``values`` [k, HORIZON] for the median."""
    node = helper.make_node
    d = keys.shape[1]
    spread = (0.8 + 0.4 * np.array(LEVELS, np.float32))[None, :, None]
    nodes = [
        node("IsNaN", ["context"], ["missing"]),
        node("Where", ["missing", "zero", "context"], ["filled"]),
        node("Slice", ["filled", "from", "to", "days_axis"], ["last"]),
        node("MatMul", ["last", "keys"], ["alike"]),
        node("Sub", ["alike", "size"], ["score"]),
        node("ArgMax", ["score"], ["best"], axis=1, keepdims=0),
        node("Gather", ["values", "best"], ["after"], axis=0),
        node("Unsqueeze", ["after", "days_axis"], ["row"]),
        node("Mul", ["row", "spread"], ["quantile_preds"]),
    ]
    constants = {
        **CONSTANTS,
        "from": np.array([-d], np.int64),
        "to": np.array([2**31], np.int64),
        "keys": np.ascontiguousarray(keys.T, np.float32),
        "size": (0.5 * np.square(keys).sum(1)).astype(np.float32),
        "values": values.astype(np.float32),
        "spread": spread.astype(np.float32),
    }
    return write(folder, nodes, constants)
