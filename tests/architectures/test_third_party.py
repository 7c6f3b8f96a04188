"""Networks from the user's own modules and from installed plug-ins."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest
from torch import nn

from architectures import ArchitectureError, build, names, third_party

MODULE = """
from torch import nn

def tiny(num_classes, in_channels=3, *, depth=1):
    return nn.Sequential(*[nn.Conv2d(in_channels, in_channels, 1) for _ in range(depth)],
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(in_channels, num_classes))

def wrapper(**options):
    return tiny(**options)

class Tiny(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.head = nn.Linear(1, num_classes)

class Zoo:
    tiny = staticmethod(tiny)

def late():
    import my_neighbour
    return my_neighbour.network()

def broken():
    raise KeyError("depth")

def number():
    return 3

constant = 3
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current directory with a module of the user's."""
    (tmp_path / "my_networks.py").write_text(MODULE)
    (tmp_path / "my_neighbour.py").write_text(
        "from torch import nn\ndef network():\n    return nn.Identity()\n"
    )
    (tmp_path / "my_broken_module.py").write_text("1 / 0\n")
    (tmp_path / "my_needy_module.py").write_text("import no_such_dependency\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("my_")]:
        del sys.modules[name]


@pytest.mark.parametrize("function", ["tiny", "wrapper", "Zoo.tiny"])
def test_a_function_in_the_current_directory_is_built(here, function):
    assert build(f"my_networks:{function}", num_classes=7)[-1].out_features == 7


def test_a_class_is_built(here):
    assert build("my_networks:Tiny", num_classes=7).head.out_features == 7


def test_arguments_reach_the_function(here):
    network = build("my_networks:tiny", num_classes=7, in_channels=1, depth=3)
    assert [layer.in_channels for layer in network if isinstance(layer, nn.Conv2d)] == [1, 1, 1]


def test_the_function_may_import_its_neighbours_later(here):
    assert isinstance(build("my_networks:late"), nn.Identity)


def test_a_file_of_the_current_directory_hides_no_installed_module(here):
    (here / "torch.py").write_text("1 / 0\n")
    build("my_networks:tiny")
    assert sys.path.index(str(here)) == len(sys.path) - 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("my_networks:wraper", "my_networks has no 'wraper'; did you mean 'wrapper'"),
        ("my_networks:constant", "my_networks:constant is int, not a function that returns a network"),
        ("my_networks:number", "my_networks:number returned int, not a torch.nn.Module"),
        ("my_networks:broken", "my_networks:broken: KeyError: 'depth'"),
        ("my_broken_module:tiny", "my_broken_module cannot be imported: ZeroDivisionError: division by zero"),
        ("my_needy_module:tiny", "my_needy_module cannot be imported: .*no_such_dependency"),
        ("my_absent_module:tiny", "no module 'my_absent_module', neither installed nor in "),
        ("torchvison:resnet18", "no module 'torchvison', .*did you mean 'torchvision:resnet18'"),
        ("my_networks:", "write module:function"),
        (":tiny", "write module:function"),
    ],
)
def test_what_cannot_be_built_is_told(here, name, message):
    with pytest.raises(ArchitectureError, match=message):
        build(name)


def test_an_unknown_argument_lists_those_that_there_are(here):
    with pytest.raises(
        ArchitectureError, match="my_networks:tiny: there is no argument 'deep'; it takes: depth"
    ):
        build("my_networks:tiny", deep=3)


@pytest.fixture
def installed(monkeypatch):
    """Pretend that packages with these entry points are installed."""

    def install(**values):
        entries = [EntryPoint(name, value, third_party.PLUGIN_GROUP) for name, value in values.items()]
        monkeypatch.setattr(third_party, "entry_points", lambda group: entries)

    return install


def test_a_plugin_is_listed_without_being_imported_and_built_by_its_name(here, installed):
    installed(plugged="my_networks:tiny")
    assert names()[-1] == "plugged"
    assert "my_networks" not in sys.modules
    sys.path.append(str(here))
    assert build("plugged", num_classes=7)[-1].out_features == 7


def test_a_plugin_is_suggested(installed):
    installed(plugged_network="my_networks:tiny")
    with pytest.raises(ArchitectureError, match="did you mean 'plugged_network'"):
        build("pluged_network")


@pytest.mark.parametrize("target", ["my_absent_module:tiny", "json:no_such_name"])
def test_a_plugin_that_cannot_be_imported_is_told(installed, target):
    installed(plugged=target)
    with pytest.raises(ArchitectureError, match=f"plugged: {target} cannot be imported"):
        build("plugged")


def test_a_plugin_that_is_no_function_is_told(installed):
    installed(plugged="math:pi")
    with pytest.raises(ArchitectureError, match="plugged is float, not a function"):
        build("plugged")


def test_a_plugin_cannot_take_a_registered_name(installed):
    installed(resnet18="my_networks:tiny")
    with pytest.raises(
        ArchitectureError, match="two architectures are named 'resnet18'; one is my_networks:tiny"
    ):
        names()


def test_two_plugins_cannot_share_a_name(monkeypatch):
    entries = [EntryPoint("plugged", value, third_party.PLUGIN_GROUP) for value in ("a:f", "b:f")]
    monkeypatch.setattr(third_party, "entry_points", lambda group: entries)
    with pytest.raises(
        ArchitectureError, match="two installed packages name an architecture 'plugged': a:f and b:f"
    ):
        build("plugged")


def test_what_a_script_or_notebook_defines_is_no_address():
    """It would be looked for in the wrong process; the message says what to do."""
    with pytest.raises(ArchitectureError, match="put the function into a file"):
        build("__main__:tiny", num_classes=2, in_channels=3, image_size=8)
