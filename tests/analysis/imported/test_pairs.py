"""Side by side: what is comparable is ranked, and everything else is flagged with the reason."""

import pytest
from comparisons import certain, changed, side, small
from factories import architectures

from bench.analysis.imported import Source, of_run, read, side_by_side
from bench.analysis.imported.measured import measured
from bench.analysis.imported.names import same_device

SAME = {
    "batch size": "256", "image size": "224", "precision": "float32", "device name": "rtx4090",
    "memory format": "contiguous",
}  # fmt: skip

PUBLISHED = {
    "benchmark-infer-amp-nchw-pt111-cu113-rtx3090.csv": "resnet18,8386.36,256,224\nvgg16,1375.43,256,224\n"
    "resnet50,2584.36,256,224\n",
    "benchmark-infer-amp-nchw-pt111-rtx3090.csv": "resnet18,8500.0,512,224\nvgg16,1300.0,256,224\n"
    "resnet50,2600.0,256,224\n",
}
"""Two tables as timm publishes them; the second took another batch size for one network."""

HEADER = "model,infer_samples_per_sec,infer_batch_size,infer_img_size\n"


def source(*rows):
    """A file with these figures: name, throughput, and what differs from the usual conditions."""
    figures = [
        measured(
            name, "inference_throughput", value, {key: one for key, one in (SAME | other).items() if one}
        )
        for name, value, other in rows
    ]
    return Source("a file", "timm", tuple(figures))


def test_rows_whose_batch_size_differs_between_published_tables_are_flagged(tmp_path):
    """The others are ranked by what they gained; nothing is ranked that may not be."""
    files = [tmp_path / name for name in PUBLISHED]
    for path, rows in zip(files, PUBLISHED.values(), strict=True):
        path.write_text(HEADER + rows)
    lines = side_by_side(*map(read, files)).lines
    assert [(line.a.subject, line.rank) for line in lines] == [
        ("resnet50", 1),
        ("vgg16", 2),
        ("resnet18", None),
    ]
    assert lines[-1].reasons == ("batch size: 256 \u2192 512",)
    assert lines[0].ratio == pytest.approx(2600.0 / 2584.36)


@pytest.mark.parametrize(
    ("condition", "other"),
    [
        ("batch size", "512"), ("precision", "bfloat16"), ("image size", "288"), ("device name", "rtx3090"),
        ("memory format", "channels_last"),
    ],
)  # fmt: skip
def test_what_was_measured_otherwise_is_not_ranked(condition, other):
    """Batch size, precision, image size, hardware, and whatever else both files say."""
    (line,) = side_by_side(source(("net", 100, {})), source(("net", 150, {condition: other}))).lines
    assert line.rank is None
    assert line.ratio != line.ratio
    assert line.reasons == (f"{condition}: {SAME[condition]} \u2192 {other}",)


@pytest.mark.parametrize("condition", ["batch size", "precision", "image size", "device name"])
@pytest.mark.parametrize("both", [False, True])
def test_what_a_file_does_not_say_is_not_taken_for_equal(condition, both):
    """Not even where both are silent."""
    silent = {condition: None}
    (line,) = side_by_side(source(("net", 1, silent if both else {})), source(("net", 2, silent))).lines
    assert line.rank is None
    assert "not recorded" in line.reasons[0]
    assert line.reasons[0].startswith(condition)


def test_what_only_one_file_says_beyond_that_is_no_obstacle():
    (line,) = side_by_side(source(("net", 1, {})), source(("net", 2, {"memory format": None}))).lines
    assert (line.rank, line.ratio) == (1, 2)


def test_of_several_sizes_each_is_paired_with_its_own():
    """Whatever their order; what is left stands alone."""
    sizes = [("net", 1, {"image size": "160"}), ("net", 2, {}), ("net", 3, {"image size": "288"})]
    found = side_by_side(source(*sizes), source(("net", 4, {}), ("net", 6, {"image size": "288"})))
    assert [(line.a.value, line.b.value, line.reasons) for line in found.lines] == [(2, 4, ()), (3, 6, ())]
    assert [one.value for one in found.only_a] == [1]


def test_thousands_of_rows_of_one_name_are_paired_in_order():
    """Quickly: a damaged table may hold nothing else."""
    many = [("net", number + 1, {}) for number in range(3000)]
    found = side_by_side(source(*many), source(*many[:2000]))
    assert {line.ratio for line in found.lines} == {1.0}
    assert len(found.only_a) == 1000


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("rtx4090", "NVIDIA GeForce RTX 4090", True),
        ("4090", "NVIDIA GeForce RTX 4090", True),
        ("rtx4090", "NVIDIA GeForce RTX 4090 Laptop GPU", False),
        ("NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-40GB", False),
        ("i9_10940x", "Intel(R) Core(TM) i9-10940X CPU @ 3.30GHz", True),
        ("AMD EPYC 7763 64-Core Processor (avx512f)", "amd epyc 7763 64-core", True),
        ("NVIDIA", "Intel", False),
    ],
)
def test_a_device_is_known_by_its_model(a, b, same):
    """Brands, clock rates and brackets do not tell two apart; everything else does."""
    assert same_device(a, b) == same


def test_a_run_stands_beside_a_table_under_the_library_s_name():
    """timm:resnet18 is timm's resnet18; with arguments it is a network of its own."""
    entries = [
        {"label": "Mine", "name": "timm:resnet18.a1_in1k"},
        {"label": "Wider", "name": "timm:resnet18", "args": {"drop_rate": 0.5}},
    ]
    run = of_run(side(small(architectures=entries)))
    assert {row.subject for row in run.rows} == {"resnet18", "Wider"}
    one = next(
        row for row in run.rows if row.quantity.name == "train_throughput" and row.subject == "resnet18"
    )
    assert one.conditions["image size"] == "32"
    assert one.conditions["precision"] == "bfloat16"
    assert one.conditions["device name"] == "Example CPU with AMX"


def test_an_architecture_without_speeds_is_named():
    """Where nothing was measured, or no trial was finished."""
    run = of_run(
        side(small(measure={"throughput": False}, architectures=architectures(2)), changed("latency", None))
    )
    assert not run.rows
    assert run.left_out == ("Network 0: no speed", "Network 1: no speed")
    assert of_run(side(small(), lambda record: None)).rows == ()
    assert of_run(side(small(), certain)).rows
