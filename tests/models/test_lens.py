"""The composed model: packed rows against plain rows, cache against forward, saving, sizes, freezing."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image

from lens_seg.models import vlm as vlms
from lens_seg.models.connector import Connector
from lens_seg.models.lens import ROLES, LensModel
from lens_seg.models.sizes import lens_3b
from lens_seg.packing import Branch, Row, prefix_positions
from lens_seg.rollout import Sampling, _Rows, generate


def photo(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, (96, 120, 3), dtype=np.uint8))


def branches(processor, words=("the red cup", "a big blue star at the left", "moon")):
    p = processor
    return [
        Branch(context=p.question(w), completion=p.completion(f"<think>{w}</think><answer>[1,2,30,40]</answer>"))
        for w in words
    ]


def packed(model, processor, images, own):
    p = processor
    seen = [p.vlm_image(i) for i in images]
    rows = [
        Row(prefix=p.image_prefix(s.grid_thw), grid_thw=s.grid_thw, branches=b) for s, b in zip(seen, own, strict=True)
    ]
    return p.collate(
        rows, [s.pixel_values for s in seen], [p.segmenter_image(i) for i in images], model.config.num_queries
    )


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_packed_row_equals_plain_rows_with_gradients(tiny_pair, attention):
    model, processor = tiny_pair
    model.vlm.set_attn_implementation(attention)
    own = branches(processor)
    together = packed(model, processor, [photo(0)], [own])
    out = model(together)
    names = [n for n, p in model.named_parameters() if "vlm" in n or "queries" in n]
    parameters = [p for n, p in model.named_parameters() if n in names]
    loss = out.logp.sum() + out.mask_logits.square().mean()
    grads = torch.autograd.grad(loss, parameters, allow_unused=True)

    plain_loss = 0
    for g, branch in enumerate(own):
        alone = model(packed(model, processor, [photo(0)], [[branch]]))
        torch.testing.assert_close(alone.mask_logits[0, 0], out.mask_logits[0, g], rtol=1e-4, atol=1e-5)
        plain_loss = plain_loss + alone.logp.sum() + alone.mask_logits.square().mean() / len(own)
    torch.testing.assert_close(plain_loss, loss, rtol=1e-5, atol=1e-5)
    for name, a, b in zip(names, grads, torch.autograd.grad(plain_loss, parameters, allow_unused=True), strict=True):
        assert (a is None) == (b is None), name
        if a is not None:
            assert (a - b).norm() <= 1e-4 * b.norm() + 1e-7, name


def test_batch_of_ragged_rows_equals_single_rows(tiny_pair):
    model, processor = tiny_pair
    first, second = (
        branches(processor, ("cup", "star")),
        branches(processor, ("the small red fish in the middle", "key")),
    )
    both = model(packed(model, processor, [photo(1), photo(2)], [first, second]))
    for row, (image, own) in enumerate([(photo(1), first), (photo(2), second)]):
        alone = model(packed(model, processor, [image], [own]))
        torch.testing.assert_close(alone.mask_logits[0], both.mask_logits[row], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(alone.logp.sum(), both.logp[row].sum(), rtol=1e-5, atol=1e-4)


def test_packed_logp_equals_transformers_own_forward(tiny_pair):
    """The oracle is Qwen2.5-VL's own forward on one plain conversation, which finds positions by itself."""
    model, processor = tiny_pair
    branch = branches(processor, ("the red cup",))[0]
    inputs = packed(model, processor, [photo(3)], [[dataclasses.replace(branch, queries=False)]])
    seen = processor.vlm_image(photo(3))
    ids = torch.tensor([processor.image_prefix(seen.grid_thw) + branch.context + branch.completion])
    kinds = (ids == processor.image_token).long()
    logits = model.vlm(
        input_ids=ids,
        pixel_values=seen.pixel_values,
        image_grid_thw=torch.tensor([seen.grid_thw]),
        mm_token_type_ids=kinds,
    ).logits
    count = len(branch.completion)
    expected = logits[0, -count - 1 : -1].log_softmax(-1).gather(1, ids[0, -count:, None]).sum()
    torch.testing.assert_close(model(inputs).logp.sum(), expected, rtol=1e-5, atol=1e-4)


