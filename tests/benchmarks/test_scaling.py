"""The measurement of growth: fits against laws that are known, and one run of each measurement."""

import json

import pytest
from scaling.command import main
from scaling.fit import exponent, line
from scaling.tables import agree


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(power):
    """Whatever its factor."""
    sizes = [1, 10, 100]
    law = exponent(sizes, [7 * size**power for size in sizes])
    assert law.slope == pytest.approx(power)
    assert law.r2 == pytest.approx(1)


def test_memory_is_a_constant_and_a_multiple_of_the_data():
    """Both are found; R2 says how well they fit."""
    law = line([100, 200, 300], [600, 700, 800])
    assert (law.constant, law.slope, law.r2) == pytest.approx((500, 1, 1))
    assert line([1, 2, 3, 4], [1, 5, 2, 5]).r2 < 0.6


def test_image_size_and_trials_are_measured(tmp_path, capsys):
    """Two sizes of each: a table, an exponent, and the measurements as JSON."""
    file = tmp_path / "scaling.json"
    images = ["--image-sizes", "16,32", "--network", "plain_cnn"]
    runs = ["--networks-in-a-report", "1,2", "--epochs-in-a-report", "3"]
    main(["--what", "image_size,trials", *images, *runs, "--json", str(file)])
    said = capsys.readouterr().out
    assert "epoch seconds ~ pixels ^" in said
    assert "report seconds ~ trials ^" in said
    results = json.loads(file.read_text())["results"]
    assert [row["pixels"] for row in results["image_size"]] == [256, 1024]
    assert [row["trials"] for row in results["trials"]] == [3, 6]


def test_training_in_memory_is_measured(capsys):
    """Images per second and resident memory, of a dataset that fits."""
    task = ["--dataset", "shapes", "--network", "plain_cnn", "--rounds", "1", "--seconds", "1"]
    main(["--what", "streaming", *task])
    said = capsys.readouterr().out
    assert "In memory against a memory budget" in said
    assert "none" in said


@pytest.mark.parametrize(
    ("second", "agreeing"), [([104, 98, 110], True), ([111, 99, 120], False), ([108, 101, 112], False)]
)
def test_two_medians_agree_when_each_lies_in_the_interval_of_the_other(second, agreeing):
    """One of them alone is not enough."""
    assert agree({"first": [100, 90, 110], "second": second}) is agreeing


def test_a_throughput_is_measured_twice(capsys):
    """In both modes; whether it agrees is printed, not asserted."""
    main(["--what", "repeatability", "--network", "plain_cnn", "--rounds", "1", "--seconds", "1"])
    assert "of 2 pairs agree" in capsys.readouterr().out
