"""`bench run` as a user meets it: the real program, in a process of its own, on a small suite."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

SUITE = """
title = "Small"
[dataset]
name = "digits"
limit = 300
image_size = 16
[recipe]
epochs = 3
batch_size = 32
optimizer = { name = "adam", lr = 2e-3 }
seeds = [0, 1]
[[architectures]]
label = "Narrow"
name = "plain_cnn"
args = { width = 4 }
[[architectures]]
label = "Wide"
name = "plain_cnn"
args = { width = 8 }
[measure]
throughput = { batch_sizes = [8], seconds = 0.1 }
convergence = { targets = [0.2, 1.0] }
gradient_flow = true
profile = true
[[claims]]
architecture = "Narrow"
metric = "params"
value = 1234
source = "a wrong figure"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A working directory with the suite in it, and a cache of its own."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "small.toml").write_text(SUITE)
    return folder


def bench(home, *arguments, **options):
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "bench.cli", *arguments],
        cwd=home, env=environment, capture_output=True, text=True, timeout=300, check=False, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def first(home):
    """The first run of the suite."""
    return bench(home, "run", "small.toml")


@pytest.fixture(scope="module")
def folder(home, first):
    """Its run directory."""
    (folder,) = (home / "runs" / "small").iterdir()
    return folder


@pytest.fixture(scope="module")
def records(folder):
    return [json.loads(path.read_text()) for path in sorted(folder.glob("trials/*/record.json"))]


def test_it_ends_with_a_table_and_a_report(first, folder):
    """Exit 0, the summary on the terminal, and where the page lies."""
    assert first.returncode == 0, first.stderr
    assert "Narrow" in first.stdout
    assert "report.html" in first.stdout
    assert (folder / "report.html").stat().st_size > 100_000


def test_telling_images_are_kept_beside_the_trials(first, folder):
    """As many as the suite asks for of each network, and the page shows them."""
    kept = json.loads((folder / "examples" / "examples.json").read_text())
    assert kept["asked"] == 4
    assert (
        kept["image_sha256"] == hashlib.sha256((folder / "examples" / "images.png").read_bytes()).hexdigest()
    )
    wrong = [example for example in kept["examples"] if len(example["answers"]) == 1]
    assert len(wrong) == 2 * 4
    assert 'id="examples"' in (folder / "report.html").read_text()


def test_progress_is_one_plain_line_an_epoch(first):
    """When nobody watches a terminal."""
    lines = [line for line in first.stdout.splitlines() if "epoch" in line and line.startswith("[")]
    assert len(lines) == 4 * 3
    assert "\x1b" not in first.stdout


def test_there_is_a_record_for_every_architecture_and_seed(records):
    """All done, on the split that was asked for."""
    assert sorted((r["trial"]["label"], r["trial"]["recipe"]["seeds"][0]) for r in records) == [
        ("Narrow", 0), ("Narrow", 1), ("Wide", 0), ("Wide", 1),
    ]  # fmt: skip
    for record in records:
        assert record["status"] == "done"
        data = record["data"]
        assert (data["train_images"], data["validation_images"]) == (270, 30)


def test_the_command_is_kept_without_places(home):
    """What another machine has to type; where its files lie is its own affair."""
    settings = ["--only", "Narrow", "--set", "recipe.epochs=1"]
    assert bench(home, "run", "small.toml", "--runs-dir", "kept", *settings).returncode == 0
    (info,) = (home / "kept").glob("small/*/run.json")
    assert json.loads(info.read_text())["command"] == ["bench", "run", "small.toml", *settings]


def test_counts_are_those_of_the_network(records):
    """Params by hand: 3x3 convolutions of width w on one channel, and the linear layer on one pixel."""
    for record in records:
        w = record["trial"]["args"]["width"]
        body = (9 + 1) * w + (9 * w + 1) * w + (9 * w + 1) * 2 * w + (18 * w + 1) * 2 * w
        macs = (
            9 * w * 14**2 + 9 * w * w * 12**2 + 9 * w * 2 * w * 4**2 + 9 * 2 * w * 2 * w * 2**2 + 2 * w * 10
        )
        assert record["static"]["params_body"] == body
        assert record["static"]["params"] == body + (2 * w + 1) * 10
        assert record["static"]["macs"] == macs
        assert record["static"]["flops"] == 2 * macs
        assert record["static"]["findings"] == []


