"""Every kind of picture a user may hand over, each made here."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from lens_seg.images import InputError, load_image, upright

RED, BLUE = (250, 10, 20), (10, 20, 250)


def two_halves(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int], tolerance: int = 0) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(image.getpixel(at), colour, strict=True))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nearly nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp", "gif", "jpg", "ppm"])
def test_formats_give_rgb(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo.{suffix}"
    two_halves().save(path)
    for source in (path, str(path)):
        image = load_image(source)
        assert (image.mode, image.size) == ("RGB", (40, 20))
        assert near(image, (5, 5), RED, 12)
        assert near(image, (35, 5), BLUE, 12)


def test_missing_folder_and_no_image(tmp_path: Path) -> None:
    text, empty = tmp_path / "notes.txt", tmp_path / "empty.png"
    text.write_text("not a picture\n")
    empty.touch()
    cases = {
        tmp_path / "gone.png": "no such file",
        tmp_path: "is a folder",
        text: "is not an image",
        empty: "is empty",
        Path("/dev/null"): "not a regular file",
    }
    for path, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            load_image(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tiff"])
def test_truncated(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"cut\.") as caught:
        load_image(path)
    assert "\n" not in str(caught.value)


def test_formats_that_start_programs_are_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    with pytest.raises(InputError, match="is not an image"):
        load_image(path)


def test_too_large_is_refused_from_the_header(tmp_path: Path) -> None:
    path, limit = tmp_path / "bomb.png", Image.MAX_IMAGE_PIXELS
    path.write_bytes(png_header(20_000, 20_000))
    with pytest.raises(InputError, match="20000 x 20000 = 400 megapixels, more than the limit of 200"):
        load_image(path)
    assert limit == Image.MAX_IMAGE_PIXELS
    with pytest.raises(InputError, match=r"limit of 0\.0001"):
        load_image(two_halves(), max_pixels=100)


@pytest.mark.slow
def test_a_real_20000_by_20000_png_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(InputError, match="400 megapixels"):
        load_image(path)


@pytest.mark.filterwarnings("error")
def test_between_pillows_limit_and_ours_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    two_halves().save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert load_image(path).size == (40, 20)


def test_grey_and_its_alpha(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.new("L", (4, 4), 77).save(path)
    assert load_image(path).getpixel((1, 1)) == (77, 77, 77)
    Image.new("LA", (4, 4), (77, 0)).save(path)
    assert load_image(path).getpixel((1, 1)) == (255, 255, 255)
    Image.new("1", (4, 4), 1).save(path)
    assert load_image(path).getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_16_bit_grey_keeps_its_range(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"depth.{suffix}"
    Image.fromarray(np.array([[0, 257 * 100, 65535]], dtype=np.uint16)).save(path)
    image = load_image(path)
    assert [image.getpixel((x, 0)) for x in range(3)] == [(0,) * 3, (100,) * 3, (255,) * 3]


def test_float_and_32_bit_grey() -> None:
    unit = load_image(Image.fromarray(np.array([[0, 0.5, 1, np.nan]], dtype=np.float32)))
    assert [unit.getpixel((x, 0))[0] for x in range(4)] == [0, 128, 255, 0]
    wide = load_image(Image.fromarray(np.array([[0, 50_000, 100_000]], dtype=np.int32)))
    assert [wide.getpixel((x, 0))[0] for x in range(3)] == [0, 128, 255]


def test_palette_with_and_without_transparency(tmp_path: Path) -> None:
    path = tmp_path / "palette.png"
    palette = two_halves().quantize(4)
    palette.save(path)
    assert near(load_image(path), (5, 5), RED, 8)
    palette.save(path, transparency=palette.getpixel((5, 5)))
    image = load_image(path)
    assert near(image, (5, 5), (255, 255, 255))
    assert near(image, (35, 5), BLUE, 8)


def test_rgba_is_laid_on_white(tmp_path: Path) -> None:
    path = tmp_path / "layer.png"
    layer = two_halves().convert("RGBA")
    layer.paste((0, 0, 0, 0), (0, 0, 10, 20))
    layer.paste((0, 0, 0, 128), (10, 0, 20, 20))
    layer.save(path)
    image = load_image(path)
    assert near(image, (5, 5), (255, 255, 255))
    assert near(image, (15, 5), (127, 127, 127), 1)
    assert near(image, (35, 5), BLUE)


def test_cmyk_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    two_halves().convert("CMYK").save(path, quality=95)
    assert Image.open(path).mode == "CMYK"
    image = load_image(path)
    assert image.mode == "RGB"
    assert near(image, (5, 5), RED, 12)
    assert near(image, (35, 5), BLUE, 12)


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [(1, (40, 20), (5, 5)), (3, (40, 20), (35, 15)), (6, (20, 40), (10, 5)), (8, (20, 40), (10, 35))],
)
def test_exif_orientation(tmp_path: Path, orientation: int, size: tuple[int, int], red: tuple[int, int]) -> None:
    path = tmp_path / "phone.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    two_halves().save(path, exif=exif, quality=95)
    image = load_image(path)
    assert image.size == size
    assert near(image, red, RED, 12)
    assert image.getexif().get(0x0112, 1) == 1
    assert load_image(image).size == size, "a second pass must not rotate again"


@pytest.mark.parametrize("mode", ["L", "I;16", "RGB"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_raw_tiff_is_turned_as_it_is_in_memory(tmp_path: Path, orientation: int, mode: str) -> None:
    path, grey = tmp_path / "scan.tif", np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    stored = Image.fromarray(grey) if mode == "I;16" else Image.fromarray((grey // 256).astype(np.uint8)).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(path, exif=exif)
    stored.getexif()[0x0112] = orientation
    image = load_image(path)
    assert image.size == ((4, 3) if orientation < 5 else (3, 4))
    assert np.array_equal(image, load_image(stored))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(orientation: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (3, 5, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = orientation
    assert np.array_equal(upright(image), ImageOps.exif_transpose(image))


def test_a_tag_of_a_wrong_type_is_no_reason_to_refuse(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.0
    data = bytearray(exif.tobytes())
    place = data.index(struct.pack("<HH", 0x011A, 5) if b"II" in data[:10] else struct.pack(">HH", 0x011A, 5))
    data[place + 2 : place + 4] = struct.pack("<H" if b"II" in data[:10] else ">H", 7)
    path = tmp_path / "phone.jpg"
    two_halves().save(path, exif=bytes(data), quality=95)
    with pytest.raises(TypeError), Image.open(path) as opened:
        ImageOps.exif_transpose(opened)
    assert load_image(path).size == (20, 40)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    two_halves().save(path, exif=b"Exif\0\0MM\0*garbage")
    assert load_image(path).size == (40, 20)


def test_one_pixel(tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    Image.new("RGB", (1, 1), BLUE).save(path)
    assert load_image(path).getpixel((0, 0)) == BLUE


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_first_frame_of_an_animation(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film.{suffix}"
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50)
    assert near(load_image(path), (4, 4), RED, 12)


def test_arrays() -> None:
    array = np.asarray(two_halves())
    image = load_image(array)
    assert image.size == (40, 20)
    assert image.getpixel((5, 5)) == RED
    flipped = load_image(array[:, ::-1])
    assert flipped.getpixel((5, 5)) == BLUE
    mine = array.copy()
    image = load_image(mine)
    mine[:] = 0
    assert image.getpixel((5, 5)) == RED
    for wrong in (array[..., 0], np.zeros((4, 4, 4), np.uint8), np.zeros((3, 4, 4), np.uint8)):
        with pytest.raises(ValueError, match=r"shape .* wanted is \(height, width, 3\) uint8"):
            load_image(wrong)
    with pytest.raises(TypeError, match=r"float32 .* wanted is \(height, width, 3\) uint8"):
        load_image(array.astype(np.float32))
    with pytest.raises(InputError, match="no pixel"):
        load_image(np.zeros((0, 4, 3), np.uint8))


def test_other_objects() -> None:
    with pytest.raises(TypeError, match="got bytes"):
        load_image(b"photo.png")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no pixel"):
        load_image(Image.new("RGB", (0, 3)))


def test_the_source_image_stays_as_it_was() -> None:
    source = two_halves().convert("RGBA")
    image = load_image(source)
    image.putpixel((0, 0), (1, 2, 3))
    assert source.mode == "RGBA"
    assert source.getpixel((0, 0)) == (*RED, 255)
    rgb = two_halves()
    load_image(rgb).putpixel((0, 0), (1, 2, 3))
    assert rgb.getpixel((0, 0)) == RED
