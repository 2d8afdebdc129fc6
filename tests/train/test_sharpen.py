"""The shipped model with more pixels to see."""

from __future__ import annotations

import sys

import pytest
import torch

from lens_seg.data.toybox import Toybox
from lens_seg.models import vlm as vlms
from lens_seg.train.sharpen import main, sharpen, spread
from lens_seg.train.start import load_start, save_model

from .conftest import micro


@torch.no_grad()
def tokens(model, processor) -> torch.Tensor:
    """(T, D) what the VLM's tower makes of a scene."""
    seen = processor.vlm_image(Toybox("val")[0].image)
    return vlms.encode_images(model.vlm, seen.pixel_values, torch.tensor([seen.grid_thw])).tokens


def test_more_pixels_in_as_many_patches_look_the_same_at_first():
    old = tokens(*load_start("lens-tiny"))
    model, processor = sharpen("lens-tiny", 360, 20, 3)
    assert processor.vlm_image(Toybox("val")[0].image).resized == (360, 360)
    assert torch.cosine_similarity(tokens(model, processor), old, dim=-1).min() > 0.999


def test_more_patches_in_as_many_tokens_look_alike(tmp_path, monkeypatch):
    old = tokens(*load_start("lens-tiny"))
    arguments = ["lens-tiny", str(tmp_path / "sharp"), "--side", "240", "--patch", "10", "--merge", "4"]
    monkeypatch.setattr(sys, "argv", ["sharpen", *arguments])
    main()
    new = tokens(*load_start(str(tmp_path / "sharp")))
    assert new.shape == old.shape
    assert torch.cosine_similarity(new, old, dim=-1).mean() > 0.7


def test_the_same_numbers_change_nothing():
    old, new = load_start("lens-tiny")[0].state_dict(), sharpen("lens-tiny", 180, 10, 3)[0].state_dict()
    assert old.keys() == new.keys() and all(torch.allclose(new[name], v, atol=1e-7) for name, v in old.items())


def test_an_old_patch_is_the_mean_of_those_under_it():
    weight = torch.arange(8.0).view(1, 8)  # 2 x 2 patches of 2 numbers
    assert torch.equal(spread(weight, 2, 4).view(4, 4, 2)[:2, :2], (weight.view(2, 2, 2)[:1, :1] / 4).expand(2, 2, 2))
    assert spread(weight, 2, 3).view(3, 3, 2)[1, 1].tolist() == pytest.approx((weight.view(4, 2).sum(0) / 9).tolist())


@pytest.mark.parametrize(
    ("numbers", "words"), [((100, 8, 2), "no multiple"), ((96, 8, 0), "no multiple"), ((96, 8, 1), "would lose rows")]
)
def test_what_cannot_be_is_refused(numbers, words, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=words):
        sharpen("lens-tiny", *numbers)
    model, processor = micro()
    processor.config = type(processor.config)(patch_size=8)
    save_model(model, processor, tmp_path / "any")
    with pytest.raises(ValueError, match="images of any size"):
        sharpen(str(tmp_path / "any"), *numbers)
    side, patch, merge = map(str, numbers)
    arguments = ["lens-tiny", str(tmp_path / "out"), "--side", side, "--patch", patch, "--merge", merge]
    monkeypatch.setattr(sys, "argv", ["sharpen", *arguments])
    with pytest.raises(SystemExit, match=f"sharpen: .*{words}"):
        main()
    assert not (tmp_path / "out").exists()
