"""A new LENS from stock folders, as the Hub has them: a VLM of each family and a SAM."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import Sam2VideoConfig, Sam2VideoModel

from lens_seg.cli import main
from lens_seg.hub import compose
from lens_seg.models.lens import LensModel
from lens_seg.models.shards import SINGLE, CheckpointError
from lens_seg.models.sizes import sam2
from tests.models.test_families import FAMILIES, SMALL_SAM, build


@pytest.fixture(scope="module")
def sam(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sam") / "video"
    torch.manual_seed(1)
    fields = {name: value for name, value in sam2(**SMALL_SAM).items() if name != "model_type"}
    Sam2VideoModel(Sam2VideoConfig(**fields)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=[(family, tied) for family in FAMILIES for tied in (False, True)])
def vlm(request, tiny_pair, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("vlm") / "stock"
    model, processor = build(request.param[0], tiny_pair[1].tokenizer, tied=request.param[1])
    model.vlm.save_pretrained(folder)
    processor.tokenizer.save_pretrained(folder)
    return folder


def test_stock_models_join_to_a_lens(vlm, sam, tmp_path, capsys):
    assert main(["convert", str(vlm), str(tmp_path / "new"), "--segmenter", str(sam), "--queries", "3"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'new'}\n"
    model = LensModel.from_pretrained(tmp_path / "new")
    stock = type(model.vlm).from_pretrained(vlm).state_dict()
    assert all(torch.equal(tensor, stock[name]) for name, tensor in model.vlm.state_dict().items())
    video = Sam2VideoModel.from_pretrained(sam).state_dict()
    assert all(torch.equal(tensor, video[name]) for name, tensor in model.segmenter.state_dict().items())
    assert model.queries.weight.shape == (3, 64) and model.config.query_positions == "mrope"
    for name, parameter in (*model.queries.named_parameters(), *model.connector.named_parameters()):
        assert torch.isfinite(parameter).all() and parameter.abs().max() < 2, name
    processor = json.loads((tmp_path / "new" / "lens_processor.json").read_text())
    family = model.config.vlm.model_type
    assert processor["box_scale"] == (None if family == "qwen2_5_vl" else 1000)
    assert processor["image_mean"][0] == (0.5 if family == "qwen3_vl" else 0.48145466)
    assert (tmp_path / "new" / "tokenizer.json").read_text() == (vlm / "tokenizer.json").read_text()
    compose(vlm, sam, tmp_path / "again", num_queries=3)
    assert (tmp_path / "again" / SINGLE).read_bytes() == (tmp_path / "new" / SINGLE).read_bytes()


def test_a_stock_model_that_is_not_whole_is_refused(tiny_pair, sam, tmp_path):
    build("qwen3_vl", tiny_pair[1].tokenizer)[0].vlm.save_pretrained(tmp_path / "vlm")
    tensors = load_file(tmp_path / "vlm" / SINGLE)
    gone = next(name for name in tensors if "deepstack_merger_list.0.norm.weight" in name)
    save_file({n: t for n, t in tensors.items() if n != gone}, tmp_path / "vlm" / SINGLE, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"missing tensors: vlm\.model\.visual\.deepstack_merger_list"):
        compose(tmp_path / "vlm", sam, tmp_path / "new")
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob("*.tmp"))
    with pytest.raises(CheckpointError, match="of a qwen3_vl model, not of sam2"):
        compose(tmp_path / "vlm", tmp_path / "vlm", tmp_path / "new")
    assert main(["convert", str(sam), str(tmp_path / "x"), "--segmenter", str(sam), "--to", "published"]) == 2
