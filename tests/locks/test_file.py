"""Lock files: the same counts give the same text, and a damaged file says what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import CheckError, StoreError
from bench.locks.file import Locked, LockedLayer, lock_path, read_lock, render_lock

LAYER = LockedLayer("body.0", "Conv2d", 1, "3x8x8", "4x8x8", "4x3x3x3 + 4", 112, 6912, 256)


def locked(**changes):
    facts = {
        "name": "plain_cnn", "args": {"width": 4}, "input": "3x8x8", "classes": 10, "params": 112,
        "params_frozen": 0, "macs": 6912, "activations": 256, "output_shape": "10", "layers": (LAYER,),
    }  # fmt: skip
    return Locked(**(facts | changes))


def test_the_text_is_made_for_review(tmp_path):
    """One block an architecture, sorted by label; one line a layer; a header that says what it is."""
    text = render_lock({"b": locked(), "a": locked(classes=2)})
    assert text.splitlines()[0].startswith("# The counts that `bench check` guards")
    assert text.index('[architectures."a"]') < text.index('[architectures."b"]')
    row = '  ["body.0", "Conv2d", 1, "3x8x8", "4x8x8", "4x3x3x3 + 4", 112, 6912, 256],'
    assert text.splitlines().count(row) == 2


values = st.recursive(
    st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(label=st.text(min_size=1), args=st.dictionaries(st.text(), values, max_size=3))
def test_any_label_and_any_arguments_survive_the_file(tmp_path_factory, label, args):
    """Whatever a suite may hold."""
    path = tmp_path_factory.mktemp("lock") / "x.lock"
    lock = {label: locked(args=args)}
    path.write_text(render_lock(lock), encoding="utf-8", newline="")
    assert render_lock(read_lock(path)) == render_lock(lock)


def test_it_lies_beside_the_suite(tmp_path):
    """`suite.toml` has `suite.lock`."""
    assert lock_path(tmp_path / "suite.toml") == tmp_path / "suite.lock"


def test_a_missing_file_names_the_command_that_writes_it(tmp_path):
    """It is a failed check, not a broken environment."""
    with pytest.raises(CheckError, match=r"no lock file; write it with: bench lock .*x\.toml"):
        read_lock(tmp_path / "x.lock")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 99", "version 99, this program reads 1"),
        ("no toml", "cannot be read"),
        ('version = 1\n[architectures.a]\nname = "x"', "damaged"),
        ("version = 1\narchitectures = 3", "damaged"),
        (f"version = 1\narchitectures.a.args{'.a' * 100} = 1", "nested more than 32 levels deep"),
        (f"version = 1\narchitectures.a.args{'.a' * 5000} = 1", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(tmp_path, text, message):
    """Version, syntax and content."""
    path = tmp_path / "x.lock"
    path.write_text(text)
    with pytest.raises(StoreError, match=message):
        read_lock(path)
