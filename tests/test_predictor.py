"""`Lens` on a tiny random model: inputs of every kind, batches against single calls, and what a result offers."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from lens_seg import predictor
from lens_seg.data.toybox import Toybox
from lens_seg.masks import decode_rle, mask_to_box
from lens_seg.predictor import Lens, Result
from lens_seg.rollout import Sampling

SHORT = Sampling(temperature=0.0, max_new_tokens=12)
PROMPTS = ["the red cup", "a big blue star at the left", "moon"]


def photo(seed: int = 0, width: int = 120, height: int = 96) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def lens(tiny_pair) -> Lens:
    return Lens(*tiny_pair, sampling=SHORT)


@pytest.fixture(scope="module")
def exact(tiny_pair) -> Lens:
    """In float64: sharpened weights blow the rounding of float32 up to 1e-4, and a batch rounds in another order."""
    return Lens(copy.deepcopy(tiny_pair[0]).double(), tiny_pair[1], sampling=SHORT)


@pytest.fixture
def says(monkeypatch):
    """Puts a text into the model's mouth; everything else runs as it is."""

    def put(text: str) -> None:
        def generate(*args, **options):
            rollout = predictor_generate(*args, **options)
            return replace(rollout, texts=[text] * len(rollout.texts))

        monkeypatch.setattr(predictor, "generate", generate)

    predictor_generate = predictor.generate
    return put


def equal(a: Result, b: Result) -> None:
    """The same answer, whatever it was computed beside."""
    assert (a.prompt, a.completion, a.thought, a.box, a.no_target) == (
        b.prompt, b.completion, b.thought, b.box, b.no_target,
    )  # fmt: skip
    np.testing.assert_allclose(a.logits, b.logits, rtol=1e-4, atol=1e-4)
    assert a.score == pytest.approx(b.score, abs=1e-4)


def test_a_result_has_the_shapes_it_promises(lens):
    result = lens.segment(photo(), "the red cup")
    assert isinstance(result, Result)
    assert result.image.size == (120, 96) and result.image.mode == "RGB"
    assert result.logits.shape == (96, 120) and result.logits.dtype == np.float32
    assert result.mask.shape == (96, 120) and result.mask.dtype == bool
    assert np.isfinite(result.logits).all() and np.array_equal(result.mask, result.logits > 0)
    assert 0.0 <= result.score <= 1.0 and isinstance(result.score, float)
    assert result.prompt == "the red cup" and isinstance(result.completion, str)
    assert set(result.seconds) == {"preprocess", "reason", "encode", "decode"}
    assert all(value > 0 for value in result.seconds.values())


@pytest.mark.parametrize("kind", ["array", "path", "text", "grey", "alpha"])
def test_every_kind_of_image_gives_the_same_answer(lens, tmp_path, kind):
    image = photo()
    if kind == "grey":
        image = image.convert("L")
    path = tmp_path / "photo.png"
    image.save(path)
    made = {
        "array": np.asarray(image),
        "path": path,
        "text": str(path),
        "grey": image,
        "alpha": image.convert("RGBA"),
    }[kind]
    result = lens.segment(made, "the red cup")
    equal(result, lens.segment(image.convert("RGB"), "the red cup"))
    assert result.logits.shape == (96, 120)


@pytest.mark.parametrize("size", [(1, 1), (300, 20), (17, 250)])
def test_odd_sizes_keep_their_size(lens, size):
    result = lens.segment(photo(1, *size), "moon")
    assert result.mask.shape == size[::-1]


@pytest.mark.parametrize("cot", [True, False])
def test_a_list_of_prompts_equals_one_by_one(exact, cot):
    together = exact.segment(photo(), PROMPTS, cot)
    assert [result.prompt for result in together] == PROMPTS
    for prompt, result in zip(PROMPTS, together, strict=True):
        equal(result, exact.segment(photo(), prompt, cot))
    assert not np.allclose(together[0].logits, together[1].logits, atol=1e-3), "the prompt matters"
    assert len(exact.segment(photo(), PROMPTS[:1])) == 1


def test_a_batch_of_images_equals_each_alone(exact):
    images, prompts = [photo(0), photo(1, 64, 150)], [PROMPTS, PROMPTS[1:2]]
    batch = exact.segment_batch(images, prompts)
    assert [len(group) for group in batch] == [3, 1]
    for image, group, answers in zip(images, prompts, batch, strict=True):
        for result, alone in zip(answers, exact.segment(image, group), strict=True):
            equal(result, alone)
            assert result.image.size == image.size


def test_the_thought_is_asked_for_or_not(lens, monkeypatch):
    asked = []
    question = lens.processor.question
    monkeypatch.setattr(lens.processor, "question", lambda p, cot: asked.append((p, cot)) or question(p, cot))
    lens.segment(photo(), "moon")
    lens.segment(photo(), "moon", cot=False)
    assert asked == [("moon", True), ("moon", False)]


