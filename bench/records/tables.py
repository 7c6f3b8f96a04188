"""Columns of the CSV tables beside a record."""

from __future__ import annotations

EPOCH_COLUMNS = (
    "epoch", "learning_rate", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
    "test_loss", "test_accuracy", "train_seconds", "train_images_per_second", "train_flops",
)  # fmt: skip
"""Columns of epochs.csv: one row an epoch; losses in nats, accuracies as fractions, seconds and FLOPs of
that epoch's training alone; a column without a value stays empty."""

PROFILE_PHASE_COLUMNS = ("phase", "milliseconds", "share")
"""Columns of profile_phases.csv: one row a phase of a training step, in their order; time of one step,
under the profiler, and its share of the step."""

PROFILE_COLUMNS = ("operator", "calls", "self_milliseconds", "share")
"""Columns of profile.csv: one row an operator of a training step; calls and time spent in the operator
itself, per step, and its share of all operators."""

LAYER_TIME_COLUMNS = ("layer", "type", "forward_milliseconds", "backward_milliseconds")
"""Columns of layer_times.csv: one row a module that computes anything itself, in the order of first call, by
the name it has in layers.csv; time of its operators over all its calls, in the fastest profiled step."""

LAYER_COLUMNS = ("layer", "type", "output_shape", "params", "macs", "activations")
"""Columns of layers.csv: one row a leaf module, in the order of first call."""

LEDGER_COLUMNS = ("convention", "unit", "term", "value")
"""Columns of ledger.csv: one row a term; the terms of a convention add up to its figure, per image."""

CLASS_COLUMNS = ("split", "class", "precision", "recall", "f1", "support")
"""Columns of classes.csv: one row a split and class, by its number; support is the images of the class, and
the other columns are empty for a class that does not occur in the split."""

CONFUSION_COLUMNS = ("true", "predicted", "images")
"""Columns of confusion.csv: the test set, classes by number; pairs that never occur are left out."""

CALIBRATION_COLUMNS = ("split", "bin", "images", "confidence", "accuracy")
"""Columns of calibration.csv: one row a split and occupied bin of confidence, counted from 0; mean confidence
and accuracy of its images, as fractions."""

PREDICTION_COLUMNS = ("index", "label", "prediction", "confidence")
"""Columns of predictions.csv: one row a test image, in the order of the data set; confidence is the softmax
probability of the predicted class."""

ROUND_COLUMNS = ("mode", "batch_size", "visit", "steps", "seconds")
"""Columns of rounds.csv: one row a timed block of a throughput measurement, in order within a setting;
seconds of one step, the mean over the steps of the block."""

CALL_COLUMNS = ("call", "seconds")
"""Columns of latency_calls.csv: one row a timed call with one image, in order."""

GRADIENT_COLUMNS = ("epoch", "depth", "layer", "gradient_norm", "weight_norm", "ratio")
"""Columns of gradient_flow.csv: epoch 0 is initialisation; depth counts layers from the input."""

ACTIVATION_COLUMNS = ("epoch", "order", "layer", "kind", "mean", "deviation", "zeros", "dead_units", "units")
"""Columns of activations.csv: one row a call. `kind` is "output" of a convolution or linear layer, with the
mean and standard deviation of its elements, or "rectified" after a ReLU, with the fraction of zeros too, and
the units (channels) that are zero for every image of the probe at every place. A ReLU is named after the last
layer before it."""

FIRST_STEPS_COLUMNS = (
    "step", "loss", "gradient_norm", "first_layer_norm", "last_layer_norm", "agreement",
)  # fmt: skip
"""Columns of first_steps.csv: one row a training step, from 1 on, before its update: training loss without
label smoothing, L2 norm of the gradient of all weights of convolutions and linear layers, of the first and of
the last of them, and the cosine between this gradient and that of the step before (Balduzzi et al. 2017 call
gradients that do not agree shattered); empty at the first step of an epoch."""

LANDSCAPE_COLUMNS = ("x", "y", "loss", "accuracy")
"""Columns of landscape.csv: steps along the first and the second direction, in units of the filters' own
norms; loss in nats and accuracy on training images, each class in proportion, unaugmented, with the running
statistics of batch norm."""
