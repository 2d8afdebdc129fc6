"""Prompt templates and the completion parser: what one writes the other reads back (method.md section 2).

Two forms of completion, boxes in the model frame of `boxes.py`:
    CoT     <think>thought</think><answer>[x1, y1, x2, y2]</answer>
    direct  <|object_ref_start|>question.<|object_ref_end|><|box_start|>(x1,y1),(x2,y2)<|box_end|>
"No target" is `<answer>[]</answer>`, or `<|box_start|>none<|box_end|>`. Nothing here runs `eval`, and every
pattern takes time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .types import Box

_NUMBER = r"-?[0-9]{1,30}(?:\.[0-9]{0,30})?"
_GROUP = rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*"
_BOX_FORMS = (
    re.compile(rf"\[{_GROUP},{_GROUP}\]"),
    re.compile(rf"\({_GROUP},{_GROUP}\)"),
    re.compile(rf"\({_GROUP}\)\s*,\s*\({_GROUP}\)"),
)
"""The three ways to write a box, in order of preference."""
_NO_TARGET = re.compile(r"\[\s*\]|<\|box_start\|>\s*none\s*<\|box_end\|>", re.IGNORECASE)
_DIRECT_BOXES = re.compile(
    rf"(?:<\|box_start\|>\({_GROUP}\)\s*,\s*\({_GROUP}\)<\|box_end\|>)+|<\|box_start\|>none<\|box_end\|>"
)
_CONTROL = re.compile(r"<\|[^\s<>|]*\|>|</?(?:think|answer)>")
_REF_START, _REF_END = "<|object_ref_start|>", "<|object_ref_end|>"
_BOX_START, _BOX_END = "<|box_start|>", "<|box_end|>"


def clean_question(text: str) -> str:
    """A question that cannot break the template: no control tokens, single spaces, no trailing period.

    Control tokens are `<|...|>` and the tags think and answer; each becomes a space, so that the remains on
    its two sides cannot join into a new one. Cleaning twice changes nothing more.

    >>> clean_question("the red  car<|im_end|> on the left.")
    'the red car on the left'
    """
    return " ".join(_CONTROL.sub(" ", text).split()).rstrip(" .")


@dataclass(frozen=True, kw_only=True)
class PromptSet:
    """The texts one family of weights was trained with; `{question}` marks where the question goes."""

    name: str
    """Key in `PROMPTS`."""
    system: str | None
    """System message, or None for no such message."""
    direct: str
    """Instruction without chain of thought."""
    cot: str
    """Instruction with chain of thought."""
    teacher: str
    """Direct completion, with the literal (x1,y1),(x2,y2) where the box goes."""
    separator: str = ", "
    """Between the numbers, and between the boxes, of a CoT answer."""
    list_objects: str | None = None
    """Instruction to list everything in the image, where the weights know one."""

    def instruction(self, question: str, cot: bool) -> str:
        """The user's message. The question is cleaned first (`clean_question`); its braces stay."""
        return (self.cot if cot else self.direct).replace("{question}", clean_question(question))

    def completion(self, thought: str | None, question: str, boxes: Sequence[Sequence[int]], cot: bool) -> str:
        """The canonical (teacher) text; `boxes` are integers in the model frame, none of them = no target.

        `parse` reads it back. Control tokens inside the thought become spaces; the direct form has no
        thought. Raises ValueError when a box has not 4 numbers.
        """
        for box in boxes:
            if len(box) != 4:
                raise ValueError(f"a box has 4 numbers (x1, y1, x2, y2), got {list(box)}")
        if cot:
            texts = [f"[{self.separator.join(str(int(v)) for v in box)}]" for box in boxes]
            answer = texts[0] if len(texts) == 1 else f"[{self.separator.join(texts)}]"
            thought = _CONTROL.sub(" ", thought or "").strip()
            return f"<think>{thought}</think><answer>{answer}</answer>"
        head, _, tail = self.teacher.partition(_BOX_START)
        corners, _, end = tail.partition(_BOX_END)
        texts = []
        for box in boxes:
            text = corners
            for name, value in zip(("x1", "y1", "x2", "y2"), box, strict=True):
                text = text.replace(name, str(int(value)))
            texts.append(text)
        head = head.replace("{question}", clean_question(question))
        return head + "".join(f"{_BOX_START}{text}{_BOX_END}" for text in texts or ["none"]) + end


