"""Drawings by other hands: each is one whole toy, mostly of its own colour, and none is another's."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lens_seg.data.toybox.hands import BY_HANDS
from lens_seg.data.toybox.pen import CANVAS, UNIT, Pen
from lens_seg.data.toybox.shapes import KINDS


def test_every_hand_draws_every_kind_twice() -> None:
    assert set(BY_HANDS) == set(KINDS) and all(len(drawings) == 14 for drawings in BY_HANDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_are_whole_toys_of_their_own_colour(kind: str) -> None:
    seen = []
    for draw in BY_HANDS[kind]:
        pen = Pen()
        draw(pen)
        tone, body = np.asarray(pen.tone, float) - 128, np.asarray(pen.alpha) > 127
        left, top, right, bottom = (edge - (CANVAS - UNIT) / 2 for edge in pen.alpha.getbbox())
        assert min(left, top) > -4 and max(right, bottom) < UNIT + 5, draw.__name__
        assert max(right - left, bottom - top) > 0.9 * UNIT, draw.__name__
        assert (abs(tone[body]) < 0.36 * 127).mean() > 0.5, draw.__name__
        assert _pieces(pen.alpha) == 1, draw.__name__
        seen.append(np.where(body, tone, 255))
    for n, one in enumerate(seen):
        assert all((one != other).mean() > 0.02 for other in seen[:n])


def _pieces(alpha: Image.Image) -> int:
    """How many parts do not hang together, those of a few pixels not counted."""
    small, found = alpha.reduce(2).point(lambda cover: 255 if cover > 30 else 0), 0
    while (left := np.argwhere(np.asarray(small) == 255)).size:
        ImageDraw.floodfill(small, (int(left[0, 1]), int(left[0, 0])), 100)
        found += (np.asarray(small) == 100).sum() > 10
        small = small.point(lambda value: 0 if value == 100 else value)
    return found