def test_positions_equal_transformers_rope_index(tiny_pair):
    model, processor = tiny_pair
    for grid in [(1, 12, 12), (1, 4, 8), (1, 10, 2)]:
        prefix = processor.image_prefix(grid) + processor.question("the cup")
        ids = torch.tensor([prefix])
        kinds = (ids == processor.image_token).long()
        oracle, delta = model.vlm.model.get_rope_index(
            ids,
            mm_token_type_ids=kinds,
            image_grid_thw=torch.tensor([grid]),
            attention_mask=torch.ones_like(ids),
        )
        ours, after = prefix_positions(prefix, grid, processor.image_token, 2)
        assert (oracle[:, 0].numpy() == ours).all()
        assert after == len(prefix) + int(delta)


def test_cached_query_pass_equals_second_forward(tiny_pair, monkeypatch):
    """Ragged completions, two images, two prompts each, three samples: the cache gives what a full forward gives, for
    completions that left the batch early too."""
    model, processor = tiny_pair
    images = [photo(4), photo(5)]
    seen = [processor.vlm_image(i) for i in images]
    questions = [
        [processor.question(w) for w in ("cup", "the small red fish")],
        [processor.question(w) for w in ("a", "b c d e")],
    ]
    sampling = Sampling(temperature=10.0, top_k=3, top_p=1.0, max_new_tokens=12)
    torch.manual_seed(0)
    rollout = generate(model, processor, seen, questions, sampling=sampling, group=3)
    assert len(rollout.completions) == 12
    drawn = Counter(token for ids in rollout.completions for token in set(ids[:6]))
    monkeypatch.setattr(processor, "end_token", drawn.most_common(1)[0][0])  # a random model hardly draws the real one
    taken, take = [], _Rows.take
    monkeypatch.setattr(_Rows, "take", lambda self, rows: taken.append(rows) or take(self, rows))
    torch.manual_seed(0)
    rollout = generate(model, processor, seen, questions, sampling=sampling, group=3)
    assert len({len(completion) for completion in rollout.completions}) > 1, "ragged"
    assert taken, "rows left before the others had ended"
    for i, image in enumerate(images):
        own = [
            Branch(context=questions[i][q], completion=rollout.completions[i * 6 + q * 3 + g])
            for q in range(2)
            for g in range(3)
        ]
        hidden = model(packed(model, processor, [image], [own]), with_masks=False)
        inputs = packed(model, processor, [image], [own])
        slots = inputs.query_ids >= 0
        expected = hidden.hidden[slots].view(6, model.config.num_queries, -1)
        torch.testing.assert_close(rollout.query_hidden[i * 6 : i * 6 + 6], expected, rtol=1e-4, atol=1e-4)


def test_greedy_equals_transformers_generate(tiny_pair):
    model, processor = tiny_pair
    seen, question = processor.vlm_image(photo(6)), processor.question("the star")
    sampling = Sampling(temperature=0.0, max_new_tokens=10)
    ours = generate(model, processor, [seen], [[question]], sampling=sampling, with_queries=False).completions[0]
    ids = torch.tensor([processor.image_prefix(seen.grid_thw) + question])
    theirs = model.vlm.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        mm_token_type_ids=(ids == processor.image_token).long(),
        pixel_values=seen.pixel_values,
        image_grid_thw=torch.tensor([seen.grid_thw]),
        max_new_tokens=10,
        do_sample=False,
    )
    assert theirs[0, ids.shape[1] :].tolist() == ours


def test_the_first_of_each_group_can_be_the_most_likely_one(tiny_pair):
    model, processor = tiny_pair
    seen, questions = processor.vlm_image(photo(6)), [processor.question(name) for name in ("the star", "a cup")]
    likely = generate(model, processor, [seen], [questions], sampling=Sampling(temperature=0.0, max_new_tokens=12))
    torch.manual_seed(1)
    drawn = Sampling(temperature=4.0, top_p=1.0, max_new_tokens=12)
    groups = generate(model, processor, [seen], [questions], sampling=drawn, group=3, first_greedy=True)
    assert groups.completions[::3] == likely.completions
    others = {tuple(ids) for number, ids in enumerate(groups.completions) if number % 3}
    assert len(others) == 4 and others.isdisjoint(map(tuple, likely.completions)), "the others are drawn"


