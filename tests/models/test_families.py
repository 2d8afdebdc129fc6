"""Every model family at tiny size: our packed forward, positions and cached generation against the family's own class.

The oracle is transformers' forward and `generate` with pixel_values: they find positions and image slots themselves.
"""

from __future__ import annotations

import pytest
import torch

from lens_seg.hub import default_processor
from lens_seg.models import vlm as vlms
from lens_seg.models.config import LensConfig
from lens_seg.models.lens import LensModel
from lens_seg.models.sizes import sam2
from lens_seg.packing import Branch, prefix_positions
from lens_seg.processor import LensProcessor
from lens_seg.rollout import Sampling, generate
from tests.conftest import sharpen
from tests.models.test_lens import packed, photo

TEXT = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0, "mrope_section": [2, 3, 3]},
}
INTERLEAVED = TEXT["rope_parameters"] | {"mrope_interleaved": True}
VISION = {"depth": 3, "num_heads": 2, "patch_size": 14}
SMALL_SAM = {
    "image_size": 128,
    "embed_dim": 8,
    "heads": 1,
    "stages": (1, 1, 2, 1),
    "global_blocks": (3,),
    "windows": (4, 2, 4, 2),
    "background": 4,
    "channels": 32,
    "mlp_dim": 32,
    "decoder_heads": 4,
}
FAMILIES = {
    "qwen2_vl": {
        "model_type": "qwen2_vl",
        "text_config": TEXT,
        "vision_config": VISION | {"embed_dim": 32, "hidden_size": 64, "mlp_ratio": 2},
    },
    "qwen2_5_vl": {
        "model_type": "qwen2_5_vl",
        "text_config": TEXT,
        "vision_config": VISION
        | {
            "hidden_size": 32,
            "intermediate_size": 48,
            "out_hidden_size": 64,
            "window_size": 56,
            "fullatt_block_indexes": [1],
        },
    },
    "qwen3_vl": {
        "model_type": "qwen3_vl",
        "text_config": TEXT | {"head_dim": 16, "rope_parameters": INTERLEAVED},
        "vision_config": VISION
        | {
            "hidden_size": 32,
            "intermediate_size": 48,
            "out_hidden_size": 64,
            "patch_size": 16,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0, 1],
        },
    },
}


def build(family: str, tokenizer, tied: bool = False) -> tuple[LensModel, LensProcessor]:
    """Random weights; untied as the 7B unless asked, for a tied random head says the same token again and again."""
    ids = {name: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in ("image_pad", "video_pad", "im_end")}
    fields = FAMILIES[family]
    text = fields["text_config"] | {"vocab_size": len(tokenizer), "eos_token_id": ids["im_end"]}
    tokens = {"image_token_id": ids["image_pad"], "video_token_id": ids["video_pad"]}
    config = LensConfig(
        vlm_config=fields | tokens | {"text_config": text, "tie_word_embeddings": tied},
        segmenter_config=sam2(**SMALL_SAM),
        num_queries=4,
        connector_depth=1,
        connector_heads=4,
    )
    torch.manual_seed(5)
    model = LensModel(config).eval()
    sharpen(model)
    with torch.no_grad():
        for name, parameter in model.vlm.named_parameters():
            if "q_norm" in name or "k_norm" in name:
                parameter.mul_(2)
            elif "visual" in name and "norm" not in name and parameter.ndim > 1:
                parameter.mul_(5)  # images that differ must look different
            elif any(part in name for part in ("v_proj.weight", "o_proj", "mlp")):
                parameter.mul_(8)  # layers must say more than the embedding that they started from
    model.vlm.generation_config.eos_token_id = ids["im_end"]
    settings = {**vars(default_processor(config)), "min_pixels": 3136}
    return model, LensProcessor(tokenizer, type(default_processor(config))(**settings))


@pytest.fixture(scope="module", params=list(FAMILIES))
def pair(request, tiny_pair):
    return build(request.param, tiny_pair[1].tokenizer)


def branches(processor, *, queries: bool = True) -> list[Branch]:
    texts = [("the red cup", "<answer>[1,2,3,4]</answer>"), ("star", "<think>a b</think><answer>[]</answer>")]
    return [
        Branch(context=processor.question(q), completion=processor.completion(a), queries=queries) for q, a in texts
    ]


def own_forward(model, processor, image, ids: list[int]) -> torch.Tensor:
    """(L, vocabulary) logits of the family's own class on one plain row."""
    seen, row = processor.vlm_image(image), torch.tensor([ids])
    kinds = (row == processor.image_token).long()
    grid = torch.tensor([seen.grid_thw])
    out = model.vlm(input_ids=row, pixel_values=seen.pixel_values, image_grid_thw=grid, mm_token_type_ids=kinds)
    return out.logits[0]


