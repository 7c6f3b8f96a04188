"""The processes that train one network together: what each adds up, gives away and takes over.

Every process holds the network and computes its share of each batch; DistributedDataParallel averages their
gradients. With `scaled`, that average is the gradient of the mean loss over the whole batch, as in one
process, however uneven the shares are. A process that is alone does nothing of this.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.distributed_c10d import Store
from torch.nn.parallel import DistributedDataParallel

from bench.data.share import WHOLE, Share
from bench.measurements.parallel.batch_norm import Synchronising, has_batch_norm

PATIENCE = timedelta(minutes=30)
"""How long a process waits for the others; the first may be measuring, or writing a large checkpoint. One
that fails or dies is noticed at once, by the programs that started the processes."""

CPU = torch.device("cpu")

BatchNorm = Literal["none", "synchronised", "per_process"]
"""What batch norm takes its statistics over; "none": the network has no such layer."""


@dataclass(frozen=True)
class Replicas:
    """This process among those that train together."""

    share: Share = WHOLE
    device: torch.device = CPU
    """Where this process computes."""
    node: int = 0
    """On which machine it is, among those that take part."""

    @property
    def several(self) -> bool:
        """Whether there are others."""
        return self.share.size > 1

    @property
    def leading(self) -> bool:
        """Whether this process reads and writes files for all."""
        return self.share.rank == 0

    def together(self, model: nn.Module, step_model: nn.Module, batch_norm: BatchNorm) -> nn.Module:
        """What training steps are run by: the network at this process's share, with gradients averaged.

        Args:
            model: The network.
            step_model: The same, or its compiled form.
            batch_norm: "synchronised" takes statistics over the whole batch.
        """
        if not self.several:
            return _Share(model, step_model, None)
        group = dist.new_group() if batch_norm == "synchronised" else None
        return DistributedDataParallel(
            _Share(model, step_model, group),
            device_ids=[self.device] if self.device.type == "cuda" else None,
            # Parameters that no loss depends on are no error in one process; looking for them costs little.
            find_unused_parameters=True,
        )

    def scaled(self, loss: Tensor, batch: int) -> Tensor:
        """The mean loss over a share, weighted so that the average of gradients is that of the batch.

        Args:
            loss: Mean over the images of this process.
            batch: Images of the batch, those of all processes together.
        """
        if not self.several or self.share.repeats(batch):
            return loss
        return loss * (self.share.of(batch) * self.share.size / batch)

    def counts(self, batch: int) -> bool:
        """Whether this process's part of a batch counts: what all compute, only the first one counts."""
        return self.leading or not self.share.repeats(batch)

    def add_up(self, *numbers: Tensor) -> None:
        """Replace each tensor by its sum over the processes."""
        if self.several:
            for number in numbers:
                dist.all_reduce(number)

    def level(self, *tensors: Tensor) -> None:
        """Give all processes those of the first one, as running statistics that each has for itself."""
        if self.several:
            for tensor in tensors:
                dist.broadcast(tensor, 0)

    def agree(self, state: Any) -> Any:
        """What the first process says: tensors, numbers, text, and lists and dicts of them; on the CPU."""
        if not self.several:
            return state
        content = io.BytesIO()
        if self.leading:
            torch.save(state, content)
        size = torch.tensor(content.tell(), device=self.device)
        dist.broadcast(size, 0)
        flat = torch.frombuffer(bytearray(content.getvalue() or bytes(int(size))), dtype=torch.uint8)
        flat = flat.to(self.device)
        dist.broadcast(flat, 0)
        if self.leading:
            return state
        return torch.load(io.BytesIO(flat.cpu().numpy().tobytes()), map_location="cpu", weights_only=True)

    def all_say(self, numbers: list[float]) -> list[list[float]]:
        """What each process says, by rank."""
        if not self.several:
            return [numbers]
        mine = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        said = [torch.empty_like(mine) for _ in range(self.share.size)]
        dist.all_gather(said, mine)
        return [one.tolist() for one in said]

    def wait(self) -> None:
        """Until all processes have come here."""
        self.add_up(torch.zeros(1, device=self.device))


ALONE = Replicas()


@contextmanager
def joined(share: Share, device: torch.device, node: int, store: Store) -> Iterator[Replicas]:
    """Meet the other processes for the time of the block.

    After an exception the meeting is left as it is: whoever started the processes ends them.

    Args:
        share: Which of them this is.
        device: Where it computes.
        node: On which machine.
        store: Where they find each other; of this trial alone.
    """
    on_cuda = device.type == "cuda"
    if on_cuda:
        torch.cuda.set_device(device)
    dist.init_process_group(
        "nccl" if on_cuda else "gloo",
        store=store,
        rank=share.rank,
        world_size=share.size,
        timeout=PATIENCE,
        device_id=device if on_cuda else None,
    )
    yield Replicas(share, device, node)
    dist.destroy_process_group()


class _Share(nn.Module):
    """A network at its share of a batch, or at all of it."""

    def __init__(self, model: nn.Module, step_model: nn.Module, group: Any) -> None:
        super().__init__()
        self.model, self.step_model, self.group = model, step_model, group

    def forward(self, inputs: Tensor, *, whole: bool, complete: bool) -> Tensor:
        """Logits (N, classes).

        Args:
            inputs: Images (N, C, H, W).
            whole: Each process has the whole batch, so that its own statistics are those of the batch.
            complete: The batch has the size that the step model was compiled for.
        """
        synchronising = self.group is not None and not whole
        with Synchronising(self.group) if synchronising else nullcontext():
            logits: Tensor = (self.step_model if complete else self.model)(inputs)
        return logits


def batch_norm_of(model: nn.Module, wanted: Literal["synchronised", "per_process"]) -> BatchNorm:
    """What becomes of the wish in a network that may have no batch norm."""
    return wanted if has_batch_norm(model) else "none"
