"""Sampling with vLLM: an engine on the GPU that trains, or a server. Written to vLLM's documentation; NOT RUN HERE.

What is used of vLLM, and no more:
- engine: `LLM(model, ...)`, `LLM.generate` with `prompt_token_ids` and `multi_modal_data`, `SamplingParams`,
  `LLM.apply_model` (the model's own `load_weights`), `LLM.reset_prefix_cache`;
- server: `POST /v1/chat/completions` with an image as data URL and `return_token_ids`; in development mode
  (VLLM_SERVER_DEV_MODE=1) `POST /collective_rpc` with `reload_weights`, and `POST /reset_prefix_cache`.

Weights go by name, and vLLM refuses names it does not know: only the VLM's are sent, adapters merged. Every process
has an engine of its own or asks the one server, and each synchronises before it samples, so all sample from the current
policy. The server reads the weights from a folder, which both sides must see: it is started with that folder as model.
"""

from __future__ import annotations

import base64
import io
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from .models.lens import LensModel
from .processor import LensProcessor, ProcessedImage
from .rollout import Rollout, RolloutConfig, Sampling

if TYPE_CHECKING:
    from PIL import Image

Weights = Callable[[LensModel], Iterator[tuple[str, torch.Tensor]]]
"""The VLM's weights under its own names, whole, adapters merged."""


class VLLMError(RuntimeError):
    """vLLM is absent, cannot be reached, or does not see the prompts as we do."""


class VLLMEngine:
    """A vLLM engine in this process, beside the model that trains (colocated)."""

    def __init__(self, config: RolloutConfig, processor: LensProcessor, folder: Path, weights: Weights) -> None:
        """`folder` holds the VLM and its tokenizer; `weights` gives the policy's."""
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")  # the engine must live here to take our tensors
        try:
            from vllm import LLM, SamplingParams
        except ImportError:
            raise VLLMError("rollout.backend: vllm is not installed: pip install 'lens-seg[vllm]'") from None
        self.processor, self.weights, self.params = processor, weights, SamplingParams
        self.engine = LLM(
            model=str(folder),
            dtype="bfloat16",
            gpu_memory_utilization=config.memory,
            max_model_len=config.max_length,
            limit_mm_per_prompt={"image": 1},
            enable_prefix_caching=True,
        )

    def sync(self, model: LensModel) -> None:
        """Loads the policy's weights into the engine and forgets what it has cached of the old ones."""
        weights = list(self.weights(model))

        def load(engine_model: Any) -> None:
            engine_model.load_weights(iter(weights))

        self.engine.apply_model(load)
        self.engine.reset_prefix_cache()

    def sample(
        self,
        pictures: Sequence[Image.Image],
        images: Sequence[ProcessedImage],
        questions: Sequence[list[int]],
        sampling: Sampling,
        group: int,
    ) -> Rollout:
        """`group` completions for each picture and its question, in order."""
        prompts = [
            {
                "prompt_token_ids": folded(self.processor, image) + question,
                "multi_modal_data": {"image": picture.resize(image.resized)},
            }
            for picture, image, question in zip(pictures, images, questions, strict=True)
        ]
        params = self.params(**sampling_fields(self.processor, sampling, group))
        answers = self.engine.generate(prompts, params, use_tqdm=False)
        made = [(list(one.token_ids), one.finish_reason) for answer in answers for one in answer.outputs]
        return collect(self.processor, made, len(prompts) * group)


