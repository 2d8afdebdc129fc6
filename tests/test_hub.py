"""Where a model is found; nothing here reaches the network."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from safetensors.torch import save_file

from lens_seg import hub
from lens_seg.hub import resolve_model


def model_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text('{"model_type": "lens"}')
    return path


@pytest.fixture(autouse=True)
def fetched(monkeypatch) -> list[tuple[str, dict]]:
    """What was asked of the Hub; each call fails as it does without a network."""
    calls: list[tuple[str, dict]] = []

    def download(name: str, **options) -> str:
        calls.append((name, options))
        raise LocalEntryNotFoundError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return calls


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Path:
    """A package that ships the model "lens-small"."""
    monkeypatch.setattr(hub, "WEIGHTS", tmp_path / "weights")
    return model_folder(tmp_path / "weights" / "lens-small")


def test_a_folder_is_itself(tmp_path, shipped, fetched, monkeypatch):
    folder = model_folder(tmp_path / "mine")
    assert resolve_model(folder) == resolve_model(str(folder)) == folder
    monkeypatch.chdir(tmp_path)
    assert resolve_model("mine") == Path("mine")
    assert resolve_model("./mine") == Path("mine")
    assert not fetched


def test_a_shipped_name_is_its_folder(shipped, fetched):
    assert resolve_model("lens-small") == shipped
    assert not fetched


def test_a_folder_beside_goes_before_a_shipped_name(tmp_path, shipped, monkeypatch):
    model_folder(tmp_path / "lens-small")
    monkeypatch.chdir(tmp_path)
    assert resolve_model("lens-small") == Path("lens-small")


@pytest.mark.parametrize("name", ["lens-smal", "", "a/b/c", "/not/there/at/all"])
def test_an_unknown_name_lists_what_is_shipped_and_fetches_nothing(shipped, fetched, name):
    with pytest.raises(FileNotFoundError, match=r"neither a folder .* nor shipped \(shipped: lens-small\)"):
        resolve_model(name)
    assert not fetched


def test_without_shipped_models_it_says_none(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "WEIGHTS", tmp_path / "weights")
    with pytest.raises(FileNotFoundError, match=r"\(shipped: none\)"):
        resolve_model("lens-small")


def test_a_folder_without_a_model_is_not_taken_for_a_hub_id(tmp_path, fetched, monkeypatch):
    (tmp_path / "runs" / "empty").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="'runs/empty' is neither"):
        resolve_model("runs/empty")
    assert not fetched


def test_a_hub_id_is_fetched_without_pickles(tmp_path, monkeypatch):
    asked = {}

    def download(name: str, **options) -> str:
        asked.update(options, name=name)
        return str(tmp_path / "snapshot")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    model_folder(tmp_path / "snapshot")
    assert resolve_model("someone/lens") == tmp_path / "snapshot"
    assert asked["name"] == "someone/lens"
    assert sorted(asked["allow_patterns"]) == ["*.jinja", "*.json", "*.safetensors", "*.txt"]


def test_a_hub_that_does_not_answer_is_one_line(fetched):
    with pytest.raises(FileNotFoundError) as error:
        resolve_model("someone/lens")
    assert [name for name, _ in fetched] == ["someone/lens"]
    assert "'someone/lens'" in str(error.value) and "\n" not in str(error.value)


def test_an_unknown_family_is_refused_before_anything_is_copied(tmp_path):
    vlm = tmp_path / "vlm"
    vlm.mkdir()
    (vlm / "config.json").write_text('{"model_type": "llava"}')
    with pytest.raises(ValueError, match="model_type 'llava' is not supported: choose from qwen2_vl"):
        hub.compose(vlm, tmp_path, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["vlm"]


@pytest.mark.parametrize("moved", ["a", "b"])
def test_a_fingerprint_tells_weights_apart(tmp_path, moved):
    weights = {"a": torch.zeros(3), "b": torch.zeros(2_000_000)}
    save_file(weights, tmp_path / "model.safetensors")
    first = hub.fingerprint(tmp_path)
    assert first == hub.fingerprint(tmp_path) and len(first) == 16
    save_file({**weights, moved: weights[moved] + 1}, tmp_path / "model.safetensors")
    assert hub.fingerprint(tmp_path) != first
