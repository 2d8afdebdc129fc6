"""Pictures for people: mask, box and words over an image, and sheets of such pictures."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from .masks import mask_to_box
from .types import Box

SMALLEST, LARGEST = 512, 2048
"""Pixels: a picture whose longest side lies outside is scaled to it, so that words and lines are readable."""
NARROWEST = 320
"""Pixels: least width of the strip with the words."""
MOST_LINES = 12
"""Lines of caption before it is cut with an ellipsis."""

OPACITY = 0.3
"""Of the mask's colour; low, so that the target's own colour is still to be seen."""
MASK_COLOUR, BOX_COLOUR = "#00C8FF", "#FF2FA0"
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
PAPER, INK, FAINT = "#FBFAF7", "#1D2129", "#5B6270"


def overlay(
    image: Image.Image,
    mask: np.ndarray | None = None,
    box: Box | Sequence[Box] | None = None,
    caption: str | None = None,
    prompt: str | None = None,
) -> Image.Image:
    """The image with an outlined, tinted mask and its boxes, and below it the prompt and a caption (a thought).

    `image` RGB (W, H); `mask` (H, W) bool or None; `box` one, several or None, in original pixels. The result is
    RGB, its picture scaled so that the longest side lies in 512 to 2048, its width at least 320, its height larger
    by the strip of words. Letters that Pillow's own font lacks (it has Latin ones) appear as empty squares.

    Raises ValueError when mask and image differ in size.
    """
    if mask is not None and mask.shape != (image.height, image.width):
        raise ValueError(f"mask {mask.shape} and image {(image.height, image.width)} differ in height and width")
    picture, ratio = _rescaled(image)
    line = max(2, round(max(picture.size) / 256))
    if mask is not None and mask.any():
        picture = _paint_mask(picture, mask, line)
    boxes = np.reshape(() if box is None else box, (-1, 4)) * ratio
    if len(boxes):
        picture = _paint_boxes(picture, boxes, line)
    return _with_words(picture, prompt, caption)


def contact_sheet(images: Sequence[Image.Image], columns: int, labels: Sequence[str] | None = None) -> Image.Image:
    """Images in rows of `columns`, in cells of the largest width and height, each with its label below it.

    Raises ValueError for no image, less than one column, or labels that are not as many as images.
    """
    if not images:
        raise ValueError("a contact sheet needs at least one image")
    if columns < 1:
        raise ValueError(f"columns={columns} must be at least 1")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels for {len(images)} images")
    columns = min(columns, len(images))
    cell_w, cell_h = max(i.width for i in images), max(i.height for i in images)
    gap, font = max(8, cell_w // 32), _font(max(12, cell_w // 26))
    texts = [_wrap(label, font, cell_w, 2) for label in labels or []]
    label_h = _line_height(font) * max((len(lines) for lines in texts), default=0)
    rows = math.ceil(len(images) / columns)
    step_x, step_y = cell_w + gap, cell_h + label_h + gap
    sheet = Image.new("RGB", (columns * step_x + gap, rows * step_y + gap), PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        x, y = gap + column * step_x, gap + row * step_y
        sheet.paste(image.convert("RGB"), (x + (cell_w - image.width) // 2, y))
        for i, text in enumerate(texts[number] if texts else ()):
            pen.text((x, y + image.height + i * _line_height(font)), text, fill=INK, font=font)
    return sheet


# ---- picture ---------------------------------------------------------------------------------------------


def _rescaled(image: Image.Image) -> tuple[Image.Image, float]:
    """The image in RGB with its longest side in SMALLEST..LARGEST, and the factor. Small ones grow by whole
    numbers, so that their pixels stay even."""
    longest = max(image.size)
    if longest < SMALLEST:
        ratio: float = math.ceil(SMALLEST / longest)
    else:
        ratio = min(1.0, LARGEST / longest)
    width, height = (max(1, round(side * ratio)) for side in image.size)
    picture = image.convert("RGB")
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return picture, ratio


def _paint_mask(picture: Image.Image, mask: np.ndarray, line: int) -> Image.Image:
    shape = _shape(mask, picture.size)
    filled = np.asarray(shape) > 0
    box = mask_to_box(filled)
    if box is not None:
        target = _detections([box], filled)
        picture = _supervision().MaskAnnotator(color=_colour(MASK_COLOUR), opacity=OPACITY).annotate(picture, target)
    reach = 2 * max(2, line // 2) + 1
    outer = ImageChops.subtract(shape.filter(ImageFilter.MaxFilter(reach)), shape)
    inner = ImageChops.subtract(shape, shape.filter(ImageFilter.MinFilter(reach)))
    for colour, edge in (("white", outer), (MASK_COLOUR, inner)):
        picture.paste(Image.new("RGB", picture.size, colour), mask=edge.filter(ImageFilter.GaussianBlur(0.7)))
    return picture


def _shape(mask: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """The mask as 0 and 255 at the picture's size, stairs smoothed by less than half an original pixel."""
    grey = Image.fromarray(mask.astype(np.uint8) * 255)
    ratio = size[0] / grey.width
    if ratio > 1:
        grey = grey.resize(size, Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(0.4 * ratio))
    elif grey.size != size:  # of a strip the width alone may stay
        grey = grey.resize(size, Image.Resampling.BOX)
    threshold = min(127, int(np.asarray(grey).max()) - 1)  # a speck that scaling made pale is still shown
    return grey.point(lambda value: 255 if value > threshold else 0)


