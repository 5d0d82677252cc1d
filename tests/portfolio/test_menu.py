"""The menu file: what it offers, to whom, and every fault at once with its place and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan.errors import InputError
from repayplan.portfolio.menu import Menu, default_menu, read_menu


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "menu.yaml"
    path.write_text(f"schema: repayplan/menu/1\n{text}", encoding="utf-8")
    return path


def test_the_menu_that_is_shipped_has_eight_options() -> None:
    assert default_menu().options == (
        "level-24",
        "level-36",
        "free-36",
        "level-60-relief",
        "remind",
        "agency",
        "enforce",
        "do_nothing",
    )


def test_plans_are_shapes_by_installments_by_concessions(tmp_path: Path) -> None:
    menu = read_menu(
        written(
            tmp_path,
            "concessions: [{name: relief, waive_penalty: 100%, more_installments: 12}]\n"
            "plans:\n"
            "  - {shapes: [level, free], installments: [12, 24], concessions: [none, relief]}\n"
            "  - {name: peaks, shapes: [{kind: seasonal, peak: [11, 12]}], installments: [24]}\n",
        )
    )
    assert menu.options == (
        *("level-12", "level-12-relief", "level-24", "level-24-relief"),
        *("free-12", "free-12-relief", "free-24", "free-24-relief"),
        "peaks-24",
    )


def test_every_fault_of_a_menu_is_told_with_place_value_limit_and_remedy(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "concessions: [{name: a, waive_penalty: 200%}]\n"
        "plans: [{shapes: [lev], installments: [0, 24]}]\n"
        "treatments: [remind, foo]\n"
        "white: 3\n",
    )
    with pytest.raises(InputError) as raised:
        read_menu(path)
    faults = {fault.where.split(" ")[-1]: fault for fault in raised.value.faults}
    assert set(faults) == {
        *("concessions[0].waive_penalty", "plans[0].shapes[0]", "plans[0].installments[0]", "treatments[1]", "white"),
    }
    assert faults["plans[0].shapes[0]"].value == "lev"
    assert "level" in str(faults["plans[0].shapes[0]"].limit)
    assert str(faults["white"].remedy) == "did you mean white_list?"
    assert all(fault.remedy is not None for fault in raised.value.faults)
    assert all(str(path) in fault.where for fault in raised.value.faults)


def test_what_does_not_fit_together_is_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "concessions: [{name: a, rate_cut: 1%}, {name: a}]\n"
        "plans: [{shapes: [level], installments: [24, 24], concessions: [none, b]}]\n"
        "treatments: [remind, remind]\n",
    )
    with pytest.raises(InputError) as raised:
        read_menu(path)
    said = str(raised.value)
    for part in (
        "concessions[0].name: this name stands here twice",
        "concessions[0].rate_cut: nobody may have this preferential rate",
        "plans[0].concessions[1]: there is no such concession",
        "the option level-24 stands here twice",
        "treatments[1]: the option remind stands here twice",
    ):
        assert part in said


def test_what_does_not_fit_together_is_told_beside_fields_that_are_wrong(tmp_path: Path) -> None:
    """What rests on a field that is wrong is not told: nobody knows whether it will be so once that is mended."""
    path = written(
        tmp_path,
        "concessions:\n"
        "  - {name: a, rate_cut: 1%, waive_penalty: 200%}\n"
        "  - {name: a}\n"
        "plans:\n"
        "  - {shapes: [level], months: [24, 24], concessions: [none, b]}\n"
        "  - {shapes: [lev], months: [12, 12], installments: [3]}\n"
        "  - {shapes: [free], months: [24]}\n"
        "  - {shapes: [free], months: [24, x]}\n"
        "treatments: [remind, foo, remind]\n",
    )
    with pytest.raises(InputError) as raised:
        read_menu(path)
    told = {(fault.where.rpartition(":")[2], str(fault.what)) for fault in raised.value.faults}
    assert told == {
        ("3 concessions[0].waive_penalty", "this is not a share"),
        ("3 concessions[0].name", "this name stands here twice"),
        ("3 concessions[0].rate_cut", "nobody may have this preferential rate: there is no white list"),
        ("4 concessions[1].name", "this name stands here twice"),
        ("6 plans[0].concessions[1]", "there is no such concession"),
        ("6 plans[0]", "the option level-24 stands here twice"),
        ("6 plans[0]", "the option level-24-b stands here twice"),
        ("7 plans[1].shapes[0]", "this word cannot stand here"),
        ("7 plans[1].installments", "plans need months: or installments:, one of the two"),
        ("9 plans[3].months[1]", "this is not a whole number"),
        ("10 treatments[1]", "this word cannot stand here"),
        ("10 treatments[2]", "the option remind stands here twice"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this menu offers nothing"),
        ("plans: []\ntreatments: []\n", "this menu offers nothing"),
    ],
)
def test_a_menu_that_offers_nothing_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_menu(written(tmp_path, text))


def test_a_shape_that_needs_more_than_its_name_is_told_with_what_may_be_written(tmp_path: Path) -> None:
    for name in ("step_up", "interest_only", "level_balloon"):
        with pytest.raises(InputError, match="this shape needs more than its name") as caught:
            read_menu(written(tmp_path, f"plans: [{{shapes: [{name}], installments: [24]}}]\n"))
        example = str(caught.value.faults[0].remedy).removeprefix("write for example ")
        assert read_menu(written(tmp_path, f"plans: [{{shapes: [{example}], installments: [24]}}]\n")).plan_options


def test_a_menu_of_too_many_options_is_refused(tmp_path: Path) -> None:
    counts = ", ".join(str(count) for count in range(1, 66))
    with pytest.raises(InputError, match="this menu has 65 options; limit: at most 64"):
        read_menu(written(tmp_path, f"plans: [{{shapes: [level], installments: [{counts}]}}]\n"))


@pytest.mark.parametrize("name", ["menu.txt", "none.yaml"])
def test_what_is_no_menu_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "menu.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError):
        read_menu(tmp_path / name)


def lists() -> Menu:
    return Menu.model_validate(
        {
            "schema": "repayplan/menu/1",
            "treatments": ["do_nothing"],
            "white_list": [{"ratings": ["low"], "industries": ["Restaurants"]}, {"cases": ["B-7"]}],
            "black_list": [
                {"regions": ["north"], "allow": ["plan", "enforce"]},
                {"cases": ["B-9"], "allow": ["enforce", "sell"]},
            ],
        }
    )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (("B-1", "low", "restaurants", None), True),
        (("B-1", "medium", "restaurants", None), False),
        (("B-1", "low", "logistics", None), False),
        (("B-1", "low", None, None), False),
        (("B-7", "high", None, None), True),
        (("B-1", "low", " RESTAURANTS ", None), True),
    ],
)
def test_who_may_have_a_preferential_rate(who: tuple[str, str, str | None, str | None], may: bool) -> None:
    """Everything that an entry says must hold; one entry that fits is enough."""
    assert lists().prefers(*who) is may


def test_without_a_white_list_nobody_may() -> None:
    assert not default_menu().prefers("B-1", "low", None, None)


def test_who_is_on_the_black_list_gets_only_what_every_entry_allows() -> None:
    menu = lists()
    assert menu.allowed("B-1", "low", None, "North") == {"plan", "enforce"}
    assert menu.allowed("B-9", "low", None, "South") == {"enforce", "sell"}
    assert menu.allowed("B-9", "low", None, "North") == {"enforce"}
    assert "do_nothing" in menu.allowed("B-1", "low", None, "South")


@pytest.mark.parametrize("terms", ["", ", months: [24], installments: [24]"])
def test_plans_have_terms_or_numbers_of_installments(tmp_path: Path, terms: str) -> None:
    with pytest.raises(InputError, match="months: or installments:, one of the two"):
        read_menu(written(tmp_path, f"plans: [{{shapes: [level]{terms}}}]\n"))


def test_amounts_of_a_menu_may_name_their_unit_as_those_of_limits(tmp_path: Path) -> None:
    shapes = "plans: [{{shapes: [{{kind: level_balloon, last: {last}}}], months: [24]}}]\n"
    (option,) = read_menu(written(tmp_path, shapes.format(last="50万"))).plan_options
    assert option.shape.last == 500_000
    (option,) = read_menu(written(tmp_path, shapes.format(last="500000.00"))).plan_options
    assert option.shape.last == 500_000
    for last in ("much", "-50万", '"500.001"'):
        with pytest.raises(InputError, match=r"shapes\[0\].*last"):
            read_menu(written(tmp_path, shapes.format(last=last)))


def test_a_menu_that_is_not_there_is_told_without_the_template_of_a_case(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no such file; → check the path; .* schema: repayplan/menu/1$"):
        read_menu(tmp_path / "none.yaml")
