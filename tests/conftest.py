"""Shared fixtures: a tiny random model, sharpened so that attention is not uniform and position bugs show."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder that CI and developers have; users do not."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    return SHARED


@pytest.fixture(scope="session")
def street(shared: Path) -> Path:
    """Real street photos in REFER format."""
    return shared / "data" / "street"


@pytest.fixture(scope="session")
def tiny_pair():
    """(LensModel, LensProcessor): lens-tiny's architecture with random, sharpened weights."""
    from lens_seg.train.pretrain import new_tiny

    model, processor = new_tiny(600, seed=3)
    sharpen(model)
    return model.eval(), processor


def sharpen(model) -> None:
    """Larger q, k and embeddings, so that attention depends on content and position."""
    with torch.no_grad():
        for name, parameter in model.vlm.named_parameters():
            if "q_proj.weight" in name or "k_proj.weight" in name:
                parameter.mul_(1.5)
            if "q_proj.bias" in name or "k_proj.bias" in name:
                parameter.normal_(0, 0.5)
            if "embed_tokens" in name:
                parameter.mul_(20)
        model.queries.weight.mul_(20)
