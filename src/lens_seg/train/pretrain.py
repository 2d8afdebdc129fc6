"""Pretraining of the small default model from nothing on Toybox. LENS-3B never needs this: its parts come trained.

`pretrain_vlm`       the VLM learns to see and to look (dense supervision), to list a scene and to ground.
`pretrain_segmenter` SAM 2 learns to cut out what a box prompt names.

Why dense supervision: from text alone the visual path had hardly opened after 24,000 samples (engineering notes). Each
image token is asked what toy it shows, in the words' own embeddings, and where that toy's edges are: relative to itself
at the vision tower, as the digits of the answer at an inner layer of the language model. Each answer token is told
where to look (`pointing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from ..data.toybox import COLOURS, KINDS, SIZES, Scene, Toybox, corpus, expressions, make_scene, nameless, tell
from ..data.toybox.words import LABELS, SIDES, along, pick, relettered
from ..losses import mask_bce_dice
from ..models import segmenter as seg
from ..models.lens import LensModel
from ..models.sizes import tiny
from ..packing import Branch, Row
from ..processor import IMAGE_TOKEN, TURN_END, VISION_END, VISION_START, LensProcessor, ProcessorConfig, token_id
from ..types import LensInputs
from .common import Run, RunConfig, set_attention
from .pointing import Referents, answer_mentions, looking_loss, token_referents, toy_cells
from .start import load_start, save_model
from .tokenizer import grow_tokenizer, make_tokenizer

PRETRAIN_STREAM = 7
"""Stream number of the generator that chooses pretraining sentences (Toybox's own streams are smaller)."""
NAMELESS_STREAM = 8
"""Stream number of the generator that takes the names from colours."""
DIGITS = 8
"""Tens and units of x1, y1, x2, y2."""


@dataclass(kw_only=True)
class PretrainVLMConfig(RunConfig):
    """Recipe of `pretrain_vlm`."""

    model: str | None = None
    """Weights to start from, or None for new ones."""
    vision: str | None = None
    """Take the vision tower from these weights instead."""
    batch_size: int = 16
    """Scenes a step and process."""
    first_scene: int = 0
    """Number of the first scene; a run that goes on from another begins where that one ended."""
    expressions: int = 4
    """Questions about each scene."""
    direct_share: float = 0.25
    """Share of questions answered without a thought."""
    absent_share: float = 0.08
    """Share of questions about what is not there."""
    nameless_share: float = 0.0
    """Share of scenes whose toys have colours without a name: kinds must be seen by their shapes alone. Their questions
    do without colours and thoughts."""
    misread_share: float = 0.0
    """Share of colours before a kind in an answer ("the red cup") that are read as another one, so that the kind that
    follows is no matter of habit."""
    lettered_share: float = 0.0
    """Share of plans whose letters are any of A to F in any order, so that who looks from a toy asks for the one whose
    clause ends with its letter, and not for A by habit."""
    dense_scenes: int = 11_000
    """First scenes, without text: vision tower and lower layers learn what and where."""
    single_scenes: int = 4_000
    """Next scenes, of one toy: text learns to look at the image at all."""
    few_scenes: int = 10_000
    """Next scenes, of one to three toys; full scenes follow."""
    dense_weight: float = 1.0
    """Weight of the dense losses."""
    inner_layer: int = 2
    """Image tokens are supervised after this many layers of the language model."""
    looking_layers: tuple[int, ...] = (2, 3)
    """Layers, from 0, whose first attention head is told where to look."""
    looking_weight: float = 0.5
    """Weight of the looking loss of each of them."""
    vocab_size: int | None = None
    """Most tokens. A new tokenizer has `VOCAB_SIZE` by default; that of `model` grows to as many, by words of Toybox,
    and by default stays."""


@dataclass(kw_only=True)
class PretrainSegmenterConfig(RunConfig):
    """Recipe of `pretrain_segmenter`."""

    model: str | None = None
    """Weights to start from, or None for new ones."""
    batch_size: int = 16
    """Scenes a step and process."""
    prompts: int = 4
    """Box prompts on each scene."""
    jitter: float = 0.06
    """Noise of the box edges, as a share of the box's side."""


VOCAB_SIZE = 2048
"""Tokens of a new tokenizer: words of the grammar and of frequent wordings are one."""


def new_tiny(vocab_size: int, seed: int) -> tuple[LensModel, LensProcessor]:
    """`lens-tiny` with random weights, and its processor: box frame of 60 units a side.

    60 units over the 6 x 6 image tokens: the tens digit is the token's column or row and the units digit the place
    within it, which is far easier to read out than pixels.
    """
    tokenizer = make_tokenizer(_corpus(), vocab_size)
    ids = [token_id(tokenizer, token) for token in (IMAGE_TOKEN, VISION_START, VISION_END, TURN_END)]
    torch.manual_seed(seed)
    model = LensModel(tiny(len(tokenizer), *ids))
    seg.share_positions(model.segmenter)
    for part in (
        model.vlm.model.visual,
        model.vlm.model.language_model.layers,
        model.segmenter,
        model.connector,
    ):
        _scale_to_width(part)
    config = ProcessorConfig(
        patch_size=8,
        fixed_size=96,
        box_scale=60,
        segmenter_size=256,
        prompt_set="short",
        max_prompt_tokens=256,
    )
    return model, LensProcessor(tokenizer, config)


def _scale_to_width(part: nn.Module) -> None:
    """Matrices of variance 1 / fan-in. The usual deviation of 0.02 suits wide models; at widths of 96 to 192
    attention stays nearly uniform under it: box prompts went unheard (IoU 0.19 after 200 steps), and text hardly
    looked at the image."""
    for module in part.modules():
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)


