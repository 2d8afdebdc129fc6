"""Images and prompts in, tensors and token ids out; completions in, thought and boxes out. No torchvision.

The only home of resizing and normalisation. An image becomes two things: flattened patches for the VLM, and a square
for the segmenter. Boxes are written in the VLM's frame (`ProcessorConfig.box_scale`) and read back to original pixels.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from . import boxes as boxlib
from .files import write_whole
from .prompts import PROMPTS, Parsed, PromptSet, clean_question, parse
from .types import Box, LensInputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from transformers import PreTrainedTokenizerBase

    from .packing import Row

CONFIG_NAME = "lens_processor.json"
Channels = tuple[float, float, float]
"""A number for each of red, green and blue."""
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)
IMAGE_TOKEN, VIDEO_TOKEN = "<|image_pad|>", "<|video_pad|>"
DOWNLOAD_OPTIONS = ("cache_dir", "force_download", "local_files_only", "revision", "subfolder", "token")
VISION_START, VISION_END = "<|vision_start|>", "<|vision_end|>"
TURN_START, TURN_END = "<|im_start|>", "<|im_end|>"


@dataclass(frozen=True, kw_only=True)
class ProcessorConfig:
    """Sizes and frames of the processor, saved beside the weights."""

    patch_size: int = 14
    """Side of a VLM patch in pixels."""
    merge_size: int = 2
    """Patches per side that the VLM merges into one token."""
    temporal_patch_size: int = 2
    """Frames per patch; an image is shown that often."""
    fixed_size: int | None = None
    """Stretch every image to this square for the VLM, instead of keeping its shape under the pixel cap."""
    min_pixels: int = 3136
    """Smallest area of the VLM's image."""
    max_pixels: int = 1_000_000
    """Largest area of the VLM's image (paper: 1,000,000)."""
    longest_side: int | None = None
    """Scale the image down to this longest side first (ReasonSeg: 640)."""
    box_scale: int | None = None
    """Units per side of the box frame: None for pixels of the VLM's image (Qwen2.5-VL), 1000 for per-mille."""
    image_mean: Channels = CLIP_MEAN
    """Mean of the VLM's image, of values from 0 to 1."""
    image_std: Channels = CLIP_STD
    """Deviation of the VLM's image."""
    segmenter_size: int = 1024
    """Side of the segmenter's square in pixels."""
    segmenter_mean: Channels = IMAGENET_MEAN
    """Mean of the segmenter's square."""
    segmenter_std: Channels = IMAGENET_STD
    """Deviation of the segmenter's square."""
    prompt_set: str = "lens"
    """Name of the templates in `prompts.PROMPTS`."""
    max_prompt_tokens: int = 2048
    """A longer question is refused."""

    def __post_init__(self) -> None:
        unit = self.patch_size * self.merge_size
        if self.fixed_size is not None and self.fixed_size % unit:
            raise ValueError(f"fixed_size={self.fixed_size} must be a multiple of patch_size * merge_size = {unit}")
        if self.min_pixels > self.max_pixels:
            raise ValueError(f"min_pixels={self.min_pixels} exceeds max_pixels={self.max_pixels}")
        if self.prompt_set not in PROMPTS:
            raise ValueError(f"prompt_set={self.prompt_set!r}: choose from {', '.join(PROMPTS)}")


_QWEN3 = {"patch_size": 16, "min_pixels": 65_536, "box_scale": 1000, "image_mean": HALF, "image_std": HALF}
VLM_DEFAULTS: dict[str, dict[str, Any]] = {
    "qwen2_vl": {"box_scale": 1000},
    "qwen2_5_vl": {"box_scale": None},
    "qwen3_vl": _QWEN3,
    "qwen3_vl_moe": _QWEN3,
}
"""What the VLM families' own weights expect, by `model_type`, where it differs from `ProcessorConfig`."""
SEGMENTER_DEFAULTS: dict[str, dict[str, Any]] = {
    "sam2": {},
    "sam3_tracker": {"segmenter_size": 1008, "segmenter_mean": HALF, "segmenter_std": HALF},
}
"""The same for the segmenter."""


def check_families(vlm: str, segmenter: str = "sam2") -> None:
    """Raises ValueError for the `model_type` of a VLM or a segmenter that is not known here."""
    for name, table in ((vlm, VLM_DEFAULTS), (segmenter, SEGMENTER_DEFAULTS)):
        if name not in table:
            raise ValueError(f"model_type {name!r} is not supported: choose from {', '.join(table)}")


def defaults_for(vlm: str, segmenter: str = "sam2", **known: Any) -> ProcessorConfig:
    """The processor of a VLM and a segmenter by their `model_type`; `known` fields, such as sizes, go before.

    Raises ValueError for a family that is not known here.
    """
    check_families(vlm, segmenter)
    return ProcessorConfig(**{**VLM_DEFAULTS[vlm], **SEGMENTER_DEFAULTS[segmenter], **known})