def test_epochs_csv_has_the_promised_columns_and_rows(folder):
    """One row an epoch."""
    for path in folder.glob("trials/*/epochs.csv"):
        with path.open() as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == [
            "epoch",
            "learning_rate",
            "train_loss",
            "train_accuracy",
            "validation_loss",
            "validation_accuracy",
            "test_loss",
            "test_accuracy",
            "train_seconds",
            "train_images_per_second",
            "train_flops",
        ]
        assert [int(row["epoch"]) for row in rows] == [1, 2, 3]
        assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])


def test_records_agree_with_their_tables(folder):
    """The summary in the record is that of epochs.csv and of the confusion matrix."""
    for path in folder.glob("trials/*/record.json"):
        training = json.loads(path.read_text())["training"]
        epochs = pd.read_csv(path.with_name("epochs.csv"))
        assert training["last"]["test_accuracy"] == pytest.approx(epochs.test_accuracy.iloc[-1])
        assert training["best"]["test_accuracy"] == pytest.approx(epochs.test_accuracy.max())
        assert training["selected"]["epoch"] == epochs.epoch[epochs.validation_accuracy.idxmax()]
        assert training["train_seconds"] == pytest.approx(epochs.train_seconds.sum())
        confusion = pd.read_csv(path.with_name("confusion.csv"))
        right = confusion.images[confusion.true == confusion.predicted].sum()
        assert right / confusion.images.sum() == pytest.approx(epochs.test_accuracy.iloc[-1], abs=1e-6)


def test_peaks_and_memory_are_measured(records):
    """Once per architecture: relative to the same peak, and at the recipe's batch size."""
    by_seed = {seed: [r for r in records if r["trial"]["recipe"]["seeds"] == [seed]] for seed in (0, 1)}
    assert all(record["peaks"] is None and not record["memory"] for record in by_seed[1])
    assert by_seed[0][0]["peaks"] == by_seed[0][1]["peaks"] is not None
    for record in by_seed[0]:
        assert [(fact["mode"], fact["batch_size"]) for fact in record["memory"]] == [
            ("train", 32), ("inference", 32),
        ]  # fmt: skip
        if sys.platform == "linux":
            assert all(fact["peak_bytes"] > 0 for fact in record["memory"])
            assert record["memory"][0]["parts"]["params"] == 4 * record["static"]["params"]


def test_speed_gradients_and_trace_are_measured(folder, records):
    """Speed and trace once per architecture, gradients for every trial."""
    by_seed = {seed: [r for r in records if r["trial"]["recipe"]["seeds"] == [seed]] for seed in (0, 1)}
    for record in by_seed[0]:
        assert {(row["mode"], row["batch_size"]) for row in record["throughput"]} == {
            ("train", 8),
            ("inference", 8),
        }
        for row in record["throughput"]:
            assert 0 < row["low"] <= row["images_per_second"] <= row["high"]
    assert all(not record["throughput"] for record in by_seed[1])
    traces = sorted(path.name.split(".")[0] for path in folder.glob("trials/*-s0-*/trace/*.pt.trace.json"))
    assert traces == ["layers", "layers", "training-step", "training-step"]
    assert not list(folder.glob("trials/*-s1-*/trace"))
    for path in folder.glob("trials/*-s0-*/layer_times.csv"):
        assert set(pd.read_csv(path.with_name("layers.csv")).layer) <= set(pd.read_csv(path).layer)
    for path in folder.glob("trials/*/gradient_flow.csv"):
        flow = pd.read_csv(path)
        assert sorted(set(flow.epoch)) == [0, 1, 2, 3]
        assert list(flow.layer[flow.epoch == 0]) == ["body.0", "body.1", "body.4", "body.5", "head"]
        assert (flow.gradient_norm > 0).all()


