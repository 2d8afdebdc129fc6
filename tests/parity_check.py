"""`python tests/parity_check.py DIR`: does a published checkpoint give the published code's numbers here?

DIR holds `config.json` and `model.safetensors` of a published LENS checkpoint and `io.safetensors`, inputs and outputs
of the published code (../shared/parity/README.md says which). A line per tensor, a verdict last; exit 1 beyond
tolerance: 1e-4 of the largest magnitude; masks also the same after thresholding except where |logit| < 1e-3; greedy
tokens identical. Exit 2, with one line, where DIR cannot be compared.

Padding is compared nowhere: the published code pads rows on both sides, ours packs them, and what stands at padding is
never used. Rows are run as this package runs them: packed, with positions from the model's own configuration.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from lens_seg.hub import convert
from lens_seg.models import vlm as vlms
from lens_seg.models.lens import LensModel
from lens_seg.models.shards import CheckpointError, listed
from lens_seg.packing import Branch, Row, collate
from lens_seg.processor import LensProcessor, ProcessedImage
from lens_seg.rollout import GREEDY, Sampling, generate
from lens_seg.types import LensInputs

TOLERANCE = 1e-4
"""Largest difference over the largest magnitude."""
NEAR_ZERO = 1e-3
"""Mask logits below this may fall on either side."""
INPUTS = ("input_ids", "attention_mask", "pixel_values", "image_grid_thw", "sam_images_u8", "prompt_ids", "prompt_mask")
OUTPUTS = ("logits_plain", "logits_with_queries", "query_hidden", "sam_embedding", "low_res_masks", "generated")
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class Line:
    """The verdict on one tensor."""

    name: str
    text: str
    passed: bool


class TokenIds:
    """What `generate` needs of a processor where there are token ids and no tokenizer: one fixed prompt."""

    def __init__(self, model: LensModel, prefix: list[int]) -> None:
        text = model.config.get_text_config()
        self.config = SimpleNamespace(merge_size=model.config.vlm.vision_config.spatial_merge_size)
        self.prefix = prefix
        self.image_token, self.end_token = model.config.vlm.image_token_id, text.eos_token_id
        self.pad_token = self.end_token if text.pad_token_id is None else text.pad_token_id
        self.placeholders: list[int] = []  # the published code may draw any token

    def image_prefix(self, grid_thw: tuple[int, int, int]) -> list[int]:
        return self.prefix

    def decode(self, ids: list[int]) -> str:
        return " ".join(map(str, ids))

    def collate(self, rows: Any, pixels: Any, squares: Any, num_queries: int) -> LensInputs:
        return pack(self, rows, pixels, num_queries)


def pack(ids: TokenIds, rows: list[Row], pixels: list[torch.Tensor], num_queries: int) -> LensInputs:
    return collate(
        rows,
        pixels,
        None,
        num_queries=num_queries,
        image_token=ids.image_token,
        merge=ids.config.merge_size,
        pad_token=ids.pad_token,
    )


def split_prompt(ids: list[int], image_token: int) -> tuple[list[int], list[int]]:
    """Ids up to the end of the image, and the rest."""
    end = max(i for i, token in enumerate(ids) if token == image_token) + 2
    return ids[:end], ids[end:]


def compare(name: str, ours: torch.Tensor, theirs: torch.Tensor) -> Line:
    if ours.shape != theirs.shape:
        return Line(name, f"shape {list(ours.shape)}, published {list(theirs.shape)}", False)
    largest = float(theirs.abs().max())
    ratio = float((ours.float() - theirs).abs().max()) / max(largest, torch.finfo(torch.float32).tiny)
    return Line(name, f"{ratio:.1e} of {largest:.4g}", ratio <= TOLERANCE)


def compare_masks(ours: torch.Tensor, theirs: torch.Tensor) -> Line:
    line = compare("low_res_masks", ours, theirs)
    if ours.shape != theirs.shape:
        return line
    flipped = int((((ours > 0) != (theirs > 0)) & (theirs.abs() >= NEAR_ZERO)).sum())
    return Line(line.name, f"{line.text}, {flipped} of {theirs.numel()} pixels flipped", line.passed and not flipped)


def read_io(folder: Path) -> dict[str, torch.Tensor]:
    """`io.safetensors`. Raises CheckpointError where it is absent, damaged or lacks a tensor."""
    path = folder / "io.safetensors"
    try:
        io = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error})") from error
    if lacking := {*INPUTS, *OUTPUTS} - io.keys():
        raise CheckpointError(f"{path}: missing tensors: {listed(lacking)}")
    return io


@torch.no_grad()
def check(folder: Path) -> list[Line]:
    """A line per output in `io.safetensors`. Raises CheckpointError where there is nothing to compare."""
    io = read_io(folder)
    with tempfile.TemporaryDirectory() as temporary:
        convert(folder, Path(temporary) / "ours")
        model = LensModel.from_pretrained(Path(temporary) / "ours", dtype=torch.float32).eval()
    image_token = model.config.vlm.image_token_id
    grids = [cast("tuple[int, int, int]", tuple(grid)) for grid in io["image_grid_thw"].tolist()]
    pixels = list(io["pixel_values"].split([t * h * w for t, h, w in grids]))
    kept = io["attention_mask"].bool()
    sequences = [ids[mask].tolist() for ids, mask in zip(io["input_ids"], kept, strict=True)]

    def hidden_states(queries: bool) -> tuple[list[torch.Tensor], LensInputs]:
        """(L, D) of each row without padding, and the packed inputs."""
        rows = []
        for ids, grid in zip(sequences, grids, strict=True):
            prefix, rest = split_prompt(ids, image_token)
            completion = rest[1:] if queries else [*rest[1:], 0]  # packing leaves out a last token that no query reads
            branch = Branch(context=rest[:1], completion=completion, queries=queries, loss=False)
            rows.append(Row(prefix=prefix, grid_thw=grid, branches=[branch]))
        inputs = pack(TokenIds(model, []), rows, pixels, model.config.num_queries)
        hidden = model._hidden(model.vlm, inputs, flat=queries and model.flat)[0]
        return [h[s >= 0] for h, s in zip(hidden, inputs.segment_ids, strict=True)], inputs

    lines = []
    plain, _ = hidden_states(queries=False)
    lines.append(compare("logits_plain", model.vlm.lm_head(torch.cat(plain)), io["logits_plain"][kept]))

    with_queries, inputs = hidden_states(queries=True)
    slots = model.config.num_queries
    kept = torch.cat([kept, torch.ones(len(kept), slots, dtype=torch.bool)], dim=1)
    logits = model.vlm.lm_head(torch.cat(with_queries))
    lines.append(compare("logits_with_queries", logits, io["logits_with_queries"][kept]))
    query_hidden = torch.stack([h[-slots:] for h in with_queries])
    lines.append(compare("query_hidden", query_hidden, io["query_hidden"]))

    lines.append(compare("sam_embedding", model.connector(query_hidden), io["sam_embedding"]))
    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    square = (io["sam_images_u8"].float() - mean) / std
    inputs.segmenter_pixels = torch.stack([square, square.flip(-1) * 0.9])
    masks = model(inputs).mask_logits
    assert masks is not None
    lines.append(compare_masks(masks, io["low_res_masks"]))

    lines.append(check_generation(model, io, grids, pixels))
    if unknown := io.keys() - {*INPUTS, *OUTPUTS}:
        print(f"not compared: {listed(unknown)}", file=sys.stderr)
    return lines


def check_generation(
    model: LensModel, io: dict[str, torch.Tensor], grids: list[tuple[int, int, int]], pixels: list[torch.Tensor]
) -> Line:
    """Greedy tokens; then the query states after them, from `generate` and from a plain second forward."""
    length = io["prompt_ids"].shape[1]
    wanted = io["generated"][:, length:].tolist()
    sampling = Sampling(temperature=GREEDY.temperature, max_new_tokens=len(wanted[0]))
    same, states = 0, 0.0
    for row, (ids, mask) in enumerate(zip(io["prompt_ids"], io["prompt_mask"].bool(), strict=True)):
        prefix, question = split_prompt(ids[mask].tolist(), model.config.vlm.image_token_id)
        processor = TokenIds(model, prefix)
        image = ProcessedImage(pixel_values=pixels[row], grid_thw=grids[row], original=(1, 1), resized=(1, 1))
        readable = processor.image_token not in wanted[row]  # a drawn placeholder asks for an image that is not there
        rollout = generate(
            model,
            cast(LensProcessor, processor),
            [image],
            [[question]],
            sampling=sampling,
            with_queries=readable,
        )
        drawn = rollout.completions[0]
        padded = drawn + [processor.pad_token] * (len(wanted[row]) - len(drawn))
        same += sum(a == b for a, b in zip(padded, wanted[row], strict=True))
        if rollout.query_hidden is not None:
            oracle = query_oracle(model, prefix + question + drawn, pixels[row], grids[row])
            states = max(states, float((rollout.query_hidden[0] - oracle).abs().max() / oracle.abs().max()))
    total = len(wanted) * len(wanted[0])
    text = f"{same} of {total} tokens, query states after them {states:.1e} from a plain forward"
    return Line("generated", text, same == total and states <= TOLERANCE)


def query_oracle(model: LensModel, ids: list[int], pixels: torch.Tensor, grid: tuple[int, int, int]) -> torch.Tensor:
    """(M, D) of an unpadded row at positions 0, 1, 2, ...: what the published code does, without our packing."""
    image = vlms.encode_images(model.vlm, pixels, torch.tensor([grid]))
    embeds = vlms.embed(model.vlm, torch.tensor([ids]), image)
    embeds = torch.cat([embeds, model.queries.weight[None]], dim=1)
    length = embeds.shape[1]
    causal = torch.full((length, length), torch.finfo(embeds.dtype).min).triu(1)
    positions = torch.arange(length).expand(3, 1, -1)
    return vlms.run_layers(model.vlm, embeds, positions, causal[None, None])[0][0, -model.config.num_queries :]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python tests/parity_check.py DIR", file=sys.stderr)
        return 2
    torch.manual_seed(0)
    try:
        lines = check(Path(arguments[0]))
    except (CheckpointError, FileNotFoundError) as error:
        print(f"parity_check: {error}", file=sys.stderr)
        return 2
    for line in lines:
        print(f"{line.name:<20} {'ok  ' if line.passed else 'FAIL'}  {line.text}")
    passed = all(line.passed for line in lines)
    print(f"{arguments[0]}: {'parity' if passed else 'NO PARITY'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
