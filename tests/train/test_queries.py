"""Runs that draw context queries and connector anew, with another number of queries than the model has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from lens_seg.predictor import Lens
from lens_seg.rollout import Sampling
from lens_seg.train.align import align
from lens_seg.train.finetune import open_start
from lens_seg.train.grpo import grpo

from .test_runs import align_config, grpo_config, weights

STAGES = {"align": (align, align_config), "grpo": (grpo, grpo_config)}


def test_they_are_drawn_by_the_seed(start):
    first, same, other = (open_start(align_config(start, Path("o"), num_queries=5, seed=s))[0] for s in (1, 1, 2))
    own = open_start(align_config(start, Path("o")))[0]
    assert (first.config.num_queries, own.config.num_queries) == (5, 2)
    for name, tensor in first.state_dict().items():
        again, differs = same.state_dict()[name], other.state_dict()[name]
        assert torch.equal(tensor, again), name
        if name.startswith(("queries", "connector")):
            assert tensor.dtype == torch.float32 and torch.isfinite(tensor).all(), name
            assert "weight" not in name or "norm" in name or not torch.equal(tensor, differs), name
        else:
            assert torch.equal(tensor, own.state_dict()[name]), f"{name} belongs to the start"


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_from_a_model_with_another_number(stage, start, tmp_path):
    run, make = STAGES[stage]
    config = make(start, tmp_path / "run", steps=1, num_queries=5)
    drawn = {name: tensor.clone() for name, tensor in open_start(config)[0].state_dict().items()}
    run(config, resume=False)
    before, after = load_file(Path(start) / "model.safetensors"), weights(tmp_path / "run")
    assert before["queries.weight"].shape[0] == 2 and after["queries.weight"].shape[0] == 5
    assert after["connector.fold.weight"].shape[-1] == 5
    assert all(torch.equal(after[n], before[n]) for n in before if n.startswith("segmenter.vision_encoder"))
    assert not torch.equal(after["queries.weight"], drawn["queries.weight"]), "they learn"
    torch.testing.assert_close(after["queries.weight"], drawn["queries.weight"], rtol=0, atol=0.01)
    lens = Lens.from_pretrained(tmp_path / "run" / "model", "cpu")
    assert lens.model.config.num_queries == 5
    lens.sampling = Sampling(temperature=0.0, max_new_tokens=4)
    assert lens.segment(Image.new("RGB", (40, 30)), "the cup").logits.shape == (30, 40)


def test_it_resumes(start, tmp_path):
    changes = {"num_queries": 3, "save_every": 1}
    align(align_config(start, tmp_path / "whole", steps=2, **changes), resume=False)
    align(align_config(start, tmp_path / "parts", steps=1, schedule="constant", **changes), resume=False)
    align(align_config(start, tmp_path / "parts", steps=2, schedule="constant", **changes), resume=True)
    whole, parts = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert whole.keys() == parts.keys() and whole["queries.weight"].shape == (3, 32)
    assert all(torch.allclose(whole[name], parts[name], atol=1e-6) for name in whole)


def test_what_is_drawn_must_learn(start):
    with pytest.raises(ValueError, match="num_queries: what is drawn must learn; add connector to trains"):
        align_config(start, Path("o"), num_queries=3, trains=("queries",))
    with pytest.raises(ValueError, match="num_queries=0 must be at least 1"):
        grpo_config(start, Path("o"), num_queries=0)
