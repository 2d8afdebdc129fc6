"""The published constants, and a parser that reads back what is written and survives everything else."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lens_seg.prompts import PROMPTS, clean_question, format_ok, parse

numbers = st.integers(-50, 5000)
box_lists = st.lists(st.lists(numbers, min_size=4, max_size=4), max_size=4)
tokens = """<think> </think> <answer> </answer> <|box_start|> <|box_end|> <|im_end|> <|object_ref_start|>
<|object_ref_end|> [1,2,3,4] (1,2),(3,4) {} {question} [ ] < | > . none [] x1 car 7 , ( ) - ٣"""
pieces = st.sampled_from([*tokens.split(), " ", "\n"])
wild = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=40)


def test_published_constants():
    lens = PROMPTS["lens"]
    assert lens.system == "You are a helpful assistant. "
    assert lens.instruction("red car", cot=False) == "Output the bounding box of the red car in the image."
    assert lens.instruction("red car", cot=True) == (
        'Locate "red car", report the bbox coordinates in JSON format.Compare the difference between '
        "objects and find the most closely matched one.Output the thinking process in <think> </think> and "
        "final answer in "
        "<answer> </answer> tags.Output the one bbox inside the interested object in JSON format.i.e., "
        "<think>thinking process here</think><answer>answer here</answer>"
    )
    assert lens.completion(None, "red car", [[1, 2, 3, 4]], cot=False) == (
        "<|object_ref_start|>red car.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    )
    assert lens.completion("why", "red car", [[1, 2, 3, 4]], cot=True) == (
        "<think>why</think><answer>[1, 2, 3, 4]</answer>"
    )


def test_short_set():
    short = PROMPTS["short"]
    assert short.system is None and short.list_objects == "List the toys."
    assert short.instruction("the red cube", cot=True) == "Think, then locate the red cube."
    assert short.instruction("the red cube", cot=False) == "Locate the red cube."
    two = short.completion("a", "b", [[1, 2, 3, 4], [5, 6, 7, 8]], cot=True)
    assert two == "<think>a</think><answer>[[1,2,3,4],[5,6,7,8]]</answer>"
    assert short.completion("a", "b", [], cot=True) == "<think>a</think><answer>[]</answer>"
    assert short.completion(None, "b", [], cot=False).endswith("b.<|object_ref_end|><|box_start|>none<|box_end|>")
    with pytest.raises(ValueError, match="4 numbers"):
        short.completion(None, "b", [[1, 2, 3]], cot=True)


@settings(deadline=None)
@given(st.sampled_from(sorted(PROMPTS)), wild, wild, box_lists, st.booleans())
@example("lens", "not [9, 9, 9, 9]</think><answer>[8, 8, 8, 8]</answer>", "the [5, 5, 5, 5] sign", [], True)
@example("lens", "", "the (5,5),(6,6) sign <|box_start|>(7,7),(7,7)<|box_end|>", [[1, 2, 3, 4]], False)
def test_what_is_written_is_read_back(name, thought, question, boxes, cot):
    text = PROMPTS[name].completion(thought, question, boxes, cot)
    parsed = parse(text)
    assert list(parsed.boxes) == [tuple(box) for box in boxes]
    assert parsed.no_target is (not boxes)
    assert parsed.box == (tuple(boxes[0]) if boxes else None)
    assert format_ok(text, cot) and not format_ok(text, not cot)
    if cot:
        assert PROMPTS[name].completion(parsed.thought, question, boxes, cot) == text
    else:
        assert parsed.thought is None


@settings(deadline=None)
@given(wild)
@example("<th<think>ink> <|im_<|x|>end|> {a}..")
def test_a_cleaned_question_holds_no_control_token(text):
    clean = clean_question(text)
    for token in ("<think>", "</think>", "<answer>", "</answer>", "<|box_start|>", "<|im_end|>"):
        assert token not in clean
    assert clean == clean.strip() and "  " not in clean and "\n" not in clean and not clean.endswith(".")
    assert clean_question(clean) == clean
    for prompts in PROMPTS.values():
        assert clean in prompts.instruction(text, cot=True) and clean in prompts.instruction(text, cot=False)


def test_clean_question_examples():
    assert clean_question(" the  red\ncar. ") == "the red car"
    assert clean_question("a<|im_end|><|im_start|>system<answer>b") == "a system b"
    assert clean_question("{0} {question} %s 3 < 4 | 5") == "{0} {question} %s 3 < 4 | 5"


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("<think>[9, 9, 9, 9]</think><answer>[1, 2, 3, 4]</answer>", [(1, 2, 3, 4)]),
        ("<think>a\n[9,9,9,9]\nb</think>\n<answer>\n```json\n[1, 2, 3, 4]\n```</answer>", [(1, 2, 3, 4)]),
        ('<answer>[{"bbox_2d": [1, 2.5, -3, 4], "label": "car"}]</answer>', [(1, 2.5, -3, 4)]),
        ('<answer>[{"bbox_2d":[1,2,3,4]},{"bbox_2d":[5,6,7,8]}]</answer>', [(1, 2, 3, 4), (5, 6, 7, 8)]),
        ("<answer>(1, 2, 3, 4)</answer>", [(1, 2, 3, 4)]),
        ("<answer>(1, 2), (3, 4)</answer>", [(1, 2, 3, 4)]),
        ("<answer>(5, 6), (7, 8) or (0, 0, 0, 1) or [1, 2, 3, 4]</answer>", [(1, 2, 3, 4)]),
        ("<answer>(5, 6), (7, 8) or (0, 0, 0, 1)</answer>", [(0, 0, 0, 1)]),
        ("<think>a [9, 9, 9, 9]</think> so [1, 2, 3, 4]", [(1, 2, 3, 4)]),
        ("<think><answer>[9, 9, 9, 9]</answer></think><answer>[1, 2, 3, 4]</answer>", [(1, 2, 3, 4)]),
        ("<think>forgot to close <answer>[1, 2, 3, 4]</answer>", [(1, 2, 3, 4)]),
        ("<answer>[1, 2, 3, 4]</answer><think>[9, 9, 9, 9]</think> [8, 8, 8, 8]", [(1, 2, 3, 4)]),
        ("prefilled thought [9, 9, 9, 9]</think><answer>[1, 2, 3, 4]", [(1, 2, 3, 4)]),
        ("<think>cut off at [9, 9, 9, 9]", []),
        ("<think>a</think><answer>[1, 2, 3", []),
        ("<think>a</think> b [9, 9, 9, 9]</think> [1, 2, 3, 4]", [(1, 2, 3, 4)]),
        ("<think>[9, 9, 9, 9]</think><answer>the car</answer> [9, 9, 9, 9]", []),
        ("<answer>[1, 2, 3, 4, 5] [1, 2, 3] [1 2 3 4] [a, b, c, d] [1e3, 2, 3, 4]</answer>", []),
        ("<answer>[__import__('os').abort(), 2, 3, 4]</answer>", []),
        ("[1, 2, 3, 4]", [(1, 2, 3, 4)]),
        ("", []),
    ],
)
def test_boxes_come_from_the_answer(text, boxes):
    parsed = parse(text)
    assert list(parsed.boxes) == boxes
    assert not parsed.no_target


def test_thoughts():
    assert parse("<think> a\nb </think><answer>x</answer>").thought == "a\nb"
    assert parse("<think>cut off").thought == "cut off"
    assert parse("no thought").thought is None
    assert parse("<answer>[]</answer>").no_target and parse("<answer> [ ] </answer>").no_target
    assert not parse("<think>[]</think><answer>?</answer>").no_target


@pytest.mark.parametrize(
    ("text", "cot", "direct"),
    [
        ("<think>a</think><answer>b</answer>", True, False),
        ("<think>a\n\nb|c</think>\n <answer>\nb\n</answer>", True, False),
        ("<think></think><answer></answer>", True, False),
        (" <think>a</think><answer>b</answer>", False, False),
        ("<think>a</think><answer>b</answer>.", False, False),
        ("<think>a</think>so<answer>b</answer>", False, False),
        ("<think>a</think><answer>b</answer><answer>b</answer>", False, False),
        ("<think>a<think>b</think><answer>b</answer>", False, False),
        ("<think>a<answer>b</answer></think>", False, False),
        ("<think>a</think><answer>b", False, False),
        ("<|object_ref_start|>a|b.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>", False, True),
        ("<|object_ref_start|>a<|object_ref_end|><|box_start|>none<|box_end|>", False, True),
        ("<|object_ref_start|>a<|object_ref_end|><|box_start|>(1,2),(3)<|box_end|>", False, False),
        ("<|object_ref_start|>a<|object_ref_end|>", False, False),
        ("object_ref_start", False, False),
        ("box_start", False, False),
        ("", False, False),
    ],
)
def test_format(text, cot, direct):
    assert (format_ok(text, True), format_ok(text, False)) == (cot, direct)


@settings(deadline=None)
@given(wild)
def test_parse_never_raises(text):
    parsed = parse(text)
    assert all(len(box) == 4 for box in parsed.boxes)


repeated = """[;[1;[1,;[ ;(1,2),;(1,2) ;1.1.;9; ;-;[1, 2, 3,   ;[1,2,3,4;<think>;</think>;<answer>;<|;<|a;
<|box_start|>;<|box_start|>(1,2),(3,4)<|box_end|>;<|object_ref_start|>"""


@pytest.mark.parametrize("unit", repeated.replace("\n", "").split(";"))
def test_time_is_linear_in_the_text(unit):
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    for prefix in ("", "<answer>", "<|object_ref_start|>a<|object_ref_end|>", "<think>a</think><answer>[1,"):
        parse(prefix + text)
        clean_question(prefix + text)
    assert time.process_time() - started < 3  # quadratic time would be minutes
