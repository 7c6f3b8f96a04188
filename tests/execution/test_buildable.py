"""What is refused before anything is trained: networks that cannot be built, or that return no logits."""

import sys

import pytest

from bench.execution.buildable import problem
from bench.measurements.construction import Geometry

MODULE = """
from torch import nn

class Net(nn.Module):
    def __init__(self, logits, wrap):
        super().__init__()
        self.head, self.wrap = nn.Linear(64, logits), wrap

    def forward(self, images):
        return self.wrap(self.head(images.flatten(1)))

def good(num_classes):
    return Net(num_classes, lambda logits: logits)

def looks_at_data(num_classes):
    return Net(num_classes, lambda logits: logits if logits.sum().item() < 1e9 else -logits)

def pair(num_classes):
    return Net(num_classes, lambda logits: (logits, logits))

def table(num_classes):
    return Net(num_classes, lambda logits: {"logits": logits})

def few():
    return Net(7, lambda logits: logits)

def many():
    return Net(1000, lambda logits: logits)

def map_of_one_pixel(num_classes):
    return nn.Conv2d(1, num_classes, 8)

def leaves():
    raise SystemExit(3)
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A user's module in the current directory."""
    (tmp_path / "my_outputs.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    yield
    sys.modules.pop("my_outputs", None)


def found(function):
    return problem(f"my_outputs:{function}", {}, Geometry(1, 8, 10))


@pytest.mark.parametrize("function", ["good", "looks_at_data"])
def test_a_network_that_returns_logits_can_be_trained(function):
    """Also one whose way depends on the images, which is looked at with its weights."""
    assert found(function) is None


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("pair", "returns a tuple; return logits alone"),
        ("table", "returns a dict; return logits alone"),
        ("few", "returns 7 for an image, and there are 10 classes"),
        ("many", "returns 1000 for an image, and there are 10 classes"),
        ("map_of_one_pixel", "returns 10x1x1 for an image, and there are 10 classes"),
        ("leaves", "my_outputs:leaves: SystemExit: 3"),
    ],
)
def test_what_returns_no_logit_for_each_class_is_refused(function, told):
    """In words, with the network's name and what it returns."""
    assert f"my_outputs:{function}" in found(function)
    assert told in found(function)
