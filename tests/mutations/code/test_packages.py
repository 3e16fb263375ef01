"""Each module belongs to one package and has the tests near it."""

from dataclasses import replace
from pathlib import PurePosixPath

from tests.house.conftest import Plant
from tests.house.repository import Repository
from tests.mutations.code.packages import find_targets, read_packages

PYPROJECT = """
[[tool.daymark-mutation.packages]]
name = "rules"
bar = 0.95
paths = ["services/nudges/rules/*"]
tests = ["tests/services/nudges/domain", "tests/services/gone"]

[[tool.daymark-mutation.packages]]
name = "nudges"
bar = 0.9
paths = ["services/nudges/**"]
"""


def test_a_module_belongs_to_the_first_package_that_it_matches(plant: Plant) -> None:
    repository = plant({"services/nudges/rules/pace.py": "", "services/nudges/domain/day.py": "", "services/app.py": ""})

    targets = find_targets(repository, read_packages(PYPROJECT))

    assert [(str(target.path), target.package.name, target.package.bar) for target in targets] == [
        ("services/nudges/domain/day.py", "nudges", 0.9),
        ("services/nudges/rules/pace.py", "rules", 0.95),
    ]


def test_the_nearest_tests_have_the_name_of_the_module_and_the_wider_ones_are_in_its_folder(plant: Plant) -> None:
    repository = plant(
        {
            "services/nudges/rules/__init__.py": "",
            "services/nudges/rules/pace.py": "",
            "tests/services/nudges/rules/test_pace.py": "",
            "tests/services/nudges/rules/test_pace_at_noon.py": "",
            "tests/services/nudges/rules/test_pacemaker.py": "",
            "tests/services/nudges/domain/test_day.py": "",
        }
    )

    (target,) = find_targets(repository, read_packages(PYPROJECT))

    assert target.path == PurePosixPath("services/nudges/rules/pace.py")
    assert target.nearest == ("tests/services/nudges/rules/test_pace.py", "tests/services/nudges/rules/test_pace_at_noon.py")
    assert target.wider == ("tests/services/nudges/rules", "tests/services/nudges/domain")


def test_the_packages_of_this_repository_can_be_read() -> None:
    repository = Repository()

    packages = read_packages(repository.text("pyproject.toml"))

    assert all(0.9 <= package.bar <= 1 for package in packages)
    assert {package.name for package in packages} >= {"rules", "policy", "score", "facts", "adapters"}


def test_every_path_of_this_repository_matches_a_module() -> None:
    repository = Repository()

    for package in read_packages(repository.text("pyproject.toml")):
        for path in package.paths:
            alone = replace(package, paths=(path,))
            assert find_targets(repository, (alone,)), f"{package.name}: {path}"
