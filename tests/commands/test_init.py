"""`bench init`: a suite to start from, with every key explained."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.commands import init as command
from bench.commands.init import DIGITS, init
from bench.errors import SuiteError
from bench.plan import make_plan
from bench.spec import Dataset, Suite
from bench.suite_file import load_suite


class Terminal(io.StringIO):
    """Standard input with somebody in front of it."""

    def isatty(self):
        return True


@pytest.fixture
def at_terminal(monkeypatch):
    """Answers, one a line, of somebody who is asked."""
    return lambda *answers: monkeypatch.setattr("sys.stdin", Terminal("".join(f"{one}\n" for one in answers)))


def loaded(file):
    return load_suite(str(file))


def test_without_answers_the_defaults_are_those_of_a_careful_practitioner(tmp_path):
    """Two networks, three seeds, throughput, targets, a validation split, and data that need no download."""
    assert init(tmp_path / "suite.toml", yes=True) == 0
    suite = loaded(tmp_path / "suite.toml")
    assert (suite.dataset.name, suite.recipe.seeds, suite.dataset.validation) == ("digits", (0, 1, 2), 0.1)
    assert suite.measure.throughput
    assert suite.measure.convergence.targets
    assert len(make_plan(suite)) == 6


def test_the_default_networks_and_data_are_there(tmp_path):
    """They are written without a look at the registry and the catalogue, which hold them nevertheless."""
    import architectures
    from bench.data import catalogue

    assert set(command.ARCHITECTURES) <= set(architectures.names())
    channels, side, _ = catalogue.geometry(Dataset(name=DIGITS.name))
    assert channels == 1
    assert side < DIGITS.image_size == command.SMALLEST


def test_every_key_is_explained(tmp_path):
    """On its line or above its table."""
    init(tmp_path / "suite.toml", dataset="folder:pictures", yes=True)
    text = (tmp_path / "suite.toml").read_text()
    shared, _, _ = text.partition("[[architectures]]")
    for line, before in zip(shared.splitlines()[1:], shared.splitlines(), strict=False):
        if re.match(r"\w+ *=", line) and not line.startswith("description"):
            assert "# " in line or before.startswith("#"), line
    assert all(f"`{key}" in shared for key in ("label", "name", "args", "recipe"))


@pytest.mark.parametrize("name", ["digits", "shapes", "mnist", "cifar10", "imagenet_folder", "folder:a b"])
def test_options_are_written_down(tmp_path, name):
    """Whatever the data set; an own folder keeps its path."""
    init(
        tmp_path / "s.toml",
        architectures=("torchvision:resnet18", "vgg_cifar"),
        dataset=name,
        epochs=2,
        seeds=5,
        yes=True,
    )
    suite = loaded(tmp_path / "s.toml")
    assert [one.name for one in suite.architectures] == ["torchvision:resnet18", "vgg_cifar"]
    assert (suite.recipe.epochs, suite.recipe.seeds) == (2, (0, 1, 2, 3, 4))
    assert (suite.dataset.name, suite.dataset.path) == (
        name.partition(":")[0],
        name.partition(":")[2] or None,
    )
    mirrored = "hflip" in [one.name for one in suite.recipe.augment]
    assert mirrored == (name in ("shapes", "cifar10", "imagenet_folder"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"architectures": ("plain_cn",)}, "plain_cnn"),
        ({"architectures": ("vgg11", "vgg11")}, "named twice"),
        ({"dataset": "cifar11"}, "did you mean 'cifar10'"),
        ({"dataset": "folder"}, "folder:PATH"),
        ({"dataset": "cifar10:here"}, "takes no path"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, options, message):
    """With what was probably meant, exit 2, and nothing written."""
    with pytest.raises(SuiteError, match=message) as refused:
        init(tmp_path / "suite.toml", yes=True, **options)
    assert refused.value.exit_code == 2
    assert not (tmp_path / "suite.toml").exists()


def test_a_file_that_is_there_is_kept(tmp_path):
    """Until `--force` says else; a folder is never replaced."""
    file = tmp_path / "suite.toml"
    file.write_text("mine")
    with pytest.raises(SuiteError, match="--force"):
        init(file, yes=True)
    assert file.read_text() == "mine"
    init(file, yes=True, force=True)
    assert loaded(file).recipe.epochs == command.EPOCHS
    with pytest.raises(SuiteError, match="is a folder"):
        init(tmp_path, yes=True, force=True)


def test_somebody_at_a_terminal_is_asked(tmp_path, at_terminal, capsys):
    """Again where an answer cannot be meant; an empty answer takes the default; options are not asked for."""
    at_terminal("cifar11", "cifar10", "plain_cnn vgg_cifar", "0", "7", "")
    init(tmp_path / "suite.toml")
    suite = loaded(tmp_path / "suite.toml")
    assert suite.dataset.name == "cifar10"
    assert [one.name for one in suite.architectures] == ["plain_cnn", "vgg_cifar"]
    assert (suite.recipe.epochs, len(suite.recipe.seeds)) == (7, 3)
    assert "did you mean 'cifar10'" in capsys.readouterr().out
    at_terminal("", "")
    init(tmp_path / "two.toml", dataset="mnist", seeds=1)
    assert loaded(tmp_path / "two.toml").dataset.name == "mnist"


def test_an_end_of_input_is_an_interruption(tmp_path, at_terminal):
    """Ctrl-D writes nothing."""
    at_terminal("digits")
    with pytest.raises(KeyboardInterrupt):
        init(tmp_path / "suite.toml")
    assert not (tmp_path / "suite.toml").exists()


def test_the_schema_is_named_only_where_it_lies(tmp_path):
    """Beside the suite and of this version; else a comment says how to get it."""
    file, schema = tmp_path / "suite.toml", tmp_path / "suite.schema.json"
    directive = "#:schema ./suite.schema.json\n"
    init(file, yes=True)
    assert not file.read_text().startswith(directive)
    assert "bench schema > suite.schema.json" in file.read_text()
    schema.write_text("{}")
    init(file, yes=True, force=True)
    assert not file.read_text().startswith(directive)
    schema.write_text(json.dumps(Suite.model_json_schema()))
    init(file, yes=True, force=True)
    assert file.read_text().startswith(directive)


def test_the_defaults_are_written_without_torch(tmp_path):
    """At once, then."""
    script = f"""
import sys
from pathlib import Path
from bench.commands.init import init
init(Path({str(tmp_path / "suite.toml")!r}), yes=True)
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert Path(tmp_path / "suite.toml").is_file()
