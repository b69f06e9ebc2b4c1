"""Foundation models in a folder, on the real ONNX Runtime."""

import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from omnix.adapters.local import foundation
from omnix.adapters.local.foundation import OnnxFoundation, configured
from omnix.kit.errors import Conflict, Invalid
from omnix.ports import NoFoundation
from onnx_models import CHRONOS_2, CONSTANTS, HORIZON, LEVELS, config, known_mean, steady, write

pytestmark = pytest.mark.anyio


def _past(rows: int, days: int = 100) -> np.ndarray:
    past = np.random.default_rng(1).gamma(2.0, 3.0, (rows, days)).astype(np.float32)
    past[0, : min(40, days // 2)] = np.nan
    return past


async def test_it_answers_as_the_published_signature_says(tmp_path: Path) -> None:
    there = OnnxFoundation(steady(tmp_path / "bolt-small"))
    assert await there.name() == "bolt-small (ChronosBoltModelForForecasting)"
    weights = await there.open()
    assert (weights.levels, weights.horizon, weights.context) == (LEVELS, HORIZON, 512)
    past = _past(7)
    made = weights.quantiles(past)
    assert made.shape == (7, 9, HORIZON)
    mean = np.nanmean(past, 1)[:, None, None]
    expected = mean * (0.5 + np.array(LEVELS))[None, :, None]
    np.testing.assert_allclose(made, np.broadcast_to(expected, made.shape), rtol=1e-5)
    assert await there.open() is weights


async def test_many_series_go_in_bounded_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = await OnnxFoundation(steady(tmp_path), context=64).open()
    monkeypatch.setattr(foundation, "BATCH_VALUES", 64 * 10)
    given: list[int] = []
    inner = weights._run  # type: ignore[attr-defined]
    monkeypatch.setattr(weights, "_run", lambda past: (given.append(len(past)), inner(past))[1])
    past = _past(25, 64)
    made = weights.quantiles(past)
    assert given == [10, 10, 5]
    np.testing.assert_allclose(made[20:], weights.quantiles(past[20:]), rtol=1e-6)


async def test_the_inputs_of_chronos_2_and_fixed_sizes_are_served(tmp_path: Path) -> None:
    """Fixed days, a mask, group numbers that differ, and unknown covariates, added up."""
    node = helper.make_node
    nodes = [
        *known_mean(),
        node("ReduceSum", ["attention_mask", "days_axis"], ["masked"], keepdims=1),
        node("Unsqueeze", ["masked", "last_axis"], ["seen"]),
        node("Cast", ["group_ids"], ["number"], to=TensorProto.FLOAT),
        node("Reshape", ["number", "shape"], ["group"]),
        node("IsNaN", ["future_covariates"], ["unknown"]),
        node("Cast", ["unknown"], ["unknown_f"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["unknown_f", "days_axis"], ["ahead"]),
        node("Add", ["mean", "group"], ["a"]),
        node("Add", ["a", "seen"], ["b"]),
        node("Add", ["b", "ahead"], ["c"]),
        node("Expand", ["c", "full"], ["quantile_preds"]),
    ]
    constants = {
        **CONSTANTS,
        "shape": np.array([-1, 1, 1], np.int64),
        "full": np.array([1, 9, HORIZON], np.int64),
    }
    folder = write(tmp_path / "2", nodes, constants, inputs=CHRONOS_2)
    weights = await OnnxFoundation(folder).open()
    assert weights.context == 128
    past = _past(3, 100)
    known = np.isfinite(past).sum(1)
    expected = np.nanmean(past, 1) + np.arange(3) + known + 1.0
    np.testing.assert_allclose(weights.quantiles(past)[:, 4, 0], expected, rtol=1e-5)


async def test_a_batch_of_fixed_size_is_filled_up(tmp_path: Path) -> None:
    inputs = (("context", TensorProto.FLOAT, (4, 32)),)
    weights = await OnnxFoundation(steady(tmp_path, inputs=inputs, batch=4)).open()
    past = _past(6, 32)
    np.testing.assert_allclose(weights.quantiles(past)[:, 4, 0], np.nanmean(past, 1), rtol=1e-5)


async def test_the_fingerprint_is_of_the_weights(tmp_path: Path) -> None:
    one = await OnnxFoundation(steady(tmp_path / "a")).open()
    same = await OnnxFoundation(steady(tmp_path / "b")).open()
    other = await OnnxFoundation(steady(tmp_path / "c", times=1.01)).open()
    assert one.fingerprint == same.fingerprint != other.fingerprint
    there = OnnxFoundation(tmp_path / "a")
    before = (await there.open()).fingerprint
    (tmp_path / "a" / "model.onnx.data").write_bytes(b"more")
    assert (await there.open()).fingerprint != before


async def _refused(folder: Path) -> str:
    with pytest.raises(Conflict) as caught:
        await OnnxFoundation(folder).open()
    assert str(folder) not in caught.value.detail
    return caught.value.detail


async def test_each_wrong_folder_says_what_is_wrong(tmp_path: Path) -> None:
    assert "does not name a folder" in await _refused(tmp_path / "none")
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"x": 1}))
    told = await _refused(folder)
    assert "no model.onnx, only pytorch_model.bin, which is not read" in told
    (folder / "model.onnx").write_bytes(b"not a model")
    assert "config.json" in await _refused(folder)
    (folder / "config.json").write_text(json.dumps(config()))
    assert "cannot be loaded" in await _refused(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        "{",
        "[]",
        json.dumps({"model_type": "t5"}),
        json.dumps(config(quantiles=[0.5, 0.1, 0.9])),
        json.dumps(config(quantiles=[])),
        json.dumps(config(quantiles=[0.4, 0.5, 0.6])),
        json.dumps(config(context_length="many")),
    ],
)
async def test_a_wrong_config_is_told(tmp_path: Path, wrong: str) -> None:
    (steady(tmp_path) / "config.json").write_text(wrong)
    assert "config.json" in await _refused(tmp_path)
    with pytest.raises(Conflict, match=r"config\.json"):
        await OnnxFoundation(tmp_path).name()


