"""LENS: text-prompted segmentation that reasons first. `Lens` is what users import; torch loads with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .predictor import Lens

__all__ = ["Lens"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`Lens` on first use, so that `import lens_seg` (and `lens --help`) stays free of torch."""
    if name == "Lens":
        from .predictor import Lens

        return Lens
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
