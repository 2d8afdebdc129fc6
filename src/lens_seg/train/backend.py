"""Which backend samples for a run, and how it comes by the policy's weights."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ..models.lens import LensModel
from ..processor import LensProcessor, ProcessedImage
from ..rollout import Backend, Rollout, RolloutConfig, Sampling, TransformersBackend
from ..vllm_rollout import VLLMEngine, VLLMServer
from .adapters import merged_state
from .common import Run
from .sharding import is_sharded, is_zero3, whole, with_whole_weights

if TYPE_CHECKING:
    from PIL import Image


def open_backend(config: RolloutConfig, model: LensModel, processor: LensProcessor, run: Run) -> Backend:
    """The backend that the recipe names."""
    if config.backend == "transformers":
        backend = TransformersBackend(model, processor)
        return WholeWeights(backend, model) if is_sharded(run.accelerator) else backend
    if is_zero3(run.accelerator):
        raise ValueError(f"rollout.backend: {config.backend} is not tried with ZeRO-3; use transformers, or FSDP2")
    folder = run.folder / "vlm"
    if config.backend == "vllm_server":
        return VLLMServer(
            config,
            processor,
            lambda policy: write_vlm(policy, processor, folder, run.is_main),
            run.is_main,
            run.accelerator.wait_for_everyone,
        )
    write_vlm(model, processor, folder, run.is_main)
    run.accelerator.wait_for_everyone()
    return VLLMEngine(config, processor, folder, vlm_weights)


class WholeWeights:
    """Samples from a model whose weights are split over processes."""

    def __init__(self, backend: Backend, model: LensModel) -> None:
        self.backend, self.model = backend, model

    def sync(self, model: LensModel) -> None:
        self.backend.sync(model)

    def sample(
        self,
        pictures: Sequence[Image.Image],
        images: Sequence[ProcessedImage],
        questions: Sequence[list[int]],
        sampling: Sampling,
        group: int,
    ) -> Rollout:
        """The weights are gathered once for all tokens."""
        return with_whole_weights(self.model, lambda: self.backend.sample(pictures, images, questions, sampling, group))


def vlm_weights(model: LensModel) -> Iterator[tuple[str, torch.Tensor]]:
    """The VLM's weights under its own names, whole and with adapters merged; a tied head is left out.

    Queries, connector and segmenter, which a text engine does not know, are left out too.
    """
    tied = model.vlm.config.tie_word_embeddings
    for name, tensor in merged_state(model).items():
        if name.startswith("vlm.") and not (tied and name == "vlm.lm_head.weight"):
            yield name.removeprefix("vlm."), whole(tensor)


def write_vlm(model: LensModel, processor: LensProcessor, folder: Path, is_main: bool) -> None:
    """Writes the VLM alone, in bfloat16 and in its family's own layout, over the weights that lie there."""
    state = {name: tensor.to(torch.bfloat16) for name, tensor in vlm_weights(model)}
    if not is_main:
        return
    temporary = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    model.vlm.save_pretrained(temporary, state_dict=state)
    processor.tokenizer.save_pretrained(temporary)
    folder.mkdir(parents=True, exist_ok=True)
    for file in temporary.iterdir():  # file by file: a server that runs has the folder open
        os.replace(file, folder / file.name)
    temporary.rmdir()