STREET_WORDS = (
    "road sky building pavement tree fence pole sign car pedestrian bicyclist street photo picture person people man "
    "woman child dog cat table chair window door wall grass water all of the closest to camera far in middle only "
    "largest leftmost rightmost farthest nearest upper lower left right front behind holding wearing"
)


def _corpus() -> list[str]:
    """Toybox's texts, and common words of photo expressions so that they are not spelt out in bytes."""
    words = STREET_WORDS.split()
    common = [f"the {word}s. the {word}. all the {word}s. {word.capitalize()}" for word in words for _ in range(20)]
    chat = ["system\n", "user\n", "assistant\n", "Think, then locate ", "Locate ", "List the toys from the top."] * 20
    return [*corpus(2000), *common, *chat]


def learn_words(model: LensModel, processor: LensProcessor, vocab_size: int) -> None:
    """Gives a model as many tokens, for words of Toybox that it spells in several; they start as the mean of those."""
    tokenizer = processor.tokenizer
    new = grow_tokenizer(tokenizer, _corpus(), vocab_size)
    model.vlm.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    model.config.get_text_config().vocab_size = len(tokenizer)
    for matrix in {model.vlm.get_input_embeddings().weight, model.vlm.get_output_embeddings().weight}:  # often one
        with torch.no_grad():
            for token, parts in new.items():
                matrix[token] = matrix[parts].mean(0)


# ---- VLM ----------------------------------------------------------------------------------------------------


@dataclass
class DenseTargets:
    """What each image token shows; T = image tokens. Tokens without a toy have kind -1, those without a named colour
    colour -1."""

    kind: torch.Tensor
    colour: torch.Tensor
    size: torch.Tensor
    edges: torch.Tensor
    """(B, T, 4) edges relative to the token's centre, in token sides."""
    digits: torch.Tensor
    """(B, T, 8) tens and units of the box in the answer's frame."""


