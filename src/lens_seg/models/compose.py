"""A new LENS from two stock models: a VLM and a SAM keep their weights, queries and connector are drawn anew.

It is where stage 1 (alignment) starts. Tensors pass through one by one, so the VLM is never in memory whole.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForMaskGeneration

from .config import LensConfig
from .lens import LensModel
from .released_names import check_names, our_name
from .segmenter_files import load_segmenter, segmenter_config
from .shards import ShardWriter, TensorFiles


def compose(vlm: Path, segmenter: Path, target: Path, *, num_queries: int = 64, seed: int = 0) -> LensConfig:
    """Writes `config.json` and weights of the new model into `target`, an empty folder.

    `vlm` is a folder in transformers' layout; `segmenter` anything that `load_segmenter` reads. Raises CheckpointError
    where tensors are missing, unexpected or of the wrong shape, before anything is written.
    """
    config = LensConfig(
        vlm_config=AutoConfig.from_pretrained(vlm),
        segmenter_config=segmenter_config(segmenter),
        num_queries=num_queries,
    )
    with torch.device("meta"):
        model = LensModel(config)
    sam = AutoModelForMaskGeneration.from_config(config.segmenter)
    load_segmenter(segmenter, sam)
    with TensorFiles(vlm) as files:
        tied = config.vlm.tie_word_embeddings
        head = "vlm.lm_head.weight"
        places = {our_name(f"vlm.{name}"): name for name in files.shapes}
        wanted = {f"vlm.{name}": tuple(tensor.shape) for name, tensor in model.vlm.state_dict().items()}
        if tied:
            places.pop(head, None)
            wanted.pop(head)
        check_names(wanted, {ours: files.shapes[name] for ours, name in places.items()}, str(vlm))
        writer = ShardWriter(target)
        for ours, name in places.items():
            if writer.add(ours, files[name]):
                files.release()
    for name, tensor in (_new_parts(model, seed) | sam.state_dict(prefix="segmenter.")).items():
        writer.add(name, tensor)
    writer.close()
    config.architectures = [LensModel.__name__]
    config.save_pretrained(target)
    return config


def _new_parts(model: LensModel, seed: int) -> dict[str, torch.Tensor]:
    """Queries and connector of a model on the meta device, drawn with `seed`."""
    torch.manual_seed(seed)
    for part in (model.queries, model.connector):
        part.to_empty(device="cpu")
        for module in part.modules():
            model._init_weights(module)
    return model.queries.state_dict(prefix="queries.") | model.connector.state_dict(prefix="connector.")
