"""The look of `test-domain`: tables, lamps and a camera that training never shows. Coordinates as in `table.py`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter

from lens_seg.data.toybox.table import VARIANTS, band, cut, smooth

TABLES = ("gradient", "terrazzo", "rings", "bricks", "zigzag")
PAIRS = np.array(
    [
        [(200, 192, 174), (228, 220, 204)],
        [(184, 202, 208), (212, 226, 230)],
        [(192, 206, 178), (216, 226, 202)],
        [(34, 40, 60), (64, 72, 96)],
        [(42, 34, 32), (76, 60, 54)],
        [(24, 46, 42), (48, 78, 70)],
        [(18, 106, 116), (54, 148, 154)],
        [(146, 70, 54), (184, 108, 84)],
        [(150, 130, 52), (190, 172, 92)],
    ],
    np.float32,
)
"""(9, 2, 3) tones like those of `table.py`, but lighter, darker or more saturated."""
LAMPS = ((0.9, 0.08), (0.1, 0.92), (0.9, 0.9), (1.05, 0.5), (0.5, 1.05))
"""x, y in units of the scene: every side but the top left."""


def table(rng: np.random.Generator, size: int) -> np.ndarray:
    """An unlit table, (size, size, 3) float32, 0 to 255."""
    kind, pair = TABLES[rng.integers(len(TABLES))], PAIRS[rng.integers(len(PAIRS))]
    return cut(rng, _texture(kind, int(rng.integers(VARIANTS)), size), pair, size)


def lamp(rng: np.random.Generator, size: int) -> tuple[np.ndarray, tuple[int, int]]:
    """(size, size, 3) float32 factor of a dimmer, warmer or cooler lamp, and the way (x, y) that shadows fall."""
    x, y = LAMPS[rng.integers(len(LAMPS))]
    power, warmth = rng.uniform(0.72, 0.95), rng.uniform(-1, 1)
    tint = power * np.array([1 + 0.07 * warmth, 1, 1 - 0.09 * warmth])
    return _glow(x, y, size) * tint.astype(np.float32), (round(1 - 2 * x), round(1 - 2 * y))


def camera(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """What a small camera makes of an image (H, W, 3) float32, 0 to 255: the same a little blurred, with noise."""
    blur = ImageFilter.GaussianBlur(rng.uniform(0.4, 0.8) * image.shape[1] / 192)
    soft = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).filter(blur)
    noise = rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(3, 7))
    return np.asarray(soft, np.float32) + noise


@lru_cache(maxsize=16)
def _glow(x: float, y: float, size: int) -> np.ndarray:
    """(size, size, 1) float32: bright at x, y, fading smoothly with the distance."""
    ys, xs = np.mgrid[0:size, 0:size] / size
    far = np.hypot(xs - x, ys - y)
    return np.asarray(0.72 + 0.4 * np.exp(-((far / 0.8) ** 2)), np.float32)[..., None]


@lru_cache(maxsize=64)
def _texture(kind: str, variant: int, size: int) -> np.ndarray:
    """(size * 5/4, size * 5/4) uint8: 0 is the table's dark tone, 255 its light one."""
    rng = np.random.default_rng([len(TABLES) + TABLES.index(kind), variant, size])
    side = size + size // 4
    ys, xs = np.mgrid[0:side, 0:side] * (192 / size)
    fine = rng.standard_normal((side, side))
    period = (18.0, 26.0, 36.0)[variant]
    if kind == "gradient":
        value = (xs + (0.3, 0.8, 1.5)[variant] * ys) / (240 * (1.3, 1.8, 2.5)[variant]) + 0.02 * fine
    elif kind == "terrazzo":
        grain = round((5, 7, 9)[variant] * size / 192)
        chips = smooth(fine, grain, grain)
        value = 0.5 + 0.5 * (chips > 1.2) - 0.5 * (chips < -1.2) + 0.03 * rng.standard_normal((side, side))
    elif kind == "rings":
        far = np.hypot(xs - 120 + 3 * period, ys - 120)
        value = 0.5 + 0.3 * np.sin(2 * np.pi * far / period) + 0.1 * np.sin(far / 5) + 0.03 * fine
    elif kind == "bricks":
        row = np.floor(ys / (period / 2)).astype(int)
        along = xs + period / 2 * (row % 2)
        shades = rng.uniform(0.35, 0.75, (64, 64))
        value = shades[row % 64, np.floor(along / period).astype(int) % 64] + 0.04 * fine
        value = np.where((np.mod(ys, period / 2) < 1.4) | (np.mod(along, period) < 1.4), 0.98, value)
    else:
        value = 0.25 + 0.5 * band(ys + np.abs(np.mod(xs, period) - period / 2), period / 2) + 0.03 * fine
    return np.asarray(np.clip(value, 0, 1) * 255, np.uint8)