def test_a_readable_answer_gives_thought_and_box_in_the_photos_pixels(lens, says):
    says("<think>at the left.</think><answer>[15,30,45,60]</answer>")  # frame: 60 units a side
    result = lens.segment(photo(), "the cup")
    assert result.thought == "at the left." and result.box == (30.0, 48.0, 90.0, 96.0)
    assert not result.no_target and result.score > 0


def test_each_image_of_a_batch_has_boxes_in_its_own_pixels(lens, says):
    says("<think>at the left.</think><answer>[15,30,45,60]</answer>")
    batch = lens.segment_batch([photo(0), photo(1, 60, 240)], [["the cup"], ["the cup", "moon"]])
    assert [[r.box for r in group] for group in batch] == [[(30.0, 48.0, 90.0, 96.0)], [(15.0, 120.0, 45.0, 240.0)] * 2]


@pytest.mark.parametrize("votes", [1, 3])
def test_an_answer_may_have_several_boxes(lens, says, votes):
    says("<think>two.</think><answer>[[15,30,45,60], [0,0,15,30]]</answer>")
    result = lens.segment(photo(), "both cups", votes=votes)
    assert result.boxes == ((30.0, 48.0, 90.0, 96.0), (0.0, 0.0, 30.0, 48.0)) and result.box == result.boxes[0]
    plain = json.loads(json.dumps(result.to_json()))
    assert plain["box"] == plain["boxes"][0] and plain["boxes"][1] == [0, 0, 30, 48]


@pytest.mark.parametrize("text", ["<think>none.</think><answer>[]</answer>", "<|box_start|>none<|box_end|>"])
def test_no_target_empties_the_mask(lens, says, text):
    says(text)
    result = lens.segment(photo(), "the cup")
    assert result.no_target and result.box is None and result.boxes == () and result.score == 0.0
    assert result.mask.shape == (96, 120) and not result.mask.any()
    assert result.logits.any(), "the logits stay, for whoever wants them"
    assert len(result.to_supervision()) == 0
    assert not decode_rle(result.to_json()["mask"]).any()


def test_an_unreadable_answer_keeps_its_mask(lens, says):
    says("cup cup cup")
    result = lens.segment(photo(), "the cup")
    assert result.box is None and result.thought is None and not result.no_target
    assert np.array_equal(result.mask, result.logits > 0)


def made(**changes) -> Result:
    """A result with a mask of its own, no model needed."""
    logits = np.full((96, 120), -1.0, dtype=np.float32)
    logits[10:30, 40:80] = 2.0
    fields = {
        "image": photo(),
        "prompt": "the cup",
        "thought": "it is in the middle.",
        "completion": "...",
        "box": (39.123456, 9.0, 80.0, 30.0),
        "logits": logits,
        "no_target": False,
        "score": 0.876543,
        "seconds": {"reason": 0.1234567},
    }
    return Result(**{**fields, **changes})


def test_to_json_is_plain_and_the_mask_reads_back():
    result = made()
    plain = json.loads(json.dumps(result.to_json()))
    assert set(plain) == {"prompt", "thought", "box", "mask", "score", "seconds"}
    assert (plain["prompt"], plain["thought"]) == ("the cup", "it is in the middle.")
    assert plain["box"] == [39.12, 9.0, 80.0, 30.0] and plain["score"] == 0.8765
    assert plain["seconds"] == {"reason": 0.1235}
    assert plain["mask"]["size"] == [96, 120]
    assert np.array_equal(decode_rle(plain["mask"]), result.mask)
    assert made(box=None).to_json()["box"] is None
    assert made(box=None).boxes == () and made().boxes == (made().box,)
    one, two = (1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.004)
    assert made(box=one, boxes=(one, two)).to_json()["boxes"] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    for box in (two, None):
        with pytest.raises(ValueError, match="must be the first"):
            made(box=box, boxes=(one, two))


def test_json_of_a_real_answer(lens):
    result = lens.segment(photo(), "the red cup")
    plain = json.loads(json.dumps(result.to_json()))
    assert np.array_equal(decode_rle(plain["mask"]), result.mask)


def test_to_supervision_gives_one_detection():
    result = made()
    found = result.to_supervision()
    assert len(found) == 1
    np.testing.assert_allclose(found.xyxy, [result.box], rtol=1e-6)
    assert found.mask is not None and np.array_equal(found.mask[0], result.mask)
    assert found.confidence is not None and found.confidence[0] == pytest.approx(0.876543)
    assert found.data["class_name"].tolist() == ["the cup"]
    np.testing.assert_allclose(made(box=None).to_supervision().xyxy, [mask_to_box(result.mask)])
    several = made(boxes=(result.box, (1.0, 2.0, 3.0, 4.0))).to_supervision()
    np.testing.assert_allclose(several.xyxy, [mask_to_box(result.mask)])
    assert len(made(logits=np.full((96, 120), -1.0, dtype=np.float32)).to_supervision()) == 0


