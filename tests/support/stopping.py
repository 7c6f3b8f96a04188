"""What tests of interrupted trainings share: a stand-in for a kill, silence, and numbers without clocks."""


class StoppedHereError(Exception):
    """Stands for a kill."""


def silent(_):
    """Take progress events, and say nothing."""


def numbers(training):
    """The history of a training without what a clock decides."""
    timed = {"train_seconds", "train_images_per_second"}
    return [epoch.model_dump(exclude=timed) for epoch in training.history]
