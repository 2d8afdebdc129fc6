"""Stock SAM 2, 2.1 and SAM 3: their weights into a segmenter, and its configuration, whatever layout the files have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, Sam3TrackerModel

from .released_config import derive_segmenter
from .released_names import Shapes, check_names, released_names
from .segmenter import Segmenter, is_sam3
from .shards import CheckpointError, TensorFiles, listed

_POSITION_CODES = (
    "shared_image_embedding.positional_embedding",
    "prompt_encoder.shared_embedding.positional_embedding",
)


FAMILIES = {
    "sam2": "sam2",
    "sam2_video": "sam2",
    "sam3_tracker": "sam3_tracker",
    "sam3_tracker_video": "sam3_tracker",
}
"""`model_type` of a stock model -> of our segmenter, which takes its parts for images."""


def segmenter_config(source: Path) -> dict[str, Any]:
    """The configuration of a stock SAM's parts for images; of a file without one, from the shapes of its tensors.

    Raises CheckpointError where `source` is no SAM.
    """
    if not (source / "config.json").is_file():
        with TensorFiles(source) as files:
            released = {n if n.startswith("sam.") else f"sam.{n}": shape for n, shape in files.shapes.items()}
        return derive_segmenter(released, {})
    config = AutoConfig.from_pretrained(source)
    config = getattr(config, "segmenter_config", None) or getattr(config, "tracker_config", None) or config
    if config.model_type not in FAMILIES:
        raise CheckpointError(f"{source}: config.json is of a {config.model_type} model, not of {', '.join(FAMILIES)}")
    parts: dict[str, Any] = {"model_type": FAMILIES[config.model_type]}
    for name in ("vision_config", "prompt_encoder_config", "mask_decoder_config"):
        parts[name] = getattr(config, name).to_dict()
        if name != "vision_config":  # its family is that of the whole
            parts[name].pop("model_type", None)
    return parts


def load_segmenter(source: Path, segmenter: Segmenter) -> None:
    """Loads the weights of a SAM 2, a SAM 2.1 or a SAM 3 of the same sizes; what LENS has no use for is left out.

    `source` is a safetensors file or a folder with `model.safetensors`: in our layout, the published one, SAM 2's own
    or that of transformers (of images or of videos). SAM 3 is read from a folder in transformers' layout, or ours.
    Raises CheckpointError for a pickle and for tensors that are missing or of the wrong shape.
    """
    with TensorFiles(source) as files:
        state = segmenter.state_dict()
        if is_sam3(segmenter) and "segmenter.no_memory_embedding" not in files.shapes:
            segmenter.load_state_dict(_stock_sam3(source, segmenter))
            return
        places = _segmenter_places(state, files.shapes, str(source))
        shapes = {name: (1, *t.shape[1:]) if len(places[name]) > 1 else tuple(t.shape) for name, t in state.items()}
        wanted = {place: shapes[name] for name in state for place in places[name]}
        check_names(wanted, {n: shape for n, shape in files.shapes.items() if n in wanted}, str(source))
        segmenter.load_state_dict({name: torch.cat([files[p] for p in places[name]]) for name in state})


def _stock_sam3(source: Path, segmenter: Segmenter) -> dict[str, torch.Tensor]:
    """The tracker's tensors of a whole SAM 3 or of a tracker alone; transformers knows how the first names them."""
    if not (source / "config.json").is_file():
        raise CheckpointError(f"{source}: SAM 3 is read from a folder in transformers' layout, with config.json")
    both: Any = Sam3TrackerModel.from_pretrained(source, config=segmenter.config, output_loading_info=True)
    loaded, report = both
    if lacking := [*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])]:
        raise CheckpointError(f"{source}: missing tensors, or of the wrong shape: {listed(lacking)}")
    return loaded.state_dict()


def _segmenter_places(state: Mapping[str, torch.Tensor], shapes: Shapes, where: str) -> dict[str, tuple[str, ...]]:
    """Tensors of a segmenter -> their names in a file, by the layout that the file's names show."""
    ours: dict[str, tuple[str, ...]] = {name: (f"segmenter.{name}",) for name in state}
    if ours["no_memory_embedding"][0] in shapes:
        return ours
    released = {name: released_names(f"segmenter.{name}", tuple(tensor.shape)) for name, tensor in state.items()}
    layouts: list[dict[str, tuple[str, ...]]] = [
        released,
        {name: tuple(place.removeprefix("sam.") for place in places) for name, places in released.items()},
        {name: (name,) for name in state},
    ]
    for places in layouts:
        if places["no_memory_embedding"][0] in shapes:
            image, prompts = _POSITION_CODES
            if places[prompts][0] not in shapes:  # one code, which transformers may write once
                places[prompts] = places[image]
            return places
    raise CheckpointError(f"{where}: holds no SAM 2 in any known layout")
