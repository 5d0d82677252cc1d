"""The project installs what it uses and nothing else, and names no machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import repayplan

ROOT = Path(repayplan.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~!\[ ]", requirement)[0].lower() for requirement in requirements}


def imported(folder: str) -> set[str]:
    """Distributions whose modules the sources of a folder import."""
    modules = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules.add(node.module.split(".")[0])
    known = packages_distributions()
    own = {path.stem for path in (ROOT / folder).rglob("*.py")} | {path.name for path in (ROOT / folder).rglob("*")}
    third_party = modules - set(sys.stdlib_module_names) - own - {"repayplan", "benchmarks", folder}
    return {name.lower() for module in third_party for name in known.get(module, [module])}


def test_base_dependencies_are_exactly_what_the_package_imports() -> None:
    used = imported("repayplan") - {"pydantic_core"} | {"psycopg"}  # SQLAlchemy loads its driver by name
    with_spark = {"pyspark", "py4j"}  # the second comes with the first
    assert names(PROJECT["optional-dependencies"]["spark"]) <= with_spark <= used
    assert names(PROJECT["dependencies"]) == used - with_spark


def test_every_extra_holds_something_and_tests_import_only_what_is_declared() -> None:
    extras = PROJECT["optional-dependencies"]
    assert all(extras.values())
    declared = names(PROJECT["dependencies"]) | names(extras["dev"])
    assert imported("tests") | imported("benchmarks") <= declared | {"pydantic_core"}


def test_constraints_pin_every_direct_dependency_and_name_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.\-]+==[\w.]+", pin) for pin in pins), pins
    extras = PROJECT["optional-dependencies"].values()
    direct = names(PROJECT["dependencies"]).union(*map(names, extras))
    assert direct <= {pin.split("==")[0].lower() for pin in pins}


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    forbidden = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "index" + "-url", "find" + "-links"]))
    guilty = [
        f"{name}: {match[0]}"
        for name in listing.stdout.splitlines()
        if (ROOT / name).is_file()
        and (match := forbidden.search((ROOT / name).read_text(encoding="utf-8", errors="replace")))
    ]
    assert not guilty
