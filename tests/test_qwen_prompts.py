"""Prompts in Qwen's real vocabulary, and the sizes and boxes that the published weights expect.

The ranks come with the package dashscope (extra `dev`); transformers' converter makes the tokenizer. The oracle for
token ids is byte-pair merging by rank, written here in ten lines; a few ids are known from Qwen's own documentation.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from PIL import Image
from tokenizers import normalizers
from transformers import PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import TikTokenConverter
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from lens_seg.processor import LensProcessor, ProcessedImage, ProcessorConfig, defaults_for, resized_size

SPECIALS = {
    "<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645, "<|object_ref_start|>": 151646,
    "<|object_ref_end|>": 151647, "<|box_start|>": 151648, "<|box_end|>": 151649, "<|quad_start|>": 151650,
    "<|quad_end|>": 151651, "<|vision_start|>": 151652, "<|vision_end|>": 151653, "<|vision_pad|>": 151654,
    "<|image_pad|>": 151655, "<|video_pad|>": 151656,
}  # fmt: skip


class Ranks(TikTokenConverter):
    """The converter, reading the file itself: the library tiktoken is not needed for that."""

    @staticmethod
    def load_tiktoken_bpe(tiktoken_url: str) -> dict[bytes, int]:
        lines = (line.split() for line in Path(tiktoken_url).read_bytes().splitlines())
        return {base64.b64decode(token): int(rank) for token, rank in lines}


@pytest.fixture(scope="session")
def ranks_file() -> Path:
    found = find_spec("dashscope")  # found, not imported: its code is not wanted
    if found is None or found.origin is None:
        pytest.skip("Qwen's vocabulary is absent: pip install dashscope")
    path = Path(found.origin).parent / "resources" / "qwen.tiktoken"
    if not path.is_file():
        pytest.skip(f"this dashscope has no {path.name}")
    return path


@pytest.fixture(scope="session")
def ranks(ranks_file) -> dict[bytes, int]:
    return Ranks.load_tiktoken_bpe(str(ranks_file))


@pytest.fixture(scope="session")
def qwen(ranks_file) -> PreTrainedTokenizerFast:
    converter = Ranks(str(ranks_file), pattern=PRETOKENIZE_REGEX, extra_special_tokens=list(SPECIALS))
    tokenizer = converter.converted()
    tokenizer.normalizer = normalizers.NFC()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def processor(tokenizer, family: str = "qwen2_5_vl", **known) -> LensProcessor:
    return LensProcessor(tokenizer, defaults_for(family, **known))


def merged(text: str, ranks: dict[bytes, int]) -> list[int]:
    """Token ids by the definition of byte-pair encoding: join the neighbours of lowest rank, until none are known."""
    ids = []
    for part in regex.split("(" + "|".join(map(regex.escape, SPECIALS)) + ")", text):
        pieces = [] if part in SPECIALS else regex.findall(PRETOKENIZE_REGEX, part)
        ids += [SPECIALS[part]] if part in SPECIALS else []
        for piece in pieces:
            joined = [bytes([b]) for b in piece.encode()]
            while known := [(ranks[a + b], i) for i, (a, b) in enumerate(pairwise(joined)) if a + b in ranks]:
                _, i = min(known)
                joined[i : i + 2] = [joined[i] + joined[i + 1]]
            ids += [ranks[token] for token in joined]
    return ids


def test_the_vocabulary_is_qwens(qwen, ranks, ranks_file):
    assert len(ranks) == 151_643 and sorted(ranks.values()) == list(range(151_643))
    assert {token: qwen.convert_tokens_to_ids(token) for token in SPECIALS} == SPECIALS
    assert hashlib.sha256(ranks_file.read_bytes()).hexdigest().startswith("b2b1b8dfb5cc5f02")
    made = processor(qwen)
    assert (made.image_token, made.end_token, made.pad_token) == (151655, 151645, 151643)
    assert made.placeholders == [151655, 151656]


def test_the_prompt_of_published_weights_token_by_token(qwen):
    """The head is that of Qwen's own documentation, but for the space after the full stop (220)."""
    made = processor(qwen)
    prefix = made.image_prefix((1, 4, 6))
    assert prefix == [
        151644, 8948, 198, 2610, 525, 264, 10950, 17847, 13, 220, 151645, 198, 151644, 872, 198, 151652,
        *[151655] * 6, 151653,
    ]  # fmt: skip
    assert made.question("red cup", cot=False) == [
        5097, 279, 30618, 3745, 315, 279, 2518, 10525, 304, 279, 2168, 13, 151645, 198, 151644, 77091, 198,
    ]  # fmt: skip
    assert made.question("the red cup") == [
        9152, 349, 330, 1782, 2518, 10525, 497, 1895, 279, 29749, 13934, 304, 4718, 3561, 32377, 279, 6672, 1948, 6171,
        323, 1477, 279, 1429, 15148, 18054, 825, 34246, 279, 7274, 1882, 304, 366, 26865, 29, 690, 26865, 29, 323, 1590,
        4226, 304, 366, 9217, 29, 690, 9217, 29, 9492, 34246, 279, 825, 29749, 4766, 279, 8014, 1633, 304, 4718, 3561,
        8607, 1734, 2572, 366, 26865, 29, 82260, 1882, 1588, 522, 26865, 1784, 9217, 29, 9217, 1588, 522, 9217, 29,
        151645, 198, 151644, 77091, 198,
    ]  # fmt: skip


