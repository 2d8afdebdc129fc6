"""The peer that people would reach for: TRL's GRPOTrainer, beside our step without its masks. TRL is optional.

Both train the same VLM with the same image, prompt length, G, completion length, sampling, reference, KL weight and
optimiser, in float32, and both begin at a picture and end at new weights. TRL has no masks, so ours leaves out queries,
connector and SAM 2 here. The texts differ: what is measured depends on their lengths alone, which are checked.
"""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel, ProcessorMixin, Qwen2_5_VLProcessor, TrainerCallback
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from ..losses import group_advantages, policy_loss
from ..packing import Branch, Row
from ..processor import IMAGE_TOKEN, TURN_END, TURN_START, VIDEO_TOKEN, VISION_END, VISION_START, LensProcessor
from ..train.grpo import by_completion
from .schedules import Measured, Sizes, best, build, make_task, peak, picture, sample_shared

BETA = 0.04
LEARNING_RATE = 1e-6
MAX_NORM = 1.0
FILLER = " a"
"""A word of one token."""
TEMPLATE = (
    "{% for m in messages %}" + TURN_START + "{{ m['role'] }}\n{% for part in m['content'] %}"
    "{% if part['type'] == 'image' %}" + VISION_START + IMAGE_TOKEN + VISION_END + "{% else %}{{ part['text'] }}"
    "{% endif %}{% endfor %}{% endfor %}{% if add_generation_prompt %}" + TURN_END + "\n" + TURN_START + "assistant\n"
    "{% endif %}"
)


@dataclass(kw_only=True)
class MeasuredPeer(Measured):
    """TRL's numbers. `seconds` has `end_to_end` alone; `memory_gib` is the peak of a step above what stood before."""

    version: str
    """TRL's own."""
    prompt_tokens: int = 0
    """P as TRL counted it."""
    completion_tokens: int = 0
    """Tokens of the shortest completion that TRL drew."""


def measure_peer(name: str, sizes: Sizes, *, repeats: int = 1) -> Measured:
    """TRL's step, or our text policy's, in this process; call it in a fresh one, since a peak of memory never falls."""
    return measure_trl(sizes, repeats) if name == "trl" else measure_text_policy(sizes, repeats)


# ---- ours ---------------------------------------------------------------------------------------------------------


def measure_text_policy(sizes: Sizes, repeats: int = 1) -> Measured:
    """A step of our shared schedule without queries and masks. `memory_gib` is the peak of the whole step."""
    model, processor = build(sizes)
    model.train_only(("vlm", "vision"))
    task = make_task(sizes, processor)
    reference = copy.deepcopy(model.vlm).requires_grad_(False).eval()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE)
    advantages = group_advantages(task.rewards).flatten()
    prompt = processor.image_prefix(task.image.grid_thw) + task.question
    branches = [Branch(context=prompt[-1:], completion=ids, queries=False) for ids in task.completions]
    row = Row(prefix=prompt[:-1], grid_thw=task.image.grid_thw, branches=branches)
    inputs = processor.collate([row], [task.image.pixel_values], None, 0)
    measured = Measured(schedule="text-policy-only")
    near: list[torch.Tensor] = []
    model.train()
    before = peak()

    def prepare() -> None:
        seen = processor.vlm_image(picture(sizes))
        processor.collate([row], [seen.pixel_values], None, 0)

    def forward_backward() -> None:
        model.zero_grad(set_to_none=True)
        logp, tokens = by_completion(model(inputs, with_masks=False, with_entropy=True).logp, inputs, sizes.group)
        ours, _ = by_completion(near[-1], inputs, sizes.group)
        loss, _ = policy_loss(logp, ours, advantages, tokens, BETA, "k3")
        loss.backward()
        measured.loss = float(loss.detach())

    def optimise() -> None:
        measured.gradient_norm = float(nn.utils.clip_grad_norm_(parameters, MAX_NORM))
        optimizer.step()

    phases = {
        "prepare": prepare,
        "rollout": lambda: sample_shared(model, processor, task, sizes),
        "reference": lambda: near.append(model.reference_logp(reference, inputs)),
        "forward_backward": forward_backward,
        "optimiser": optimise,
    }
    measured.seconds = {name: best(work, repeats) for name, work in phases.items()}
    measured.seconds["end_to_end"] = sum(measured.seconds.values())
    measured.memory_gib = (peak() - before) / 2**30
    return measured


