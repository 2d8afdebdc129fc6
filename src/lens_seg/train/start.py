"""Where a training starts and where it ends: model folders read and written whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from accelerate import PartialState
from torch import nn

from ..files import replaced_folder
from ..hub import find_model, resolve_model
from ..models.lens import LensModel
from ..models.loading import load_model
from ..models.released import load_segmenter
from ..processor import LensProcessor


def load_start(
    model: str, segmenter: str | None = None, quantization: str | None = None
) -> tuple[LensModel, LensProcessor]:
    """Model and processor, in float32; `segmenter` takes SAM 2 from another model or a SAM 2 file.

    `quantization` "4bit" holds the language model's layers in 4 bits (bitsandbytes, CUDA).
    """
    folder = resolve_model(model)
    if quantization is None:
        lens = load_model(folder, device="cpu", dtype=torch.float32)
    else:
        lens = load_model(folder, dtype=torch.bfloat16, quantization=quantization)
    if segmenter is not None:
        load_segmenter(Path(segmenter) if Path(segmenter).exists() else find_model(segmenter), lens.segmenter)
    return lens, LensProcessor.from_pretrained(folder)


def draw_queries(model: LensModel, num_queries: int, seed: int) -> None:
    """Gives a model so many context queries and a connector for them, both drawn with `seed`, in place.

    The connector's matrices have variance 1 / fan-in: at small widths hardly a gradient passes the usual deviation of
    0.02, which is near that of wide models.
    """
    like = model.queries.weight
    model.config.num_queries = num_queries
    torch.manual_seed(seed)
    model.make_queries()
    for module in (*model.queries.modules(), *model.connector.modules()):
        model._init_weights(module)
        if isinstance(module, nn.Linear | nn.Conv1d):
            nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)
    for part in (model.queries, model.connector):
        part.to(like.device, like.dtype)


def save_model(
    model: LensModel,
    processor: LensProcessor,
    folder: Path,
    dtype: torch.dtype | None = None,
    state: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Writes a model folder under another name, then puts it in place. `dtype` narrows the weights on disk; `state`
    are other weights than the model holds at the moment, such as those with its adapters merged."""
    if not PartialState().is_main_process:
        return
    state = dict(model.state_dict() if state is None else state)
    if dtype is not None:
        narrow: dict[tuple[int, torch.Size], torch.Tensor] = {}  # by memory: what is tied stays one, or is stored twice
        for t in state.values():
            narrow[t.data_ptr(), t.shape] = t.to(dtype) if t.is_floating_point() else t
        state = {name: narrow[t.data_ptr(), t.shape] for name, t in state.items()}
    with replaced_folder(folder) as temporary:
        model.save_pretrained(temporary, state_dict=state)
        processor.save_pretrained(temporary)
