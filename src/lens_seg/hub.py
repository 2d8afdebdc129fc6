"""Where a model is: a folder, a shipped name or a Hub id; published LENS checkpoints are converted when met. And the
way back: a model folder with its card, pushed to the Hub.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import new_folder, write_whole

if TYPE_CHECKING:
    from .models.config import LensConfig
    from .processor import LensProcessor, ProcessorConfig

logger = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parent / "weights"
CARD = "README.md"
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


def fingerprint(folder: Path) -> str:
    """16 letters that tell weights apart: a digest of the first 4 KB of every tensor in a folder's safetensors."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            header = file.read(int.from_bytes(file.read(8), "little"))
            digest.update(header)
            begin = file.tell()
            for name, entry in sorted(json.loads(header).items()):
                if name != "__metadata__":
                    first, end = entry["data_offsets"]
                    file.seek(begin + first)
                    digest.update(file.read(min(end - first, 4096)))
    return digest.hexdigest()


# ---- to the Hub --------------------------------------------------------------------------------------------------

PUSHED = ("*.json", "*.safetensors", "*.txt", "*.jinja", "README.md", "recipes/*.yaml")
"""Files of a model folder that belong on the Hub."""


def push_to_hub(
    folder: Path,
    repo_id: str,
    *,
    run: Path | None = None,
    evaluation: Path | None = None,
    license: str | None = None,
    base_model: str | None = None,
    private: bool | None = None,
    token: str | None = None,
) -> str:
    """Uploads a model folder in our layout, with its card (see `prepare_push`); returns the address of the commit.

    Needs a login with write access: `hf auth login`, HF_TOKEN, or `token`.
    """
    from huggingface_hub import HfApi

    arguments = prepare_push(folder, repo_id, run=run, evaluation=evaluation, license=license, base_model=base_model)
    api = HfApi(token=token)
    api.create_repo(repo_id, private=private, exist_ok=True)
    return str(api.upload_folder(**arguments))


def prepare_push(
    folder: Path,
    repo_id: str,
    *,
    run: Path | None = None,
    evaluation: Path | None = None,
    license: str | None = None,
    base_model: str | None = None,
) -> dict[str, Any]:
    """All but the upload: completes `folder` and returns the arguments of `HfApi.upload_folder`.

    Writes generation_config.json, and README.md from the run folder `run` (recipe.json, metrics.jsonl) and the summary
    `evaluation` that `lens eval --out` wrote; files that are there are kept. Raises FileNotFoundError or ValueError.
    """
    from .card import CardFacts, model_card, read_evaluation, read_run
    from .models.config import LensConfig
    from .models.released import layout
    from .processor import LensProcessor

    if repo_id.count("/") != 1:
        raise ValueError(f"{repo_id!r} is no Hub id: write owner/name")
    if layout(folder) != "ours":
        raise ValueError(f"{folder} has the published layout: lens convert makes a folder that can be pushed")
    if not (folder / "model.safetensors").is_file() and not (folder / "model.safetensors.index.json").is_file():
        raise FileNotFoundError(f"{folder} holds no model.safetensors")
    config, processor = LensConfig.from_pretrained(folder), LensProcessor.from_pretrained(folder)
    recipe, metrics = read_run(run) if run is not None else (None, None)
    facts = CardFacts(
        name=repo_id,
        parts=_parameters(config),
        settings=_settings(config, processor.config),
        recipe=recipe,
        metrics=metrics,
        evaluation=read_evaluation(evaluation) if evaluation is not None else None,
        license=license,
        base_model=base_model,
    )
    if not (folder / "generation_config.json").is_file():
        save_generation_config(folder, processor)
    if (folder / CARD).is_file():
        logger.warning("%s is kept as it is: delete it for a new one", folder / CARD)
    else:
        write_whole(folder / CARD, model_card(facts))
    return {
        "repo_id": repo_id,
        "folder_path": str(folder),
        "allow_patterns": list(PUSHED),
        "commit_message": f"Upload {repo_id.split('/')[1]}",
    }


