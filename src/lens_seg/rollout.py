"""Sampling completions with the transformers backend: an image is read once, a prompt once, then G rows go on together.

Everything rides on one key-value cache, fed in order: image prefix, question, completion tokens, context queries. Rows
may hold padding anywhere: a key mask says which entries count, and positions are explicit.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, cast

import torch
from transformers import (
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from .models import vlm as vlms
from .models.kv_cache import growing_cache, own_layers
from .models.lens import LensModel
from .packing import Branch, Row, prefix_positions
from .processor import LensProcessor, ProcessedImage

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How tokens are drawn. The defaults are the paper's for training; temperature 0 is greedy."""

    temperature: float = 1.0
    """Divides the logits; 0 takes the most likely token."""
    top_p: float = 0.9
    """Smallest set of tokens with this probability; 1 for all."""
    top_k: int = 50
    """At most this many tokens; 0 for all."""
    max_new_tokens: int = 768
    """A completion that has not ended by then is cut."""

    def __post_init__(self) -> None:
        if self.temperature < 0 or not 0 < self.top_p <= 1 or self.top_k < 0 or self.max_new_tokens < 1:
            raise ValueError(f"{self}: need temperature >= 0, 0 < top_p <= 1, top_k >= 0, max_new_tokens >= 1")


GREEDY = Sampling(temperature=0.0)
STAYING = 0.75
"""Once no more than this share of a batch's rows is still being written, those that have ended leave it."""


@dataclass(kw_only=True)
class Rollout:
    """N completions, ordered by image, then prompt, then sample."""

    completions: list[list[int]]
    """Token ids, the end token included where one was drawn."""
    texts: list[str]
    """Decoded, without the end token."""
    finished: list[bool]
    """Whether the end token was drawn before the limit."""
    query_hidden: torch.Tensor | None
    """(N, M, D) hidden states of the context queries, or None where they were not asked for."""


@dataclass(kw_only=True)
class RolloutConfig:
    """What samples the completions of a training run."""

    backend: Literal["transformers", "vllm", "vllm_server"] = "transformers"
    """The model that trains, a vLLM engine on the same GPU, or a vLLM server."""
    url: str = "http://localhost:8000"
    """Address of the server."""
    memory: float = 0.3
    """Share of the GPU's memory that a vLLM engine on it may take."""
    max_length: int = 4096
    """Tokens of prompt, image and completion that vLLM makes room for."""
    timeout: float = 600.0
    """Seconds to wait for an answer of the server."""

    def __post_init__(self) -> None:
        if not 0 < self.memory < 1:
            raise ValueError(f"memory={self.memory}: a share of the GPU, above 0 and below 1")


class Backend(Protocol):
    """Samples completions from the current policy."""

    def sync(self, model: LensModel) -> None:
        """Takes the weights of the policy; every process calls it before it samples."""
        ...

    def sample(
        self,
        pictures: Sequence[Image.Image],
        images: Sequence[ProcessedImage],
        questions: Sequence[list[int]],
        sampling: Sampling,
        group: int,
    ) -> Rollout:
        """`group` completions for each picture and its question, in order; uses torch's global generator."""
        ...


class TransformersBackend:
    """Samples from the model that trains: nothing to synchronise."""

    def __init__(self, model: LensModel, processor: LensProcessor) -> None:
        self.model, self.processor = model, processor

    def sync(self, model: LensModel) -> None:
        """The weights are the model's own."""

    def sample(
        self,
        pictures: Sequence[Image.Image],
        images: Sequence[ProcessedImage],
        questions: Sequence[list[int]],
        sampling: Sampling,
        group: int,
    ) -> Rollout:
        """`generate` without the queries, which the training's own forward pass reads."""
        return generate(
            self.model,
            self.processor,
            images,
            [[question] for question in questions],
            sampling=sampling,
            group=group,
            with_queries=False,
        )


