"""What is put into the package: half the bytes, and what is tied is stored once."""

from __future__ import annotations

import torch
from safetensors import safe_open

from lens_seg import Lens
from lens_seg.data.toybox import Toybox
from lens_seg.models.loading import load_model
from lens_seg.train.ship import ship

from .conftest import micro


def test_a_shipped_model_is_narrow_and_stores_what_is_tied_once(tmp_path):
    model, processor = micro()
    for part in (model, processor):
        part.save_pretrained(tmp_path / "start")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("stage: align\n")
    size = ship(str(tmp_path / "start"), tmp_path / "shipped", [recipe])
    with safe_open(tmp_path / "shipped" / "model.safetensors", "pt") as file:
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert {t.dtype for t in stored.values() if t.is_floating_point()} == {torch.float16}
    assert sum(t.numel() for t in stored.values()) == sum(p.numel() for p in model.parameters()) + sum(
        b.numel() for name, b in model.named_buffers() if name in stored
    )
    assert size == sum(f.stat().st_size for f in (tmp_path / "shipped").rglob("*") if f.is_file())
    loaded = load_model(tmp_path / "shipped", device="cpu", dtype=torch.float32)
    assert loaded.vlm.get_output_embeddings().weight is loaded.vlm.get_input_embeddings().weight
    assert torch.equal(loaded.vlm.lm_head.weight, model.vlm.lm_head.weight.half().float())


def test_the_shipped_weights_think_in_todays_plans():
    """And draw what two hops lead to."""
    sample = Toybox("test-relations")[1]
    assert sample.tags["family"] == "two-hop"
    result = Lens.from_pretrained("lens-tiny").segment(sample.image, sample.prompt)
    assert result.thought is not None and sample.thought is not None
    assert result.thought.startswith(sample.thought.partition(" is at ")[0])
    assert (result.mask & sample.mask).sum() > 0.7 * (result.mask | sample.mask).sum()
