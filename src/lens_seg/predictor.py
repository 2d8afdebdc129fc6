"""`Lens`: image and prompt(s) in, thought, box and mask out.

One image is encoded once for all its prompts, by the VLM and by the segmenter; the context queries ride on the
generation cache, so nothing is read twice.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

import numpy as np
import torch
import torch.nn.functional as F
from transformers import AutoProcessor

from .drawing import overlay
from .hub import push_to_hub, resolve_model, save_generation_config, token_limit
from .images import load_image
from .masks import encode_rle, mask_iou
from .models import segmenter as seg
from .models.config import LensConfig
from .models.lens import LensModel
from .models.loading import load_model
from .models.segmenter import SegmenterFeatures
from .processor import LensProcessor
from .rollout import GREEDY, Sampling, generate
from .types import Box

if TYPE_CHECKING:
    import supervision
    from PIL import Image

Masks = Literal["queries", "box"]
"""What prompts the segmenter: LENS's context queries, or the answer's boxes as in two-stage methods."""
EMPTY = -10.0
"""Logit of every pixel where there is no box to prompt with."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What LENS says about one image and one prompt."""

    image: Image.Image
    """The image, RGB, upright."""
    prompt: str
    """The prompt as given."""
    thought: str | None
    """The chain of thought, or None."""
    completion: str
    """All that the VLM wrote."""
    box: Box | None
    """xyxy in original pixels, the answer's first; None when there is no target or no readable box."""
    boxes: tuple[Box, ...] = ()
    """All boxes of the answer, `box` before the others; by default `box` alone, and none where it is None."""
    logits: np.ndarray
    """(H, W) float32 mask logits at the original size."""
    no_target: bool
    """Whether the model says that nothing matches; the mask is empty then."""
    score: float
    """The mask decoder's estimate of its own IoU in [0, 1]; 0 when there is no target."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Seconds by phase, shared by all prompts of one call."""

    def __post_init__(self) -> None:
        if not self.boxes and self.box is not None:
            object.__setattr__(self, "boxes", (self.box,))
        if self.box != (self.boxes[0] if self.boxes else None):
            raise ValueError(f"box={self.box} must be the first of boxes={self.boxes}")

    @cached_property
    def mask(self) -> np.ndarray:
        """(H, W) bool."""
        return np.zeros(self.logits.shape, dtype=bool) if self.no_target else self.logits > 0

    def overlay(self) -> Image.Image:
        """The image with mask, boxes, prompt and thought drawn on."""
        return overlay(self.image, self.mask, self.boxes, self.thought or self.completion, self.prompt)

    def to_json(self) -> dict[str, Any]:
        """Plain values: prompt, thought, box, mask as COCO RLE, score, seconds.

        An answer of more than one box also has "boxes", all of them; "box" is then the first.
        """
        boxes = [[round(v, 2) for v in box] for box in self.boxes]
        return {
            "prompt": self.prompt,
            "thought": self.thought,
            "box": boxes[0] if boxes else None,
            **({"boxes": boxes} if len(boxes) > 1 else {}),
            "mask": encode_rle(self.mask),
            "score": round(self.score, 4),
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }

    def to_supervision(self) -> supervision.Detections:
        """One detection, or none when there is no target; its box is the answer's only one, else that of the mask."""
        import supervision

        if self.no_target or not self.mask.any():
            return supervision.Detections.empty()
        rows, cols = np.nonzero(self.mask)
        around = (cols.min(), rows.min(), cols.max() + 1, rows.max() + 1)
        return supervision.Detections(
            xyxy=np.array([self.box if len(self.boxes) == 1 else around], dtype=np.float32),
            mask=self.mask[None],
            confidence=np.array([self.score], dtype=np.float32),
            class_id=np.array([0]),
            data={"class_name": np.array([self.prompt])},
        )


