"""The connector (paper section 3.2): (B, M, D) hidden states of the context queries -> (B, 1, C) prompt token."""

from __future__ import annotations

import torch
from torch import nn


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x), the activation of CLIP's transformer."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(1.702 * x)


class ConnectorBlock(nn.Module):
    """Pre-norm transformer block with full self-attention over the M positions."""

    def __init__(self, hidden_size: int, num_heads: int, mlp_ratio: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(hidden_size, eps=1e-6)
        self.attn = nn.MultiheadAttention(hidden_size, num_heads, batch_first=True)
        self.norm2 = nn.LayerNorm(hidden_size, eps=1e-6)
        self.mlp = nn.Sequential(
            nn.Linear(hidden_size, mlp_ratio * hidden_size),
            QuickGELU(),
            nn.Linear(mlp_ratio * hidden_size, hidden_size),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.norm1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Connector(nn.Module):
    """Position embedding, `depth` blocks, a Conv1d of kernel M that folds M positions into one, and two linears."""

    def __init__(
        self,
        hidden_size: int,
        out_channels: int,
        num_queries: int,
        depth: int,
        num_heads: int,
        mlp_ratio: int = 4,
    ) -> None:
        super().__init__()
        if hidden_size % num_heads:
            raise ValueError(
                f"connector_heads={num_heads} does not divide the VLM's hidden size {hidden_size}: choose a divisor"
            )
        self.position_embedding = nn.Parameter(torch.empty(1, num_queries, hidden_size))
        self.blocks = nn.ModuleList(ConnectorBlock(hidden_size, num_heads, mlp_ratio) for _ in range(depth))
        self.fold = nn.Conv1d(hidden_size, hidden_size, kernel_size=num_queries)
        self.project = nn.Sequential(
            nn.Linear(hidden_size, hidden_size), nn.GELU(), nn.Linear(hidden_size, out_channels)
        )

    def forward(self, query_hidden: torch.Tensor) -> torch.Tensor:
        """(B, M, D) -> (B, 1, C)."""
        x = query_hidden + self.position_embedding
        for block in self.blocks:
            x = block(x)
        x = self.fold(x.transpose(1, 2)).transpose(1, 2)
        return self.project(x)