def _paint_boxes(picture: Image.Image, boxes: np.ndarray, line: int) -> Image.Image:
    """(N, 4) boxes in the picture's pixels."""
    half = line / 2  # lines are centred on the edge: at the border of the picture they would be cut
    held = np.clip(boxes, half, np.tile(picture.size, 2) - half)
    annotator = _supervision().BoxAnnotator(color=_colour(BOX_COLOUR), thickness=line)
    return annotator.annotate(picture, _detections(held))


def _supervision() -> ModuleType:
    """Imported on first use: it takes a second or more."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="OpenCV .* is not installed")  # its numpy drawing will do
        import supervision
    return supervision


def _colour(code: str) -> Any:
    return _supervision().Color.from_hex(code)


def _detections(boxes: Sequence[Box] | np.ndarray, mask: np.ndarray | None = None) -> Any:
    return _supervision().Detections(
        xyxy=np.array(boxes, dtype=np.float32),
        mask=None if mask is None else mask[None],
        class_id=np.zeros(len(boxes), dtype=int),
    )


# ---- words -----------------------------------------------------------------------------------------------


def _font(size: int) -> _Font:
    return ImageFont.load_default(size)


def _line_height(font: _Font) -> int:
    return round(font.getbbox("Ágjy")[3] * 1.25)


def _with_words(picture: Image.Image, prompt: str | None, caption: str | None) -> Image.Image:
    width = max(NARROWEST, picture.width)
    pad = max(12, width // 40)
    large, small = _font(max(18, width // 28)), _font(max(14, width // 34))
    lines = [(text, large, INK) for text in _wrap(prompt or "", large, width - 2 * pad, 3)]
    lines += [(text, small, FAINT) for text in _wrap(caption or "", small, width - 2 * pad, MOST_LINES)]
    strip = sum(_line_height(font) for _, font, _ in lines) + 2 * pad if lines else 0
    out = Image.new("RGB", (width, picture.height + strip), PAPER)
    out.paste(picture, ((width - picture.width) // 2, 0))
    pen, y = ImageDraw.Draw(out), picture.height + pad
    for text, font, colour in lines:
        pen.text((pad, y), text, fill=colour, font=font)
        y += _line_height(font)
    return out


def _wrap(text: str, font: _Font, width: int, most: int) -> list[str]:
    """Lines no wider than `width` pixels, at most `most` of them; words wider than a line are broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if font.getlength(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while len(word) > 1 and font.getlength(word) > width:
            head = _fitting(word, font, width)
            lines.append(word[:head])
            word = word[head:]
        line = word
        if len(lines) > most:
            break
    if line:
        lines.append(line)
    if len(lines) > most:
        last = lines[most - 1]
        while last and font.getlength(f"{last} …") > width:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last} …"]
    return lines


def _fitting(word: str, font: _Font, width: int) -> int:
    """How many letters of `word` fit, at least one, found by halving."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(word[:middle]) <= width else (low, middle - 1)
    return low
