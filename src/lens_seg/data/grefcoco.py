"""gRefCOCO: REFER's layout with sentences about several targets, or about none -> `Sample`.

root/refer_seg/grefcoco/grefs(unc).json      references; ann_id is a list, [-1] where nothing matches
root/refer_seg/grefcoco/instances.json       COCO annotations
root/refer_seg/images/...                    the photos of COCO train2014, as for RefCOCO
"""

from __future__ import annotations

from pathlib import Path

from .refcoco import Refer, _Reference, refer_folder


class GRefCOCO(Refer):
    """One split. A sample has a box for each target, and their union as its mask; no box and an empty mask for none.

    Tags: {"category": names, "targets": "none", "one" or "several"}.
    """

    def __init__(self, root: str | Path, split: str = "val", tolerant: bool = False) -> None:
        super().__init__(root, "grefcoco", split, refs_name(root), tolerant=tolerant)

    def tags(self, reference: _Reference) -> dict[str, str]:
        count = len(reference.targets)
        categories = super().tags(reference) if count else {}
        return {**categories, "targets": "several" if count > 1 else ("none", "one")[count]}


def refs_name(root: str | Path) -> str:
    """grefs(unc).json, or the pickle of that name where only that is there."""
    folder = refer_folder(root) / "grefcoco"
    pickled = "grefs(unc).p"
    return pickled if (folder / pickled).is_file() else "grefs(unc).json"