class Lens:
    """A LENS model ready to use."""

    def __init__(self, model: LensModel, processor: LensProcessor, sampling: Sampling = GREEDY) -> None:
        self.model = model.eval()
        self.processor = processor
        self.sampling = sampling

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path = "lens-tiny",
        device: str | torch.device | None = None,
        dtype: torch.dtype | None = None,
        *,
        device_map: str | dict[str, Any] | None = None,
        attn_implementation: str | None = None,
        quantization: str | None = None,
    ) -> Lens:
        """Loads a shipped model, a folder or a Hub id. Default device: CUDA where there is one, else the CPU.

        dtype: bfloat16 on CUDA, else float32, unless given.
        device_map: spreads the parts over devices as transformers does ("auto", or module name -> device).
        attn_implementation: "sdpa", "eager", or "flash_attention_2", which serves the image tower.
        quantization: "4bit" or "8bit" weights in the language model; needs an NVIDIA GPU and bitsandbytes.
        Raises FileNotFoundError or ValueError with one clear line.
        """
        folder = resolve_model(name)
        processor = LensProcessor.from_pretrained(folder)
        model = load_model(
            folder,
            device=device,
            dtype=dtype,
            device_map=device_map,
            attn_implementation=attn_implementation,
            quantization=quantization,
        )
        limit = 160 if processor.config.prompt_set == "short" else GREEDY.max_new_tokens
        return cls(model, processor, replace(GREEDY, max_new_tokens=token_limit(folder, limit)))

    def save_pretrained(self, folder: str | Path) -> None:
        """Writes model, processor and generation settings; `from_pretrained` reads them."""
        self.model.save_pretrained(folder)
        self.processor.save_pretrained(folder)
        save_generation_config(Path(folder), self.processor, self.sampling.max_new_tokens)

    def push_to_hub(self, repo_id: str, **options: Any) -> str:
        """Uploads model and processor with a card, and returns the address; `options` are `hub.push_to_hub`'s:

        run (a run folder), evaluation (a file of `lens eval --out`), license, base_model, private, token.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return push_to_hub(Path(folder), repo_id, **options)

    @overload
    def segment(
        self, image: Any, prompt: str, cot: bool = True, votes: int = 1, masks: Masks = "queries"
    ) -> Result: ...
    @overload
    def segment(
        self, image: Any, prompt: Sequence[str], cot: bool = True, votes: int = 1, masks: Masks = "queries"
    ) -> list[Result]: ...
    def segment(
        self, image: Any, prompt: str | Sequence[str], cot: bool = True, votes: int = 1, masks: Masks = "queries"
    ) -> Result | list[Result]:
        """Segments what `prompt` names; a list of prompts shares one encoding of the image and gives a list.

        `image`: PIL image, path, or (H, W, 3) uint8 RGB array. `cot=False` asks for the box without a thought.
        `votes` above 1 puts that many answers to the vote: the most likely one, and others drawn with torch's global
        generator.
        `masks="box"` prompts the segmenter with the answer's boxes instead of the context queries, as the two-stage
        methods Seg-Zero and VisionReasoner do; several boxes give the union of their masks, none gives an empty one.
        Raises ValueError for an image or a prompt that cannot be used.
        """
        if isinstance(prompt, str):
            return self.segment_batch([image], [[prompt]], cot, votes, masks)[0][0]
        return self.segment_batch([image], [list(prompt)], cot, votes, masks)[0]

    @torch.no_grad()
    def segment_batch(
        self,
        images: Sequence[Any],
        prompts: Sequence[Sequence[str]],
        cot: bool = True,
        votes: int = 1,
        masks: Masks = "queries",
    ) -> list[list[Result]]:
        """Several images, each with its prompts, in one batch."""
        if votes < 1:
            raise ValueError(f"votes={votes}: at least 1")
        if masks not in get_args(Masks):
            raise ValueError(f"masks={masks!r}: choose from {', '.join(get_args(Masks))}")
        if len(images) != len(prompts) or not all(prompts) or not images:
            raise ValueError(f"{len(images)} images and {len(prompts)} lists of prompts: give each image at least one")
        clock = _Clock(self.model.device)
        pictures = [load_image(image) for image in images]
        seen = [self.processor.vlm_image(picture) for picture in pictures]
        questions = [[self.processor.question(p, cot) for p in group] for group in prompts]
        squares = torch.stack([self.processor.segmenter_image(p) for p in pictures]).to(self.model.device)
        clock.lap("preprocess")
        sampling = self.sampling if votes == 1 else Sampling(max_new_tokens=self.sampling.max_new_tokens)
        by_queries = masks == "queries"
        rollout = generate(
            self.model,
            self.processor,
            seen,
            questions,
            sampling=sampling,
            group=votes,
            with_queries=by_queries,
            first_greedy=votes > 1,
        )
        clock.lap("reason")
        features = self.model.encode_segmenter(squares)
        clock.lap("encode")
        results, first = [], 0
        for i, (picture, group) in enumerate(zip(pictures, prompts, strict=True)):
            said = [prompt for prompt in group for _ in range(votes)]
            rows = slice(first, first + len(said))
            answers = [self.processor.read(text, seen[i].original, seen[i].resized) for text in rollout.texts[rows]]
            size = (picture.height, picture.width)
            if by_queries:
                assert rollout.query_hidden is not None
                logits, iou = self.model.decode(rollout.query_hidden[rows].unsqueeze(0), features[i : i + 1])
                full, scores = _enlarge(logits, size), iou[0].tolist()
            else:
                full, scores = self._decode_boxes([boxes for _, boxes in answers], features[i : i + 1], size)
            result = []
            for j, (prompt, (parsed, boxes)) in enumerate(zip(said, answers, strict=True)):
                result.append(
                    Result(
                        image=picture,
                        prompt=prompt,
                        thought=parsed.thought,
                        completion=rollout.texts[first + j],
                        box=boxes[0] if boxes else None,
                        boxes=tuple(boxes),
                        logits=full[j],
                        no_target=parsed.no_target,
                        score=0.0 if parsed.no_target else scores[j],
                    )
                )
            results.append([vote(result[j : j + votes]) for j in range(0, len(said), votes)])
            first += len(said)
        clock.lap("decode")
        return [[replace(result, seconds=clock.seconds) for result in group] for group in results]

    def _decode_boxes(
        self, answers: Sequence[Sequence[Box]], features: SegmenterFeatures, size: tuple[int, int]
    ) -> tuple[np.ndarray, list[float]]:
        """(P, H, W) logits and scores of P answers about one image, from their boxes, which are in its own pixels."""
        full, scores = np.full((len(answers), *size), EMPTY, dtype=np.float32), [0.0] * len(answers)
        flat = [box for boxes in answers for box in boxes]
        if not flat:
            return full, scores
        (height, width), side = size, self.model.config.image_size
        scale = torch.tensor([side / width, side / height] * 2, device=self.model.device)
        square = torch.tensor(flat, device=self.model.device)[None] * scale
        logits, iou = seg.decode_masks(self.model.segmenter, features, seg.embed_boxes(self.model.segmenter, square))
        drawn, first = _enlarge(logits, size), 0
        for j, boxes in enumerate(answers):
            own = slice(first, first + len(boxes))
            first += len(boxes)
            if boxes:
                full[j], scores[j] = drawn[own].max(0), float(iou[0, own].mean())
        return full, scores


def _enlarge(logits: torch.Tensor, size: tuple[int, int]) -> np.ndarray:
    """(1, P, h, w) mask logits -> (P, H, W)."""
    return F.interpolate(logits, size=size, mode="bilinear", align_corners=False)[0].cpu().numpy()


def vote(answers: Sequence[Result]) -> Result:
    """One result from several answers to one prompt: what most of them agree on.

    Masks agree where their IoU is above 1/2; the largest agreement is that around the mask with the highest sum of IoUs
    with all, the first such where none agree. Its median logits are the voted mask, unless more answers say that there
    is no target, or as many with the first of all answers, the most likely one, among them. Thought and boxes are those
    of the answer whose mask is nearest to the voted one; the score is the mean IoU of all masks with it.
    """
    if len(answers) == 1:
        return answers[0]
    refusals = [answer for answer in answers if answer.no_target]
    voters = [answer for answer in answers if not answer.no_target]
    ious = np.array([[mask_iou(a.mask, b.mask) for b in voters] for a in voters])
    agreeing = [i for i, iou in enumerate(ious[ious.sum(1).argmax()]) if iou > 0.5] if voters else []
    refused, drawn = len(refusals), len(agreeing)
    if refused > drawn or (refused == drawn and answers[0].no_target):
        return refusals[0]
    logits = np.median([voters[i].logits for i in agreeing], axis=0)
    agreement = [mask_iou(answer.mask, logits > 0) for answer in voters]
    nearest = voters[int(np.argmax(agreement))]
    return replace(nearest, logits=logits, score=sum(agreement) / len(answers))


class _Clock:
    """Seconds by phase; waits for the accelerator before it reads the time."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds: dict[str, float] = {}
        self.last = time.perf_counter()

    def lap(self, name: str) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        now = time.perf_counter()
        self.seconds[name], self.last = now - self.last, now


AutoProcessor.register(LensConfig, LensProcessor)
