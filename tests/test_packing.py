"""Layout of packed rows: labels, segments, queries, positions."""

from __future__ import annotations

import pytest
import torch

from lens_seg.models.vlm import packed_mask
from lens_seg.packing import LENGTH_STEP, Branch, Row, pack, prefix_positions

IMAGE, PAD = 9, 0


def one(queries: bool = True) -> dict[str, torch.Tensor]:
    row = Row(
        prefix=[1, IMAGE, IMAGE, 2],
        grid_thw=(1, 2, 4),
        branches=[
            Branch(context=[3, 4], completion=[5, 6], queries=queries),
            Branch(context=[3], completion=[7], queries=queries),
        ],
    )
    fields = pack([row], num_queries=2, image_token=IMAGE, merge=2, pad_token=PAD)
    padding = fields["segment_ids"][0] < 0
    assert len(padding) == LENGTH_STEP and bool((fields["labels"][0][padding] == -100).all())
    return {name: value[..., ~padding] for name, value in fields.items()}


def test_labels_stand_before_their_tokens():
    fields = one()
    assert fields["input_ids"][0].tolist() == [1, 9, 9, 2, 3, 4, 5, 6, 0, 0, 3, 7, 0, 0]
    assert fields["labels"][0].tolist() == [-100] * 5 + [5, 6, -100, -100, -100, 7, -100, -100, -100]
    assert fields["segment_ids"][0].tolist() == [0] * 4 + [1] * 6 + [2] * 4
    assert fields["query_ids"][0].tolist() == [-1] * 8 + [0, 1, -1, -1, 0, 1]


def test_every_branch_follows_the_prefix_in_position():
    positions = one()["position_ids"][:, 0]
    assert positions[0].tolist() == [0, 1, 1, 3, 4, 5, 6, 7, 8, 9, 4, 5, 6, 7]
    assert positions[2].tolist()[:4] == [0, 1, 2, 3]


def test_without_queries_the_last_token_is_not_fed():
    assert one(queries=False)["input_ids"][0].tolist() == [1, 9, 9, 2, 3, 4, 5, 3]


def test_mask_lets_a_branch_see_the_prefix_and_itself():
    mask = packed_mask(torch.tensor([[0, 0, 1, 1, 2, -1]]), torch.float32)[0, 0] == 0
    assert mask.int().tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="placeholders"):
        prefix_positions([1, IMAGE, 2], (1, 4, 4), IMAGE, 2)
    row = Row(prefix=[1], grid_thw=(1, 2, 2), branches=[Branch(context=[], completion=[1])])
    with pytest.raises(ValueError, match="context"):
        pack([row], num_queries=1, image_token=IMAGE, merge=2, pad_token=PAD)
