"""Make a training ready, in one process or in each of several, so that all begin with the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from torch import nn

from bench import environment
from bench.data.batches import seed_all
from bench.data.share import Share
from bench.errors import DataError, SuiteError
from bench.execution.allotment import WHOLE_MACHINE, Allotment
from bench.execution.team.seat import Seat
from bench.measurements.construction import constructor
from bench.measurements.device import Device
from bench.measurements.parallel import Replicas
from bench.measurements.parallel.replicas import batch_norm_of
from bench.measurements.task import Task
from bench.measurements.timing import compilation, layout
from bench.measurements.timing.steps import Workload
from bench.measurements.training.loop import Training
from bench.plan import Trial
from bench.records import Decisions, DistributionFacts


def device_of(trial: Trial, seat: Seat | None, allotment: Allotment = WHOLE_MACHINE) -> Device:
    """The device of this process, prepared; several on one machine divide its cores.

    Raises:
        SuiteError: There is no such device, or it cannot be shared; or the batch has too few images.
    """
    device = Device.chosen(trial.execution, seat.local_rank if seat else None)
    if seat and trial.recipe.batch_size < seat.size:
        raise SuiteError(
            f"recipe.batch_size: {trial.recipe.batch_size} images for {seat.size} processes; each needs one"
        )
    cores = environment.usable_cores() // (seat.local_size if seat else 1)
    threads = trial.execution.threads or max(1, min(allotment.threads or cores, cores))
    device.prepare(deterministic=trial.recipe.deterministic, threads=threads)
    return replace(device, exclusive=allotment.exclusive)


def task_of(trial: Trial, device: Device, replicas: Replicas, data_root: Path | None) -> tuple[Device, Task]:
    """The images, and the device in the precision of the first process.

    Raises:
        DataError: The data are missing, or are not those of the first process.
    """
    device = replace(device, precision=replicas.agree(device.precision))
    task = Task.of(trial, device, data_root)
    fingerprint = replicas.agree(task.facts.fingerprint)
    if fingerprint != task.facts.fingerprint:
        raise DataError(
            f"{task.facts.name}: these are other images (fingerprint {task.facts.fingerprint}) than those of "
            f"rank 0 ({fingerprint}); all machines need the same"
        )
    return device, task


def network(trial: Trial, task: Task) -> nn.Module:
    """With the initial weights of the trial's seed, on the CPU."""
    seed_all(trial.seed, "weights")
    return constructor(trial.architecture, trial.args, task.geometry)()


def workload_of(trial: Trial, model: nn.Module, task: Task, device: Device) -> Workload:
    """A network brought to its device, and what a step computes with it."""
    return Workload(device.hold(model), trial.recipe, device, task.geometry.shape, task.geometry.classes)


def possible(decided: Decisions, trial: Trial, model: nn.Module, replicas: Replicas) -> Decisions:
    """What was decided by one process, as far as several can do it."""
    if not replicas.several or decided.compile_variant == "eager":
        return decided
    if batch_norm_of(model, trial.execution.batch_norm) == "synchronised":
        why = 'batch norm is synchronised; execution.batch_norm = "per_process" can be compiled'
        failures = {**decided.compile_failures, decided.compile_variant: why}
        return decided.model_copy(update={"compile_variant": "eager", "compile_failures": failures})
    return decided.model_copy(update={"compile_variant": "compiled"})  # without CUDA graphs


def ready(
    workload: Workload, trial: Trial, task: Task, decided: Decisions, replicas: Replicas
) -> tuple[Training, Workload]:
    """A training as it was decided, and a step of this process by itself; all processes call this at once."""
    workload = layout.in_layout(workload, decided.memory_format)
    share = replicas.share.of(trial.recipe.batch_size)
    step_model = compilation.make_ready(workload, decided.compile_variant, share)
    compilation.warm_up(workload, _eager_batches(len(task.train), trial, decided, replicas.share))
    pipeline = replace(task.pipeline, memory_format=workload.device.memory_format)
    training = Training(
        trial, workload.model, step_model, task.train, task.validation, task.test, pipeline, workload.device,
        (0,) * trial.recipe.epochs, decided.evaluation_batch_size,
        replicas=replicas,
        batch_norm=batch_norm_of(workload.model, trial.execution.batch_norm),
    )  # fmt: skip
    return training, replace(workload, model=step_model)


def _eager_batches(images: int, trial: Trial, decided: Decisions, share: Share) -> list[int]:
    """Sizes of the batches of an epoch, here, on which the network is trained as it is, and not compiled."""
    complete, last = divmod(images, trial.recipe.batch_size)
    sizes = [share.of(trial.recipe.batch_size)] if complete and decided.compile_variant == "eager" else []
    if last:
        sizes.append(last if share.repeats(last) else share.of(last))
    return sizes


def distribution(training: Training, seat: Seat | None) -> DistributionFacts | None:
    """For the record; None where one process trained all by itself."""
    epochs = dict(Counter(training.processes))
    if seat is None and set(epochs) <= {1}:
        return None
    batch, size = training.trial.recipe.batch_size, seat.size if seat else 1
    return DistributionFacts(
        world_size=size,
        nodes=seat.nodes if seat else 1,
        backend="nccl" if training.device.handle.type == "cuda" else "gloo",
        global_batch_size=batch,
        device_batch_sizes=tuple(Share(rank, size).of(batch) for rank in range(size)),
        batch_norm=training.batch_norm,
        restarts=seat.restarts if seat else 0,
        epochs_by_world_size=epochs,
    )
