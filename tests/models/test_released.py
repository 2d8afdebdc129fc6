"""Published checkpoints: parity with the published code, names and sizes both ways, refusals, the position switch.

The published numbers are in ../shared/parity; what needs no numbers runs on a tiny random model in published layout.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from lens_seg.cli import main
from lens_seg.hub import convert, find_model, resolve_model
from lens_seg.models.config import LensConfig
from lens_seg.models.lens import LensModel
from lens_seg.models.released_config import (
    TRUNKS,
    derive_config,
    derive_segmenter,
    hidden_facts,
    released_fields,
    trunk_of,
)
from lens_seg.models.released_names import extra_shapes, plan
from lens_seg.models.segmenter import share_positions
from lens_seg.models.segmenter_files import load_segmenter
from lens_seg.models.shards import INDEX, SINGLE, CheckpointError, ShardWriter, TensorFiles
from lens_seg.models.sizes import lens_3b, sam2
from lens_seg.packing import Branch
from lens_seg.rollout import Sampling, generate
from tests import parity_check
from tests.models.test_families import build
from tests.models.test_lens import branches, packed, photo


@pytest.fixture(scope="session")
def fixture(shared) -> Path:
    """A tiny checkpoint with the published code's own outputs."""
    return shared / "parity" / "released-tiny"


@pytest.fixture(scope="session")
def ours(tiny_pair, tmp_path_factory) -> Path:
    """A model folder in our layout, tokenizer and all, that reads its queries at flat positions."""
    folder = tmp_path_factory.mktemp("layouts") / "ours"
    tiny_pair[0].save_pretrained(folder)
    tiny_pair[1].save_pretrained(folder)
    edit_config(folder, lambda fields: fields.update(query_positions="flat"))
    return folder


@pytest.fixture(scope="session")
def published(ours) -> Path:
    """The same model in the published layout."""
    folder = ours.with_name("published")
    convert(ours, folder, to_published=True)
    return folder


@pytest.fixture
def copy(published, tmp_path) -> Path:
    """A published folder to break."""
    return Path(shutil.copytree(published, tmp_path / "copy"))