def test_save_and_load_round_trip(tiny_pair, tmp_path):
    model, processor = tiny_pair
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    loaded = LensModel.from_pretrained(tmp_path).eval()
    state = loaded.state_dict()
    assert {k: v.shape for k, v in model.state_dict().items()} == {k: v.shape for k, v in state.items()}
    assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())
    inputs = packed(model, processor, [photo(7)], [branches(processor)])
    torch.testing.assert_close(loaded(inputs).mask_logits, model(inputs).mask_logits)
    assert not list(tmp_path.glob("*.bin")), "weights are safetensors only"


def test_missing_parts_are_initialised_when_loaded_lazily(tiny_pair, tmp_path):
    """The published code's stage-1 NaN: queries and connector absent from the files, built on the meta device."""
    from safetensors.torch import load_file, save_file

    model, _ = tiny_pair
    model.save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    kept = {k: v for k, v in load_file(file).items() if not k.startswith(("queries", "connector"))}
    save_file(kept, file, metadata={"format": "pt"})
    loaded = LensModel.from_pretrained(tmp_path)
    for name, parameter in loaded.named_parameters():
        assert torch.isfinite(parameter).all(), name
        assert parameter.abs().max() < 100, name
    assert 0.01 < loaded.queries.weight.std() < 0.04
    assert loaded.connector.position_embedding.std() > 0.01
    assert (loaded.connector.blocks[0].norm1.weight == 1).all()


def test_lens_3b_on_meta_has_the_published_sizes():
    with torch.device("meta"):
        model = LensModel(lens_3b())
    counts = model.parameter_counts()
    # Qwen2.5-VL-3B: 3,754,622,976 parameters with tied embeddings, 668,684,... of them in the vision tower
    assert counts["vlm"] + counts["vision"] == 3_754_622_976
    assert counts["queries"] == 64 * 2048
    assert 212_000_000 < counts["segmenter_encoder"] < 213_000_000
    assert 4_000_000 < counts["segmenter_decoder"] < 13_000_000
    block = 2 * 2 * 2048 + (3 * 2048 + 1) * 2048 + 3 * 2048 - 2048 + 2048 * 2048 + 2048 + 8 * 2048 * 2048 + 5 * 2048
    expected = 64 * 2048 + 4 * block + 64 * 2048 * 2048 + 2048 + 2048 * 2048 + 2048 + 2048 * 256 + 256
    assert counts["connector"] == expected


def test_train_only_freezes_parameters_and_gradients_agree(tiny_pair):
    model, processor = tiny_pair
    try:
        model.train_only(("queries", "connector"))
        model(packed(model, processor, [photo(8)], [branches(processor)])).mask_logits.sum().backward()
        for name, parameter in model.named_parameters():
            learns = name.startswith(("queries", "connector"))
            assert parameter.requires_grad == learns, name
            assert (parameter.grad is not None) == learns, name
        with pytest.raises(ValueError, match="unknown role"):
            model.train_only(("lora",))
    finally:
        model.requires_grad_(True)
        model.zero_grad()
    assert sum(model.parameter_counts().values()) == sum(p.numel() for p in model.parameters())
    assert set(model.parameter_counts()) == set(ROLES)


def test_wrong_number_of_image_placeholders_is_refused(tiny_pair):
    model, processor = tiny_pair
    inputs = packed(model, processor, [photo(9)], [branches(processor)])
    inputs.input_ids[0, (inputs.input_ids[0] == processor.image_token).nonzero()[0]] = 1
    with pytest.raises(ValueError, match="image placeholders"):
        model(inputs)


def test_connector_heads_must_divide():
    with pytest.raises(ValueError, match="connector_heads"):
        Connector(hidden_size=192, out_channels=96, num_queries=8, depth=1, num_heads=7)


def test_entropy_of_uniform_logits():
    head = torch.nn.Linear(4, 16, bias=False)
    torch.nn.init.zeros_(head.weight)
    logp, entropy = vlms.token_logp(head, torch.randn(1, 3, 4), torch.tensor([[1, -100, 2]]), with_entropy=True)
    torch.testing.assert_close(entropy, torch.tensor([[1.0, 0.0, 1.0]]) * np.log(16).astype("float32"))
    torch.testing.assert_close(logp, -entropy)
