"""Published LENS checkpoints <-> ours: names, sizes, and the conversion of weights in both directions.

A published checkpoint is a folder with `config.json` and safetensors: the VLM in the names of transformers 4.51
(`visual.*`, `model.*`, `lm_head.weight`), SAM 2 in its original names (`sam.*`), the queries and the connector. Its
configuration is read in `released_config.py`, the names are in `released_names.py`.

Nothing is lost on the way: tensors that LENS does not use (SAM 2's memory) and the original `config.json` are kept in
`released_extras.safetensors` beside our weights, and go back from there.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .config import LensConfig
from .lens import LensModel
from .released_config import ARCHITECTURES, OWN_KEY, derive_config, own_facts, released_fields, warn_of_guess
from .released_names import check, check_names, extra_shapes, our_name, plan
from .segmenter_files import load_segmenter
from .shards import CheckpointError, ShardWriter, TensorFiles

__all__ = ["OWN_KEY", "layout", "load_segmenter", "read_fields", "to_ours", "to_released"]

logger = logging.getLogger(__name__)

EXTRAS = "released_extras.safetensors"
"""What a published checkpoint holds beyond our model, beside our weights."""


def layout(folder: Path) -> str:
    """The layout by `config.json`: "ours" or "published". Raises CheckpointError where it is neither."""
    fields = read_fields(folder)
    if fields.get("model_type") == LensConfig.model_type:
        return "ours"
    if "num_of_query" in fields or set(fields.get("architectures") or []) & set(ARCHITECTURES.values()):
        return "published"
    kind = fields.get("model_type")
    raise CheckpointError(f"{folder}: config.json is of a {kind} model, neither LENS nor a published LENS checkpoint")


def read_fields(folder: Path) -> dict[str, Any]:
    """`config.json`. Raises CheckpointError where it is damaged."""
    try:
        fields = json.loads((folder / "config.json").read_text())
    except ValueError as error:
        raise CheckpointError(f"{folder / 'config.json'}: is damaged ({error})") from error
    if not isinstance(fields, dict):
        raise CheckpointError(f"{folder / 'config.json'}: holds no configuration")
    return fields


def to_ours(source: Path, target: Path) -> LensConfig:
    """Published folder -> `config.json`, our weights and `released_extras.safetensors` in `target`, an empty folder.

    Raises CheckpointError, before anything is written, where a tensor is missing, unexpected or of the wrong shape.
    """
    fields = read_fields(source)
    with TensorFiles(source) as files:
        try:
            config = derive_config(fields, files.shapes)
            moves = plan(config)
        except CheckpointError as error:
            raise CheckpointError(f"{source}: {error}") from error
        except Exception as error:  # a value of the wrong type or size makes transformers raise nearly anything
            text = " ".join(str(error).split())
            raise CheckpointError(
                f"{source}: config.json describes no model ({type(error).__name__}: {text})"
            ) from error
        check(config, moves, files.shapes, str(source))
        warn_of_guess(files.shapes, own_facts(fields).get("segmenter", {}))
        notes = {"format": "pt", "config": json.dumps(fields)}
        tied = config.vlm.tie_word_embeddings
        if tied and "lm_head.weight" in files.shapes:
            if not torch.equal(files["lm_head.weight"], files["model.embed_tokens.weight"]):
                raise CheckpointError(f"{source}: lm_head.weight differs from the embeddings it should be tied to")
            notes["lm_head"] = "tied"
            files.release()
        writer = ShardWriter(target)
        for move in moves:
            if tied and move.released == ("lm_head.weight",):
                continue
            tensor = torch.cat([files[n] for n in move.released]) if len(move.released) > 1 else files[move.released[0]]
            if writer.add(move.ours, tensor.reshape(move.shape)):
                files.release()
        writer.close()
        used = {name for move in moves for name in move.released}
        save_file({n: files[n] for n in files.shapes.keys() - used}, target / EXTRAS, metadata=notes)
    config.architectures = [LensModel.__name__]
    config.save_pretrained(target)
    return config


def to_released(source: Path, target: Path) -> LensConfig:
    """Our folder -> `config.json` and weights of the published layout in `target`, an empty folder.

    A model that was not converted from a published one gets zeros for SAM 2's memory, which LENS does not use.
    Raises CheckpointError where the model has no place in that layout.
    """
    config = LensConfig.from_pretrained(source)
    moves = plan(config)
    extras, notes = _read_extras(source)
    tied = config.vlm.tie_word_embeddings
    with TensorFiles(source) as files:
        wanted = {m.ours: m.shape for m in moves if not (tied and m.released == ("lm_head.weight",))}
        held = {our_name(name): name for name in files.shapes if not (tied and name == "vlm.lm_head.weight")}
        check_names(wanted, {name: files.shapes[place] for name, place in held.items()}, str(source))
        places = {name: move.part for move in moves for name in move.released}
        original = json.loads(notes["config"]) if "config" in notes else None
        fields = released_fields(config, places, original)
        again = derive_config(fields, places)
        check(again, plan(again), places | extra_shapes(config), f"{source}: in the published layout")
        writer, written = ShardWriter(target), dict[str, str]()
        for move in moves:
            if tied and move.released == ("lm_head.weight",):
                if "lm_head" in notes:
                    writer.add("lm_head.weight", files[held["vlm.model.language_model.embed_tokens.weight"]])
                continue
            tensor = files[held[move.ours]]
            if (first := written.get(move.released[0])) is not None:
                if not torch.equal(tensor, files[held[first]]):
                    raise CheckpointError(f"{source}: {first} and {move.ours} differ, the published layout has one")
                continue
            for name, part in zip(move.released, tensor.reshape(-1, *move.part).unbind(), strict=True):
                written[name] = move.ours
                if writer.add(name, part):
                    files.release()
        kind = files[held["segmenter.no_memory_embedding"]].dtype
        if config.query_positions == "mrope":
            logger.warning("%s reads its queries at M-RoPE positions; the published code will read them flat", source)
        if not extras:
            logger.warning("SAM 2's memory, which LENS does not use, is written as zeros: %s has none", source)
            extras = {name: torch.zeros(shape, dtype=kind) for name, shape in extra_shapes(config).items()}
        for name, tensor in extras.items():
            writer.add(name, tensor)
        writer.close()
    (target / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")
    return config


def _read_extras(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors and notes of `released_extras.safetensors`; empty where there is none."""
    path = folder / EXTRAS
    if not path.is_file():
        return {}, {}
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
