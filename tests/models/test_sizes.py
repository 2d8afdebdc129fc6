"""Known sizes, built on the meta device: their parameters are those of the published weights."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText, AutoModelForMaskGeneration

from lens_seg.models.lens import LensModel
from lens_seg.models.sizes import SAM2, VLMS, lens, segmenter_of

PUBLISHED = {
    "qwen2-vl-2b": 2_208_985_600,
    "qwen2.5-vl-3b": 3_754_622_976,
    "qwen2.5-vl-7b": 8_292_166_656,
    "qwen3-vl-2b": 2_127_532_032,
    "qwen3-vl-4b": 4_437_815_808,
    "qwen3-vl-8b": 8_767_123_696,
}
"""Parameters as the Hub counts them in each checkpoint."""
SAM2_MILLIONS = {"sam2-tiny": 38.9, "sam2-small": 46.0, "sam2-base-plus": 80.8, "sam2-large": 224.4}
"""Whole SAM 2.1 models, memory included, as its authors state them."""


def count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def built(fields: dict, kind):
    fields = dict(fields)
    config = AutoConfig.for_model(fields.pop("model_type"), **fields)
    with torch.device("meta"):
        return kind.from_config(config)


@pytest.mark.parametrize("name", list(VLMS))
def test_a_vlm_has_the_published_number_of_parameters(name):
    model = built(lens(name, "sam2-tiny").vlm.to_dict(), AutoModelForImageTextToText)
    assert count(model) == PUBLISHED[name]


def test_sam2_sizes_differ_from_the_published_by_one_memory():
    """LENS has no use for the memory, which is the same in all four sizes: 6.6 M less each, and nothing else."""
    lacking = {
        name: millions - count(built(segmenter_of(name), AutoModelForMaskGeneration)) / 1e6
        for name, millions in SAM2_MILLIONS.items()
    }
    assert lacking.keys() == SAM2.keys()
    assert max(lacking.values()) - min(lacking.values()) < 0.11, lacking
    assert 5 < min(lacking.values()) < 9, lacking


@pytest.mark.parametrize(("vlm", "segmenter"), [("qwen2-vl-2b", "sam2-large"), ("qwen3-vl-8b", "sam3")])
def test_a_whole_lens_of_any_pair_is_configuration(vlm, segmenter):
    with torch.device("meta"):
        model = LensModel(lens(vlm, segmenter))
    counts = model.parameter_counts()
    assert counts["vlm"] + counts["vision"] == PUBLISHED[vlm]
    assert model.connector.project[2].out_features == 256
    assert sum(counts.values()) == count(model)
    own = {"Qwen2VLDecoderLayer", "Qwen2VLVisionBlock", "Sam2MultiScaleBlock"}
    newer = {"Qwen3VLTextDecoderLayer", "Qwen3VLVisionBlock", "Sam3ViTLayer"}
    assert model._no_split_modules == {"ConnectorBlock"} | (own if segmenter == "sam2-large" else newer)
