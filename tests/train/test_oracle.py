"""The packed group against its oracle, plain repeated rows: loss, every gradient, with and without checkpointing."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from lens_seg.data.registry import ToyboxGroups
from lens_seg.data.toybox import Toybox
from lens_seg.losses import policy_loss
from lens_seg.models.lens import LensModel
from lens_seg.packing import Branch, Row
from lens_seg.processor import LensProcessor
from lens_seg.train.align import mask_losses
from lens_seg.train.grpo import by_completion
from lens_seg.types import LensInputs, Sample

from .conftest import micro

SAID = ("the red cup", "a small green star that is near the moon", "moon")
ADVANTAGES = torch.tensor([0.7, -1.1, 0.4, 1.3, -0.2, -1.1])


def samples() -> list[Sample]:
    return [ToyboxGroups(Toybox("val"))(image, 1, 0)[0] for image in (0, 1)]


def rows(processor: LensProcessor, repeated: bool) -> list[Row]:
    """Two prompts with three ragged completions each: one row a prompt, or one row a completion."""
    p, made = processor, []
    for sample in samples():
        prompt = p.image_prefix(p.vlm_image(sample.image).grid_thw) + p.question(sample.prompt)
        branches = [Branch(context=prompt[-1:], completion=p.completion(text)) for text in SAID]
        grid = p.vlm_image(sample.image).grid_thw
        held = [[b] for b in branches] if repeated else [branches]
        made += [Row(prefix=prompt[:-1], grid_thw=grid, branches=own) for own in held]
    return made


def groups(model: LensModel, processor: LensProcessor, repeated: bool = False) -> LensInputs:
    p = processor
    drawn = [sample for sample in samples() for _ in range(len(SAID) if repeated else 1)]
    pixels = [p.vlm_image(s.image).pixel_values for s in drawn]
    squares = [p.segmenter_image(s.image) for s in drawn]
    return p.collate(rows(p, repeated), pixels, squares, model.config.num_queries)


def left_padded(inputs: LensInputs) -> LensInputs:
    """The same rows with their padding before them, as samplers that repeat rows make it."""
    padding = (inputs.segment_ids < 0).sum(1, keepdim=True)
    assert padding.any(), "rows of one length would show nothing"
    places = (torch.arange(inputs.segment_ids.shape[1]) - padding) % inputs.segment_ids.shape[1]
    names = ("input_ids", "segment_ids", "query_ids", "labels")
    rows = {name: getattr(inputs, name).gather(1, places) for name in names}
    return replace(inputs, **rows, position_ids=inputs.position_ids.gather(2, places.expand(3, -1, -1)))


def loss_of(model: LensModel, processor: LensProcessor, repeated: bool, left: bool = False) -> torch.Tensor:
    """The whole loss of stage 2: policy, KL against a shifted reference, and masks."""
    inputs = groups(model, processor, repeated)
    inputs = left_padded(inputs) if left else inputs
    out = model(inputs)
    logp, tokens = by_completion(out.logp, inputs, 1 if repeated else len(SAID))
    targets = [[s] if repeated else [s] * len(SAID) for s in samples() for _ in range(len(SAID) if repeated else 1)]
    bce, dice, _ = mask_losses(out.mask_logits, targets)
    policy, _ = policy_loss(logp, logp.detach() - 0.3, ADVANTAGES, tokens, beta=0.04)
    return policy + bce + dice


@pytest.mark.parametrize("left", [False, True], ids=["right", "left"])
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_packed_groups_equal_repeated_rows(attention, checkpointing, left):
    """Loss within 1e-6, every gradient within 1e-5 relative (float64 keeps rounding out of the comparison)."""
    model, processor = micro()
    model.double().train()
    model.vlm.set_attn_implementation(attention)
    if checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.train_only(("vlm", "vision", "queries", "connector", "segmenter_decoder"))
    named = {n: p for n, p in model.named_parameters() if p.requires_grad}
    packed, plain = loss_of(model, processor, False), loss_of(model, processor, True, left)
    assert packed.item() == pytest.approx(plain.item(), abs=1e-6)
    ours = torch.autograd.grad(packed, list(named.values()), allow_unused=True)
    oracle = torch.autograd.grad(plain, list(named.values()), allow_unused=True)
    for name, a, b in zip(named, ours, oracle, strict=True):
        assert (a is None) == (b is None), name
        if a is not None and b is not None:
            assert (a - b).norm() <= 1e-5 * b.norm() + 1e-9, name


def test_packed_groups_equal_repeated_rows_in_float32():
    model, processor = micro()
    model.train()
    assert loss_of(model, processor, False).item() == pytest.approx(loss_of(model, processor, True).item(), abs=2e-6)


def test_packed_groups_equal_repeated_rows_in_bfloat16_within_its_precision():
    model, processor = micro()
    model.train()
    model.train_only(("queries", "connector"))
    parameters = [p for p in model.parameters() if p.requires_grad]
    with torch.autocast("cpu", torch.bfloat16):
        packed, plain = loss_of(model, processor, False), loss_of(model, processor, True)
    exact = loss_of(model, processor, True)
    assert packed.item() == pytest.approx(plain.item(), rel=2e-2)
    assert packed.item() == pytest.approx(exact.item(), rel=2e-2)
    ours, oracle = (torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)]) for loss in (packed, exact))
    assert torch.cosine_similarity(ours, oracle, dim=0).item() > 0.99
    assert ours.norm().item() == pytest.approx(oracle.norm().item(), rel=0.05)