class DenseHeads(nn.Module):
    """Read-outs of image tokens, thrown away after pretraining.

    What a token of the vision tower shows is read with the embeddings of the words that name it, so that pictures and
    words share a space and attention need not learn to translate.
    """

    def __init__(self, hidden: int, words: torch.Tensor) -> None:
        """`words`: (names,) ids of the words of `KINDS`, `COLOURS` and `SIZES`."""
        super().__init__()
        self.names = (len(KINDS), len(COLOURS), len(SIZES))
        self.register_buffer("words", words, persistent=False)
        self.scale = nn.Parameter(torch.ones(3))
        self.vision = nn.Linear(hidden, 1 + 4)
        self.inner = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, 1 + sum(self.names) + DIGITS * 10))

    def forward(
        self, image_embeds: torch.Tensor, image_hidden: torch.Tensor, embedding: nn.Embedding, targets: DenseTargets
    ) -> tuple[torch.Tensor, dict[str, float]]:
        """(B, T, D) of the tower and of the inner layer, and the words' embeddings -> loss and accuracies."""
        owned = targets.kind >= 0
        nothing, edges = self.vision(image_embeds).split((1, 4), -1)
        scales = torch.cat([one.expand(n) for one, n in zip(self.scale, self.names, strict=True)])
        named = image_embeds @ embedding(self.words).T * scales
        kind, colour, size = named.split(self.names, -1)
        kind = torch.cat([nothing, kind], -1)
        loss = self._what(kind, colour, size, targets, owned)
        loss = loss + 2 * F.smooth_l1_loss(edges[owned], targets.edges[owned], beta=0.1)
        kind2, colour2, size2, digits = self.inner(image_hidden).split(
            (1 + self.names[0], *self.names[1:], DIGITS * 10), -1
        )
        loss = loss + self._what(kind2, colour2, size2, targets, owned)
        digits = digits[owned].unflatten(-1, (DIGITS, 10))
        loss = loss + 2 * F.cross_entropy(digits.flatten(0, 1), targets.digits[owned].flatten())
        with torch.no_grad():
            right = (digits.argmax(-1) == targets.digits[owned]).float().mean(0)
            metrics = {
                "kind": (kind.argmax(-1) == targets.kind + 1)[owned].float().mean().item(),
                "colour": (colour.argmax(-1) == targets.colour)[owned].float().mean().item(),
                "edge_error": (edges - targets.edges)[owned].abs().mean().item(),
                "tens": right[0::2].mean().item(),
                "units": right[1::2].mean().item(),
            }
        return loss, metrics

    def _what(
        self,
        kind: torch.Tensor,
        colour: torch.Tensor,
        size: torch.Tensor,
        targets: DenseTargets,
        owned: torch.Tensor,
    ) -> torch.Tensor:
        coloured = targets.colour >= 0
        return (
            F.cross_entropy(kind.flatten(0, 1), targets.kind.flatten() + 1)
            + F.cross_entropy(colour[coloured], targets.colour[coloured], reduction="sum") / coloured.sum().clamp(min=1)
            + F.cross_entropy(size[owned], targets.size[owned])
        )


