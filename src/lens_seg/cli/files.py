"""Files that commands write: whole or not at all, and never one over another of the same run."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files import cut, write_whole

if TYPE_CHECKING:
    from PIL import Image

    from ..predictor import Result

FORMATS = {
    "overlay": "overlay.png",
    "mask": "mask.png",
    "rle": "rle.json",
    "coco": "coco.json",
    "polygons": "polygons.json",
    "labelme": "labelme.json",
}
"""Format -> how the names of its files end. `coco` is one file for all images, `labelme` one for each image, the others
one for each prompt on it."""


def slug(text: str, most: int) -> str:
    """Letters and digits of `text` joined by hyphens, at most `most` bytes as UTF-8 (file systems allow 255).

    >>> slug("The red cup, left?", 60)
    'the-red-cup-left'
    """
    words = re.sub(r"[\W_]+", "-", text.lower()).strip("-")
    return words.encode()[:most].decode(errors="ignore").strip("-") or "prompt"


class Outputs:
    """Writes results into a folder, in the formats asked for."""

    def __init__(self, folder: Path, formats: Sequence[str], inputs: Iterable[Path]) -> None:
        """`inputs` are files that must not be written over."""
        self.folder, self.formats = folder, formats
        self._taken = {str(path.resolve()).casefold() for path in inputs}
        self._instances = Instances()

    def write(self, source: Path, result: Result) -> list[Path]:
        """The files of one prompt, `{image}-{prompt}-{format}`, numbered where that name was already written."""
        kinds = [kind for kind in self.formats if kind not in ("coco", "labelme")]
        paths = self._claim(f"{cut(source.stem, 120)}-{slug(result.prompt, 60)}-", kinds)
        for kind, path in paths.items():
            write_whole(path, _encode(kind, result))
        return list(paths.values())

    def write_image(self, source: Path, results: Sequence[Result]) -> list[Path]:
        """The files of one image with all its prompts, `{image}-labelme.json`; notes it for `write_run`."""
        if "coco" in self.formats:
            self._instances.add(self._relative(source), results)
        if "labelme" not in self.formats:
            return []
        paths = self._claim(f"{cut(source.stem, 120)}-", ["labelme"])
        write_whole(paths["labelme"], _json(labelme(self._relative(source), results)))
        return list(paths.values())

    def write_run(self) -> list[Path]:
        """The file of all images, `coco.json`; none where there was no image."""
        if not self._instances.images:
            return []
        paths = self._claim("", ["coco"])
        write_whole(paths["coco"], _json(self._instances.to_json()))
        return list(paths.values())

    def _relative(self, source: Path) -> str:
        """How a file in the folder names a photo: from there, so that both may move together."""
        return Path(os.path.relpath(source.parent.resolve() / source.name, self.folder.resolve())).as_posix()

    def _claim(self, base: str, kinds: Iterable[str]) -> dict[str, Path]:
        # Some file systems do not tell upper from lower case, so neither do we.
        number = 1
        while True:
            name = base if number == 1 else f"{base}{number}-"
            paths = {kind: self.folder / f"{name}{FORMATS[kind]}" for kind in kinds}
            keys = {str(path.resolve()).casefold() for path in paths.values()}
            if not keys & self._taken:
                self._taken |= keys
                return paths
            number += 1


class Instances:
    """Results as a COCO instances file: a category for each prompt, an annotation for each mask that is not empty.

    Beside these, "expressions" name every prompt with its annotations, so that a prompt without a target is told too.
    """

    def __init__(self) -> None:
        self.images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._expressions: list[dict[str, Any]] = []
        self._categories: dict[str, int] = {}

    def add(self, name: str, results: Sequence[Result]) -> None:
        """An image, which `name` names from the file's folder, and what was found in it."""
        from ..masks import encode_rle, mask_to_box

        image = len(self.images) + 1
        height, width = results[0].mask.shape
        self.images.append({"id": image, "file_name": name, "width": width, "height": height})
        for result in results:
            category = self._categories.setdefault(result.prompt, len(self._categories) + 1)
            found = []
            if box := mask_to_box(result.mask):
                found.append(len(self._annotations) + 1)
                self._annotations.append(
                    {
                        "id": found[0],
                        "image_id": image,
                        "category_id": category,
                        "segmentation": encode_rle(result.mask),
                        "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
                        "area": int(result.mask.sum()),
                        "iscrowd": 0,
                        "score": round(result.score, 4),
                    }
                )
            self._expressions.append(
                {
                    "id": len(self._expressions) + 1,
                    "image_id": image,
                    "caption": result.prompt,
                    "annotation_ids": found,
                    **({"thought": result.thought} if result.thought else {}),
                }
            )

    def to_json(self) -> dict[str, Any]:
        """The file's content."""
        return {
            "info": {"description": "written by lens segment"},
            "images": self.images,
            "annotations": self._annotations,
            "categories": [{"id": number, "name": prompt} for prompt, number in self._categories.items()],
            "expressions": self._expressions,
        }


def labelme(name: str, results: Sequence[Result]) -> dict[str, Any]:
    """Results on one image as LabelMe saves them: polygons in pixels, those of one prompt in a group of its number."""
    from ..masks import mask_to_polygons

    height, width = results[0].mask.shape
    shapes = [
        {
            "label": result.prompt,
            "points": [[float(x), float(y)] for x, y in zip(flat[::2], flat[1::2], strict=True)],
            "group_id": number,
            "description": result.thought or "",
            "shape_type": "polygon",
            "flags": {},
        }
        for number, result in enumerate(results, 1)
        for flat in mask_to_polygons(result.mask)
    ]
    return {
        "version": "5.5.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": name,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }


def _encode(kind: str, result: Result) -> bytes:
    if kind == "overlay":
        return _png(result.overlay())
    if kind == "mask":
        from PIL import Image

        return _png(Image.fromarray(result.mask).convert("L"))
    if kind == "rle":
        return _json(result.to_json()["mask"])
    from ..masks import mask_to_polygons

    return _json({"size": list(result.mask.shape), "polygons": mask_to_polygons(result.mask)})


def _json(values: dict[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # names of files need not be text; so JSON writes what is none


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
