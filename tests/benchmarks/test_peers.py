"""The comparison with other training loops: what is timed, and how ratios are made of it."""

import json
import math
from importlib.util import find_spec

import pytest
import torch
from peers import tables
from peers.command import main
from peers.contender import BASELINE, MODULES, OURS, SUITE
from peers.images import DEVIATION, MEAN, PILImages
from peers.setting import Setting
from peers.stopwatch import Stopwatch, TimeUpError
from peers.summary import ratios
from rich.console import Console
from torchvision import transforms

from bench.data import load
from bench.data.batches import ImageSet, Pipeline

TICKS = [0, 1, 2, 3, 5, 6]


def stopwatch(ticks, **options):
    """One whose clock shows the given seconds, step by step."""
    return Stopwatch(clock=iter(ticks).__next__, **{"warm_up": 0, **options})


def result(contender, turn, rate, **more):
    place = {"network": "n", "round": turn, "contender": contender, "seed": turn, "precision": "float32"}
    return {**place, "images_per_second": rate, **more}


def test_time_runs_from_step_to_step():
    """The first step has no beginning that is known."""
    watch = stopwatch(TICKS)
    for _ in TICKS:
        watch.step(10)
    assert (watch.images, watch.seconds) == (50, 6)


def test_a_pause_is_not_timed():
    """With the step that follows it, which began with the start of workers."""
    watch = stopwatch(TICKS)
    for _ in range(4):
        watch.step(10)
    watch.pause()
    watch.step(10)
    watch.step(10)
    assert (watch.images, watch.seconds) == (40, 4)


def test_the_warm_up_is_not_timed():
    """Time runs from the first step that ends after it."""
    watch = stopwatch(TICKS, warm_up=3)
    for _ in TICKS:
        watch.step(10)
    assert (watch.images, watch.seconds) == (20, 3)


def test_time_is_up_when_enough_is_timed():
    """Raised from within the loop, which then needs no condition of its own."""
    watch = stopwatch(TICKS, seconds=3)
    for _ in range(3):
        watch.step(10)
    with pytest.raises(TimeUpError):
        watch.step(10)
    assert watch.images_per_second == 10


def test_ratios_are_made_within_a_round():
    """A round in which all were half as fast changes none."""
    spread = ratios({0: {"a": 300, "b": 100}, 1: {"a": 150, "b": 50}, 2: {"a": 220, "b": 100}}, "a", "b")
    assert (spread.median, spread.low, spread.high) == (3, 2.2, 3)


def test_a_disturbed_measurement_is_left_out_on_request():
    """Measured while others kept more cores busy than `quiet`."""
    results = [result("a", 0, 100, **{"cores taken by others": 1.5}), result("a", 1, 200)]
    assert tables.of_network(results, "n", quiet=0.2) == {1: {"a": 200}}
    assert tables.of_network(results, "n", quiet=math.inf) == {0: {"a": 100}, 1: {"a": 200}}


def test_what_could_not_be_measured_is_named():
    """A library that is not installed has a row, too."""
    results = [
        result(BASELINE, 0, 100),
        {**result("timm script", 0, None), "missing": "timm is not installed"},
    ]
    console = Console(width=160, record=True, quiet=False)
    console.print(tables.speed(results, "n"))
    assert "timm is not installed" in console.export_text()


def test_peers_see_the_pixels_that_the_suite_sees():
    """The same images in, the same tensors out, whoever normalises them."""
    setting = Setting(network="plain_cnn", dataset="shapes", limit=64)
    arrays = load(setting.data(), data_root=None)
    images = PILImages(arrays.train_images, arrays.train_labels)
    images.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)])
    theirs = torch.stack([images[index][0] for index in range(len(images))])
    ours = ImageSet.of(arrays.train_images, arrays.train_labels, None, torch.device("cpu"))
    pipeline = Pipeline.fitted(
        setting.data(), ours, channels=3, image_size=32, memory_format=torch.contiguous_format
    )
    torch.testing.assert_close(pipeline(ours.images), theirs)


def test_every_contender_trains(tmp_path):
    """Each in its own process, on the same images; what it measured is in the JSON."""
    file = tmp_path / "peers.json"
    options = ["--networks", "plain_cnn", "--dataset", "shapes", "--limit", "1024", "--workers", "1"]
    main([*options, "--rounds", "1", "--accuracy", "1", "--json", str(file)])
    results = {one["contender"]: one for one in json.loads(file.read_text())["results"]}
    assert list(results) == list(MODULES)
    missing = {name for name, measured in results.items() if "missing" in measured}
    assert missing == (set() if find_spec("timm") else {"timm script"})
    for name in results.keys() - missing:
        assert 0 < results[name]["test_accuracy"] < 1, name
    assert results[BASELINE]["images"] == 7 * 128
    decided = {name: measured["decisions"] for name, measured in results.items() if "decisions" in measured}
    assert set(decided) == set(OURS)
    assert not decided[SUITE]["compile_trial"]
    assert decided["archbench tuned"]["compile_trial"]
