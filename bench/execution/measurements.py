"""The measurements of a trial, in order; a new one is one file in bench/measurements and one line here."""

from __future__ import annotations

from bench.measurements import classification, gradient_flow, profile, throughput
from bench.measurements.subject import AfterTraining, AlongTraining

ALONG_TRAINING = (AlongTraining(lambda trial: trial.gradient_flow, gradient_flow.start),)

AFTER_TRAINING = (
    # First, while the weights are those of training: the steps that are timed below change them.
    AfterTraining("classification", lambda _: True, classification.measure),
    AfterTraining("throughput", lambda trial: trial.throughput is not None, throughput.measure),
    AfterTraining("profile", lambda trial: trial.profile, profile.measure),
)
