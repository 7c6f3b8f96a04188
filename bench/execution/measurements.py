"""The measurements of a trial, in order; a new one is one file below bench/measurements and one line here."""

from __future__ import annotations

from bench.measurements import profiling
from bench.measurements.memory import largest_batch, peak
from bench.measurements.scores import classification
from bench.measurements.signals import activations, first_steps, gradient_flow, landscape
from bench.measurements.subject import AfterTraining, AlongTraining
from bench.measurements.timing import latency, peaks, phases, throughput

ALONG_TRAINING = (
    AlongTraining("gradient flow", lambda trial: trial.gradient_flow, gradient_flow.start),
    AlongTraining("activations", lambda trial: trial.gradient_flow, activations.start),
    AlongTraining("first steps", lambda trial: trial.gradient_flow, first_steps.start),
)

AFTER_TRAINING = (
    # First, while the weights are those of training: the steps that are timed below change them.
    AfterTraining("classification", lambda _: True, classification.measure),
    AfterTraining("loss landscape", lambda trial: trial.loss_landscape is not None, landscape.measure),
    AfterTraining("throughput", lambda trial: trial.throughput is not None, throughput.measure),
    AfterTraining("peaks", peaks.wanted, peaks.measure),
    AfterTraining(
        "latency", lambda trial: trial.throughput is not None and trial.throughput.latency, latency.measure
    ),
    AfterTraining(
        "phases", lambda trial: trial.throughput is not None and trial.throughput.phases, phases.measure
    ),
    AfterTraining("profile", lambda trial: trial.profile, profiling.measure),
    AfterTraining("memory", lambda trial: trial.memory, peak.measure),
    AfterTraining("largest batch", lambda trial: trial.largest_batch is not None, largest_batch.measure),
)
