"""What each split shows. val and test are of one world, training of a wider one; three splits leave both, each in one
respect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lens_seg.data.toybox.shapes import COLOURS, KINDS

FAMILIES = ("attribute", "function", "superlative", "relation", "same", "ordinal", "negation", "absent")
"""Families of sentences of val and test."""
SIDED = ("superlative", "relation", "ordinal")
"""Those that name a side."""
_PLACED = ("superlative", "ordinal", "negation")
COMPOSED = (
    *("negation-relation", "negation-function", "negation-same", "function-relation", "function-same"),
    *("relation-relation", "is-relation", "is-same", "is-negation", "place-is", "place-function", "negation-place"),
    *(f"{kinds}-superlative" for kinds in ("relation", "same", "function", "is", "place", "place-is", "is-relation")),
    *(f"{kinds}-bulk" for kinds in ("relation", "same", "function", "is", "place", "is-relation")),
    *(f"{kinds}-ordinal" for kinds in ("same", "function", "negation", "is", "place")),
    *(f"{kinds}-ordinal" for kinds in ("negation-same", "negation-function", "place-is", "negation-place")),
    *(f"relation-to-{kind}" for kind in (*_PLACED, "function", "same", "is", "place")),
    *(f"same-as-{kind}" for kind in (*_PLACED, "function", "same", "is", "place", "relation")),
    *(f"relation-to-same-as-{kind}" for kind in (*_PLACED, "function", "same", "is", "place", "relation")),
    *(f"same-as-relation-to-{kind}" for kind in (*_PLACED, "function", "same", "is", "place")),
)
"""Families that compose two or three of these and that training alone shows."""
SEVERAL = (
    *("relation-superlative", "relation-bulk", "negation-ordinal"),
    *("same-ordinal", "relation-relation", "same-as-relation"),
    *2 * ("relation-to-same-as-relation",),
)
"""Those that list several toys, or find a like one on the way, which is hard and fits few scenes: more often."""
PLACES = ("farthest", "between", "place", "region", "corner")
"""What else tells a toy by where it is; training and `val-places` alone show them."""
DEEPER = ("two-hop", "relation-ordinal", "negation-superlative")
"""Families that compose two of these in other pairs; training never shows them."""
HELD_OUT = {kind: tuple(COLOURS)[3 * n % len(COLOURS)] for n, kind in enumerate(KINDS)}
"""One colour of each kind, 22 of the 176 pairs, every colour two or three times: only `test-pairs` has such toys."""


@dataclass(frozen=True)
class World:
    """What the scenes of a split are made of, and what is said about them; by default as in val and test."""

    toys: tuple[int, int] = (3, 7)
    """Fewest and most toys of a scene."""
    new_pairs: bool = False
    """Every scene has toys of `HELD_OUT` pairs, and only they are pointed at; otherwise there is none."""
    look: Literal["home", "varied", "new"] = "home"
    """varied: most tables in any two tones, under more or less light; new: tables, lamps and camera of `domain.py`."""
    families: tuple[str, ...] = FAMILIES
    """Families of the sentences; one that stands twice comes twice as often. "nearest" and "such" are parts
    of "relation", "alike" of "same"."""
    tries: int = 25
    """How often to look for a clear sentence of one family before turning to another."""
    any_noun: bool = False
    """Likeness is asked of any noun ("the small cup with the same colour as the star"), not of kinds alone, and what is
    beside something or like it may itself be missing ("the red cup nearest the star", without a red cup)."""
    denied: float = 0.0
    """Share of the sentences about several toys that first say which toy is not meant."""
    wordings: Literal["train", "wide", "test", "sailor"] | None = None
    """Whose other words the sentences have; by default only the grammar's."""
    reworded: float = 1.0
    """Share of the sentences that have other words."""
    phrases: float = 0.6
    """Share of their phrases that do."""


HOME = World()
WORLDS = {
    "train": World(
        toys=(4, 7),
        look="varied",
        families=(
            *5 * FAMILIES,
            *8 * ("relation",),
            *9 * ("nearest",),
            *6 * ("such",),  # as often as such sentences match nothing
            *10 * ("same",),  # or most of such sentences would match nothing (`absent.py`)
            *4 * ("ordinal", "alike", *PLACES),
            *9 * ("function",),
            *COMPOSED,
            *5 * SEVERAL,
        ),
        tries=100,
        any_noun=True,
        denied=0.4,
        wordings="wide",
        reworded=0.6,
    ),
    "train-shift": World(toys=(5, 8), look="new", families=(*FAMILIES, *DEEPER, *DEEPER), tries=100),
    "val": HOME,
    "test": HOME,
    "test-pairs": World(new_pairs=True, families=FAMILIES[:-1], tries=100),
    "val-relations": World(toys=(5, 7), families=DEEPER, tries=400),
    "test-relations": World(toys=(5, 7), families=DEEPER, tries=400),
    "test-domain": World(toys=(6, 9), look="new"),
    "train-sailor": World(toys=(4, 7), look="varied", families=SIDED, tries=100, wordings="sailor", phrases=1),
    "test-sailor": World(families=SIDED, wordings="sailor", phrases=1),
    "val-wordings": World(wordings="train"),
    "val-places": World(families=PLACES, tries=100),
    "test-wordings": World(wordings="test"),
}
"""The world of each split."""


def held_out(kind: str, colour: str) -> bool:
    """Whether training shows no toy of this kind in this colour."""
    return HELD_OUT[kind] == colour
