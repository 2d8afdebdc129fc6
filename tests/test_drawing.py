"""Overlays and contact sheets: sizes, what is painted where, and odd input."""

import numpy as np
import pytest
from PIL import Image

from lens_seg.data.toybox import Toybox
from lens_seg.drawing import LARGEST, MOST_LINES, NARROWEST, SMALLEST, _font, _wrap, contact_sheet, overlay

GREY = (120, 120, 120)


def changed(picture: Image.Image, ratio: int, at: tuple[int, int]) -> bool:
    """Whether the original pixel `at` no longer looks grey."""
    x, y = ((2 * v + 1) * ratio // 2 for v in at)
    return max(abs(a - b) for a, b in zip(picture.getpixel((x, y)), GREY, strict=True)) > 8


def test_toybox_scene() -> None:
    sample = Toybox("val")[0]
    picture = overlay(sample.image, sample.mask, sample.box, sample.thought, sample.prompt)
    assert picture.mode == "RGB"
    assert picture.width == 576
    assert picture.height > 576 + 40
    plain = overlay(sample.image)
    assert plain.size == (576, 576)
    assert np.abs(np.asarray(picture.crop((0, 0, 576, 576)), int) - np.asarray(plain)).max() > 50


def test_mask_and_box_lie_where_they_belong() -> None:
    image = Image.new("RGB", (128, 64), GREY)
    mask = np.zeros((64, 128), dtype=bool)
    mask[20:40, 30:60] = True
    picture = overlay(image, mask)
    assert all(changed(picture, 4, at) for at in [(30, 20), (59, 39), (45, 30)])
    assert not any(changed(picture, 4, at) for at in [(25, 30), (65, 30), (45, 15), (45, 45)])
    picture = overlay(image, None, (30.0, 20.0, 60.0, 40.0))
    assert all(picture.getpixel(at) == (255, 47, 160) for at in [(120, 120), (240, 100), (120, 80)])
    assert not any(changed(picture, 4, at) for at in [(45, 30), (25, 30), (65, 30)])


def test_every_box_is_drawn() -> None:
    image = Image.new("RGB", (128, 64), GREY)
    one, two = (30.0, 20.0, 60.0, 40.0), (80.0, 10.0, 100.0, 30.0)
    picture = overlay(image, None, [one, two])
    assert all(picture.getpixel(at) == (255, 47, 160) for at in [(120, 120), (240, 100), (320, 80), (360, 40)])
    for same in ((one,), [list(one)], [np.float32(side) for side in one]):
        assert np.array_equal(overlay(image, None, same), overlay(image, None, one))
    assert np.array_equal(overlay(image, None, ()), overlay(image))


def test_box_on_the_border_stays_whole() -> None:
    picture = overlay(Image.new("RGB", (512, 512), GREY), None, (0, 0, 512, 512))
    edges = [picture.getpixel(at) for at in [(0, 256), (511, 256), (256, 0), (256, 511)]]
    assert edges == [(255, 47, 160)] * 4


def test_nothing_found_leaves_the_picture() -> None:
    image = Image.new("RGB", (600, 400), GREY)
    picture = overlay(image, np.zeros((400, 600), dtype=bool), None, None, "a unicorn")
    assert picture.crop((0, 0, 600, 400)).getcolors() == [(240_000, GREY)]
    assert picture.height > 400


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (600, 2), (2, 600), (3000, 40), (2, 2500), (1000, 2049)])
def test_sizes(size: tuple[int, int]) -> None:
    width, height = size
    mask = np.ones((height, width), dtype=bool)
    picture = overlay(Image.new("RGB", size, GREY), mask, (0, 0, width, height), "because", "this")
    assert NARROWEST <= picture.width <= LARGEST
    assert picture.height > 40
    bare = overlay(Image.new("RGB", size, GREY))
    assert max(SMALLEST, min(LARGEST, max(size))) <= max(bare.size)


def test_one_pixel_is_still_shown() -> None:
    for size in ((100, 100), (3000, 3000)):
        mask = np.zeros(size, dtype=bool)
        mask[50, 50] = True
        picture = overlay(Image.new("RGB", size, GREY), mask)
        assert len(picture.getcolors(maxcolors=1 << 24) or []) > 1


def test_sizes_that_differ() -> None:
    with pytest.raises(ValueError, match=r"mask \(10, 20\) and image \(20, 10\)"):
        overlay(Image.new("RGB", (10, 20)), np.ones((10, 20), dtype=bool))


def test_image_is_not_changed() -> None:
    image = Image.new("RGB", (600, 600), GREY)
    overlay(image, np.ones((600, 600), dtype=bool), (5, 5, 90, 90))
    assert image.getcolors() == [(360_000, GREY)]


def test_wrap() -> None:
    font = _font(16)
    assert _wrap("", font, 200, 3) == []
    assert _wrap("one two", font, 200, 3) == ["one two"]
    lines = _wrap("a cup that is red " * 10, font, 200, 99)
    assert " ".join(lines) == ("a cup that is red " * 10).strip()
    assert all(font.getlength(line) <= 200 for line in lines)
    cut = _wrap("word " * 5000, font, 200, MOST_LINES)
    assert len(cut) == MOST_LINES
    assert cut[-1].endswith("…")
    broken = _wrap("x" * 5000, font, 200, 4)
    assert len(broken) == 4
    assert all(font.getlength(line) <= 200 for line in broken)


def test_contact_sheet() -> None:
    tiles = [Image.new("RGB", (100, 80), (i * 40, 0, 0)) for i in range(5)]
    sheet = contact_sheet(tiles, 3)
    assert sheet.size == (3 * 108 + 8, 2 * 88 + 8)
    assert sheet.getpixel((58, 48)) == (0, 0, 0)
    assert sheet.getpixel((8 + 108 + 50, 8 + 88 + 40)) == (160, 0, 0)
    assert contact_sheet(tiles[:1], 3).size == (116, 96)
    labelled = contact_sheet(tiles, 3, [f"tile {i}" for i in range(5)])
    assert labelled.width == sheet.width
    assert labelled.height > sheet.height


def test_contact_sheet_refuses() -> None:
    tile = Image.new("RGB", (10, 10))
    with pytest.raises(ValueError, match="at least one image"):
        contact_sheet([], 3)
    with pytest.raises(ValueError, match="columns=0"):
        contact_sheet([tile], 0)
    with pytest.raises(ValueError, match="1 labels for 2 images"):
        contact_sheet([tile, tile], 2, ["one"])