@torch.no_grad()
def test_packed_forward_equals_the_familys_own(pair):
    """Two images of different shape, two branches each, in one batch; the family sees four plain rows."""
    model, processor = pair
    images = [photo(31), photo(32).crop((0, 0, 60, 96))]
    own = branches(processor)
    inputs = packed(model, processor, images, [own, own])
    logits = model.vlm.lm_head(model(inputs, with_masks=False).hidden)
    for row, image in enumerate(images):
        prefix = processor.image_prefix(processor.vlm_image(image).grid_thw)
        for number, branch in enumerate(own, start=1):
            expected = own_forward(model, processor, image, prefix + branch.context + branch.completion)
            text = (inputs.segment_ids[row] == number) & (inputs.query_ids[row] < 0)
            ours = torch.cat([logits[row, : len(prefix)], logits[row][text]])
            assert (ours - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_positions_equal_the_familys_rope_index(pair):
    model, processor = pair
    for grid in [(1, 12, 12), (1, 4, 8), (1, 10, 2)]:
        prefix = processor.image_prefix(grid) + processor.question("the cup")
        ids = torch.tensor([prefix])
        oracle, delta = model.vlm.model.get_rope_index(
            ids,
            mm_token_type_ids=(ids == processor.image_token).long(),
            image_grid_thw=torch.tensor([grid]),
            attention_mask=torch.ones_like(ids),
        )
        ours, after = prefix_positions(prefix, grid, processor.image_token, 2)
        assert (oracle[:, 0].numpy() == ours).all()
        assert after == len(prefix) + int(delta)


@torch.no_grad()
def test_cached_generation_equals_generate_and_queries_a_full_forward(pair):
    model, processor = pair
    images = [photo(33), photo(34)]
    seen = [processor.vlm_image(image) for image in images]
    questions = [[processor.question("the star")], [processor.question("a red cup at the left")]]
    rollout = generate(model, processor, seen, questions, sampling=Sampling(temperature=0.0, max_new_tokens=8))
    for i, image in enumerate(images):
        ids = torch.tensor([processor.image_prefix(seen[i].grid_thw) + questions[i][0]])
        theirs = model.vlm.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            mm_token_type_ids=(ids == processor.image_token).long(),
            pixel_values=seen[i].pixel_values,
            image_grid_thw=torch.tensor([seen[i].grid_thw]),
            max_new_tokens=8,
            do_sample=False,
            suppress_tokens=processor.placeholders,
        )
        assert theirs[0, ids.shape[1] :].tolist() == rollout.completions[i]
        branch = Branch(context=questions[i][0], completion=rollout.completions[i])
        expected = model.read_queries(packed(model, processor, [image], [[branch]]))
        torch.testing.assert_close(rollout.query_hidden[i : i + 1], expected, rtol=1e-4, atol=1e-4)
    assert rollout.completions[0] != rollout.completions[1] and len(set(rollout.completions[0])) > 2


def test_gradients_reach_every_part_of_the_vlm(pair):
    """And with an untied head: nothing that should learn is left out, the DeepStack mergers included."""
    model, processor = pair
    out = model(packed(model, processor, [photo(35)], [branches(processor)]))
    names = [name for name, _ in model.vlm.named_parameters()]
    grads = torch.autograd.grad(out.logp.sum(), list(model.vlm.parameters()), allow_unused=True)
    untouched = [name for name, grad in zip(names, grads, strict=True) if grad is None or not grad.abs().any()]
    assert untouched == [n for n in untouched if n.endswith(("k_proj.bias", "qkv.bias"))]


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_family_saves_and_loads(tiny_pair, tmp_path, family, tied):
    model, _ = build(family, tiny_pair[1].tokenizer, tied)
    model.save_pretrained(tmp_path)
    loaded = LensModel.from_pretrained(tmp_path).eval()
    assert type(loaded.vlm) is type(model.vlm)
    state = loaded.state_dict()
    assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())
    assert (loaded.vlm.lm_head.weight is loaded.vlm.get_input_embeddings().weight) == tied
    assert default_processor(loaded.config) == default_processor(model.config)


@torch.no_grad()
def test_deepstack_reaches_the_packed_row(tiny_pair):
    """Without it the packed forward would be far from the family's own: the tests above can fail."""
    model, processor = build("qwen3_vl", tiny_pair[1].tokenizer)
    inputs = packed(model, processor, [photo(36)], [branches(processor)])
    images = vlms.encode_images(model.vlm, inputs.pixel_values, inputs.image_grid_thw)
    assert [tuple(feature.shape) for feature in images.deepstack] == [(images.tokens.shape[0], 64)] * 2
    whole = model.read_queries(inputs)
    without = model.read_queries(inputs, vlms.ImageEmbeds(images.tokens))
    assert (whole - without).abs().max() > 0.05 * whole.abs().max()


def test_processor_defaults_are_the_familys(tiny_pair):
    settings = {family: default_processor(build(family, tiny_pair[1].tokenizer)[0].config) for family in FAMILIES}
    assert [s.box_scale for s in settings.values()] == [1000, None, 1000]
    assert [s.patch_size * s.merge_size for s in settings.values()] == [28, 28, 32]
    assert settings["qwen3_vl"].image_mean == settings["qwen3_vl"].image_std == (0.5, 0.5, 0.5)
    assert settings["qwen2_vl"].image_mean[0] == pytest.approx(0.4815, abs=1e-4)
