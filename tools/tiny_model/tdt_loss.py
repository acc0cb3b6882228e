"""The TDT loss on a CPU, for training only: NeMo's own needs CUDA.

Xu et al., "Efficient Sequence Transduction by Jointly Predicting Tokens and Durations",
ICML 2023. A path walks from frame 0 to the last frame; a blank moves 1 to 4 frames on, a
token 0 to 4. Every step raises frame + token count, so all points with the same sum (one
diagonal) are computed at once.
"""  # noqa: INP001

import torch
from torch import Tensor
from torch.nn import functional

IMPOSSIBLE = -1e30  # finite: the gradient of logsumexp over infinities is not a number


def tdt_loss(
    logits: Tensor, tokens: Tensor, frames: Tensor, lengths: Tensor, durations: int
) -> Tensor:
    """Return the mean over the batch of the negative log likelihood per clip.

    Args:
        logits: (batch, frames, tokens + 1, vocabulary + blank + durations), blank last of
            the vocabulary, then one score for each duration 0, 1, 2, ...
        tokens: (batch, tokens) token numbers, padded with anything valid.
        frames: (batch,) number of true frames.
        lengths: (batch,) number of true tokens.
        durations: how many durations there are.
    """
    symbols = logits[..., :-durations].log_softmax(-1)
    moves = logits[..., -durations:].log_softmax(-1)
    blank = symbols[..., -1:] + moves  # (batch, frames, tokens + 1, durations)
    index = tokens[:, None, :, None].expand(-1, logits.shape[1], -1, -1)
    token = symbols[:, :, :-1].gather(-1, index) + moves[:, :, :-1]
    count = logits.shape[1] + logits.shape[2]
    blank, token = _by_diagonal(blank, count), _by_diagonal(token, count)

    alphas = [_start(blank)]
    for n in range(1, blank.shape[1]):
        arrivals = []
        for move in range(durations):
            if 1 <= move <= n:
                arrivals.append(alphas[n - move] + blank[:, n - move, :, move])
            if n - move - 1 >= 0:
                source = alphas[n - move - 1][:, :-1] + token[:, n - move - 1, :, move]
                arrivals.append(functional.pad(source, (1, 0), value=IMPOSSIBLE))
        alphas.append(torch.stack(arrivals).logsumexp(0).clamp_min(IMPOSSIBLE))
    return -_ends(torch.stack(alphas, 1), blank, frames, lengths, durations).mean()


def _by_diagonal(scores: Tensor, count: int) -> Tensor:
    """Turn (batch, frame, token, move) into (batch, frame + token, token, move)."""
    batch, frames, width, moves = scores.shape
    diagonals = torch.arange(count)[:, None]
    frame = diagonals - torch.arange(width)[None, :]
    inside = (frame >= 0) & (frame < frames)
    index = frame.clamp(0, frames - 1)[None, :, :, None].expand(batch, -1, -1, moves)
    return scores.gather(1, index).masked_fill(~inside[None, :, :, None], IMPOSSIBLE)


def _start(blank: Tensor) -> Tensor:
    start = torch.full_like(blank[:, 0, :, 0], IMPOSSIBLE)
    start[:, 0] = 0.0
    return start


def _ends(alphas: Tensor, blank: Tensor, frames: Tensor, lengths: Tensor, durations: int) -> Tensor:
    """Sum the paths whose last blank lands exactly behind the last frame."""
    rows = torch.arange(len(frames))
    ends = []
    for move in range(1, durations):
        frame = frames - move
        diagonal = (frame + lengths).clamp_min(0)
        score = alphas[rows, diagonal, lengths] + blank[rows, diagonal, lengths, move]
        ends.append(score.masked_fill(frame < 0, IMPOSSIBLE))
    return torch.stack(ends).logsumexp(0)