@dataclass(frozen=True, kw_only=True)
class ProcessedImage:
    """One image as the VLM sees it."""

    pixel_values: torch.Tensor
    """(patches, 3 * temporal * patch * patch) float32."""
    grid_thw: tuple[int, int, int]
    """Patches in time, height and width."""
    original: tuple[int, int]
    """(W, H) of the photo."""
    resized: tuple[int, int]
    """(W', H') of the image the VLM sees."""


def resized_size(width: int, height: int, config: ProcessorConfig) -> tuple[int, int]:
    """(W', H') for the VLM: multiples of patch * merge, area between the caps, shape kept as nearly as that allows."""
    if config.fixed_size is not None:
        return config.fixed_size, config.fixed_size
    unit = config.patch_size * config.merge_size
    if config.longest_side is not None and max(width, height) > config.longest_side:
        ratio = config.longest_side / max(width, height)
        width, height = max(1, round(width * ratio)), max(1, round(height * ratio))
    w, h = (max(unit, round(side / unit) * unit) for side in (width, height))
    if w * h > config.max_pixels:
        ratio = math.sqrt(width * height / config.max_pixels)
        longest = config.max_pixels // unit**2 * unit  # of a strip as narrow as a unit
        w, h = (min(longest, max(unit, math.floor(side / ratio / unit) * unit)) for side in (width, height))
    elif w * h < config.min_pixels:
        ratio = math.sqrt(config.min_pixels / (width * height))
        w, h = (math.ceil(side * ratio / unit) * unit for side in (width, height))
    return w, h


def token_id(tokenizer: PreTrainedTokenizerBase, token: str) -> int:
    """The number of one token of the vocabulary."""
    return cast(int, tokenizer.convert_tokens_to_ids(token))


def normalise(image: Image.Image, mean: Channels, deviation: Channels) -> np.ndarray:
    """RGB image -> (H, W, 3) float32: values from 0 to 1, then mean and deviation of each channel."""
    pixels = np.asarray(image, dtype=np.float32) / 255.0
    return (pixels - np.asarray(mean, dtype=np.float32)) / np.asarray(deviation, dtype=np.float32)


