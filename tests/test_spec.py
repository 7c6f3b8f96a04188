"""The suite's models: strict, frozen, and recipes that merge."""

import pytest
from pydantic import ValidationError

from bench.spec import Adam, Architecture, Cosine, Execution, Recipe, Step, Suite, merge, tuples


def suite(**recipe):
    return Suite.model_validate(
        tuples({"recipe": recipe, "architectures": [{"label": "A", "name": "plain_cnn"}]}), strict=True
    )


def test_a_suite_needs_nothing_but_architectures():
    """Every other key has a default."""
    assert suite().recipe == Recipe()


def test_a_name_stands_for_a_table_with_defaults():
    """`schedule = "cosine"` is `{ name = "cosine" }`."""
    assert suite(schedule="cosine").recipe.schedule == Cosine()


def test_a_table_without_a_name_is_the_default_kind():
    """`optimizer = { lr = 0.01 }` keeps AdamW."""
    assert suite(optimizer={"lr": 0.01}).recipe.optimizer == Adam(lr=0.01)


@pytest.mark.parametrize(
    "recipe",
    [
        {"epochs": "3"},
        {"epochs": 0},
        {"epochs": True},
        {"optimizer": {"lr": float("nan")}},
        {"optimizer": {"name": "sgd", "momentum": 0.0, "nesterov": True}},
        {"seeds": [0, 0]},
        {"seeds": []},
        {"label_smoothing": 1.0},
        {"unknown": 1},
    ],
)
def test_wrong_recipes_are_refused(recipe):
    """Wrong types are not converted, and values outside their range do not pass."""
    with pytest.raises(ValidationError):
        suite(**recipe)


@pytest.mark.parametrize("name", ["resize_crop", "random_resized_crop"])
def test_a_framing_comes_first(name):
    """Other augmentations act on images of the size that the network takes."""
    assert suite(augment=[name, "hflip"]).recipe.augment[0].name == name
    with pytest.raises(ValidationError, match=f"'{name}' must come first"):
        suite(augment=["hflip", name])


@pytest.mark.parametrize(
    "wrong", [{"scale": [0.9, 0.1]}, {"scale": [0.0, 1.0]}, {"ratio": [1.1, 2.0]}, {"ratio": [0.5, 0.9]}]
)
def test_random_parts_have_sensible_ranges(wrong):
    """Smaller before larger; ratios include that of a square, which always fits."""
    with pytest.raises(ValidationError):
        suite(augment=[{"name": "random_resized_crop", **wrong}])


@pytest.mark.parametrize(
    ("text", "count"),
    [(4096, 4096), ("4096 B", 4096), ("2 GiB", 2 * 2**30), ("1.5 kB", 1500), ("200MB", 200_000_000)],
)
def test_bytes_may_carry_a_unit(text, count):
    """Decimal or binary prefixes; a number stays one."""
    assert Execution(memory_budget=text).memory_budget == count


@pytest.mark.parametrize("wrong", [0, -1, "2", "2 GiBi", "GiB", "2 QB", "-2 GB"])
def test_what_is_no_number_of_bytes_is_refused(wrong):
    """With an example of what is expected."""
    with pytest.raises(ValidationError, match=r"greater than 0|'2 GiB'"):
        Execution(memory_budget=wrong)


def test_an_architecture_overrides_single_keys():
    """A nested table merges key by key."""
    whole = suite(epochs=5, optimizer={"name": "adam", "lr": 5e-4, "betas": [0.9, 0.95]})
    own = Architecture(label="B", name="plain_cnn", recipe={"optimizer": {"lr": 1e-3}})
    recipe = whole.recipe_of(own)
    assert recipe.epochs == 5
    assert recipe.optimizer == Adam(name="adam", lr=1e-3, betas=(0.9, 0.95))


def test_an_override_of_another_kind_replaces_the_table():
    """Adam's betas do not survive a change to SGD."""
    whole = suite(optimizer={"name": "adam", "betas": [0.9, 0.95]})
    own = Architecture(label="B", name="plain_cnn", recipe={"optimizer": {"name": "sgd", "lr": 0.1}})
    assert whole.recipe_of(own).optimizer.name == "sgd"


def test_merging_does_not_change_its_arguments():
    """`merge` returns a new document."""
    base = {"a": {"b": 1}}
    assert merge(base, {"a": {"c": 2}}) == {"a": {"b": 1, "c": 2}}
    assert base == {"a": {"b": 1}}


def test_the_json_schema_documents_every_key():
    """Editors show the docstring beside each key: of the key itself, not of the table it holds."""
    schema = Suite.model_json_schema()
    for name, model in {**schema["$defs"], "Suite": schema}.items():
        assert model["description"], name
        for key, value in model["properties"].items():
            assert value.get("description"), f"{name}.{key}"


@pytest.mark.parametrize(
    ("table", "key", "shorthand"),
    [
        ("Recipe", "optimizer", {"enum": ["adam", "adamw", "sgd", "muon"]}),
        ("Recipe", "schedule", {"enum": ["constant", "cosine", "onecycle", "plateau"]}),
        ("Recipe", "init_from", {"type": "string"}),
        ("Measure", "throughput", {"type": "boolean"}),
        ("Measure", "largest_batch", {"type": "boolean"}),
        ("Measure", "loss_landscape", {"type": "boolean"}),
    ],
)
def test_the_json_schema_allows_the_shorthands(table, key, shorthand):
    """An editor does not underline what the program reads; "step" needs milestones as well."""
    assert shorthand in Suite.model_json_schema()["$defs"][table]["properties"][key]["anyOf"]


def test_the_json_schema_knows_the_keys_of_a_recipe_of_ones_own():
    """Numbers are checked; a table may hold a part of any kind, which only merging tells apart."""
    schema = Suite.model_json_schema()["$defs"]
    own, whole = schema["Architecture"]["properties"]["recipe"], schema["Recipe"]["properties"]
    assert own["properties"].keys() == whole.keys()
    assert own["additionalProperties"] is False
    assert own["properties"]["epochs"]["type"] == "integer"
    assert own["properties"]["optimizer"].keys() == {"description"}


def test_milestones_come_from_a_list():
    """TOML has lists, the models tuples."""
    assert suite(schedule={"name": "step", "milestones": [2, 4]}).recipe.schedule == Step(
        name="step", milestones=(2, 4)
    )
