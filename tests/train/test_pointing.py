"""Where answer tokens are told to look, and that the looking loss reads the attention which the model really uses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lens_seg.data.toybox import Expression, Toybox, expressions, make_scene
from lens_seg.data.toybox.language import _absent
from lens_seg.data.toybox.thoughts import read_noun
from lens_seg.data.toybox.words import MISSING
from lens_seg.data.toybox.world import WORLDS
from lens_seg.models import vlm as vlms
from lens_seg.train.pointing import NOWHERE, answer_mentions, looking_loss, token_referents, toy_cells
from lens_seg.train.pretrain import PretrainVLMConfig, SceneBatches


def spoken(processor, text: str, mentions) -> list[tuple[str, int]]:
    """(token, referent) of a completion."""
    ids = processor.completion(text)
    referents = token_referents(processor.tokenizer, text, mentions)
    assert len(ids) == len(referents)
    return [(processor.tokenizer.decode([i]), toy) for i, toy in zip(ids, referents, strict=True)]


def test_tokens_speak_of_the_toy_whose_part_of_the_thought_they_end_in(tiny_pair):
    thought = "the cup is red, so look for a red toy. it is the red fish."
    said = Expression("the toy like the cup", "same", 4, thought, ((0, 14, 2), (39, 58, 4)))
    text = f"<think>{thought}</think><answer>[1,2,30,40]</answer>"
    pairs = spoken(tiny_pair[1], text, answer_mentions(text, said))
    assert pairs[0] == ("<think>", NOWHERE)
    assert "".join(token for token, toy in pairs if toy == 2) == "the cup is red"
    assert "".join(token for token, toy in pairs if toy == 4) == " it is the red fish.<answer>[1,2,30,40]</answer>"
    assert pairs[-1][1] == NOWHERE, "the end token"


def test_a_direct_answer_is_all_about_the_target(tiny_pair):
    said = Expression("the fish", "attribute", 3, "it is the red fish.", ((0, 19, 3),))
    text = "<|object_ref_start|>the fish.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    assert {toy for _, toy in spoken(tiny_pair[1], text, answer_mentions(text, said))[:-1]} == {3}


def test_what_a_direct_answer_leaves_out_is_not_looked_at(tiny_pair):
    said = Expression("the fish left of the cup", "relation", 3, "B cup is at 12,3. left of B:", ((2, 16, 1),))
    text = "<|object_ref_start|>the fish.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    assert {toy for _, toy in spoken(tiny_pair[1], text, answer_mentions(text, said))[:-1]} == {3}


def test_the_image_is_not_looked_at_where_nothing_matches(tiny_pair):
    said = Expression("the fish", "absent", None, "there is no fish here.", ((0, 22, MISSING),))
    text = "<think>there is no fish here.</think><answer>[]</answer>"
    pairs = spoken(tiny_pair[1], text, answer_mentions(text, said))
    assert pairs[0] == ("<think>", NOWHERE) and {toy for _, toy in pairs[1:-1]} == {MISSING, NOWHERE}
    assert "".join(token for token, toy in pairs if toy == MISSING) == "there is no fish here.<answer>[]</answer>"


def test_a_toy_on_the_way_is_looked_at_before_the_missing_one_is_not():
    scene = make_scene(11, 0)
    for index in range(200):
        said = _absent(replace(scene, world=WORLDS["train"]), np.random.default_rng(index))
        if said and len(said.mentions) > 1:
            (first, last, toy), (start, end, missing) = said.mentions
            noun = read_noun(said.thought[first:last].partition(" is ")[0])
            assert noun is not None and noun.fits(scene.toys[toy])
            assert missing == MISSING and said.thought[start:end].startswith("no. there is no ")
            return
    raise AssertionError("no sentence about a toy beside or like one that is there")


@pytest.mark.parametrize("index", range(8))
def test_mentions_name_their_toy(index):
    scene = make_scene(11, index)
    for said in expressions(scene, np.random.default_rng(index), 12):
        for first, last, toy in said.mentions:
            if toy == MISSING:
                assert said.thought[first:last].endswith("here.") and said.target is None
                continue
            words = set(scene.toys[toy].words.split())
            assert words & set(said.thought[first:last].replace(",", " ").split()), (said.thought[first:last], words)
        if said.target is not None:
            first, last, toy = said.mentions[-1]
            assert toy == said.target and said.thought[first:last].startswith("it is the ")


def test_cells_cover_each_toy():
    scene = make_scene(3, 1)
    _, masks = scene.render()
    cells = toy_cells(masks, 6).reshape(-1, 6, 6)
    for toy, mine in zip(scene.toys, cells, strict=True):
        assert mine.any()
        rows, columns = np.nonzero(mine)
        assert all(32 * r < toy.box[3] and 32 * (r + 1) > toy.box[1] for r in rows)
        assert all(32 * c < toy.box[2] and 32 * (c + 1) > toy.box[0] for c in columns)


def test_the_loss_reads_the_attention_that_the_layer_uses(tiny_pair):
    model, processor = tiny_pair
    config = PretrainVLMConfig(
        output="x", steps=1, learning_rate=1e-3, batch_size=2, expressions=2, dense_scenes=0, single_scenes=0
    )
    inputs, _, referents = SceneBatches(processor, config, Toybox("train"))(0)
    referents.toy[7:20] = MISSING
    layer = 2
    before = model.vlm.config.get_text_config()._attn_implementation
    model.vlm.set_attn_implementation("eager")
    try:
        with torch.no_grad():
            out = model(inputs, with_masks=False, with_states=True)
            mask = vlms.packed_mask(inputs.segment_ids, torch.float32)
            embeds = model.embed(inputs.input_ids, None, out.image_embeds.flatten(0, 1))
            text = model.vlm.model.language_model
            used = text(
                inputs_embeds=embeds,
                position_ids=inputs.position_ids,
                attention_mask={"full_attention": mask},
                output_attentions=True,
            ).attentions[layer][:, 0]
    finally:
        model.vlm.set_attn_implementation(before)
    loss, share = looking_loss(model.vlm, out.states[layer], layer, inputs, processor.image_token, referents)
    shares = []
    labels = torch.nonzero(inputs.labels != -100).tolist()
    for (row, slot), toy in zip(labels, referents.toy.tolist(), strict=True):
        if toy != NOWHERE:
            cells = used[row, slot][inputs.input_ids[row] == processor.image_token]
            shares.append(float(1 - cells.sum() if toy == MISSING else cells[referents.cells[row, toy]].sum()))
    assert share == pytest.approx(np.mean(shares), rel=1e-4)
    assert loss.item() == pytest.approx(-np.mean(np.log(np.maximum(shares, 1e-6))), rel=1e-4)
