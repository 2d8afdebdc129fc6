"""Eight further drawings of every kind, by four hands that did not see each other's. Training alone shows them."""

from lens_seg.data.toybox.hands import carver, engraver, icons, stencil

BY_HANDS = {
    kind: tuple(draw for hand in (carver, engraver, icons, stencil) for draw in hand.DRAW[kind]) for kind in carver.DRAW
}
"""Kind -> drawings."""
