"""CSV files beside a case become part of it, or say which line is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from repayplan.cases.readers import read_case
from repayplan.cases.sources import Season, Stores
from repayplan.cases.writers import case_to_json
from repayplan.errors import InputError

CASE = """
schema: repayplan/case/1
as_of: 2026-11-20
enterprise: {name: Chain}
loans: [{id: L1, principal: 1000000, rate: 4.35%}]
cash:
  opening: 200000
  sources:
    - SOURCE
"""
CHAIN = "{kind: stores, name: Chain, file: stores.csv, history_file: sub/history.csv}"
SALES = "{kind: season, name: Sales, history: {file: sales.csv}}"


def write(folder: Path, source: str, **files: str) -> Path:
    (folder / "sub").mkdir()
    for name, text in files.items():
        (folder / name.replace("__", "/")).with_suffix(".csv").write_text(text, encoding="utf-8")
    path = folder / "case.yaml"
    path.write_text(CASE.replace("SOURCE", source), encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_case(path)
    return [str(fault) for fault in caught.value.faults]


def test_stores_and_their_histories(tmp_path: Path) -> None:
    stores = 'name,opened,monthly,closing\nA,2020-01,12万,\nB,2026年9月,"80,000",2027-06\n'
    history = "\ufeff门店;月份;金额\nA;2026-08;1200\nA;2026-10;1,300.50\n"
    case = read_case(write(tmp_path, CHAIN, stores=stores, sub__history=history))
    source = case.cash.sources[0]
    assert isinstance(source, Stores)
    assert [(store.name, str(store.monthly)) for store in source.stores] == [("A", "120000.00"), ("B", "80000.00")]
    told = source.stores[0].history
    assert told is not None
    assert [str(amount) for amount in told.series] == ["1200.00", "None", "1300.50"]
    assert "csv" not in case_to_json(case)  # the case holds every figure itself


def test_a_season_from_a_file(tmp_path: Path) -> None:
    rows = "".join(f"{2024 + month // 12}-{month % 12 + 1:02d},{1000 + month}\n" for month in range(24))
    source = read_case(write(tmp_path, SALES, sales="month,sales\n" + rows)).cash.sources[0]
    assert isinstance(source, Season)
    assert source.history is not None
    assert source.history.known == 24


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("month,amunt\n2026-01,1\n", "sales.csv:1: there is no such column; value: amunt; → did you mean amount?"),
        ("month\n2026-01\n", "sales.csv:1: the column amount is missing; → add it to the first line"),
        (
            "month,amount\n",
            "sales.csv: this file has no rows; → give a first line month,amount and a line for each entry",
        ),
        (
            "month,amount\n2026-01,1\n2026/1,2\n",
            "sales.csv:3 month: this month stands twice; value: 2026-01; limit: first at sales.csv:2; "
            "→ keep one of the two, or add them up",
        ),
        (
            "month,amount\n2026-01,1,200\n",
            "sales.csv:2: this line has more cells than the first; → put amounts with thousands separators in quotes",
        ),
        ("month,amount\n,5\n", "sales.csv:2 month: this cell is empty; → fill it in"),
        (
            'month,amount\n2026-01,"5\n',
            "sales.csv:2: this is not CSV: unexpected end of data; → mend this line or the one before it",
        ),
    ],
)
def test_what_is_wrong_in_a_file(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(write(tmp_path, SALES, sales=text)) == [fault]


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/hosts", "sub/../../secret.csv"])
def test_a_file_elsewhere_is_not_read(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.csv").write_text("month,amount\n2026-01,1\n", encoding="utf-8")
    path = write(home, SALES.replace("sales.csv", name))
    assert faults(path) == [
        f"{path}:9 cash.sources[0].history.file: this file is not in the folder of the case; value: {name}; "
        "limit: a file in that folder or below; → put it beside the case and give its name"
    ]


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.csv").write_text("month,amount\n2026-01,1\n", encoding="utf-8")
    path = write(home, SALES)
    (home / "sales.csv").symlink_to(tmp_path / "secret.csv")
    assert "not in the folder of the case" in faults(path)[0]


def test_a_store_that_no_list_knows(tmp_path: Path) -> None:
    path = write(tmp_path, CHAIN, stores="name,monthly\nA,1\n", sub__history="store,month,amount\nZ,2026-01,1\n")
    assert faults(path) == [
        "sub/history.csv:2 store: no store of the case has this name; value: Z; "
        "→ write the name as the list of stores has it"
    ]


def test_figures_in_both_places(tmp_path: Path) -> None:
    source = "{kind: stores, name: C, file: stores.csv, stores: [{name: A, monthly: 1}]}"
    assert "figures stand here and in a file" in faults(write(tmp_path, source, stores="name,monthly\nA,1\n"))[0]


def test_a_history_written_twice(tmp_path: Path) -> None:
    """An inline history is not replaced by the file's without a word, nor a first month beside a file."""
    inline = "stores: [{name: A, history: {start: 2026-01, amounts: [5, 6]}}]"
    source = CHAIN.replace("file: stores.csv", inline)
    path = write(tmp_path, source, sub__history="store,month,amount\nA,2026-08,1\n")
    (fault,) = faults(path)
    assert fault.endswith(
        "stores[0].history: figures stand here and in a file; value: sub/history.csv; limit: first at "
        "sub/history.csv:2; → keep either history or history_file"
    )
    (tmp_path / "more").mkdir()
    path = write(tmp_path / "more", SALES.replace("file:", "start: 2024-01, file:"), sales="month,amount\n2026-01,1\n")
    assert "keep either file or start" in faults(path)[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("month,,amount\n2024-01,100000,5\n", "sales.csv:2: this value stands under no heading; value: 100000"),
        ("month,amount,\n2024-01,5,7\n", "sales.csv:2: this value stands under no heading; value: 7"),
        ("month,amount\n2025.1,5\n", "sales.csv:2 month: this month may have lost a digit"),
        ("month,金额（千元）\n2025-10,5\n", "sales.csv:1: this is not a unit of amounts; value: 金额（千元）"),
        ("month,金额（美元）\n2025-10,5\n", "sales.csv:1: this is not a unit of amounts; value: 金额（美元）"),
        ("month,amount" + ",x" * 300 + "\n2025-10,5\n", "sales.csv:1: this line has too many columns; value: 302"),
    ],
)
def test_what_would_be_lost_or_misread_in_a_file(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(write(tmp_path, SALES, sales=text))[0].startswith(fault)


def test_a_unit_in_the_heading_of_a_file(tmp_path: Path) -> None:
    """12 under 万元 is 120,000; 18 under % is 0.18; a remark that is no unit changes nothing."""
    stores = "门店,月销售额（万元）,毛利率(%)\nA,12,18\nB,80000元,15%\n"
    history = "门店,月份,金额（不含税）\nA,2026.08,1200\n"
    source = read_case(write(tmp_path, CHAIN, stores=stores, sub__history=history)).cash.sources[0]
    assert isinstance(source, Stores)
    assert [(store.monthly, store.margin) for store in source.stores] == [
        (Decimal(120_000), Decimal("0.18")),
        (Decimal(80_000), Decimal("0.15")),
    ]
    assert source.stores[0].history is not None
    assert source.stores[0].history.series == (Decimal(1200),)


def test_every_problem_of_the_case_and_of_its_files_at_once(tmp_path: Path) -> None:
    stores = "name,monthly,margin\nA,1000,180%\nB,x,15%\nA,2000,15%\n"
    history = "store,month,amount\nB,2026-08,-5\nZ,2026-13,1\n"
    path = write(tmp_path, CHAIN, stores=stores, sub__history=history)
    path.write_text(path.read_text(encoding="utf-8").replace("4.35%", "435%"), encoding="utf-8")
    told = [fault.partition(";")[0] for fault in faults(path)]
    assert told == [
        "stores.csv:3 monthly: this is not an amount that can be read in one way only",
        "sub/history.csv:3 month: this is not a month",
        "sub/history.csv:3 store: no store of the case has this name",
        f"{path}:5 loans[0].rate: this is not a yearly rate",
        "stores.csv:2 margin: this is not a share",
        "sub/history.csv:2 amount: this amount is negative",
        "stores.csv:4 name: the name A stands twice",
    ]
