"""The pages that are made when the site is built: complete, and with links that lead somewhere."""

import re

import columns
import command_line
import links
import pytest
import suite_keys
from typer.main import get_command

from bench import spec
from bench.cli import app

KEYS = suite_keys.page()
COMMANDS = command_line.page()
MODELS = [
    model for name in spec.__all__ if isinstance(model := getattr(spec, name), type)
    and issubclass(model, spec.Model) and model is not spec.Model
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_stands_with_its_explanation(model):
    """In the section of its table."""
    _, _, rest = KEYS.partition("## Top level" if model is spec.Suite else f"{{ #{model.__name__} }}")
    section = rest.partition("\n## ")[0]
    for key, field in model.model_fields.items():
        row = next(line for line in section.splitlines() if line.startswith(f"| `{key}` |"))
        assert " ".join(field.description.split()).replace("|", r"\|") in row


def test_defaults_and_bounds_are_those_of_the_models():
    """As a suite would spell them."""
    assert "| `epochs` | whole number > 0 | `20` |" in KEYS
    assert "| `p` | number ≥ 0 and ≤ 1 | `0.5` |" in KEYS
    assert "| `architectures` | list of [table](#Architecture) | *must be written* |" in KEYS


def test_every_table_that_is_referred_to_is_there():
    """A link to a section leads to one."""
    assert set(re.findall(r"\(#(\w+)\)", KEYS)) <= set(re.findall(r"\{ #(\w+) \}", KEYS))


def test_every_option_stands_with_its_explanation():
    """In the section of its command."""
    for name, command in get_command(app).commands.items():
        section = COMMANDS.partition(f"## bench {name}\n")[2].partition("\n## ")[0]
        for one in command.params:
            if one.name != "help":
                spelling = one.opts[0] if one.param_type_name == "option" else one.name.upper()
                assert f"`{spelling}`" in section
                assert " ".join(one.help.split()).replace("|", r"\|") in section


def test_every_column_stands_with_its_unit():
    """One row each."""
    assert "| `test_loss` | nats | Mean cross-entropy, last epoch |" in columns.page()


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<a href="b.html#there">', []),
        ('<a href="b.html#gone">', ["a.html: b.html#gone"]),
        ('<img src="gone.png">', ["a.html: gone.png"]),
        ('<a href="#here"><p id="here">', []),
        ('<a href="https://example.org/gone">', []),
    ],
)
def test_links_that_lead_nowhere_are_found(tmp_path, page, found):
    """Between pages, to anchors, to files; other sites are not asked."""
    (tmp_path / "a.html").write_text(page)
    (tmp_path / "b.html").write_text('<p id="there">')
    assert links.broken(tmp_path) == found