def dense_targets(
    scene: Scene, masks: np.ndarray, framed: Sequence[tuple[int, ...]], grid: int
) -> dict[str, np.ndarray]:
    """Targets of a scene's grid x grid image tokens: a token belongs to the toy that covers most of it, if over 8%."""
    count, side = len(scene.toys), scene.width / grid
    cells = masks.reshape(count, grid, scene.height // grid, grid, scene.width // grid).mean((2, 4)).reshape(count, -1)
    owner = np.where(cells.max(0) > 0.08, cells.argmax(0), -1)
    boxes = np.array([toy.box for toy in scene.toys])[owner]
    rows, cols = np.divmod(np.arange(grid * grid), grid)
    centres = (np.stack([cols, rows, cols, rows], -1) + 0.5) * side
    numbers = np.array(framed)[owner].clip(0, 99)
    digits = np.stack([numbers // 10, numbers % 10], -1).reshape(-1, DIGITS)

    def label(names: list[int]) -> np.ndarray:
        return np.where(owner >= 0, np.array(names)[owner], -1)

    kinds, colours, sizes = list(KINDS), list(COLOURS), list(SIZES)
    return {
        "kind": label([kinds.index(t.kind) for t in scene.toys]),
        "colour": label([colours.index(t.colour) if t.colour else -1 for t in scene.toys]),
        "size": label([sizes.index(t.size) for t in scene.toys]),
        "edges": ((boxes - centres) / side).astype(np.float32),
        "digits": digits,
    }


class SceneBatch(NamedTuple):
    """One step's scenes, packed."""

    inputs: LensInputs
    dense: DenseTargets
    referents: Referents


class SceneBatches:
    """Step number -> packed batch: each scene with its list and several questions, and the dense targets."""

    def __init__(self, processor: LensProcessor, config: PretrainVLMConfig, data: Toybox) -> None:
        self.processor, self.config, self.data = processor, config, data

    def __call__(self, step: int) -> SceneBatch:
        size = self.config.batch_size
        made = [self._scene(step * size + i) for i in range(size)]
        rows, pixels, dense, spoken, cells = zip(*made, strict=True)
        inputs = self.processor.collate(rows, pixels, None, num_queries=0)
        most = max(len(c) for c in cells)
        padded = np.stack([np.pad(c, ((0, most - len(c)), (0, 0))) for c in cells])
        return SceneBatch(
            inputs,
            DenseTargets(**{k: torch.from_numpy(np.stack([d[k] for d in dense])) for k in dense[0]}),
            Referents(toy=torch.tensor(list(chain(*spoken)), dtype=torch.long), cells=torch.from_numpy(padded)),
        )

    def _toys(self, index: int) -> tuple[int, int] | None:
        """Fewest and most toys of scene number `index` of the run; None for the world's own numbers."""
        single = self.config.dense_scenes
        few = single + self.config.single_scenes
        if single <= index < few:
            return (1, 1)
        return (1, 3) if few <= index < few + self.config.few_scenes else None

    def _scene(self, index: int) -> tuple[Row, torch.Tensor, dict[str, np.ndarray], list[int], np.ndarray]:
        text, toys = index >= self.config.dense_scenes, self._toys(index)
        index += self.config.first_scene
        scene = make_scene(self.data.seed, index, toys=toys, world=self.data.world)
        strange = np.random.default_rng([self.data.seed, index, NAMELESS_STREAM])
        named = strange.random() >= self.config.nameless_share
        scene = scene if named else nameless(scene, strange)
        pixels, masks = scene.render()
        p, image = self.processor, self.processor.vlm_image(Image.fromarray(pixels))
        grid = image.grid_thw[1] // p.config.merge_size
        framed = [p.to_frame(toy.box, image.original, image.resized) for toy in scene.toys]
        dense = dense_targets(scene, masks, framed, grid)
        branches, spoken = [], []
        if text:
            rng = np.random.default_rng([self.data.seed, index, PRETRAIN_STREAM])
            told = [self._list(scene, pick(rng, tuple(SIDES)), framed)] if named else []
            for said in expressions(scene, rng, self.config.expressions, absent_share=self.config.absent_share):
                cot = named and rng.random() >= self.config.direct_share
                boxes = () if said.target is None else (scene.toys[said.target].box,)
                if rng.random() < self.config.lettered_share:
                    letters = "".join(rng.permutation(list(LABELS[:6]))) + LABELS[6:]
                    said = replace(said, thought=relettered(said.thought, letters))
                answer = p.answer(said.thought, said.text, boxes, image, cot)
                told.append((p.question(said.text, cot), answer, answer_mentions(answer, said)))
            for context, answer, mentioned in told:
                branches.append(Branch(context=context, completion=p.completion(answer), queries=False))
                spoken += token_referents(p.tokenizer, answer, mentioned)
        row = Row(prefix=p.image_prefix(image.grid_thw), grid_thw=image.grid_thw, branches=branches)
        return row, image.pixel_values, dense, spoken, toy_cells(masks, grid)

    def _list(
        self, scene: Scene, side: str, framed: Sequence[tuple[int, ...]]
    ) -> tuple[list[int], str, list[tuple[int, int, int]]]:
        """The instruction to list all toys from a side, the answer, and which part of it speaks of which toy."""
        order = sorted(range(len(scene.toys)), key=lambda n: -along(scene, n, side))
        named = [(f"{scene.toys[n].words} [{','.join(map(str, framed[n]))}]", n) for n in order]
        listed, mentions = tell(*(part for name in named for part in ("\n", name)))
        asked = (self.processor.prompts.list_objects or "").replace(".", f" from the {side}.")
        moved = [(first - 1, last - 1, toy) for first, last, toy in mentions]
        return self.processor.instruction(asked), listed[1:], moved


def pretrain_vlm(config: PretrainVLMConfig, *, resume: bool) -> None:
    """Trains the VLM from nothing, or on from `config.model`."""
    written = Path(config.output) / "model"
    begun = str(written) if resume and written.is_dir() else None  # a new tokenizer could differ
    start = begun or config.model
    model, processor = load_start(start) if start else new_tiny(config.vocab_size or VOCAB_SIZE, config.seed)
    if config.vocab_size and start and not begun:
        learn_words(model, processor, config.vocab_size)
    if config.vision:
        model.vlm.model.visual.load_state_dict(load_start(config.vision)[0].vlm.model.visual.state_dict())
    model.train_only(("vlm", "vision"))
    set_attention(model, config)
    words = torch.tensor([word_id(processor, word) for word in (*KINDS, *COLOURS, *SIZES)])
    torch.manual_seed(config.seed)
    heads = DenseHeads(model.config.get_text_config().hidden_size, words)
    batches = SceneBatches(processor, config, Toybox("train"))
    run = Run(config, model, batches, resume=resume, extra=heads)
    digits = torch.tensor([processor.tokenizer.convert_tokens_to_ids(str(d)) for d in range(10)], device=run.device)
    colours, kinds = (words[i : i + n] for i, n in ((len(KINDS), len(COLOURS)), (0, len(KINDS))))
    colours, kinds = colours.to(run.device), kinds.to(run.device)
    model.train()
    for inputs, targets, referents in run:
        inputs = misread(inputs, colours, kinds, config.misread_share)
        out = model(inputs, with_masks=False, with_states=True)
        image_hidden = out.states[config.inner_layer][inputs.input_ids == processor.image_token]
        image_hidden = image_hidden.unflatten(0, (len(inputs.input_ids), -1))
        dense, metrics = heads(out.image_embeds, image_hidden, model.vlm.get_input_embeddings(), targets)
        loss = config.dense_weight * dense
        labelled = inputs.labels != -100
        if bool(labelled.any()):
            number = torch.isin(inputs.labels, digits)
            text = -out.logp[labelled].mean()
            loss = loss + text
            metrics = {"text": text.item(), "digit_nll": -out.logp[number].mean().item(), **metrics}
            for layer in config.looking_layers:
                looking, share = looking_loss(
                    model.vlm, out.states[layer], layer, inputs, processor.image_token, referents
                )
                loss = loss + config.looking_weight * looking
                metrics[f"looks_{layer}"] = share
        run.update(loss, metrics)
        if run.step % config.save_every == 0:
            save_model(model, processor, run.folder / "model")
    save_model(model, processor, run.folder / "model")


def misread(inputs: LensInputs, colours: torch.Tensor, kinds: torch.Tensor, share: float) -> LensInputs:
    """The same labels after answers in which that share of colours before a kind is another colour.

    `colours` and `kinds` are token ids; uses torch's global generator.
    """
    if not share:
        return inputs
    ids, labels = inputs.input_ids, inputs.labels
    own = torch.zeros_like(ids, dtype=torch.bool)
    own[:, 1:] = labels[:, :-1] == ids[:, 1:]  # a token of an answer, not of the question
    swapped = own & torch.isin(ids, colours) & torch.isin(labels, kinds)
    swapped &= torch.rand(ids.shape, device=ids.device) < share
    other = colours[torch.randint(len(colours), ids.shape, device=ids.device)]
    return replace(inputs, input_ids=torch.where(swapped, other, ids))


def word_id(processor: LensProcessor, word: str) -> int:
    """The token of a word within a sentence; every word of Toybox is one token of its own tokenizer."""
    ids = processor.completion(f" {word}")[:-1]
    if len(ids) != 1:
        raise ValueError(f"{word!r} is {len(ids)} tokens: pretraining needs a tokenizer that knows Toybox's words")
    return ids[0]


# ---- segmenter ----------------------------------------------------------------------------------------------


class BoxBatches:
    """Step number -> scenes with box prompts and masks, for the segmenter."""

    def __init__(self, processor: LensProcessor, config: PretrainSegmenterConfig, data: Toybox) -> None:
        self.processor, self.config, self.data = processor, config, data

    def __call__(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        size, count, side = self.config.batch_size, self.config.prompts, self.processor.config.segmenter_size
        images, boxes, masks = [], [], []
        for index in range(step * size, (step + 1) * size):
            scene, pixels, every = self.data.scene(index % len(self.data))
            rng = np.random.default_rng([self.data.seed, index, PRETRAIN_STREAM])
            chosen = rng.permutation(np.arange(max(count, len(scene.toys))) % len(scene.toys))[:count]
            box = np.array([scene.toys[i].box for i in chosen]) * side / scene.width
            extent = np.tile(box[:, 2:] - box[:, :2], 2)
            boxes.append((box + rng.normal(0, self.config.jitter, box.shape) * extent).clip(0, side))
            masks.append(every[chosen])
            images.append(self.processor.segmenter_image(Image.fromarray(pixels)))
        return (
            torch.stack(images),
            torch.tensor(np.stack(boxes), dtype=torch.float32),
            torch.from_numpy(np.stack(masks)),
        )


def pretrain_segmenter(config: PretrainSegmenterConfig, *, resume: bool) -> None:
    """Trains SAM 2 on box prompts, its IoU head on the IoU of what it draws."""
    model, processor = load_start(config.model) if config.model else new_tiny(1024, config.seed)
    model.train_only(("segmenter_encoder", "segmenter_decoder"))
    encoder, decoder = model.segmenter.prompt_encoder, model.segmenter.mask_decoder
    for module in (encoder.point_embed, encoder.not_a_point_embed, decoder.iou_prediction_head):
        module.requires_grad_(True)  # box prompts and the IoU estimate train here, and nowhere else
    set_attention(model, config)
    run = Run(config, model, BoxBatches(processor, config, Toybox("train")), resume=resume)
    model.train()
    for pixels, boxes, masks in run:
        features = model.encode_segmenter(pixels)
        logits, iou = seg.decode_masks(model.segmenter, features, seg.embed_boxes(model.segmenter, boxes))
        full = F.interpolate(logits, size=masks.shape[-2:], mode="bilinear", align_corners=False).flatten(0, 1)
        target = masks.flatten(0, 1)
        bce, dice = mask_bce_dice(full, target)
        with torch.no_grad():
            drawn = full > 0
            true_iou = (drawn & target).sum((1, 2)) / (drawn | target).sum((1, 2)).clamp(min=1)
        loss = bce + dice + F.mse_loss(iou.flatten(), true_iou)
        run.update(loss, {"iou": true_iou.mean().item(), "bce": bce.item(), "dice": dice.item()})
        if run.step % config.save_every == 0:
            save_model(model, processor, run.folder / "model")
    save_model(model, processor, run.folder / "model")
