"""Any picture a user may hand over -> an upright RGB image, or one line that says what is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

MAX_PIXELS = 200_000_000
"""Larger images are refused from their header, before anything is decoded (600 MB as RGB)."""

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
"""What is opened. A closed list: some of Pillow's other formats start programs of the system."""

TURNS = dict(
    enumerate(
        (
            Image.Transpose.FLIP_LEFT_RIGHT,
            Image.Transpose.ROTATE_180,
            Image.Transpose.FLIP_TOP_BOTTOM,
            Image.Transpose.TRANSPOSE,
            Image.Transpose.ROTATE_270,
            Image.Transpose.TRANSVERSE,
            Image.Transpose.ROTATE_90,
        ),
        start=2,
    )
)
"""EXIF orientation -> what turns the stored image upright. Pillow's own function writes all tags anew, and fails where
one of them is of a wrong type."""

_PILLOW_LIMIT = threading.Lock()


class InputError(ValueError):
    """An input that cannot be used; the message is one line that names it."""


def load_image(source: str | Path | Image.Image | np.ndarray, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """RGB, upright (EXIF orientation applied), original size; transparency is laid on white.

    `source` is a file, an image of any mode, or an array (H, W, 3) uint8 RGB. Of an animation the first frame
    counts. 16-bit grey keeps its range: 65535 becomes 255. The source is neither changed nor kept.

    Raises InputError (a ValueError) for a file that is missing, not an image or damaged, and for more than
    `max_pixels` pixels or none; ValueError or TypeError for an array or object of another make.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, max_pixels)
    if isinstance(source, Image.Image):
        return _decode(source, "image", max_pixels)
    if not isinstance(source, str | Path):
        raise TypeError(f"an image is a path, a PIL image or an array, got {type(source).__name__}")
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{path}: is a folder, not an image")
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if not path.is_file():
        raise InputError(f"{path}: is not a regular file")
    try:
        with opened(path) as image:
            return _decode(image, str(path), max_pixels)
    except InputError:
        raise
    except UnidentifiedImageError as error:
        what = "is empty" if path.stat().st_size == 0 else f"is not an image ({', '.join(FORMATS)})"
        raise InputError(f"{path}: {what}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # see _decode
        raise InputError(f"{path}: is damaged ({error})") from error


@contextmanager
def opened(path: Path, formats: Sequence[str] = FORMATS) -> Iterator[Image.Image]:
    """The image in a file, of which the header is read. Pillow's own limit of pixels is lifted: the caller has one.

    Pillow gets a file, not a name: a TIFF that it maps into memory by its name comes out scrambled where EXIF turns it.
    """
    with path.open("rb") as file:
        with _PILLOW_LIMIT:
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                image = Image.open(file, formats=tuple(formats))
            finally:
                Image.MAX_IMAGE_PIXELS = limit
        with image:
            yield image


def _check_size(size: tuple[int, int], name: str, max_pixels: int) -> None:
    width, height = size
    if width * height == 0:
        raise InputError(f"{name}: is {width} x {height} and holds no pixel")
    if width * height > max_pixels:
        raise InputError(
            f"{name}: {width} x {height} = {width * height / 1e6:.0f} megapixels,"
            f" more than the limit of {max_pixels / 1e6:g}"
        )


def _from_array(array: np.ndarray, max_pixels: int) -> Image.Image:
    wanted = "wanted is (height, width, 3) uint8, RGB"
    if array.dtype != np.uint8:
        raise TypeError(f"an array of {array.dtype} with shape {array.shape} is no image: {wanted}")
    if array.ndim != 3 or array.shape[2] != 3:
        raise ValueError(f"an array of shape {array.shape} is no image: {wanted}")
    _check_size((array.shape[1], array.shape[0]), "array", max_pixels)
    return Image.fromarray(np.ascontiguousarray(array)).copy()


def _decode(image: Image.Image, name: str, max_pixels: int) -> Image.Image:
    _check_size(image.size, name, max_pixels)
    try:
        image.load()
        return to_rgb(upright(image))
    except Exception as error:  # damaged files make decoders raise nearly anything, struct.error to KeyError
        raise InputError(f"{name}: is damaged or cannot be decoded ({error})") from error


def upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF orientation says, whatever its other tags hold. The image itself where there is no turn."""
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # EXIF that cannot be read turns nothing
        turn = None
    return image if turn is None else image.transpose(turn)


def to_rgb(image: Image.Image) -> Image.Image:
    """A new RGB image without metadata (which would turn it again): wide grey keeps its range, transparency is laid on
    white."""
    rgb = _to_rgb(image)
    rgb.info = {}
    return rgb


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _wide_grey(image)
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
    return image.convert("RGB")


def _wide_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float grey. Pillow's own conversion clips at 255, so white is found here:
    65535 for integers, 1 for floats, or the largest value where that is larger."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    white = max(1.0 if image.mode == "F" else 65535.0, float(values.max()))
    grey = np.rint(np.clip(values / white, 0.0, 1.0) * 255.0).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
