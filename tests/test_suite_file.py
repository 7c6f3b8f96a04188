"""Reading suites: every error at once, each with its key path and a suggestion."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import SuiteError
from bench.suite_file import check_document, load_suite, shipped_suites, suite_path

GOOD = """
[[architectures]]
label = "A"
name = "plain_cnn"
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "suite.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def message_for(path, **options):
    with pytest.raises(SuiteError) as caught:
        load_suite(path, **options)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_good_file_is_read(write):
    """The smallest suite names one architecture."""
    assert load_suite(write(GOOD)).architectures[0].name == "plain_cnn"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("titel = 'x'\n" + GOOD, "titel: unknown key; did you mean 'title'?"),
        (GOOD + "[recipe]\nseeds = []", "recipe.seeds: expected at least 1 of them, got []"),
        (GOOD + "[recipe]\nepochs = '3'", "recipe.epochs: expected a valid integer, got '3'"),
        (GOOD + "[execution]\ndevice = 'gpu'", 'execution.device: expected "auto", "cpu", "cuda", '),
        (
            GOOD + "[recipe.optimizer]\nname = 'adm'",
            "unknown name 'adm'; expected adam, adamw, sgd, muon; did you mean",
        ),
        (GOOD + "[recipe]\naugment = ['hflip', 'crup']", "recipe.augment[1]: unknown name 'crup'"),
        (GOOD + "[recipe.schedule]\nname = 'cosine'\nwarmup = 1", "did you mean 'warmup_epochs'?"),
        (GOOD + "[dataset]\nvalidation = 'tset'", "did you mean 'test'?"),
        (GOOD + "[dataset]\nname = 'folder'", 'dataset.path: required when dataset.name is "folder"'),
        ("[[architectures]]\nname = 'plain_cnn'", "architectures[0].label: required, but missing"),
        (GOOD + GOOD, "architectures[1].label: 'A' is already the label of architectures[0]"),
        (
            GOOD + "recipe = { optimizer = { lr = 'x' } }",
            "architectures[0].recipe.optimizer.lr: expected a valid number, got 'x'",
        ),
        (
            GOOD + "recipe = { optimizer = { lr = 1e-3 }, schedule = { name = 'cosine', min_lr = 0.1 } }",
            "architectures[0].recipe.schedule.min_lr: 0.1 is above the learning rate of 0.001",
        ),
        (
            GOOD + "recipe = { epoch = 3 }",
            "architectures[0].recipe.epoch: unknown key; did you mean 'epochs'?",
        ),
        (
            GOOD + "[[claims]]\narchitecture = 'B'\nmetric = 'macs'\nvalue = 1",
            "claims[0].architecture: no architecture has the label 'B'; labels: 'A'",
        ),
        ("title = ", "not valid TOML"),
        ("", "architectures: required, but missing"),
        (b"title = '\xff'", "not UTF-8"),
        (b"# " + b"x" * (1 << 20), "larger than 1 MiB"),
    ],
)
def test_each_mistake_is_named(write, text, expected):
    """The message has the file, the key path, and what was expected or meant."""
    path = write(text)
    message = message_for(path)
    assert expected in message
    assert message.startswith(path)


def test_all_mistakes_are_reported_at_once(write):
    """Nobody mends a suite error by error."""
    message = message_for(write("titel = 1\n[recipe]\nepochs = -1\n[measure]\nprofil = true\n" + GOOD))
    assert "3 errors" in message
    assert all(part in message for part in ("titel", "recipe.epochs", "measure.profil"))


def test_a_union_that_fails_is_one_line(write):
    """`validation` takes a fraction or "test"; both expectations stand in one line."""
    lines = message_for(write(GOOD + "[dataset]\nvalidation = 2.0")).splitlines()
    assert len(lines) == 2


def test_settings_override_keys(write):
    """`--set` takes dotted keys and TOML values, and text without quotes."""
    suite = load_suite(write(GOOD), overrides=["recipe.epochs=7", "dataset.name=mnist", "recipe.seeds=[4]"])
    assert (suite.recipe.epochs, suite.dataset.name, suite.recipe.seeds) == (7, "mnist", (4,))


def test_a_target_that_stands_there_twice_is_refused(write):
    """Each seed would count twice."""
    text = GOOD + "[measure]\nconvergence = { targets = [0.5, 0.6, 0.5] }\n"
    assert "0.5 stands there twice" in message_for(write(text))


def test_a_claim_against_itself_is_refused(write):
    """Any network has one times its own accuracy."""
    claim = '[[claims]]\narchitecture = "A"\nrelative_to = "A"\nmetric = "test_accuracy"\nvalue = 1.0\n'
    assert "claims[0].relative_to: 'A' against itself says nothing" in message_for(write(GOOD + claim))


def test_other_data_keep_their_part_and_make_claims_not_comparable(write):
    """`--set dataset.name=...` changes the name alone; published figures stay those of the first data."""
    claims = """
[[claims]]
architecture = "A"
metric = "params"
value = 1
[[claims]]
architecture = "A"
metric = "macs"
value = 1
protocol = { dataset = "imagenet", epochs = 3 }
"""
    text = GOOD + '[dataset]\nname = "cifar10"\nimage_size = 32\nlimit = 60\nvalidation = 0.5\n' + claims
    suite = load_suite(write(text), overrides=["dataset.name=digits", "dataset.validation=0.3"])
    data = suite.dataset
    assert (data.name, data.limit, data.validation, data.image_size) == ("digits", 60, 0.3, None)
    assert [claim.protocol.dataset for claim in suite.claims] == ["cifar10", "imagenet"]
    assert suite.claims[1].protocol.epochs == 3


@pytest.mark.parametrize("setting", ["recipe.epochs", "=3", "a b=1"])
def test_a_malformed_setting_shows_an_example(write, setting):
    """`--set` without a key or a value is explained."""
    assert "expected key=value" in message_for(write(GOOD), overrides=[setting])


def test_a_missing_suite_suggests_a_shipped_one():
    """A misspelt name of a shipped suite is recognised."""
    assert "did you mean quickstart?" in message_for("quikstart")


def test_shipped_suites_are_found_by_name():
    """With and without the suffix."""
    assert suite_path("quickstart") == suite_path("quickstart.toml") == shipped_suites()["quickstart"]


@pytest.mark.parametrize("name", shipped_suites())
def test_every_shipped_suite_is_valid(name):
    """What ships can be run."""
    assert load_suite(name).architectures


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
tables = st.sampled_from(
    ["dataset", "recipe", "execution", "measure", "architectures", "claims", "title", "tolerance"]
)


@settings(max_examples=300)
@given(st.dictionaries(tables, json_values, max_size=4))
def test_whatever_the_document_holds_the_error_is_clean(document):
    """Random documents are accepted or refused with a message, never with another exception."""
    with contextlib.suppress(SuiteError):
        check_document(document, "suite.toml")


def inside(depth):
    """A list in a list, and so on."""
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [40, 100])
def test_depth_of_arguments_is_bounded(write, depth):
    """What could not be written out again, or hashed, is refused; a list of lists is not."""
    assert load_suite(write(f"{GOOD}args = {{ a = {inside(3)} }}")).architectures[0].args["a"] == (((),),)
    assert "nested more than 32 levels deep" in message_for(write(f"{GOOD}args = {{ a = {inside(depth)} }}"))


@pytest.mark.parametrize("depth", [100, 5000])
def test_depth_of_keys_is_bounded(write, depth):
    """Dotted keys go deeper than brackets can."""
    assert "nested more than 32 levels deep" in message_for(write(f"{GOOD}args{'.a' * depth} = 1"))
