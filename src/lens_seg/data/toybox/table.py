"""Table tops: muted textures in two tones, and the lamp at the top left that lights them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

TABLES = ("wood", "cloth", "plain", "checks", "stripes", "tiles")
FURTHER = ("dots", "marble", "hatch", "sand")
"""What training shows besides."""
VARIANTS = 3
PAIRS = np.array(
    [
        [(128, 98, 70), (170, 136, 100)],
        [(108, 92, 80), (150, 130, 112)],
        [(96, 108, 116), (142, 152, 158)],
        [(110, 120, 104), (152, 160, 140)],
        [(128, 112, 118), (166, 150, 152)],
        [(138, 128, 110), (178, 168, 148)],
        [(84, 92, 106), (122, 130, 144)],
        [(104, 122, 124), (148, 164, 164)],
    ],
    np.float32,
)
"""(8, 2, 3) the darkest and the lightest tone of each table."""


def table(rng: np.random.Generator, size: int) -> np.ndarray:
    """An unlit table, (size, size, 3) float32, 0 to 255."""
    kind = TABLES[rng.integers(len(TABLES))]
    pair = PAIRS[rng.integers(2) if kind == "wood" else rng.integers(len(PAIRS))]
    return cut(rng, _texture(kind, int(rng.integers(VARIANTS)), size), pair, size)


def varied_table(rng: np.random.Generator, size: int) -> np.ndarray:
    """Also further textures, in any two tones, (size, size, 3) float32: training is to learn toys, not tables."""
    tone = rng.uniform(20, 235) + rng.uniform(-45, 45, 3)
    pair = np.clip(np.stack([tone, tone + rng.uniform(10, 60) + rng.uniform(-12, 12, 3)]), 5, 245)
    kind = (*TABLES, *FURTHER)[rng.integers(len(TABLES) + len(FURTHER))]
    return cut(rng, _texture(kind, int(rng.integers(VARIANTS)), size), pair.astype(np.float32), size)


def varied_light(rng: np.random.Generator) -> np.ndarray:
    """(3,) float32 factor of the whole picture: a dimmer or brighter light of some tint."""
    return (rng.uniform(0.72, 1.08) * (1 + rng.uniform(-0.08, 0.08, 3))).astype(np.float32)


def cut(rng: np.random.Generator, grain: np.ndarray, pair: np.ndarray, size: int) -> np.ndarray:
    """A random part of a texture, perhaps turned, in tones near `pair` (2, 3): (size, size, 3) float32."""
    x, y = rng.integers(0, grain.shape[0] - size + 1, 2)
    grain = grain[y : y + size, x : x + size]
    if rng.random() < 0.5:
        grain = grain.T
    steps = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    palette = pair[0] + (pair[1] - pair[0]) * steps + rng.uniform(-6, 6, 3).astype(np.float32)
    return np.take(palette, grain, axis=0)


@lru_cache(maxsize=4)
def lamp(size: int) -> np.ndarray:
    """(size, size, 1) float32 factor: bright at the top left, fading smoothly towards the bottom right."""
    ys, xs = np.mgrid[0:size, 0:size] / size
    far = np.hypot(xs - 0.12, ys - 0.08)
    return np.asarray(0.78 + 0.32 * np.exp(-((far / 0.75) ** 2)), np.float32)[..., None]


@lru_cache(maxsize=64)
def _texture(kind: str, variant: int, size: int) -> np.ndarray:
    """(size * 5/4, size * 5/4) uint8: 0 is the table's dark tone, 255 its light one."""
    rng = np.random.default_rng([(*TABLES, *FURTHER).index(kind), variant, size])
    side = size + size // 4
    ys, xs = np.mgrid[0:side, 0:side] * (192 / size)
    fine = rng.standard_normal((side, side))
    period = (22.0, 30.0, 40.0)[variant]
    if kind == "wood":
        plank = np.floor(ys / (period * 1.4)).astype(int)
        wave = ys + 3 * np.sin(xs / 37 + 2.3 * plank) + 1.5 * np.sin(xs / 13 + plank)
        value = 0.55 + 0.13 * np.sin(wave * 0.9 + 5 * plank) + 0.08 * np.sin(wave * 2.3)
        value += 0.12 * np.sin(plank * 2.4) + 0.12 * smooth(fine, 1, 9)
        value -= 0.45 * (np.mod(ys, period * 1.4) < 1.3)
    elif kind == "cloth":
        value = 0.5 + 0.16 * np.sin(xs * 1.6) * np.sin(ys * 1.6) + 0.1 * smooth(fine, 1, 7) + 0.1 * smooth(fine, 7, 1)
    elif kind == "plain":
        value = 0.55 + 0.16 * smooth(fine, 9, 9) + 0.03 * fine
    elif kind == "checks":
        value = 0.3 + 0.25 * band(xs, period) + 0.25 * band(ys, period) + 0.03 * fine
    elif kind == "stripes":
        value = 0.3 + 0.45 * band(xs, period) + 0.03 * fine
    elif kind == "dots":
        far = np.hypot(np.mod(xs, period) - period / 2, np.mod(ys, period) - period / 2)
        value = 0.3 + 0.5 / (1 + np.exp(2 * (far - period / (3, 4, 5)[variant]))) + 0.03 * fine
    elif kind == "marble":
        value = 0.5 + 0.25 * np.sin((xs + ys) / period * 2 + 1.5 * smooth(fine, 13, 13)) + 0.12 * smooth(fine, 5, 5)
    elif kind == "hatch":
        value = 0.25 + 0.3 * band(xs + ys, period / 2) + 0.3 * band(xs - ys, period / 2) + 0.03 * fine
    elif kind == "sand":
        value = 0.5 + (0.08, 0.12, 0.16)[variant] * fine + 0.1 * smooth(fine, 3, 3)
    else:
        column, row = np.floor(xs / period).astype(int), np.floor(ys / period).astype(int)
        shades = rng.uniform(0.42, 0.72, (64, 64))
        value = shades[row % 64, column % 64] + 0.03 * fine
        value -= 0.35 * ((np.mod(xs, period) < 1.6) | (np.mod(ys, period) < 1.6))
    return np.asarray(np.clip(value, 0, 1) * 255, np.uint8)


def band(at: np.ndarray, period: float) -> np.ndarray:
    """Soft-edged stripes, 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-6 * np.sin(np.pi * at / period))))


def smooth(noise: np.ndarray, tall: int, wide: int) -> np.ndarray:
    """Noise averaged over a window of (tall, wide) pixels, scaled back to unit spread."""
    for axis, length in ((0, tall), (1, wide)):
        noise = np.stack([np.roll(noise, k, axis) for k in range(length)]).sum(0) / np.sqrt(length)
    return noise
