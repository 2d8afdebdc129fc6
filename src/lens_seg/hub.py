"""Where a model is: a folder, a shipped name or a Hub id. Published LENS checkpoints are converted when met."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models.config import LensConfig
    from .processor import ProcessorConfig

logger = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parent / "weights"
TEXT_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
    "chat_template.json",
    "chat_template.jinja",
    "generation_config.json",
    "preprocessor_config.json",
)
"""Files that both layouts share and that go along as they are."""


def resolve_model(name: str | Path) -> Path:
    """The folder of a model in our layout: as `find_model`, and a published checkpoint is converted into the cache.

    Raises FileNotFoundError where there is none, ValueError where a published checkpoint cannot be used.
    """
    folder = find_model(name)
    from .models.released import layout

    return _converted(folder) if layout(folder) == "published" else folder


def find_model(name: str | Path) -> Path:
    """The folder of a model in either layout: a folder given as such, a shipped model's name, or a Hub id, fetched.

    Raises FileNotFoundError where none of these is to be had.
    """
    for folder in (Path(name), WEIGHTS / name):
        if (folder / "config.json").is_file():
            return folder
    if Path(name).exists() or str(name).count("/") != 1:
        shipped = ", ".join(sorted(p.parent.name for p in WEIGHTS.glob("*/config.json"))) or "none"
        raise FileNotFoundError(
            f"model {str(name)!r} is neither a folder with config.json nor a Hub id nor shipped (shipped: {shipped})"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(name), allow_patterns=["*.json", "*.safetensors", "*.txt", "*.jinja"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise FileNotFoundError(
            f"model {str(name)!r} is no folder here, and the Hub did not give it ({type(error).__name__})"
        ) from None


# ---- published checkpoints ---------------------------------------------------------------------------------------


def convert(source: Path, target: Path, to_published: bool = False) -> None:
    """Converts a published folder to our layout, or ours to the published one. `target` appears whole or not at all.

    Tokenizer files go along. Raises FileExistsError where `target` holds anything, CheckpointError (a ValueError)
    with the names of the tensors that are missing, unexpected or of the wrong shape.
    """
    from .models import released

    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} exists and is not empty: choose another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        if to_published:
            _note_processor(source, temporary, released.to_released(source, temporary))
        else:
            _write_processor(source, temporary, released.to_ours(source, temporary))
        _copy_text_files(source, temporary)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _default_processor(config: LensConfig) -> ProcessorConfig:
    """What published weights of this configuration expect (spec: Qwen2-VL boxes are per-mille, Qwen2.5-VL pixels)."""
    from .processor import ProcessorConfig

    vision = config.vlm.vision_config
    return ProcessorConfig(
        patch_size=vision.patch_size,
        merge_size=vision.spatial_merge_size,
        temporal_patch_size=vision.temporal_patch_size,
        box_scale=None if config.vlm.model_type == "qwen2_5_vl" else 1000,
        segmenter_size=config.image_size,
    )


def _write_processor(source: Path, target: Path, config: LensConfig) -> None:
    from .models.released import OWN_KEY, read_fields
    from .processor import ProcessorConfig, save_config

    told = read_fields(source).get(OWN_KEY, {}).get("processor", {})
    save_config(ProcessorConfig(**{**asdict(_default_processor(config)), **told}), target)


def _note_processor(source: Path, target: Path, config: LensConfig) -> None:
    """Writes into the published `config.json` where our processor differs from what would be taken for granted."""
    from .models.released import OWN_KEY, read_fields
    from .processor import CONFIG_NAME, load_config

    if not (source / CONFIG_NAME).is_file():
        return
    usual = asdict(_default_processor(config))
    told = {name: value for name, value in asdict(load_config(source)).items() if value != usual[name]}
    if told:
        fields = read_fields(target)
        fields[OWN_KEY] = fields.get(OWN_KEY, {}) | {"processor": told}
        (target / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")


def _copy_text_files(source: Path, target: Path) -> None:
    for name in TEXT_FILES:
        if (source / name).is_file() and not (target / name).is_file():
            shutil.copyfile(source / name, target / name)


def _converted(source: Path) -> Path:
    """The cached conversion of a published folder, made where there is none. LENS_CACHE names another cache folder."""
    from filelock import FileLock

    cache = Path(os.environ.get("LENS_CACHE") or Path.home() / ".cache" / "lens-seg")
    files = sorted([source / "config.json", *source.glob("*.safetensors")])
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    key = hashlib.sha256(json.dumps([str(source.resolve()), facts]).encode()).hexdigest()[:16]
    target = cache / f"{source.resolve().name}-{key}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{target.name}.lock"):
        if not target.is_dir():
            size = sum(size for _, size, _ in facts)
            logger.warning("%s: a published checkpoint of %.1f GB, converted into %s", source, size / 1e9, target)
            convert(source, target)
        _copy_text_files(source, target)
    return target