def save_generation_config(folder: Path, processor: LensProcessor, max_new_tokens: int | None = None) -> None:
    """Writes generation_config.json: greedy, this vocabulary's end and padding, and a limit where one is given."""
    from transformers import GenerationConfig

    GenerationConfig(
        do_sample=False,
        eos_token_id=processor.end_token,
        pad_token_id=processor.pad_token,
        max_new_tokens=max_new_tokens,
    ).save_pretrained(folder)


def token_limit(folder: Path, default: int) -> int:
    """`max_new_tokens` of a folder's generation_config.json, else `default`."""
    path = folder / "generation_config.json"
    if not path.is_file():
        return default
    try:
        limit = json.loads(path.read_text()).get("max_new_tokens")
    except (ValueError, AttributeError) as error:
        raise ValueError(f"{path}: is damaged ({error})") from error
    return default if limit is None else int(limit)


def _parameters(config: LensConfig) -> dict[str, int]:
    import torch

    from .models.lens import LensModel

    with torch.device("meta"):
        return LensModel(config).parameter_counts()


def _settings(config: LensConfig, processor: ProcessorConfig) -> dict[str, Any]:
    frame = "pixels of the resized image" if processor.box_scale is None else f"0 to {processor.box_scale}"
    size = (
        f"up to {processor.max_pixels:,} pixels" if processor.fixed_size is None else f"{processor.fixed_size} square"
    )
    return {
        "VLM": config.vlm.model_type,
        "VLM's image": size,
        "box frame": frame,
        "segmenter": config.segmenter.model_type,
        "segmenter's image": f"{processor.segmenter_size} square",
        "context queries": config.num_queries,
        "query positions": config.query_positions,
        "prompts": processor.prompt_set,
    }


# ---- published and stock checkpoints -----------------------------------------------------------------------------


def convert(source: Path, target: Path, to_published: bool = False) -> None:
    """Converts a published folder to our layout, or ours to the published one. `target` appears whole or not at all.

    Tokenizer files go along. Raises FileExistsError where `target` holds anything, CheckpointError (a ValueError)
    with the names of the tensors that are missing, unexpected or of the wrong shape.
    """
    from .models import released

    with new_folder(target) as temporary:
        if to_published:
            _note_processor(source, temporary, released.to_released(source, temporary))
        else:
            _write_processor(source, temporary, released.to_ours(source, temporary))
        _copy_text_files(source, temporary)


def compose(vlm: Path, segmenter: Path, target: Path, *, num_queries: int = 64, seed: int = 0) -> None:
    """A new LENS from a stock VLM and a stock SAM, queries and connector drawn anew; errors as for `convert`."""
    from transformers import AutoConfig

    from .models.compose import compose as compose_model
    from .processor import check_families, save_config

    check_families(AutoConfig.from_pretrained(vlm).model_type)  # before gigabytes are copied
    with new_folder(target) as temporary:
        config = compose_model(vlm, segmenter, temporary, num_queries=num_queries, seed=seed)
        save_config(default_processor(config), temporary)
        _copy_text_files(vlm, temporary)


def default_processor(config: LensConfig) -> ProcessorConfig:
    """What weights of this configuration expect: its families' defaults (spec: section 2) and its own sizes."""
    from .processor import defaults_for

    vision = config.vlm.vision_config
    return defaults_for(
        config.vlm.model_type,
        config.segmenter.model_type,
        patch_size=vision.patch_size,
        merge_size=vision.spatial_merge_size,
        temporal_patch_size=vision.temporal_patch_size,
        segmenter_size=config.image_size,
    )


def _write_processor(source: Path, target: Path, config: LensConfig) -> None:
    from .models.released import OWN_KEY, read_fields
    from .processor import ProcessorConfig, from_json, save_config

    try:
        told = from_json(read_fields(source).get(OWN_KEY, {}).get("processor", {}))
        processor = ProcessorConfig(**{**asdict(default_processor(config)), **told})
    except (AttributeError, TypeError) as error:
        raise ValueError(f"{source}: config.json: {OWN_KEY}.processor: {error}") from error
    save_config(processor, target)


def _note_processor(source: Path, target: Path, config: LensConfig) -> None:
    """Writes into the published `config.json` where our processor differs from what would be taken for granted."""
    from .models.released import OWN_KEY, read_fields
    from .processor import CONFIG_NAME, load_config

    if not (source / CONFIG_NAME).is_file():
        return
    usual = asdict(default_processor(config))
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
