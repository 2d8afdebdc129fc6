"""Toybox, the embedded world: drawn scenes of toys, and sentences that point at one. No download needed."""

from lens_seg.data.toybox.dataset import Toybox, corpus
from lens_seg.data.toybox.language import expressions
from lens_seg.data.toybox.scene import Scene, Toy, make_scene, nameless
from lens_seg.data.toybox.shapes import COLOURS as _COLOURS
from lens_seg.data.toybox.shapes import KINDS
from lens_seg.data.toybox.shapes import SIZES as _SIZES
from lens_seg.data.toybox.words import Expression, listing, region, tell
from lens_seg.data.toybox.world import COMPOSED, DEEPER, FAMILIES, HELD_OUT, PLACES, World

COLOURS = tuple(_COLOURS)
SIZES = tuple(_SIZES)

__all__ = [
    "COLOURS",
    "COMPOSED",
    "DEEPER",
    "FAMILIES",
    "HELD_OUT",
    "KINDS",
    "PLACES",
    "SIZES",
    "Expression",
    "Scene",
    "Toy",
    "Toybox",
    "World",
    "corpus",
    "expressions",
    "listing",
    "make_scene",
    "nameless",
    "region",
    "tell",
]