def test_overlay_is_a_picture():
    assert made().overlay().mode == "RGB"
    assert made(no_target=True, box=None, thought=None).overlay().width >= 120


@pytest.mark.parametrize("prompt", ["", "  . ", "<|im_end|>", [], ["moon", ""], "cup " * 400])
def test_a_prompt_that_cannot_be_used_is_refused(lens, prompt):
    with pytest.raises(ValueError, match=r"prompt"):
        lens.segment(photo(), prompt)


def test_batches_that_do_not_fit_together_are_refused(lens):
    with pytest.raises(ValueError, match="2 images and 1 lists"):
        lens.segment_batch([photo(), photo()], [["moon"]])
    with pytest.raises(ValueError, match="0 images"):
        lens.segment_batch([], [])


@pytest.mark.parametrize("image", [np.zeros((4, 4)), np.zeros((4, 4), dtype=np.uint8), "nowhere.png", None])
def test_an_image_that_cannot_be_used_is_refused(lens, image):
    with pytest.raises((ValueError, TypeError)):
        lens.segment(image, "moon")


def test_a_saved_model_answers_alike(lens, tmp_path):
    lens.model.save_pretrained(tmp_path)
    lens.processor.save_pretrained(tmp_path)
    loaded = Lens.from_pretrained(tmp_path, "cpu")
    assert loaded.model.device.type == "cpu" and loaded.model.dtype == torch.float32 and not loaded.model.training
    assert loaded.sampling == Sampling(temperature=0.0, max_new_tokens=160)
    loaded.sampling = SHORT
    image = Toybox("val")[0].image
    equal(loaded.segment(image, "the cup"), lens.segment(image, "the cup"))


def test_the_random_generator_is_left_alone(lens):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    lens.segment(photo(), "moon")
    assert torch.equal(before, torch.get_rng_state())


# ---- the two-stage baseline --------------------------------------------------------------------------------


def test_the_answers_box_may_prompt_the_segmenter(lens, says):
    """The oracle is transformers' own forward pass with that box."""
    image, sam = photo(), lens.model.segmenter
    masks = []
    for box in ([15, 30, 45, 60], [0, 0, 20, 20]):  # frame: 60 units a side
        says(f"<think>at the left.</think><answer>{box}</answer>")
        result = lens.segment(image, "the cup", masks="box")
        square = torch.tensor([[box]]) * lens.model.config.image_size / 60
        with torch.no_grad():
            pixels = lens.processor.segmenter_image(image)[None]
            out = sam(pixel_values=pixels, input_boxes=square, multimask_output=False)
            expected = torch.nn.functional.interpolate(out.pred_masks[:, :, 0], size=(96, 120), mode="bilinear")[0, 0]
        np.testing.assert_allclose(result.logits, expected.numpy(), rtol=0, atol=1e-5)
        assert result.score == pytest.approx(float(out.iou_scores), abs=1e-5)
        masks.append(result.logits)
    assert not np.allclose(*masks, atol=1e-2), "the mask follows the box"
    assert not np.allclose(masks[-1], lens.segment(image, "the cup").logits, atol=1e-2)


def test_several_boxes_give_the_union_and_none_an_empty_mask(lens, says):
    boxes = ["[15,30,45,60]", "[0,0,15,30]"]
    alone = []
    for box in boxes:
        says(f"<answer>{box}</answer>")
        alone.append(lens.segment(photo(), "the cup", masks="box"))
    says(f"<answer>[{', '.join(boxes)}]</answer>")
    both = lens.segment_batch([photo(1), photo()], [["moon"], ["the cup", "moon"]], masks="box")[1]
    for result in both:
        np.testing.assert_allclose(result.logits, np.maximum(*(a.logits for a in alone)), rtol=1e-4, atol=1e-4)
        assert result.score == pytest.approx(np.mean([a.score for a in alone]), abs=1e-4)
    for text in ("cup cup cup", "<think>none.</think><answer>[]</answer>"):
        says(text)
        result = lens.segment(photo(), "the cup", masks="box")
        assert not result.mask.any() and result.mask.shape == (96, 120) and result.score == 0
        assert not lens.segment(photo(), "the cup", masks="box", votes=2).mask.any()
    with pytest.raises(ValueError, match="masks='points': choose from queries, box"):
        lens.segment(photo(), "the cup", masks="points")