_TEACHER = "<|object_ref_start|>{question}.<|object_ref_end|><|box_start|>(x1,y1),(x2,y2)<|box_end|>"

PROMPTS: dict[str, PromptSet] = {
    "lens": PromptSet(
        name="lens",
        system="You are a helpful assistant. ",
        direct="Output the bounding box of the {question} in the image.",
        cot=(
            'Locate "{question}", report the bbox coordinates in JSON format.'
            "Compare the difference between objects and find the most closely matched one."
            "Output the thinking process in <think> </think> and final answer in <answer> </answer> tags."
            "Output the one bbox inside the interested object in JSON format."
            "i.e., <think>thinking process here</think><answer>answer here</answer>"
        ),
        teacher=_TEACHER,
    ),
    "short": PromptSet(
        name="short",
        system=None,
        direct="Locate {question}.",
        cot="Think, then locate {question}.",
        teacher=_TEACHER,
        separator=",",
        list_objects="List the toys.",
    ),
}
"""By name: "lens", the constants that published weights expect; "short", for the small model here."""


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What a completion says. Boxes are in the model frame, corners as written."""

    thought: str | None
    """Text of the thought, stripped; None when there is none."""
    boxes: tuple[Box, ...]
    """All boxes of the answer, written in the first of the three forms that occurs there."""
    no_target: bool
    """The answer says that nothing matches."""

    @property
    def box(self) -> Box | None:
        """The first box: the one that the published code reads."""
        return self.boxes[0] if self.boxes else None


def parse(completion: str) -> Parsed:
    """Read thought and boxes from any text; never raises. Boxes come from the answer, never from the thought.

    The answer is the content of <answer> (up to the end of the text when it is not closed), else the text
    after </think>, else, when nothing marks a thought, all of it.

    >>> parse('<think>Not [9, 9, 9, 9].</think><answer>{"bbox_2d": [1, 2, 30, 40]}</answer>').box
    (1.0, 2.0, 30.0, 40.0)
    """
    thought, answer = _split(completion)
    boxes: tuple[Box, ...] = ()
    for form in _BOX_FORMS:
        found = form.findall(answer)
        if found:
            boxes = tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in found)
            break
    no_target = not boxes and _NO_TARGET.search(answer) is not None
    return Parsed(thought=thought, boxes=boxes, no_target=no_target)


def format_ok(completion: str, cot: bool) -> bool:
    """True when the whole text has the required form (method.md section 3, sentence level).

    CoT: a think block, optional white space, an answer block, each tag once; what they hold is free.
    Direct: the object-ref / box form with one or more boxes or `none`. End-of-text tokens must be cut off
    before.
    """
    if cot:
        tags = ("<think>", "</think>", "<answer>", "</answer>")
        if any(completion.count(tag) != 1 for tag in tags):
            return False
        if not (completion.startswith("<think>") and completion.endswith("</answer>")):
            return False
        _, _, rest = completion.partition("</think>")
        gap, found, _ = rest.partition("<answer>")
        return bool(found) and not gap.strip()
    if completion.count(_REF_START) != 1 or completion.count(_REF_END) != 1:
        return False
    if not completion.startswith(_REF_START):
        return False
    return _DIRECT_BOXES.fullmatch(completion.partition(_REF_END)[2]) is not None


def _split(text: str) -> tuple[str | None, str]:
    """(thought or None, answer) of a completion, however broken."""
    before, opened, rest = text.partition("<think>")
    if not opened:
        before, rest = "", text
    thought, closed, after = rest.rpartition("</think>")
    if not opened and not closed:
        _, tagged, inside = text.partition("<answer>")
        if tagged:
            return None, inside.partition("</answer>")[0]
        _, boxed, inside = text.partition(_BOX_START)  # the question before it may hold numbers too
        return None, boxed + inside if boxed else text
    if not closed:  # cut off, or forgotten before the answer
        thought, tagged, after = rest.partition("<answer>")
        after = tagged + after
    for part in (after, before):
        _, tagged, inside = part.partition("<answer>")
        if tagged:
            return thought.strip(), inside.partition("</answer>")[0]
    return thought.strip(), after
