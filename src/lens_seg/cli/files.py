"""Files that commands write: whole or not at all, and never one over another of the same run."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from ..predictor import Result

FORMATS = {"overlay": "overlay.png", "mask": "mask.png", "rle": "rle.json"}
"""Format -> how the names of its files end."""


def write_whole(path: Path, data: bytes) -> None:
    """Writes under a temporary name beside `path`, then renames: a reader never sees half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


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

    def write(self, source: Path, result: Result) -> list[Path]:
        """One file per format, `{image}-{prompt}-{format}`, numbered where that name was already written."""
        paths = self._claim(source.stem, result.prompt)
        for kind, path in paths.items():
            write_whole(path, _encode(kind, result))
        return list(paths.values())

    def _claim(self, stem: str, prompt: str) -> dict[str, Path]:
        # Some file systems do not tell upper from lower case, so neither do we.
        base = f"{stem.encode()[:120].decode(errors='ignore')}-{slug(prompt, 60)}"
        number = 1
        while True:
            name = base if number == 1 else f"{base}-{number}"
            paths = {kind: self.folder / f"{name}-{FORMATS[kind]}" for kind in self.formats}
            keys = {str(path.resolve()).casefold() for path in paths.values()}
            if not keys & self._taken:
                self._taken |= keys
                return paths
            number += 1


def _encode(kind: str, result: Result) -> bytes:
    if kind == "overlay":
        return _png(result.overlay())
    if kind == "mask":
        from PIL import Image

        return _png(Image.fromarray(result.mask).convert("L"))
    return (json.dumps(result.to_json()["mask"]) + "\n").encode()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
