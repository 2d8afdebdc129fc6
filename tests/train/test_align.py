"""The losses of stage 1 where only some of a group's samples have pixels to ignore."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lens_seg.data.registry import ToyboxGroups
from lens_seg.data.toybox import Toybox
from lens_seg.train.align import mask_losses


def test_one_ignored_part_in_a_group_leaves_the_others_whole():
    plain = ToyboxGroups(Toybox("val"))(0, 3, 0)
    hole = np.zeros(plain[1].mask.shape, dtype=bool)
    hole[:, :100] = True
    mixed = [plain[0], replace(plain[1], ignore=hole), plain[2]]
    logits = torch.randn(1, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    bce, dice, drawn = mask_losses(logits, [mixed])
    alone = [mask_losses(logits[:, i : i + 1], [[sample]]) for i, sample in enumerate(mixed)]
    assert bce.item() == pytest.approx(np.mean([b.item() for b, _, _ in alone]), abs=1e-6)
    assert dice.item() == pytest.approx(np.mean([d.item() for _, d, _ in alone]), abs=1e-6)
    assert bce.item() != pytest.approx(mask_losses(logits, [plain])[0].item(), abs=1e-6), "the hole must count"
    assert all(np.array_equal(mask, one[2][0][0]) for mask, one in zip(drawn[0], alone, strict=True))


def test_what_is_ignored_changes_nothing():
    sample = Toybox("val")[0]
    hole = np.zeros(sample.mask.shape, dtype=bool)
    hole[:, :100] = True
    logits = torch.zeros(1, 1, *sample.mask.shape)
    other = logits.clone()
    other[..., :100] = 9.0
    held = replace(sample, ignore=hole)
    assert mask_losses(logits, [[held]])[:2] == mask_losses(other, [[held]])[:2]
