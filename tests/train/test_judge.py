"""Several targets and none, from a gRefCOCO file to the teacher's text, the mask's target and the rewards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lens_seg.data.registry import DataConfig, ImageGroups, open_groups
from lens_seg.processor import LensProcessor
from lens_seg.prompts import parse
from lens_seg.train.align import AlignConfig, TeacherBatches, teacher_thought
from lens_seg.train.grpo import GRPOConfig
from lens_seg.train.judge import Verdict, judge_group
from lens_seg.types import Sample

from ..data import builders as build

SPOON = (15, 0, 19, 3)
THREE = (build.CUP, build.PLATE, SPOON)


@pytest.fixture
def groups(tmp_path: Path) -> ImageGroups:
    """The photos of `builders`; of the first it is said "cup and plate", which here has three targets."""
    folder = build.grefcoco(tmp_path) / "refer_seg/grefcoco"
    objects, said = (json.loads((folder / name).read_text()) for name in ("instances.json", "grefs(unc).json"))
    objects["annotations"].append(
        {**objects["annotations"][0], "id": 4, "bbox": build.xywh(SPOON), "segmentation": [build.polygon(SPOON)]}
    )
    said[1]["ann_id"] = [1, 2, 4]
    build.write(folder / "instances.json", objects)
    build.write(folder / "grefs(unc).json", said)
    return open_groups(DataConfig(name="grefcoco", split="val", root=str(tmp_path)))


@pytest.fixture
def samples(groups) -> dict[int, Sample]:
    """Number of targets -> a sample of photo "a", or that of photo "b" which has none."""
    held = [sample for image in (0, 1) for sample in groups(image, 2, 0)]
    return {len(sample.boxes): sample for sample in held if sample.image_id == held[0].image_id or not sample.boxes}


def judged(processor: LensProcessor, sample: Sample, texts: list[str], masks: list[np.ndarray], **changes) -> Verdict:
    config = GRPOConfig(model="", output="", steps=1, learning_rate=1e-3, **changes)
    image = processor.vlm_image(sample.image)
    return judge_group(processor, config, sample, image, texts, [1] * len(texts), masks)


@pytest.mark.parametrize("cot", [True, False])
def test_the_teacher_names_every_box_and_is_worth_everything(micro_pair, samples, cot):
    processor, sample = micro_pair[1], samples[3]
    assert sample.boxes == THREE and np.array_equal(sample.mask, build.mask_of("a", *THREE))
    image = processor.vlm_image(sample.image)
    answer = [
        processor.answer(teacher_thought(sample), sample.prompt, boxes, image, cot)
        for boxes in (THREE, THREE[::-1], THREE[:1], (*THREE, THREE[0]))
    ]
    assert len(parse(answer[0]).boxes) == 3
    assert processor.read(answer[0], image.original, image.resized)[1] == list(THREE)
    broken = "cup cup cup"
    none = processor.answer("none.", sample.prompt, (), image, cot)
    verdict = judged(processor, sample, [*answer, broken, none], [sample.mask] * 6, cot=cot)
    assert verdict.rewards.by_name["box"] == pytest.approx([1, 1, 1 / 3, 3 / 4, 0, 0])
    assert verdict.rewards.by_name["mask"] == [1, 1, 1, 1, 1, 0], 'what says "no target" has an empty mask'
    assert verdict.rewards.total[0] == 3
    assert verdict.boxes[0] == THREE and verdict.boxes[4:] == [None, ()]
    assert verdict.drawn_boxes[4] == () and len(verdict.drawn_boxes[3]) == 4
    assert verdict.chosen("overlapping") == [True] * 4 + [False] * 2
    assert verdict.chosen("matching") == [True, True, False, True, False, False], "one box of three is another answer"
    assert verdict.readable == pytest.approx(5 / 6)


def test_no_target_is_an_answer_and_silence_is_none(micro_pair, samples):
    processor, sample = micro_pair[1], samples[0]
    image = processor.vlm_image(sample.image)
    texts = [
        processor.answer(None, sample.prompt, (), image, True),
        processor.answer(None, sample.prompt, ((1.0, 1.0, 9.0, 9.0),), image, True),
        "cup cup cup",
        "<think></think><answer>[0,0,0,0]</answer>",
    ]
    drawn = build.mask_of("b", build.DOT)
    verdict = judged(processor, sample, texts, [drawn] * 4)
    assert verdict.rewards.by_name["box"] == [1, 0, 0, 0]
    assert verdict.rewards.by_name["mask"] == [1, 0, 0, 0]
    assert verdict.chosen("matching") == [True, False, False, False] and verdict.readable == 0.75
    assert verdict.boxes[0] == () and verdict.boxes[2] is None
    nothing = judged(
        processor, sample, texts, [np.zeros_like(drawn)] * 4, reward_weights={"mask": 1.0, "boundary": 1.0}
    )
    assert nothing.rewards.by_name["mask"] == [1, 0, 0, 0], "an empty mask is no answer by itself"
    assert nothing.rewards.by_name["boundary"] == [1, 0, 0, 0]


def test_one_target_is_rewarded_as_published(micro_pair, samples):
    processor, sample = micro_pair[1], samples[1]
    image = processor.vlm_image(sample.image)
    x1, y1, x2, y2 = sample.boxes[0]
    texts = [
        processor.answer(None, sample.prompt, (box,), image, True)
        for box in (sample.boxes[0], (x1, y1, (x1 + x2) / 2, y2), (x2 - 1, y1, x2 + 9, y2))
    ]
    squared, plain = (
        judged(processor, sample, texts, [sample.mask] * 3, squared_rewards=squares) for squares in (True, False)
    )
    assert squared.rewards.by_name["box"][:2] == [1, 0.25] and plain.rewards.by_name["box"][:2] == [1, 0.5]
    assert 0 < squared.rewards.by_name["box"][2] < 0.25, "it touches the target and names what is beside it"
    assert squared.chosen("matching") == plain.chosen("matching") == [True, False, False]
    assert squared.chosen("overlapping") == [True] * 3


@pytest.mark.parametrize("direct", [0.0, 1.0])
def test_stage_one_teaches_all_boxes_and_the_union_of_the_masks(micro_pair, groups, direct):
    processor = micro_pair[1]
    config = AlignConfig(
        model="", output="", steps=1, learning_rate=1e-3, batch_size=2, expressions=2, direct_share=direct
    )
    inputs, samples = TeacherBatches(processor, config, groups, num_queries=2)(0)
    found = set()
    for row, group in enumerate(samples):
        for branch, sample in enumerate(group, start=1):
            labels = inputs.labels[row][inputs.segment_ids[row] == branch]
            text = processor.decode(labels[labels != -100].tolist())
            size = sample.image.size
            written = np.reshape(processor.read(text, size, size)[1], (-1, 4))
            np.testing.assert_allclose(written, np.reshape(sample.boxes, (-1, 4)), atol=0.51 * max(size) / 60)
            assert parse(text).no_target == (not sample.boxes)
            union = np.zeros(sample.mask.shape, dtype=bool)
            for x1, y1, x2, y2 in np.array(sample.boxes, dtype=int).reshape(-1, 4):
                union[y1:y2, x1:x2] = True
            assert np.array_equal(sample.mask, union)
            found.add(len(sample.boxes))
    assert found == {0, 1, 3}
