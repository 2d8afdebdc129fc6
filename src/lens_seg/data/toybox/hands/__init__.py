"""Fourteen further drawings of every kind, by seven hands that did not see each other's. Training alone shows them."""

from lens_seg.data.toybox.hands import carver, engraver, icons, joiner, painter, sketcher, stencil

HANDS = (carver, engraver, icons, stencil, joiner, painter, sketcher)
BY_HANDS = {kind: tuple(draw for hand in HANDS for draw in hand.DRAW[kind]) for kind in carver.DRAW}
"""Kind -> drawings."""