class LensProcessor:
    """Tokenizer plus two small image functions; what it writes it can read back."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, config: ProcessorConfig) -> None:
        self.tokenizer = tokenizer
        self.config = config
        self.prompts: PromptSet = PROMPTS[config.prompt_set]
        self.image_token = token_id(tokenizer, IMAGE_TOKEN)
        self.placeholders = [token_id(tokenizer, token) for token in (IMAGE_TOKEN, VIDEO_TOKEN)]
        self.end_token = token_id(tokenizer, TURN_END)
        self.pad_token = tokenizer.pad_token_id

    # ---- images ---------------------------------------------------------------------------------------------------

    def vlm_image(self, image: Image.Image) -> ProcessedImage:
        """RGB image -> flattened patches in the order in which the VLM's merger takes them."""
        import torch

        config = self.config
        width, height = resized_size(*image.size, config)
        patch, merge, frames = config.patch_size, config.merge_size, config.temporal_patch_size
        scaled = image.resize((width, height), Image.Resampling.BICUBIC)
        pixels = normalise(scaled, config.image_mean, config.image_std)
        rows, cols = height // patch, width // patch
        blocks = pixels.reshape(rows // merge, merge, patch, cols // merge, merge, patch, 3)
        blocks = blocks.transpose(0, 3, 1, 4, 6, 2, 5)  # block row, block column, row, column, channel, y, x
        blocks = np.repeat(blocks[:, :, :, :, :, None], frames, axis=5)
        return ProcessedImage(
            pixel_values=torch.from_numpy(np.ascontiguousarray(blocks).reshape(rows * cols, -1)),
            grid_thw=(1, rows, cols),
            original=image.size,
            resized=(width, height),
        )

    def segmenter_image(self, image: Image.Image) -> torch.Tensor:
        """RGB image -> (3, S, S) float32, stretched to the square and normalised."""
        import torch

        config, side = self.config, self.config.segmenter_size
        square = image.resize((side, side), Image.Resampling.BILINEAR)
        pixels = normalise(square, config.segmenter_mean, config.segmenter_std)
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))

    # ---- prompts --------------------------------------------------------------------------------------------------

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def image_prefix(self, grid_thw: tuple[int, int, int]) -> list[int]:
        """Token ids up to the end of the image: what all questions about one image share."""
        count = grid_thw[0] * grid_thw[1] * grid_thw[2] // self.config.merge_size**2
        system = f"{TURN_START}system\n{self.prompts.system}{TURN_END}\n" if self.prompts.system else ""
        head = self._ids(f"{system}{TURN_START}user\n{VISION_START}")
        return head + [self.image_token] * count + self._ids(VISION_END)

    def question(self, question: str, cot: bool = True) -> list[int]:
        """Token ids from the instruction to the start of the answer."""
        text = clean_question(question)
        if not text:
            raise ValueError("the prompt is empty: write what to segment")
        return self.instruction(self.prompts.instruction(text, cot))

    def instruction(self, text: str) -> list[int]:
        """Token ids of a ready instruction, closed, with the assistant's turn opened."""
        ids = self._ids(f"{text}{TURN_END}\n{TURN_START}assistant\n")
        if len(ids) > self.config.max_prompt_tokens:
            raise ValueError(
                f"the prompt has {len(ids)} tokens, over the {self.config.max_prompt_tokens} this model takes:"
                " shorten it"
            )
        return ids

    def completion(self, text: str) -> list[int]:
        """Token ids of a teacher's completion, closed by the end of the turn."""
        return [*self._ids(text), self.end_token]

    def answer(
        self, thought: str | None, question: str, boxes: tuple[Box, ...], image: ProcessedImage, cot: bool
    ) -> str:
        """The completion a teacher would write: boxes from original pixels to the VLM's frame."""
        framed = [self.to_frame(box, image.original, image.resized) for box in boxes]
        return self.prompts.completion(thought, clean_question(question), framed, cot)

    def decode(self, ids: list[int]) -> str:
        """Ids -> text, without the end of the turn and padding, with the model's other special tokens."""
        kept = [i for i in ids if i not in (self.end_token, self.pad_token)]
        return cast(str, self.tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def collate(
        self,
        rows: Sequence[Row],
        pixels: Sequence[torch.Tensor],
        squares: Sequence[torch.Tensor] | None,
        num_queries: int,
    ) -> LensInputs:
        """Rows, their `pixel_values` and segmenter images -> one packed batch in this processor's vocabulary."""
        from .packing import collate

        return collate(
            rows,
            pixels,
            squares,
            num_queries=num_queries,
            image_token=self.image_token,
            merge=self.config.merge_size,
            pad_token=self.pad_token,
        )

    # ---- boxes ----------------------------------------------------------------------------------------------------

    def to_frame(self, box: Box, original: tuple[int, int], resized: tuple[int, int]) -> tuple[int, int, int, int]:
        """Original pixels -> integers of the VLM's box frame."""
        return boxlib.to_frame(box, original, resized, self.config.box_scale)

    def read(self, completion: str, original: tuple[int, int], resized: tuple[int, int]) -> tuple[Parsed, list[Box]]:
        """A completion -> what it says, and its boxes in original pixels."""
        parsed = parse(completion)
        boxes = [boxlib.from_frame(box, original, resized, self.config.box_scale) for box in parsed.boxes]
        return parsed, boxes

    # ---- files ----------------------------------------------------------------------------------------------------

    def save_pretrained(self, folder: str | Path) -> None:
        """Writes the tokenizer and `lens_processor.json`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(folder)
        save_config(self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: str | Path, **options: Any) -> LensProcessor:
        """Reads what `save_pretrained` wrote, from a folder or a Hub id.

        `options` are what `AutoProcessor` hands on; those of a download (revision, token, ...) count.
        """
        from transformers import AutoTokenizer
        from transformers.utils import cached_file

        wanted = {name: value for name, value in options.items() if name in DOWNLOAD_OPTIONS}
        if not Path(folder).is_dir() and str(folder).count("/") == 1:
            path = cached_file(str(folder), CONFIG_NAME, **wanted)
            return cls(AutoTokenizer.from_pretrained(folder, **wanted), load_config(Path(cast(str, path)).parent))
        config = load_config(folder)
        if not any((Path(folder) / name).is_file() for name in ("tokenizer.json", "vocab.json")):
            raise FileNotFoundError(
                f"{folder} holds no tokenizer (tokenizer.json, or vocab.json and merges.txt): put that of its VLM,"
                " such as Qwen/Qwen2.5-VL-3B-Instruct, beside the weights"
            )
        return cls(AutoTokenizer.from_pretrained(folder), config)


def save_config(config: ProcessorConfig, folder: Path) -> None:
    """Writes `lens_processor.json` alone."""
    write_whole(folder / CONFIG_NAME, json.dumps(asdict(config), indent=2) + "\n")


def load_config(folder: str | Path) -> ProcessorConfig:
    """Reads `lens_processor.json` alone."""
    path = Path(folder) / CONFIG_NAME
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {folder} holds no LENS processor")
    try:
        values = dict(json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: is damaged ({error}); get it anew") from error
    known = {f.name for f in fields(ProcessorConfig)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{path}: unknown keys {', '.join(unknown)}")
    return ProcessorConfig(**from_json(values))


def from_json(values: dict[str, Any]) -> dict[str, Any]:
    """Values read from JSON, which writes tuples as lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