@pytest.fixture
def cache(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("LENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def edit_config(folder: Path, change) -> None:
    fields = json.loads((folder / "config.json").read_text())
    change(fields)
    (folder / "config.json").write_text(json.dumps(fields))


def edit_tensors(folder: Path, change) -> None:
    tensors = load_file(folder / SINGLE)
    change(tensors)
    save_file(tensors, folder / SINGLE, metadata={"format": "pt"})


def same_tensors(one: Path, other: Path) -> bool:
    with TensorFiles(one) as a, TensorFiles(other) as b:
        return a.shapes == b.shapes and all(
            a[name].dtype == b[name].dtype and torch.equal(a[name], b[name]) for name in a.shapes
        )


def same_states(one: Path, other: Path) -> bool:
    """The same for two folders in our layout, whose files may name the VLM's tensors in two ways."""
    a, b = (LensModel.from_pretrained(folder).state_dict() for folder in (one, other))
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


# ---- parity --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_parity_with_the_published_code(fixture, capsys):
    assert parity_check.main([str(fixture)]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = ["logits_plain", "logits_with_queries", "query_hidden", "sam_embedding", "low_res_masks", "generated"]
    assert [line.split()[:2] for line in lines[:-1]] == [[name, "ok"] for name in names]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "value", "failing"),
    [
        (
            "query_positions",
            "mrope",
            {"logits_with_queries", "query_hidden", "sam_embedding", "low_res_masks", "generated"},
        ),
        ("segmenter", {"global_blocks": [5]}, {"low_res_masks"}),
    ],
)
def test_parity_check_notices(fixture, tmp_path, capsys, key, value, failing):
    """A wrong position or a wrong block of attention is no rounding error."""
    folder = Path(shutil.copytree(fixture, tmp_path / "wrong"))
    edit_config(folder, lambda fields: fields.update(lens_seg={key: value}))
    assert parity_check.main([str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[:-1] if line.split()[1] == "FAIL"} == failing
    assert lines[-1].endswith("NO PARITY")


# ---- names and sizes -----------------------------------------------------------------------------------------------


def test_round_trip_of_the_fixture_is_byte_for_byte(fixture, tmp_path):
    convert(fixture, tmp_path / "ours")
    convert(tmp_path / "ours", tmp_path / "back", to_published=True)
    assert (tmp_path / "back" / SINGLE).read_bytes() == (fixture / SINGLE).read_bytes()
    theirs, back = (json.loads((folder / "config.json").read_text()) for folder in (fixture, tmp_path / "back"))
    assert back == theirs


def test_round_trip_of_ours_is_byte_for_byte(ours, published, tmp_path):
    """lens-tiny's sizes are not SAM 2's: what the published layout cannot say goes through `config.json`."""
    own = json.loads((published / "config.json").read_text())["lens_seg"]
    assert own["segmenter"]["image_size"] == 256 and own["connector_heads"] == 6
    convert(published, tmp_path / "again")
    assert same_states(ours, tmp_path / "again")
    configs = [LensConfig.from_pretrained(folder) for folder in (ours, tmp_path / "again")]
    assert hidden_facts(configs[0]) == hidden_facts(configs[1])
    for name in ("lens_processor.json", "tokenizer.json"):
        assert (ours / name).read_text() == (tmp_path / "again" / name).read_text()


def test_lens_3b_maps_with_nothing_missing_and_nothing_left_over(shared):
    layout = json.loads((shared / "parity" / "lens3b_released_layout.json").read_text())
    shapes = {name: tuple(shape) for name, shape in layout.items()}
    config = lens_3b()
    moves = plan(config)
    mapped = {name: move.part for move in moves for name in move.released} | extra_shapes(config)
    assert mapped == shapes
    fields = released_fields(config, shapes)
    assert fields.pop("lens_seg") == {"query_positions": "mrope"}
    derived = derive_config(fields, shapes)
    assert derived.query_positions == "flat"
    assert plan(derived) == moves
    facts = hidden_facts(derived)
    assert facts | {"query_positions": "mrope"} == hidden_facts(config)
    assert derived.get_text_config().rope_parameters["mrope_section"] == [16, 24, 24]


@pytest.mark.parametrize("variant", list(TRUNKS))
def test_sam2_variants_are_known_by_width_and_stages(variant):
    width, stages = variant
    trunk = TRUNKS[variant]
    told = sam2(
        image_size=1024,
        embed_dim=width,
        stages=stages,
        background=14 if width == 112 else 7,
        channels=256,
        mlp_dim=2048,
        decoder_heads=8,
        **vars(trunk),
    )
    vlm = {"model_type": "qwen2_vl", "text_config": {"hidden_size": 64, "num_hidden_layers": 1, "vocab_size": 8}}
    moves = plan(LensConfig(vlm_config=vlm, segmenter_config=told, num_queries=2, connector_depth=1))
    shapes = {name: move.part for move in moves for name in move.released}
    assert derive_segmenter(shapes, {}) == told


def test_an_unknown_trunk_is_guessed_aloud_and_can_be_told(copy, tmp_path, caplog):
    assert trunk_of(16, (1, 2, 3, 1), 8)[0].global_blocks == (4,)  # the fixture's make
    convert(copy, tmp_path / "told")
    assert not caplog.records
    edit_config(copy, lambda fields: fields["lens_seg"]["segmenter"].pop("global_blocks"))
    convert(copy, tmp_path / "guessed")
    assert "no known variant" in caplog.text and "global_blocks" in caplog.text
    edit_config(copy, lambda fields: fields["lens_seg"]["segmenter"].update(global_block=[5]))
    with pytest.raises(CheckpointError, match="unknown keys under lens_seg: global_block"):
        convert(copy, tmp_path / "typo")


def test_a_written_tied_head_comes_back(copy, tmp_path):
    edit_tensors(copy, lambda t: t.update({"lm_head.weight": t["model.embed_tokens.weight"].clone()}))
    convert(copy, tmp_path / "ours")
    assert "vlm.lm_head.weight" not in load_file(tmp_path / "ours" / SINGLE)
    convert(tmp_path / "ours", tmp_path / "back", to_published=True)
    assert same_tensors(copy, tmp_path / "back")
    edit_tensors(copy, lambda t: t["lm_head.weight"].add_(1))
    with pytest.raises(CheckpointError, match="differs from the embeddings"):
        convert(copy, tmp_path / "untied")


def test_lens_2b_has_per_mille_boxes_and_qwen3_no_place_there(tiny_pair, tmp_path):
    """The family is read from `config.json`, there and back."""
    model, _ = build("qwen2_vl", tiny_pair[1].tokenizer, tied=True)
    share_positions(model.segmenter)
    model.save_pretrained(tmp_path / "ours")
    convert(tmp_path / "ours", tmp_path / "published", to_published=True)
    fields = json.loads((tmp_path / "published" / "config.json").read_text())
    assert fields["architectures"] == ["SAMR1ForConditionalGeneration"] and fields["hidden_size"] == 64
    convert(tmp_path / "published", tmp_path / "again")
    assert same_states(tmp_path / "ours", tmp_path / "again")
    assert json.loads((tmp_path / "again" / "lens_processor.json").read_text())["box_scale"] == 1000
    build("qwen3_vl", tiny_pair[1].tokenizer)[0].save_pretrained(tmp_path / "newer")
    with pytest.raises(CheckpointError, match="holds qwen2_5_vl and qwen2_vl, not qwen3_vl"):
        convert(tmp_path / "newer", tmp_path / "x", to_published=True)


def test_shards_are_written_and_read(published, tmp_path, monkeypatch):
    monkeypatch.setattr(ShardWriter.__init__, "__defaults__", (1 << 20,))
    convert(published, tmp_path / "ours")
    assert len(list((tmp_path / "ours").glob("model-*-of-*.safetensors"))) > 5
    assert LensModel.from_pretrained(tmp_path / "ours").config.num_queries == 8
    convert(tmp_path / "ours", tmp_path / "back", to_published=True)
    assert same_tensors(published, tmp_path / "back")
    next((tmp_path / "back").glob("model-00002-*")).unlink()
    with pytest.raises(CheckpointError, match="shards are missing: model-00002-of"):
        convert(tmp_path / "back", tmp_path / "again")
    (tmp_path / "back" / INDEX).write_text("{")
    with pytest.raises(CheckpointError, match=r"index\.json: is damaged"):
        convert(tmp_path / "back", tmp_path / "again")


# ---- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "learnable_query",
        "conv_1d.bias",
        "connector.blocks.0.mlp.fc1.weight",
        "visual.patch_embed.proj.weight",
        "model.embed_tokens.weight",
        "sam.image_encoder.trunk.patch_embed.proj.weight",
        "sam.image_encoder.trunk.blocks.1.proj.weight",
        "sam.no_mem_embed",
        "sam.obj_ptr_proj.layers.1.bias",
        "sam.sam_prompt_encoder.point_embeddings.2.weight",
    ],
)
def test_a_missing_renamed_or_misshapen_tensor_is_named(copy, tmp_path, name):
    whole = load_file(copy / SINGLE)

    def refusal(tensors) -> str:
        save_file(tensors, copy / SINGLE, metadata={"format": "pt"})
        with pytest.raises(CheckpointError) as caught:
            convert(copy, tmp_path / "ours")
        assert not (tmp_path / "ours").exists() and not list(tmp_path.glob("*.tmp"))
        return str(caught.value)

    others = {n: t for n, t in whole.items() if n != name}
    assert f"missing tensors: {name}" in refusal(others)
    text = refusal({**others, f"{name}_": whole[name]})
    assert f"missing tensors: {name}" in text and f"unexpected tensors: {name}_" in text
    wrong = torch.cat([whole[name], whole[name]], dim=-1)
    assert f"{name} {list(wrong.shape)}, expected {list(whole[name].shape)}" in refusal({**others, name: wrong})


