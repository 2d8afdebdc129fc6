"""Features of a frozen segmenter encoder, kept across steps and epochs: in memory or on disk, bounded.

A feature is keyed by the content of the encoder's input and of its weights, so a changed image, a mirrored one or
other weights can never meet an old feature. The folder may be deleted at any time; the least used goes first when the
limit is reached.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from ..models.segmenter import SegmenterFeatures


@dataclass(kw_only=True)
class FeatureCacheConfig:
    """Where a run keeps the features of its images."""

    where: Literal["none", "memory", "disk"] = "none"
    """Nowhere, in this process's memory (lost at the end), or in a folder that later runs share."""
    folder: str = "runs/features"
    """Folder of the cache on disk; safe to delete."""
    limit_gb: float = 4.0
    """Most that the cache may hold, in GB; the least recently used goes first."""

    def __post_init__(self) -> None:
        if self.limit_gb <= 0:
            raise ValueError(f"limit_gb={self.limit_gb} must be positive")


class FeatureCache:
    """Images -> features, computed once for each content."""

    def __init__(self, config: FeatureCacheConfig, encoder: nn.Module) -> None:
        """`encoder` must be frozen: its weights are part of every key. ValueError where it trains."""
        if config.where != "none" and any(p.requires_grad for p in encoder.parameters()):
            raise ValueError("feature_cache: the segmenter's encoder trains, so its features change; set where: none")
        self.config, self.limit = config, int(config.limit_gb * 1e9)
        self.weights = _hash_weights(encoder) if config.where != "none" else ""
        self.folder = Path(config.folder) / self.weights[:16]
        self.hits = self.misses = self.held = 0
        self._memory: OrderedDict[str, SegmenterFeatures] = OrderedDict()

    def __call__(self, encode: Callable[[torch.Tensor], SegmenterFeatures], pixels: torch.Tensor) -> SegmenterFeatures:
        """Features of (B, 3, S, S) pixels; `encode` sees those alone that are not held yet."""
        if self.config.where == "none":
            return encode(pixels)
        keys = [_hash_pixels(image) for image in pixels]
        found = {key: self._get(key) for key in dict.fromkeys(keys)}
        missing = [key for key, features in found.items() if features is None]
        self.hits, self.misses = self.hits + len(keys) - len(missing), self.misses + len(missing)
        if missing:
            made = encode(torch.stack([pixels[keys.index(key)] for key in missing]))
            for i, key in enumerate(missing):
                found[key] = one = SegmenterFeatures(tuple(m[i : i + 1].detach().clone() for m in made.maps))
                self._put(key, one)
        parts = [features.maps for key in keys if (features := found[key]) is not None]
        return SegmenterFeatures(tuple(torch.cat(maps).to(pixels.device) for maps in zip(*parts, strict=True)))

    def _get(self, key: str) -> SegmenterFeatures | None:
        if self.config.where == "memory":
            if key in self._memory:
                self._memory.move_to_end(key)
            return self._memory.get(key)
        path = self.folder / f"{key}.safetensors"
        try:
            tensors = load_file(path)
            os.utime(path)
        except (OSError, SafetensorError):  # absent, deleted meanwhile, or cut off: made again
            return None
        return SegmenterFeatures(tuple(tensors[str(i)] for i in range(len(tensors))))

    def _put(self, key: str, features: SegmenterFeatures) -> None:
        size = sum(m.numel() * m.element_size() for m in features.maps)
        if self.config.where == "memory":
            self._memory[key] = features
            self.held += size
            while self.held > self.limit and self._memory:
                _, gone = self._memory.popitem(last=False)
                self.held -= sum(m.numel() * m.element_size() for m in gone.maps)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{key}.safetensors"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            save_file({str(i): m.contiguous().cpu() for i, m in enumerate(features.maps)}, temporary)
            os.replace(temporary, path)
        except (OSError, SafetensorError):  # a full disk costs time, not the run
            temporary.unlink(missing_ok=True)
            return
        self.held += size
        if self.misses % 64 == 0 or self.held > self.limit:
            self._shrink()

    def _shrink(self) -> None:
        """Deletes the least recently used files until the folder is within its limit."""
        files = []
        for path in Path(self.config.folder).glob("*/*.safetensors"):
            try:
                stat = path.stat()
            except OSError:
                continue
            files.append((stat.st_mtime_ns, stat.st_size, path))
        self.held = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if self.held <= self.limit:
                break
            path.unlink(missing_ok=True)
            self.held -= size


def _hash_pixels(image: torch.Tensor) -> str:
    return hashlib.sha256(image.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()


def _hash_weights(module: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
