"""The lint: every rule finds its mistake, and leaves sound networks alone."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import architectures
from bench.measurements.counting import CountingError, lint, lint_rules
from bench.measurements.counting.weightless import build_weightless


def findings(name, side, **args):
    """Rule to finding, for one of the package's networks."""
    model = build_weightless(lambda: architectures.build(name, num_classes=10, image_size=side, **args))
    return {finding.rule: finding for finding in lint(model, (3, side, side))}


@pytest.mark.parametrize(
    ("name", "side", "args"),
    [
        ("resnet18", 224, {}),
        ("resnet18", 32, {"stem": "cifar"}),
        ("cifar_resnet20", 32, {}),
        ("plain_cnn", 32, {}),
        ("torchvision:mobilenet_v3_small", 224, {}),
        ("torchvision:vit_b_16", 224, {}),
        ("torchvision:swin_t", 224, {}),
    ],
)
def test_sound_networks_have_no_findings(name, side, args):
    """A lint that cries wolf is switched off."""
    assert findings(name, side, **args) == {}


def test_a_stem_for_224_pixels_on_images_of_32():
    """8x8 of 32x32 are left before the first block."""
    finding = findings("resnet18", 32)["large-stem"]
    assert len(finding.layers) == 1
    assert "8x8 of 32x32" in finding.message


def test_a_map_shrunk_to_one_pixel_before_the_last_stage():
    """3x3 convolutions that see one pixel are named."""
    finding = findings("resnet18", 32)["shrunk-map"]
    assert len(finding.layers) == 3
    assert "1x1" in finding.message


class OverPixels(nn.Module):
    """Reads an image pixel by pixel."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.reader = nn.LSTM(4, 8, batch_first=True)
        self.head = nn.Linear(8, 10)

    def forward(self, images):
        states, _ = self.reader(self.stem(images).flatten(2).transpose(1, 2))
        return self.head(states[:, -1])


def test_no_hint_looks_at_a_thousand_times_the_steps(monkeypatch):
    """A recurrent network takes one for each pixel: minutes of an image of 8 by 8, hours of 28 by 28."""
    counted = []
    monkeypatch.setattr(lint_rules, "count", lambda model, shape: counted.append(shape))
    assert list(lint(OverPixels(), (1, 4, 4))) == []
    assert counted == []


def test_an_image_smaller_than_the_total_stride():
    """ResNet-18 shrinks 32 times; 16 pixels are too few, 32 are just enough."""
    assert "shrinks an image 32 times" in findings("resnet18", 16)["small-input"].message
    assert "small-input" not in findings("resnet18", 32)


def test_a_bias_that_batch_normalisation_takes_away():
    """VGG with batch normalisation has one at each of its 13 convolutions."""
    finding = findings("vgg16_bn", 224)["bias-before-norm"]
    assert len(finding.layers) == 13
    assert "4,224 params" in finding.message


def test_a_bias_that_twins_share_counts_once():
    """As a param does everywhere else."""
    messages = {
        statistics: findings("shared_resnet", 32, repeats=2, statistics=statistics)[
            "bias-before-norm"
        ].message
        for statistics in ("shared", "own")
    }
    assert all("672 params" in message for message in messages.values())


def test_batch_norm_that_is_applied_several_times():
    """Each norm of the three blocks, unless every application has running statistics of its own."""
    shared = findings("shared_resnet", 32, repeats=2)["shared-statistics"]
    assert shared.layers == tuple(f"block{block}.bn{norm}" for block in (1, 2, 3) for norm in (1, 2))
    assert "shared-statistics" not in findings("shared_resnet", 32, repeats=2, statistics="own")
    assert "shared-statistics" not in findings("shared_resnet", 32)


def test_norms_without_running_statistics_may_be_applied_again():
    """They use those of the batch in evaluation as well."""

    class Twice(nn.Module):
        def __init__(self, **options) -> None:
            super().__init__()
            self.norm = nn.BatchNorm2d(3, **options)

        def forward(self, images):
            return self.norm(self.norm(images).relu())

    assert [finding.rule for finding in lint(Twice(), (3, 8, 8))] == ["shared-statistics"]
    assert lint(Twice(track_running_stats=False), (3, 8, 8)) == ()


def test_params_that_the_output_does_not_depend_on():
    """Never called, or called for nothing."""

    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.ignored = nn.Conv2d(3, 4, 1, bias=False)
            self.never = nn.Linear(2, 2)

        def forward(self, images):
            self.ignored(images)
            return self.conv(images)

    (finding,) = lint(Idle(), (3, 8, 8))
    assert finding.rule == "unused-params"
    assert finding.layers == ("ignored", "never")
    assert "18 params" in finding.message


def test_a_softmax_before_the_cross_entropy():
    """The flaw of a published comparison, found in the network that reproduces it alone."""
    assert findings("shared_resnet", 32, head="mlp", softmax=True)["softmax-head"].layers
    assert "softmax-head" not in findings("shared_resnet", 32, head="mlp")


def headed(end):
    """A linear network whose logits go through a function."""

    class Headed(nn.Linear):
        def forward(self, images):
            return end(super().forward(images.flatten(1)))

    return Headed(192, 10)


@pytest.mark.parametrize("end", [lambda x: x.softmax(1), torch.sigmoid], ids=["softmax", "sigmoid"])
def test_a_softmax_need_not_be_a_module(end):
    """A function flattens the gradients as well."""
    assert [finding.rule for finding in lint(headed(end), (3, 8, 8))] == ["softmax-head"]


@pytest.mark.parametrize("end", [nn.LogSoftmax(1), lambda x: x.log_softmax(1)], ids=["module", "function"])
def test_a_log_softmax_does_no_harm(end):
    """The one within the cross-entropy leaves its result as it is."""
    logits = torch.randn(4, 10)
    loss, again = (F.cross_entropy(x, torch.arange(4)) for x in (logits, end(logits)))
    torch.testing.assert_close(again, loss)
    assert lint(headed(end), (3, 8, 8)) == ()


def test_attention_is_no_softmax_head():
    """A softmax in the middle is as it should be."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 8), nn.Softmax(1), nn.Linear(8, 10))
    assert lint(model, (3, 8, 8)) == ()


def test_a_network_that_looks_at_data_is_linted_as_far_as_shapes_go():
    """With weights it can be counted, and the other rules apply."""

    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.norm = nn.BatchNorm2d(4)

        def forward(self, images):
            return self.norm(self.conv(images)) if self.conv.bias[0].item() < 9 else images

    assert [finding.rule for finding in lint(Gate(), (3, 8, 8))] == ["bias-before-norm"]


def test_an_image_that_does_not_fit_is_an_error():
    """Not a finding."""
    with pytest.raises(CountingError, match="cannot take"):
        lint(nn.Conv2d(3, 4, 1), (1, 8, 8))