@pytest.mark.parametrize("kept", [0, 4, 1000, -1])
def test_a_truncated_file_is_refused(copy, tmp_path, kept):
    data = (copy / SINGLE).read_bytes()
    (copy / SINGLE).write_bytes(data[:kept])
    with pytest.raises(CheckpointError, match=r"model\.safetensors: is truncated or damaged"):
        convert(copy, tmp_path / "ours")


def without(name: str):
    return lambda fields: fields.pop(name)


def setting(**values):
    return lambda fields: fields.update(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (setting(num_of_query=3), "learnable_query .*, expected .*3, 192"),
        (setting(num_of_query="8"), "config.json describes no model"),
        (without("rope_scaling"), "mrope_section None"),
        (setting(rope_scaling={"type": "mrope", "mrope_section": [4, 4, 4]}), "add up to half of 32"),
        (without("vision_config"), "lacks vision_config"),
        (setting(vision_config="large"), "config.json describes no model"),
        (setting(image_token_id=10**6), "beyond the vocabulary"),
        (setting(num_key_value_heads=4), "num_key_value_heads 4 does not divide 6"),
        (setting(hidden_act="nope"), "config.json describes no model"),
        (setting(lens_seg=3), "must be objects"),
        (setting(lens_seg={"segmenter": {"heads": 5}}), "heads 5 does not divide"),
        (setting(lens_seg={"connector_heads": 7}), "connector_heads 7 does not divide"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(copy, tmp_path, change, message):
    """In one line, before anything is written; what is refused would else fail, or err, at the first forward."""
    edit_config(copy, change)
    with pytest.raises(CheckpointError, match=message) as caught:
        convert(copy, tmp_path / "ours")
    assert str(caught.value).startswith(f"{copy}: ") and "\n" not in str(caught.value)
    assert not (tmp_path / "ours").exists()


def test_the_number_of_queries_may_go_unsaid(copy, tmp_path):
    number = json.loads((copy / "config.json").read_text())["num_of_query"]
    edit_config(copy, without("num_of_query"))
    convert(copy, tmp_path / "ours")
    assert LensConfig.from_pretrained(tmp_path / "ours").num_queries == number


def test_an_index_that_lies_is_refused(copy, tmp_path):
    (copy / SINGLE).rename(copy / "a.safetensors")
    (copy / INDEX).write_text(json.dumps({"weight_map": {"conv_1d.bias": "a.safetensors", "x": "a.safetensors"}}))
    with pytest.raises(CheckpointError, match=r"tensors are not in the files that it names: x$"):
        convert(copy, tmp_path / "ours")
    save_file({"conv_1d.bias": torch.zeros(2)}, copy / "b.safetensors")
    (copy / INDEX).write_text(json.dumps({"weight_map": {"conv_1d.weight": "a.safetensors", "y": "b.safetensors"}}))
    with pytest.raises(CheckpointError, match=r"conv_1d\.bias is in a\.safetensors and in b\.safetensors"):
        convert(copy, tmp_path / "ours")


def test_parity_check_says_what_it_cannot_compare(copy, tmp_path, capsys):
    assert parity_check.main([str(copy)]) == 2
    assert "io.safetensors: cannot be read" in capsys.readouterr().err
    save_file({"input_ids": torch.zeros(1)}, copy / "io.safetensors")
    assert parity_check.main([str(copy)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "missing tensors: attention_mask, generated, image_grid_thw" in line


def test_pickles_and_absent_weights_are_refused_with_advice(copy, tmp_path):
    (copy / SINGLE).rename(copy / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match=r"pytorch_model\.bin are pickles.*save_file"):
        convert(copy, tmp_path / "ours")
    (copy / "pytorch_model.bin").unlink()
    with pytest.raises(CheckpointError, match=r"holds neither model\.safetensors"):
        convert(copy, tmp_path / "ours")


def test_ours_without_a_place_in_the_published_layout_is_refused(ours, tmp_path):
    folder = Path(shutil.copytree(ours, tmp_path / "two-codes"))
    code = "segmenter.prompt_encoder.shared_embedding.positional_embedding"
    edit_tensors(folder, lambda t: t[code].add_(1))
    with pytest.raises(CheckpointError, match="differ, the published layout has one"):
        convert(folder, tmp_path / "published", to_published=True)
    edit_tensors(folder, lambda t: t.pop("queries.weight"))
    with pytest.raises(CheckpointError, match=r"missing tensors: queries\.weight"):
        convert(folder, tmp_path / "published", to_published=True)


def test_the_command(copy, ours, tmp_path, capsys):
    """0 done, 1 a checkpoint that is refused, 2 wrong usage; one line on stderr."""
    assert main(["convert", str(copy), str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'new'}\n"
    assert same_states(ours, tmp_path / "new")
    for arguments in (
        [str(copy), str(tmp_path / "new")],
        [str(tmp_path / "absent"), str(tmp_path / "x")],
        [str(copy), str(tmp_path / "x"), "--to", "published"],
        [str(ours), str(tmp_path / "x")],
        [str(ours), str(tmp_path / "x"), "--to", "onnx"],
    ):
        capsys.readouterr()
        assert main(["convert", *arguments]) == 2, arguments
        assert len(capsys.readouterr().err.splitlines()) == 1
    edit_tensors(copy, lambda t: t.pop("conv_1d.bias"))
    assert main(["convert", str(copy), str(tmp_path / "x")]) == 1
    assert "missing tensors: conv_1d.bias" in capsys.readouterr().err


# ---- directly as a model -------------------------------------------------------------------------------------------


def test_a_published_folder_is_a_model(ours, copy, cache):
    from lens_seg import Lens

    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 70, 3), dtype=np.uint8))
    results = []
    for folder in (ours, copy):
        lens = Lens.from_pretrained(folder, device="cpu")
        lens.sampling = Sampling(temperature=0.0, max_new_tokens=6)
        assert lens.model.config.query_positions == "flat"
        results.append(lens.segment(image, "the red cup"))
    assert results[0].completion == results[1].completion
    np.testing.assert_allclose(results[0].logits, results[1].logits, rtol=1e-4, atol=1e-4)
    (kept,) = (path for path in cache.iterdir() if path.is_dir())
    before = (kept / SINGLE).stat().st_mtime_ns
    assert resolve_model(copy) == kept and (kept / SINGLE).stat().st_mtime_ns == before
    edit_tensors(copy, lambda t: t["conv_1d.bias"].add_(1))
    assert resolve_model(copy) != kept


def test_weights_load_without_a_tokenizer_and_text_says_what_is_missing(fixture, cache):
    from lens_seg import Lens

    folder = resolve_model(fixture)
    assert LensModel.from_pretrained(folder).config.query_positions == "flat"
    processor = json.loads((folder / "lens_processor.json").read_text())
    assert processor["patch_size"] == 14 and processor["box_scale"] is None and processor["segmenter_size"] == 1024
    assert processor["prompt_set"] == "lens"
    with pytest.raises(FileNotFoundError, match=r"no tokenizer.*vocab\.json"):
        Lens.from_pretrained(fixture)


def test_a_folder_of_another_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert find_model(tmp_path) == tmp_path
    with pytest.raises(ValueError, match="bert model, neither LENS nor a published"):
        resolve_model(tmp_path)


def test_the_segmenter_loads_from_every_layout(tiny_pair, ours, published, tmp_path):
    """Ours, published, SAM 2's own names and transformers' names; a pickle and other sizes are refused."""
    model = tiny_pair[0]
    state = {name: tensor.clone() for name, tensor in model.segmenter.state_dict().items()}
    own = {n.removeprefix("sam."): t for n, t in load_file(published / SINGLE).items() if n.startswith("sam.")}
    save_file(own | {"memory_encoder.x": torch.zeros(1)}, tmp_path / "sam2.safetensors")
    (tmp_path / "hf").mkdir()
    save_file({name: tensor.clone() for name, tensor in state.items()}, tmp_path / "hf" / SINGLE)
    for source in (ours, published, tmp_path / "sam2.safetensors", tmp_path / "hf"):
        other = type(model.segmenter)(model.config.segmenter)
        load_segmenter(source, other)
        assert all(torch.equal(tensor, state[name]) for name, tensor in other.state_dict().items()), source
    own["no_mem_embed"] = torch.zeros(1, 1, 5)
    save_file(own, tmp_path / "sam2.safetensors")
    with pytest.raises(CheckpointError, match=r"wrong shapes: no_mem_embed \[1, 1, 5\], expected \[1, 1, 96\]"):
        load_segmenter(tmp_path / "sam2.safetensors", model.segmenter)
    (tmp_path / "sam2.pt").write_bytes(b"pickle")
    with pytest.raises(CheckpointError, match="pickles"):
        load_segmenter(tmp_path / "sam2.pt", model.segmenter)


# ---- positions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def flat(tiny_pair, monkeypatch):
    """The tiny pair with queries at flat positions."""
    monkeypatch.setattr(tiny_pair[0].config, "query_positions", "flat")
    return tiny_pair


def oracle(model, processor, image, branch: Branch) -> torch.Tensor:
    """(M, D) of a plain row at positions 0, 1, 2, ..., packed by nobody."""
    seen = processor.vlm_image(image)
    ids = processor.image_prefix(seen.grid_thw) + branch.context + branch.completion
    return parity_check.query_oracle(model, ids, seen.pixel_values, seen.grid_thw)


@torch.no_grad()
def test_flat_positions_of_packed_rows_are_those_of_plain_rows(flat, monkeypatch):
    """Two ragged rows, five branches: each as if it stood alone; M-RoPE gives something else."""
    model, processor = flat
    images = [photo(21), photo(22)]
    own = [branches(processor, ("cup", "the big blue star")), branches(processor, ("a", "b c d e f g", "moon"))[1:]]
    inputs = packed(model, processor, images, own)
    states = model.read_queries(inputs)
    expected = torch.stack([oracle(model, processor, i, b) for i, row in zip(images, own, strict=True) for b in row])
    torch.testing.assert_close(states, expected, rtol=1e-4, atol=1e-4)
    masks = model(inputs).mask_logits
    single = model(packed(model, processor, images[1:], [own[1][1:]])).mask_logits
    torch.testing.assert_close(masks[1, 1], single[0, 0], rtol=1e-4, atol=1e-4)
    monkeypatch.setattr(model.config, "query_positions", "mrope")
    difference = (model.read_queries(inputs) - expected).abs().max() / expected.abs().max()
    assert difference > 0.05


def test_text_keeps_mrope_where_queries_are_flat(flat, monkeypatch):
    """It is sampled there, so its probabilities are those of there; a mask's gradient still reaches the VLM."""
    model, processor = flat
    inputs = packed(model, processor, [photo(23)], [branches(processor, ("cup", "the big blue star"))])
    out = model(inputs)
    reference = model.reference_logp(model.vlm, inputs)
    layer = model.vlm.model.language_model.layers[0].self_attn.q_proj.weight
    assert torch.autograd.grad(out.mask_logits.square().sum(), layer)[0].abs().max() > 0
    monkeypatch.setattr(model.config, "query_positions", "mrope")
    plain = model(inputs)
    torch.testing.assert_close(out.logp, plain.logp, rtol=0, atol=0)
    torch.testing.assert_close(out.logp, reference, rtol=1e-5, atol=1e-5)
    assert (out.mask_logits - plain.mask_logits).abs().max() > 0.05 * plain.mask_logits.abs().max()


def test_generation_stays_mrope_and_its_query_pass_is_flat(flat, monkeypatch):
    model, processor = flat
    images = [photo(24), photo(25)]
    seen = [processor.vlm_image(image) for image in images]
    questions = [[processor.question(w) for w in ("cup", "the small red fish")], [processor.question("b c d e")]]
    sampling = Sampling(temperature=0.0, max_new_tokens=7)
    rollout = generate(model, processor, seen, questions, sampling=sampling, group=2)
    number = 0
    for i, image in enumerate(images):
        for question in questions[i]:
            for _ in range(2):
                branch = Branch(context=question, completion=rollout.completions[number])
                expected = oracle(model, processor, image, branch)
                torch.testing.assert_close(rollout.query_hidden[number], expected, rtol=1e-4, atol=1e-4)
                number += 1
    assert number == len(rollout.completions) == 6
    monkeypatch.setattr(model.config, "query_positions", "mrope")
    again = generate(model, processor, seen, questions, sampling=sampling, group=2)
    assert again.completions == rollout.completions
    assert (again.query_hidden - rollout.query_hidden).abs().max() > 0.05 * rollout.query_hidden.abs().max()


def test_an_unknown_kind_of_positions_is_refused():
    with pytest.raises(ValueError, match="query_positions"):
        LensConfig(query_positions="rope")