def test_the_report_shows_the_records_numbers(folder, records):
    """To the digit shown."""
    page = (folder / "report.html").read_text()
    for label in ("Narrow", "Wide"):
        accuracies = [r["training"]["last"]["test_accuracy"] for r in records if r["trial"]["label"] == label]
        assert f"{100 * sum(accuracies) / 2:.2f}" in page
        params = next(r["static"]["params"] for r in records if r["trial"]["label"] == label)
        assert str(params) in page.replace(",", "").replace("\u202f", "").replace("\u2009", "")
    assert "not reproduced" in page


def test_the_same_command_again_trains_nothing(home, first, folder):
    """Finished trials are kept, byte by byte."""
    before = {path: path.read_bytes() for path in folder.glob("trials/*/*.*")}
    again = bench(home, "run", "small.toml")
    assert again.returncode == 0
    assert again.stdout.count("done before, kept") == 4
    assert {path: path.read_bytes() for path in folder.glob("trials/*/*.*")} == before


def test_strict_claims_fail_the_command(home, first):
    """A wrong published figure gives exit 1, without training again."""
    assert bench(home, "run", "small.toml", "--strict-claims").returncode == 1


def test_a_dry_run_shows_the_plan_and_leaves_nothing(home):
    """No folder is made."""
    shown = bench(home, "run", "small.toml", "--dry-run", "--runs-dir", "elsewhere")
    assert shown.returncode == 0
    assert shown.stdout.count("plain_cnn") == 4
    assert not (home / "elsewhere").exists()


def test_only_runs_what_is_named(home):
    """The rest of the plan stays open, and shows as such."""
    shown = bench(
        home, "run", "small.toml", "--only", "Wide", "--runs-dir", "partly", "--set", "recipe.epochs=1"
    )
    assert shown.returncode == 0, shown.stderr
    assert {path.name.split("-")[0] for path in (home / "partly").glob("small/*/trials/*")} == {"wide"}


def test_a_killed_run_continues_where_it_was(home):
    """SIGKILL to the driver, whose worker ends with it; the same command ends with the same numbers."""
    arguments = ["run", "small.toml", "--only", "Narrow", "--set", "recipe.epochs=12"]
    assert bench(home, *arguments, "--runs-dir", "whole").returncode == 0
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.cli", *arguments, "--runs-dir", "cut"],
        cwd=home, env=environment, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    wait_for(lambda: list((home / "cut").glob("small/*/trials/*/checkpoint.pt")))
    workers = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(map(alive, workers)), seconds=30)
    assert not list((home / "cut").glob("small/*/trials/narrow-s0-*/record.json"))
    assert bench(home, *arguments, "--runs-dir", "cut").returncode == 0
    assert numbers(home / "cut") == numbers(home / "whole")
    (record,) = (home / "cut").glob("small/*/trials/narrow-s0-*/record.json")
    assert json.loads(record.read_text())["training"]["resumed"] == 1


@pytest.mark.parametrize(
    ("sent", "code", "word"), [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")]
)
def test_who_interrupts_is_told_how_to_go_on(home, sent, code, word):
    """One sentence, no traceback, and a record that says so; before, nobody else may work on the run."""
    runs = f"stopped-by-{sent}"
    endless = ("run", "small.toml", "--runs-dir", runs, "--set", "recipe.epochs=1000000")
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.cli", *endless],
        cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - no threads here that could hold a lock
    )  # fmt: skip
    wait_for(lambda: list((home / runs).glob("small/*/trials/*/checkpoint.pt")))
    if sent == signal.SIGTERM:
        second = bench(home, *endless)
        assert second.returncode == 3
        assert f"process {process.pid} on " in second.stderr
    os.killpg(process.pid, sent)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code
    assert f"{word}; the same command continues where it stopped." in out
    assert "Traceback" not in out + err
    (record,) = (home / runs).glob("small/*/trials/*/record.json")
    assert json.loads(record.read_text())["status"] == "interrupted"
    (log,) = (home / runs).glob("small/*/bench.log")
    assert "run ended" in json.loads(log.read_text().splitlines()[-1])["message"]


