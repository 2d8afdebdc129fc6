"""A pointing loss for a VLM that is still learning to ground: each answer token points at the target's image tokens.

Text alone rewards finding the target only through the few digits and words that tell it apart, and matching two
words ("purple", "key") with one image token was learnt very slowly from that. Here an inner layer's state at every
answer token is scored against its states at the image tokens; the target's tokens shall win. The two maps are thrown
away after training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ..types import LensInputs, LensOutput, Sample


def target_cells(sample: Sample, rows: int, columns: int) -> np.ndarray:
    """(rows * columns) float32, the share of the target's mask in each image token; zeros where there is no target."""
    height, width = sample.mask.shape
    y = np.arange(height) * rows // height
    x = np.arange(width) * columns // width
    cells = np.zeros((rows, columns), dtype=np.float32)
    np.add.at(cells, (y[:, None], x[None, :]), sample.mask)
    return (cells / max(cells.sum(), 1.0)).ravel()


EARLY = 6
"""First tokens of an answer that must point; the later ones have its own words to go by and soon do."""


class Pointer(nn.Module):
    """Two linear maps whose product scores answer tokens against image tokens."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.word, self.place = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)

    def forward(
        self, out: LensOutput, inputs: LensInputs, samples: Sequence[Sequence[Sample]]
    ) -> tuple[torch.Tensor, float]:
        """Cross-entropy over image tokens, and the share of answer tokens that point into the target."""
        assert out.inner is not None and out.image_hidden is not None
        merge = round((float(inputs.image_grid_thw[0].prod()) / out.image_hidden.shape[1]) ** 0.5)
        rows, columns = (int(side) // merge for side in inputs.image_grid_thw[0, 1:])
        cells = np.stack([[target_cells(sample, rows, columns) for sample in group] for group in samples])
        shares = torch.from_numpy(cells).to(out.inner.device)  # (B, G, image tokens)
        row, slot = torch.nonzero(inputs.labels != -100, as_tuple=True)
        branch = row * shares.shape[1] + inputs.segment_ids[row, slot] - 1
        starts = torch.searchsorted(branch, branch)  # labels come branch by branch
        early = torch.arange(len(branch), device=branch.device) - starts < EARLY
        row, slot = row[early], slot[early]
        target = shares[row, inputs.segment_ids[row, slot] - 1]
        there = target.sum(-1) > 0
        row, slot, target = row[there], slot[there], target[there]
        words = self.word(self.norm(out.inner[row, slot]))
        places = self.place(self.norm(out.image_hidden))
        scores = (words.unsqueeze(1) @ places[row].transpose(1, 2)).squeeze(1) / words.shape[-1] ** 0.5
        loss = F.cross_entropy(scores, target)
        hit = target.gather(1, scores.argmax(-1, keepdim=True)) > 0.05
        return loss, hit.float().mean().item()