class VLLMServer:
    """A vLLM server, for engines on other GPUs or machines.

    VLLM_SERVER_DEV_MODE=1 vllm serve <run>/vlm --max-model-len 4096 --limit-mm-per-prompt '{"image": 1}'
    """

    def __init__(
        self,
        config: RolloutConfig,
        processor: LensProcessor,
        write_weights: Callable[[LensModel], None],
        is_main: bool,
        wait: Callable[[], None],
    ) -> None:
        """`write_weights` renews the folder that the server runs on; `wait` holds until all processes are here."""
        self.config, self.processor = config, processor
        self.write_weights, self.is_main, self.wait = write_weights, is_main, wait

    def sync(self, model: LensModel) -> None:
        """Writes the policy's weights and has the server read them; no process samples before that is done."""
        self.write_weights(model)
        if self.is_main:
            self._post("/collective_rpc", {"method": "reload_weights"})
            self._post("/reset_prefix_cache", None)
        self.wait()

    def sample(
        self,
        pictures: Sequence[Image.Image],
        images: Sequence[ProcessedImage],
        questions: Sequence[list[int]],
        sampling: Sampling,
        group: int,
    ) -> Rollout:
        """`group` completions for each picture and its question, in order; checks that the server sees our tokens."""
        made = []
        fields = sampling_fields(self.processor, sampling, group)
        fields["logit_bias"] = {str(token): bias for token, bias in fields["logit_bias"].items()}
        for picture, image, question in zip(pictures, images, questions, strict=True):
            answer = self._post(
                "/v1/chat/completions",
                {
                    "messages": messages(self.processor, picture.resize(image.resized), question),
                    "return_token_ids": True,
                    "skip_special_tokens": False,
                    **fields,
                },
            )
            ours = self.processor.image_prefix(image.grid_thw) + question
            if answer.get("prompt_token_ids") not in (ours, folded(self.processor, image) + question):
                raise VLLMError(
                    f"{self.config.url}: the server reads the prompt as other tokens than the training does; start it"
                    " on the run's vlm folder, whose chat template and tokenizer are the model's own"
                )
            made += [(choice["token_ids"], choice["finish_reason"]) for choice in answer["choices"]]
        return collect(self.processor, made, len(pictures) * group)

    def _post(self, path: str, fields: dict[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(
            self.config.url.rstrip("/") + path,
            data=json.dumps(fields).encode() if fields is not None else b"",
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=self.config.timeout) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            detail = error.read().decode(errors="replace")[:300]
            hint = "; weights need VLLM_SERVER_DEV_MODE=1" if error.code == 404 and not path.startswith("/v1") else ""
            raise VLLMError(f"{self.config.url}{path}: {error.code} {detail}{hint}") from None
        except OSError as error:
            raise VLLMError(f"{self.config.url}{path}: no answer ({error}); is the vLLM server running?") from None
        return json.loads(text) if text.strip() else {}


def folded(processor: LensProcessor, image: ProcessedImage) -> list[int]:
    """The tokens up to the end of the image with one placeholder, which vLLM unfolds itself."""
    prefix = processor.image_prefix(image.grid_thw)
    first = prefix.index(processor.image_token)
    return [*prefix[:first], processor.image_token, *[i for i in prefix[first:] if i != processor.image_token]]


def sampling_fields(processor: LensProcessor, sampling: Sampling, group: int) -> dict[str, Any]:
    """Our sampling as vLLM names it. The seed comes from torch's generator, so a resumed run draws the same."""
    return {
        "n": group,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k or -1,
        "max_tokens": sampling.max_new_tokens,
        "seed": int(torch.randint(2**31 - 1, ())),
        "logit_bias": dict.fromkeys(processor.placeholders, -100.0),
    }


def messages(processor: LensProcessor, picture: Image.Image, question: list[int]) -> list[dict[str, Any]]:
    """The conversation whose chat template gives the tokens of prefix and question."""
    text = str(processor.tokenizer.decode(question, skip_special_tokens=False)).partition("<|im_end|>")[0]
    file = io.BytesIO()
    picture.save(file, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    user = {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}],
    }
    system = processor.prompts.system
    return [*([{"role": "system", "content": system}] if system else []), user]


def collect(processor: LensProcessor, made: list[tuple[list[int], str | None]], expected: int) -> Rollout:
    """vLLM's token ids as a rollout; the end token, which it may leave out, closes a completion that stopped."""
    if len(made) != expected:
        raise VLLMError(f"vLLM gave {len(made)} completions where {expected} were asked for")
    completions, finished = [], []
    for ids, reason in made:
        ended = reason == "stop"
        if ended and ids[-1:] != [processor.end_token]:
            ids = [*ids, processor.end_token]
        completions.append(ids or [processor.end_token])
        finished.append(ended)
    texts = [processor.decode(ids) for ids in completions]
    return Rollout(completions=completions, texts=texts, finished=finished, query_hidden=None)
