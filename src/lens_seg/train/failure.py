"""What a run leaves behind when it must stop: the step's batch, to look at and to run again.

<run>/failed/step-00000012/batch.safetensors    every tensor, array and image of the batch
                           batch.json           its structure, texts and sample ids; {"tensor": name} stands for one
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from ..types import Sample


def sample_ids(batch: Any) -> list[str]:
    """The ids of the samples anywhere in a batch, in order."""
    if isinstance(batch, Sample):
        return [batch.id]
    return [name for _, part in _parts(batch) for name in sample_ids(part)]


def move(batch: Any, device: torch.device) -> Any:
    """A batch with every tensor on `device`; on the CPU, where batches are made, the batch itself."""
    if device.type == "cpu":
        return batch
    if isinstance(batch, torch.Tensor) or hasattr(batch, "to"):
        return batch.to(device)
    if isinstance(batch, tuple | list):
        moved = [move(part, device) for part in batch]
        return type(batch)(*moved) if hasattr(batch, "_fields") else type(batch)(moved)
    if isinstance(batch, dict):
        return {key: move(part, device) for key, part in batch.items()}
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type) and not isinstance(batch, Sample):
        fields = {f.name: move(getattr(batch, f.name), device) for f in dataclasses.fields(batch)}
        return dataclasses.replace(batch, **fields)
    return batch


def save_batch(folder: Path, batch: Any, **facts: Any) -> None:
    """Writes a batch and further `facts` (step, loss, ...) as safetensors and JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, torch.Tensor] = {}
    structure = _describe(batch, "batch", tensors)
    save_file(tensors, folder / "batch.safetensors")
    record = {**facts, "samples": sample_ids(batch), "batch": structure}
    (folder / "batch.json").write_text(json.dumps(record, indent=1, default=str) + "\n")


def _parts(value: Any) -> list[tuple[str, Any]]:
    """The named parts of a record, list or mapping; none for a leaf."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return [(str(key), part) for key, part in value.items()]
    if hasattr(value, "_fields"):
        return list(zip(value._fields, value, strict=True))
    if isinstance(value, list | tuple):
        return [(str(i), part) for i, part in enumerate(value)]
    return []


def _describe(value: Any, name: str, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(value, Image.Image):
        value = np.array(value)
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(np.ascontiguousarray(value))
    if isinstance(value, torch.Tensor):
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {"tensor": name}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value):
        return list(value)
    if parts := [(key, part) for key, part in _parts(value) if not (isinstance(value, Sample) and key == "scene")]:
        described = {key: _describe(part, f"{name}.{key}", tensors) for key, part in parts}
        return list(described.values()) if isinstance(value, list) else described
    return str(value) if not isinstance(value, list | tuple | Mapping) else []