class _Rows:
    """N rows of a growing cache."""

    def __init__(self, model: LensModel, count: int) -> None:
        device = model.device
        self.model = model
        self.cache = growing_cache(model.config.get_text_config().num_hidden_layers)
        self.valid = torch.zeros(count, 0, dtype=torch.bool, device=device)
        self.next_position = torch.zeros(count, dtype=torch.long, device=device)

    def feed(
        self,
        ids: torch.Tensor,
        valid: torch.Tensor,
        *,
        positions: torch.Tensor | None = None,
        next_position: torch.Tensor | None = None,
        image_embeds: vlms.ImageEmbeds | None = None,
        query_ids: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Appends (N, T) tokens of which `valid` ones count; returns their hidden states (N, T, D)."""
        if positions is None:
            steps = valid.long().cumsum(1)
            positions = (self.next_position[:, None] + (steps - 1).clamp(min=0)).expand(3, -1, -1)
            next_position = self.next_position + steps[:, -1]
        assert next_position is not None
        length = ids.shape[1]
        order = torch.ones(length, length, dtype=torch.bool, device=ids.device).tril()
        itself = torch.eye(length, dtype=torch.bool, device=ids.device)
        fresh = (order & valid[:, None, :]) | itself  # padding sees itself, so that no softmax is empty
        seen = torch.cat([self.valid[:, None, :].expand(-1, length, -1), fresh], dim=2)
        dtype = self.model.vlm.dtype
        mask = torch.zeros(seen.shape, dtype=dtype, device=ids.device).masked_fill(~seen, torch.finfo(dtype).min)
        hidden = self.model.prefill(ids, positions, mask.unsqueeze(1), self.cache, image_embeds, query_ids)
        self.valid = torch.cat([self.valid, valid], dim=1)
        self.next_position = next_position
        return hidden

    def select(self, rows: torch.Tensor) -> None:
        """Row i becomes a copy of row `rows[i]`, layer by layer, so that only one is held twice."""
        self.cache.batch_select_indices(rows)
        self.valid, self.next_position = self.valid[rows], self.next_position[rows]

    def take(self, rows: torch.Tensor) -> _Rows:
        """Copies of rows, for themselves."""
        taken = copy(self)
        taken.cache = own_layers(self.cache)
        taken.select(rows)
        return taken


@torch.no_grad()
def generate(
    model: LensModel,
    processor: LensProcessor,
    images: Sequence[ProcessedImage],
    questions: Sequence[Sequence[list[int]]],
    *,
    sampling: Sampling,
    group: int = 1,
    with_queries: bool = True,
    first_greedy: bool = False,
) -> Rollout:
    """`group` completions for each question (token ids) of each image. Uses torch's global generator.

    With `first_greedy` the first of each group takes the most likely tokens and the others are drawn.
    The model is put in eval mode meanwhile: in train mode gradient checkpointing would drop the cache.
    """
    was_training = model.training
    model.eval()
    try:
        rows, image_embeds = _read_images(model, processor, images)
        counts = torch.tensor([len(q) for q in questions], device=model.device)
        rows.select(torch.arange(len(images), device=model.device).repeat_interleave(counts))
        last = _read_questions(model, processor, rows, [q for per_image in questions for q in per_image])
        if group > 1:
            index = torch.arange(len(last), device=model.device).repeat_interleave(group)
            rows.select(index)
            last = last[index]
        greedy = torch.arange(len(last), device=model.device) % group == 0 if first_greedy else None
        tokens, query_hidden = _decode(model, processor, rows, last, sampling, greedy, with_queries and not model.flat)
        completions, finished = [], []
        for row in tokens.tolist():
            ended = processor.end_token in row
            completions.append(row[: row.index(processor.end_token) + 1] if ended else row)
            finished.append(ended)
        if with_queries and model.flat:
            query_hidden = _read_queries_flat(model, processor, images, questions, completions, image_embeds)
    finally:
        model.train(was_training)
    texts = [processor.decode(ids) for ids in completions]
    return Rollout(completions=completions, texts=texts, finished=finished, query_hidden=query_hidden)


def _read_images(
    model: LensModel, processor: LensProcessor, images: Sequence[ProcessedImage]
) -> tuple[_Rows, vlms.ImageEmbeds]:
    """The shared prefixes, one row per image, and what the vision tower made of the images."""
    device, merge = model.device, processor.config.merge_size
    prefixes = [processor.image_prefix(image.grid_thw) for image in images]
    length = max(len(p) for p in prefixes)
    ids = torch.full((len(images), length), processor.pad_token, device=device)
    valid = torch.zeros(ids.shape, dtype=torch.bool, device=device)
    positions = torch.zeros(3, *ids.shape, dtype=torch.long, device=device)
    ends = []
    for i, (prefix, image) in enumerate(zip(prefixes, images, strict=True)):
        places, end = prefix_positions(prefix, image.grid_thw, processor.image_token, merge)
        ids[i, : len(prefix)] = torch.tensor(prefix, device=device)
        valid[i, : len(prefix)] = True
        positions[:, i, : len(prefix)] = torch.from_numpy(places).to(device)
        ends.append(end)
    pixels = torch.cat([image.pixel_values for image in images]).to(device)
    grid = torch.tensor([image.grid_thw for image in images], device=device)
    rows = _Rows(model, len(images))
    embeds = vlms.encode_images(model.vlm, pixels, grid)
    rows.feed(ids, valid, positions=positions, next_position=torch.tensor(ends, device=device), image_embeds=embeds)
    return rows, embeds


def _read_questions(
    model: LensModel, processor: LensProcessor, rows: _Rows, questions: list[list[int]]
) -> torch.Tensor:
    """Feeds one question to each row; returns the hidden state (N, D) of its last token."""
    device, length = model.device, max(len(q) for q in questions)
    ids = torch.full((len(questions), length), processor.pad_token, device=device)
    valid = torch.zeros(ids.shape, dtype=torch.bool, device=device)
    for i, question in enumerate(questions):
        ids[i, : len(question)] = torch.tensor(question, device=device)
        valid[i, : len(question)] = True
    hidden = rows.feed(ids, valid)
    ends = valid.sum(1) - 1
    return hidden[torch.arange(len(questions), device=device), ends]


def _decode(
    model: LensModel,
    processor: LensProcessor,
    rows: _Rows,
    last: torch.Tensor,
    sampling: Sampling,
    greedy: torch.Tensor | None,
    with_queries: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Draws tokens until every row has ended: (N, T), padded after the end, and the queries' hidden states (N, M, D).

    Rows that are `greedy`, (N,) bool, take the most likely tokens.
    Rows that have ended leave on the way: completions are seldom of one length, and half of the work would be theirs.
    """
    warpers = LogitsProcessorList()
    if sampling.temperature not in (0.0, 1.0):
        warpers.append(TemperatureLogitsWarper(sampling.temperature))
    if sampling.top_k:
        warpers.append(TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1.0:
        warpers.append(TopPLogitsWarper(sampling.top_p))
    unread = cast(torch.LongTensor, torch.zeros(1, 0, dtype=torch.long))  # the earlier tokens, which no warper reads
    count = len(last)
    number = torch.arange(count, device=last.device)  # the completion that a row writes
    going = torch.ones(count, dtype=torch.bool, device=last.device)
    drawn: list[torch.Tensor] = []
    left: list[tuple[torch.Tensor, torch.Tensor]] = []  # numbers and query states of the rows that left
    for _ in range(sampling.max_new_tokens):
        logits = model.vlm.lm_head(last).float()
        logits[:, processor.placeholders] = -torch.inf  # a drawn placeholder would ask for an image that is not there
        if sampling.temperature == 0.0:
            token = logits.argmax(-1)
        else:
            token = torch.multinomial(warpers(unread, logits).softmax(-1), 1).squeeze(1)
            if greedy is not None:
                token = torch.where(greedy[number], logits.argmax(-1), token)
        token = torch.where(going, token, processor.pad_token)
        drawn.append(torch.full((count,), processor.pad_token, device=token.device).index_put((number,), token))
        last = rows.feed(token[:, None], going[:, None])[:, -1]  # the last token is in the cache too
        going = going & (token != processor.end_token)
        active = int(going.sum())
        if not active:
            break
        if active <= STAYING * len(going):
            stay, leave = going.nonzero().squeeze(1), (~going).nonzero().squeeze(1)
            if with_queries:
                left.append((number[leave], _read_queries(model, rows.take(leave))))
            rows.select(stay)
            last, number, going = last[stay], number[stay], going[stay]
    tokens = torch.stack(drawn, 1)
    if not with_queries:
        return tokens, None
    left.append((number, _read_queries(model, rows)))
    order = torch.cat([numbers for numbers, _ in left]).argsort()
    return tokens, torch.cat([states for _, states in left])[order]


def _read_queries(model: LensModel, rows: _Rows) -> torch.Tensor:
    """Appends the context queries to every row's cache: (N, M, D)."""
    count, slots = rows.valid.shape[0], model.config.num_queries
    query_ids = torch.arange(slots, device=model.device).expand(count, -1)
    return rows.feed(torch.zeros_like(query_ids), torch.ones_like(query_ids, dtype=torch.bool), query_ids=query_ids)


def _read_queries_flat(
    model: LensModel,
    processor: LensProcessor,
    images: Sequence[ProcessedImage],
    questions: Sequence[Sequence[list[int]]],
    completions: Sequence[list[int]],
    image_embeds: vlms.ImageEmbeds | None,
) -> torch.Tensor:
    """(N, M, D) from a second forward over prompts, completions and queries: at flat positions no cache serves."""
    group = len(completions) // sum(len(per_image) for per_image in questions)
    rows, rest = [], iter(completions)
    for image, per_image in zip(images, questions, strict=True):
        contexts = [question for question in per_image for _ in range(group)]
        branches = [Branch(context=context, completion=next(rest), loss=False) for context in contexts]
        rows.append(Row(prefix=processor.image_prefix(image.grid_thw), grid_thw=image.grid_thw, branches=branches))
    inputs = processor.collate(rows, [image.pixel_values for image in images], None, model.config.num_queries)
    return model.read_queries(inputs.to(model.device), image_embeds)