async def test_a_model_of_another_kind_is_told(tmp_path: Path) -> None:
    two = (("context", 1, ("batch", "days")), ("prices", 1, ("batch",)))
    assert "asks for prices" in await _refused(steady(tmp_path / "a", inputs=two))
    folder = steady(tmp_path / "b", settings=config(quantiles=[0.1, 0.5, 0.9]))
    assert "[1, 9, 64] where [1, 3, days]" in await _refused(folder)
    node = helper.make_node
    plain = [
        node("ReduceMean", ["context"], ["flat"], axes=[1], keepdims=1),
        node("Unsqueeze", ["flat", "last_axis"], ["mean"]),
        node("Expand", ["mean", "full"], ["quantile_preds"]),
    ]
    constants = {**CONSTANTS, "full": np.array([1, 9, HORIZON], np.int64)}
    assert "NaN" in await _refused(write(tmp_path / "c", plain, constants))


async def test_without_the_extra_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(foundation.importlib.util, "find_spec", lambda name: None)
    assert "extra `foundation`" in await _refused(steady(tmp_path))


async def test_the_environment_configures_it(tmp_path: Path) -> None:
    none = configured({})
    assert isinstance(none, NoFoundation)
    assert not none.configured
    with pytest.raises(Conflict, match="OMNIX_FOUNDATION"):
        await none.open()
    folder = str(steady(tmp_path))
    set_ = configured({"OMNIX_FOUNDATION": folder, "OMNIX_FOUNDATION_CONTEXT": "256"})
    assert (await set_.open()).context == 256
    for wrong in ("a year", "-5", "8", "100000"):
        with pytest.raises(Invalid, match="OMNIX_FOUNDATION_CONTEXT"):
            configured({"OMNIX_FOUNDATION": folder, "OMNIX_FOUNDATION_CONTEXT": wrong})