def test_serving_ends_with_ctrl_c(home, first):
    """The printed address answers; after the end of the run, Ctrl-C ends it with the exit code of the run."""
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.cli", "run", "small.toml", "--serve"],
        cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - no threads here that could hold a lock
    )  # fmt: skip
    lines = iter(process.stdout.readline, "")
    url = next(line for line in lines if line.startswith("live report: ")).split()[-1]
    assert next(line for line in lines if "has ended" in line).endswith("served until Ctrl-C.\n")
    with urllib.request.urlopen(url) as answer:
        assert b"Narrow" in answer.read()
    with urllib.request.urlopen(f"{url}state") as answer:
        assert json.load(answer)["news"] == "the run has ended"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0
    assert err == ""


def test_a_failing_trial_does_not_stop_the_others(home):
    """Exit 4; the hole is in the record and in the report."""
    (home / "mine.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.head = nn.Linear(256, 10)\n"
        "    def forward(self, x):\n"
        "        if x.device.type != 'meta': raise RuntimeError('broken on purpose')\n"
        "        return self.head(x.flatten(1))\n"
        "def net(num_classes): return Net()\n"
    )
    suite = SUITE.replace('"Wide"\nname = "plain_cnn"\nargs = { width = 8 }', '"Broken"\nname = "mine:net"')
    (home / "broken.toml").write_text(suite)
    shown = bench(home, "run", "broken.toml", "--set", "recipe.epochs=1")
    assert shown.returncode == 4
    (page,) = (home / "runs" / "broken").glob("*/report.html")
    assert "broken on purpose" in page.read_text()
    states = [json.loads(path.read_text())["status"] for path in page.parent.glob("trials/*/record.json")]
    assert sorted(states) == ["done", "done", "failed", "failed"]


@pytest.mark.parametrize(
    ("change", "code", "expected"),
    [
        (("epochs = 3", "epoch = 3"), 2, "recipe.epoch: unknown key; did you mean 'epochs'?"),
        (("epochs = 3", "epochs = '3'"), 2, "recipe.epochs: expected a valid integer"),
        (('"plain_cnn"', '"plain_cn"'), 2, "unknown architecture 'plain_cn'"),
        (("width = 4", "widht = 4"), 2, "widht"),
        (('"digits"', '"digit"'), 2, "unknown dataset 'digit'"),
        (("image_size = 16", "image_size = 4"), 2, "too small"),
        (("[recipe]", "[recipe"), 2, "not valid TOML"),
        (('name = "digits"', 'name = "folder"\npath = "nowhere"'), 3, "nowhere"),
    ],
)
def test_a_mistake_is_one_message(home, change, code, expected):
    """With the exit code it stands for, and no traceback."""
    (home / "wrong.toml").write_text(SUITE.replace(*change))
    shown = bench(home, "run", "wrong.toml", "--runs-dir", "never")
    assert shown.returncode == code, shown.stderr
    assert expected in shown.stderr
    assert "Traceback" not in shown.stderr + shown.stdout


def test_an_unreadable_data_file_is_named(home):
    """A truncated MNIST file: exit 3 and the file's name."""
    raw = home / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ):
        (raw / name).write_bytes(b"\0\0\x08\x03broken")
    (home / "mnist.toml").write_text(SUITE.replace('"digits"', '"mnist"'))
    shown = bench(home, "run", "mnist.toml", "--data-root", "data", "--runs-dir", "never")
    assert shown.returncode == 3
    assert "idx" in shown.stderr
    assert "Traceback" not in shown.stderr + shown.stdout


def numbers(runs: Path):
    """Everything in epochs.csv and the confusion matrix that no clock decides."""
    tables = {}
    for path in sorted(runs.glob("small/*/trials/*/*.csv")):
        table = pd.read_csv(path)
        timed = [column for column in table if "second" in column or "millisecond" in column]
        if path.stem not in ("profile", "profile_phases", "rounds", "latency_calls"):
            tables[f"{path.parent.name}/{path.name}"] = table.drop(columns=timed).to_csv()
    assert tables
    return tables


def listen_to_ctrl_c():
    """A shell that runs the tests in the background has told all of its children to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def children(pid):
    """Processes that a process started; where the system does not tell, none."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def alive(pid):
    """Whether it runs; one that has ended may still wait to be noticed."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
