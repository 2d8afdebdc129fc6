"""The peer that people would reach for: TRL's GRPOTrainer on the benchmark's language model.

Text policy alone: no image, no masks, so it does less than our step. TRL is needed by this file only.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .schedules import Sizes, build

logger = logging.getLogger(__name__)


def run_peer(sizes: Sizes) -> dict[str, Any]:
    """Seconds of one GRPOTrainer step (rollout, reference, update), in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "lens_seg.bench.peer", json.dumps(asdict(sizes))],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RuntimeError(f"TRL's step failed ({why[0]}); is TRL installed? pip install trl")
    return json.loads(done.stdout.splitlines()[-1])


def measure_peer(sizes: Sizes, steps: int = 2) -> dict[str, Any]:
    """Trains `steps` steps; the last one counts, since the first also sets things up."""
    import trl
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    model, processor = build(sizes)
    tokenizer = processor.tokenizer
    words = tokenizer.decode(list(range(300, 500)))
    ids = tokenizer(words * 20, add_special_tokens=False)["input_ids"][: sizes.prompt_tokens]
    prompt = tokenizer.decode(ids)

    def reward(completions: Sequence[str], **_: Any) -> list[float]:
        return [float(len(text) % 7) for text in completions]

    class Clock(TrainerCallback):
        times: list[float] = []  # noqa: RUF012

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.times.append(time.perf_counter())

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.times[-1] = time.perf_counter() - self.times[-1]

    with tempfile.TemporaryDirectory() as folder:
        config = GRPOConfig(
            output_dir=folder,
            per_device_train_batch_size=sizes.group,
            num_generations=sizes.group,
            max_completion_length=sizes.completion_tokens,
            generation_kwargs={"min_new_tokens": sizes.completion_tokens},
            top_p=0.9,
            top_k=50,
            beta=0.04,
            max_steps=steps,
            gradient_checkpointing=False,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            use_cpu=True,
            bf16=False,
        )
        trainer = GRPOTrainer(
            model=model.vlm,
            reward_funcs=reward,
            args=config,
            train_dataset=[{"prompt": prompt}] * 8,
            processing_class=tokenizer,
            callbacks=[Clock()],
        )
        trainer.train()
    return {
        "name": f"TRL {trl.__version__} GRPOTrainer",
        "seconds": Clock.times[-1],
        "prompt_tokens": len(tokenizer(prompt, add_special_tokens=False)["input_ids"]),
    }


if __name__ == "__main__":
    print(json.dumps(measure_peer(Sizes(**json.loads(sys.argv[1])))))