@pytest.mark.parametrize("cot", [True, False])
@pytest.mark.parametrize("question", ["the red cup", "Where would one sit? 座る", "naïve  café 3rd from left."])
def test_prompts_equal_byte_pair_merging_of_the_whole_text(qwen, ranks, question, cot):
    """Pieces are tokenised one by one here; joined, they are what the whole text gives."""
    made = processor(qwen)
    ids = made.image_prefix((1, 2, 2)) + made.question(question, cot)
    text = qwen.decode(ids)
    assert ids == merged(text, ranks)
    assert text.startswith("<|im_start|>system\nYou are a helpful assistant. <|im_end|>\n<|im_start|>user\n<|vision")
    assert text.endswith("<|im_end|>\n<|im_start|>assistant\n") and "\n" not in text.split("<|vision_end|>")[1][:-40]


@pytest.mark.parametrize(("family", "box"), [("qwen2_5_vl", (329, 182, 658, 364)), ("qwen2_vl", (250, 250, 500, 500))])
def test_teacher_texts_in_both_frames(qwen, ranks, family, box):
    """A photo of 1920 x 1080 is seen at 1316 x 728; its box in pixels of that, or per-mille."""
    made = processor(qwen, family)
    size = resized_size(1920, 1080, made.config)
    image = ProcessedImage(pixel_values=None, grid_thw=(1, 52, 94), original=(1920, 1080), resized=size)
    true = (480.0, 270.0, 960.0, 540.0)
    direct = made.answer(None, "the red cup", (true,), image, cot=False)
    x1, y1, x2, y2 = box
    assert direct == (
        f"<|object_ref_start|>the red cup.<|object_ref_end|><|box_start|>({x1},{y1}),({x2},{y2})<|box_end|>"
    )
    thought = made.answer("it is red", "the red cup", (true,), image, cot=True)
    assert thought == f"<think>it is red</think><answer>[{x1}, {y1}, {x2}, {y2}]</answer>"
    for text in (direct, thought):
        ids = made.completion(text)
        assert ids == [*merged(text, ranks), 151645] and made.decode(ids) == text
        assert made.read(made.decode(ids), (1920, 1080), size)[1] == [pytest.approx(true)]


def test_numbers_are_digits(qwen):
    """Qwen writes each digit as a token, so a box of three digits a side is 3 tokens a number."""
    assert qwen.tokenize("1316") == ["1", "3", "1", "6"]


# ---- sizes and boxes, which need no vocabulary ---------------------------------------------------------------------

REASON_SEG = {"longest_side": 640}


@pytest.mark.parametrize(
    ("size", "fields", "seen"),
    [
        ((640, 480), {}, (644, 476)),
        ((1920, 1080), {}, (1316, 728)),
        ((4000, 3000), {}, (1148, 840)),
        ((1000, 1000), {}, (980, 980)),
        ((500, 375), {}, (504, 364)),
        ((10, 10), {}, (56, 56)),
        ((100, 20), {}, (112, 28)),
        ((1500, 1000), REASON_SEG, (644, 420)),
        ((1000, 1500), REASON_SEG, (420, 644)),
        ((640, 640), REASON_SEG, (644, 644)),
        ((500, 375), REASON_SEG, (504, 364)),
    ],
)
def test_the_size_that_the_vlm_sees(size, fields, seen):
    """Multiples of 28, at most a million pixels; ReasonSeg's photos go to a longest side of 640 first."""
    assert resized_size(*size, ProcessorConfig(**fields)) == seen


def test_qwen3_counts_in_patches_of_16():
    config = defaults_for("qwen3_vl")
    assert resized_size(640, 480, config) == (640, 480)
    assert resized_size(1920, 1080, config) == (1312, 736)
    assert resized_size(64, 64, config) == (256, 256)
    with pytest.raises(ValueError, match="model_type 'llava' is not supported"):
        defaults_for("llava")


@pytest.mark.parametrize(
    ("family", "fields", "size", "text", "box"),
    [
        ("qwen2_5_vl", {}, (1920, 1080), "[329, 182, 658, 364]", (480, 270, 960, 540)),
        ("qwen2_5_vl", REASON_SEG, (1500, 1000), "[161, 105, 322, 210]", (375, 250, 750, 500)),
        ("qwen2_vl", REASON_SEG, (1500, 1000), "(250,250),(500,500)", (375, 250, 750, 500)),
        ("qwen3_vl", {}, (300, 200), "[100, 0, 1000, 500]", (30, 0, 300, 100)),
        ("qwen2_5_vl", {}, (1920, 1080), "[-5, 0, 5000, 364]", (0, 0, 1920, 540)),
    ],
)
def test_a_written_box_goes_back_to_the_photo(tiny_pair, family, fields, size, text, box):
    made = processor(tiny_pair[1].tokenizer, family, **fields)
    seen = made.vlm_image(Image.new("RGB", size)) if max(size) <= 300 else None
    resized = seen.resized if seen else resized_size(*size, made.config)
    _, boxes = made.read(f"<think>x</think><answer>{text}</answer>", size, resized)
    assert boxes == [pytest.approx(box)]
