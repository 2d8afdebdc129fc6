"""The image tower's attention over all windows at once equals transformers' own, one window after another."""

from __future__ import annotations

import pytest
import torch

from lens_seg.models import vlm as vlms
from lens_seg.models import windows
from tests.models.test_families import build

GRIDS = {"alike": [[1, 8, 8]] * 3, "unlike": [[1, 8, 8], [1, 4, 12], [1, 4, 4]]}


@pytest.fixture(autouse=True)
def precision():
    before = torch.get_float32_matmul_precision()
    yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("precise", ["highest", "high"])
@pytest.mark.parametrize("grids", GRIDS)
@pytest.mark.parametrize("family", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"])
def test_it_equals_one_window_after_another(tiny_pair, family, grids, precise):
    vlm = build(family, tiny_pair[1].tokenizer, tied=True)[0].vlm
    tower, grid = vlm.model.visual, torch.tensor(GRIDS[grids])
    width = tower.patch_embed.proj.weight[0].numel()
    pixels = torch.randn(int(grid.prod(1).sum()), width, generator=torch.Generator().manual_seed(0))
    torch.set_float32_matmul_precision(precise)
    assert tower.config._attn_implementation == windows.NAME
    found = []
    for name in (windows.NAME, "eager"):
        tower.config._attn_implementation = name
        vlm.zero_grad()
        tokens = vlms.encode_images(vlm, pixels, grid).tokens
        tokens.square().sum().backward()
        found.append((tokens.detach(), next(p.grad for n, p in tower.named_parameters() if "qkv.weight" in n)))
    (tokens, gradient), (other, other_gradient) = found
    torch.testing.assert_close(tokens, other, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(gradient, other_gradient, atol=2e-5 * float(other_gradient.abs().max()), rtol=1e-3)


def test_what_was_chosen_for_the_tower_stays(tiny_pair):
    vlm = build("qwen2_5_vl", tiny_pair[1].tokenizer, tied=True)[0].vlm
    vlm.model.visual.config._attn_implementation = "eager"
    windows.use(vlm)
    assert vlm.model.visual.config._attn_implementation == "eager" and not windows.layout(
        vlm.model.visual, torch.tensor(GRIDS["alike"])
    )


def test_the_configuration_makes_further_models(tiny_pair):
    """transformers would look for a package of that name if the VLM's own configuration held it."""
    model = build("qwen2_5_vl", tiny_pair[1].tokenizer, tied=True)[0]
    other = type(model)(model.config)
    for one in (model, other):
        assert one.vlm.model.visual.config._attn_implementation == windows.NAME
        assert one.vlm.config.vision_config._attn_implementation != windows.NAME