# ---- TRL's ----------------------------------------------------------------------------------------------------------


class PictureProcessor(Qwen2_5_VLProcessor):
    """Qwen2.5-VL's own processor without videos, for which transformers would want torchvision."""

    def __init__(self, image_processor: Any, tokenizer: Any, chat_template: str | None = None) -> None:
        self.image_token, self.video_token = IMAGE_TOKEN, VIDEO_TOKEN
        self.image_token_id, self.video_token_id = tokenizer.convert_tokens_to_ids([IMAGE_TOKEN, VIDEO_TOKEN])
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def picture_processor(sizes: Sizes, processor: LensProcessor) -> PictureProcessor:
    """Our tokenizer, and an image processor that keeps the square as it is."""
    area = sizes.image_side**2
    images = Qwen2VLImageProcessorPil(size={"shortest_edge": area, "longest_edge": area})
    return PictureProcessor(images, processor.tokenizer, TEMPLATE)


def conversation(sizes: Sizes, processor: PictureProcessor) -> list[dict[str, str]]:
    """A question that makes a prompt of P tokens, image included."""
    image = {"type": "image", "image": picture(sizes)}

    def length(text: str) -> int:
        messages: list[Any] = [{"role": "user", "content": [image, {"type": "text", "text": text}]}]
        encoded = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=True)
        return len(cast(Any, encoded)["input_ids"][0])

    words = FILLER * (sizes.prompt_tokens - length(""))
    if length(words) != sizes.prompt_tokens:
        raise ValueError(f"no question makes a prompt of {sizes.prompt_tokens} tokens, but of {length(words)}")
    return [{"role": "user", "content": words}]


class Clock(TrainerCallback):
    """When training began and each step ended; a step includes fetching its batch."""

    def __init__(self) -> None:
        self.marks: list[float] = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self.marks.append(time.perf_counter())

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.marks.append(time.perf_counter())


def measure_trl(sizes: Sizes, repeats: int = 1) -> MeasuredPeer:
    """The fastest of `repeats` steps of GRPOTrainer."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    lens, ours = build(sizes)
    processor = picture_processor(sizes, ours)
    measured = MeasuredPeer(schedule="trl", version=version("trl"))
    rewards = make_task(sizes, ours).rewards.flatten().tolist()

    def reward(completion_ids: Sequence[Sequence[int]], **_: Any) -> list[float]:
        measured.completion_tokens = min(len(ids) for ids in completion_ids)
        return rewards[: len(completion_ids)]

    with tempfile.TemporaryDirectory() as folder:
        lens.vlm.save_pretrained(folder)  # TRL reads the reference from where the policy came from
        family = cast(type[PreTrainedModel], type(lens.vlm))
        del lens
        clock = Clock()
        data = {"prompt": [conversation(sizes, processor)], "image": [picture(sizes)]}
        trainer = GRPOTrainer(
            model=family.from_pretrained(folder, dtype=torch.float32),
            reward_funcs=reward,
            args=GRPOConfig(
                output_dir=folder,
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                max_steps=repeats,
                per_device_train_batch_size=sizes.group,
                num_generations=sizes.group,
                num_iterations=1,
                max_completion_length=sizes.completion_tokens,
                generation_kwargs={
                    "min_new_tokens": sizes.completion_tokens,
                    "suppress_tokens": ours.placeholders,
                },
                temperature=1.0,
                top_p=0.9,
                top_k=50,
                beta=BETA,
                use_bias_correction_kl=False,
                loss_type="grpo",
                learning_rate=LEARNING_RATE,
                lr_scheduler_type="constant",
                max_grad_norm=MAX_NORM,
                optim="adamw_torch",
                report_to="none",
                save_strategy="no",
                logging_strategy="no",
                disable_tqdm=True,
                seed=sizes.seed,
            ),
            train_dataset=Dataset.from_dict(data),
            processing_class=processor,
            callbacks=[clock],
        )
        before = peak()
        trainer.train()
        measured.memory_gib = (peak() - before) / 2**30
    measured.loss = trainer.state.log_history[-1]["train_loss"]
    measured.prompt_tokens = int(trainer.state.num_input_tokens_seen) // (repeats * sizes.group)
    measured.prompt_tokens -= measured.completion_tokens
    measured.seconds["end_to_end"] = min(b - a for a, b in zip(clock.marks, clock.marks[1:], strict=False))
    return measured
