"""Case files in YAML and JSON with one to three things wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from repayplan.cases.readers import Notation, read_text
from repayplan.cases.writers import case_to_json

SCENARIOS = Path(__file__).parents[2] / "scenarios"
VALUES = (
    *("-1", "0", "1e999", "9" * 40, "0.001", "1,23", "NaN", ".nan", "-Infinity", ".inf", "0x10", "1_000", "1e-9"),
    *("~", "null", "true", "off", "''", '""', "[]", "{}", "[[[[]]]]", "{a: {a: {a: 1}}}", "&a 1", "*a", "!!int 3"),
    *("!x y", "2026-02-30", "2026-13", "0000-00-00", "99999-01-01", "１２", "恒泰", "\u202e", "\ud7ff", "'\\0'"),
    *('"\\ud800"', '"\\UFFFFFFFF"', "|", ">", "%", "@", "`", "?", ":", "-", "<<: 1", "\t", "\x00", "\x07", "\x85"),
)

Change = Callable[[random.Random, str], str]


def _line(change: Callable[[random.Random, list[str], int], None]) -> Change:
    def on_text(dice: random.Random, text: str) -> str:
        lines = text.split("\n")
        change(dice, lines, dice.randrange(len(lines)))
        return "\n".join(lines)

    return on_text


def _replace_value(dice: random.Random, text: str) -> str:
    """Put something else after one of the colons."""
    places = [number for number, sign in enumerate(text) if sign == ":"]
    place = dice.choice(places)
    end = min((text.find(sign, place) for sign in ",}\n" if text.find(sign, place) > 0), default=len(text))
    return f"{text[: place + 1]} {dice.choice(VALUES)}{text[end:]}"


def _insert(dice: random.Random, text: str) -> str:
    place = dice.randrange(len(text))
    return text[:place] + dice.choice((*VALUES, "{", "}", "[", "]", ",", '"', "'", "#", "\n", "---\n")) + text[place:]


def _cut(dice: random.Random, text: str) -> str:
    start = dice.randrange(len(text))
    return text[:start] + text[start + dice.randrange(1, 200) :]


def _nest(dice: random.Random, text: str) -> str:
    depth = dice.choice((3, 19, 21, 5_000))
    return text.replace(": ", ": " + "[" * depth, 1) if dice.random() < 0.5 else "[" * depth + text


def _sign(dice: random.Random, text: str) -> str:
    places = [number for number, sign in enumerate(text) if sign.isdigit()]
    place = dice.choice(places)
    return f"{text[:place]}{dice.choice('-+eE.,%_ ')}{text[place:]}"


CHANGES: tuple[Change, ...] = (
    _line(lambda _, lines, at: lines.pop(at)),
    _line(lambda _, lines, at: lines.insert(at, lines[at])),
    _line(lambda dice, lines, at: lines.__setitem__(at, dice.choice((" ", "  ", "\t")) + lines[at])),
    _line(lambda dice, lines, at: lines.__setitem__(at, lines[dice.randrange(len(lines))])),
    _replace_value,
    _replace_value,
    _insert,
    _cut,
    _nest,
    _sign,
)


STORIES = sorted(path.parent.name for path in SCENARIOS.glob("*/case.yaml") if path.parent.name != "restaurant")
"""Those that need no files beside them."""

EVERY_KIND = """\
schema: repayplan/case/1
as_of: 2026-11-20
enterprise: {name: Every kind of source (invented)}
loans:
  - {id: L1, principal: 1000000.00, overdue_principal: 200000.00, interest: 30000.00, rate: 4.35%}
  - {id: L2, principal: 300000.00, rate: 4.75%, collateral: 100000.00}
cash:
  opening: 700000.00
  operating_cost: 50000.00
  sources:
    - kind: milestones
      name: School
      collected_on_time: 80%
      late_days: 90
      items:
        - {name: Roof, date: 2027-03-31, amount: 900000, retention: 5%, release: 2029-03-31, cost_to_complete: 200000}
    - kind: season
      name: Given
      indices: [0.74, 0.80, 1.01, 0.96, 1.02, 0.96, 0.97, 1.03, 0.91, 0.98, 1.15, 1.47]
      yearly: 600000.00
      margin: 35%
      trend: 2%
    - kind: season
      name: Learned
      margin: 30%
      history:
        start: 2024-10
        amounts: [99, 90, 140, 80, 85, 100, 95, 101, 96, 97, 103, 91,
                  98, 115, 147, 82, null, 102, 97, 103, 98, 99, 105, 93, 100]
    - kind: stores
      name: Chain
      margin: 18%
      ramp_up_months: 6
      stores:
        - {name: One, opened: 2026-06, monthly: 60000.00}
        - {name: Two, closing: 2028-01, history: {start: 2026-01, amounts: [50000, 51000, 0, null, 52000, 50000]}}
    - kind: receivables
      name: Freight
      items:
        - {debtor: A, amount: 100000.00, due: 2026-12-31, delay_days: 30, dilution: 5%}
        - {debtor: B, amount: 200000.00, due: 2027-06-30, factoring: {date: 2027-01-15, discount: 9%}}
    - kind: assets
      name: Stock
      lots:
        - {name: Yarn, price: 1000.00, units: 90, haircut: 8%, units_per_month: 20, cost_of_sale: 2%,
           first_sale: 2027-01-31, secures: L1}
    - {kind: guarantor, name: Parent, cap: 200000.00, call_date: 2027-02-01, delay_days: 60, secures: L2}
    - {kind: monthly, name: Tax, category: tax, start: 2026-12, amount: -1000.00, months: 36, day: 15}
    - kind: flows
      name: Once
      items: [{name: Van, date: 2027-02-28, amount: 20000.00}, {name: Repair, date: 2027-03-31, amount: -5000.00}]
statements:
  - {year: 2025, revenue: 5000000.00, operating_cash_flow: 900000.00, net_profit: 100000.00}
policy: {months: 24, settle: best}
"""


def spoiled(notation: Notation, seed: int) -> str:
    """One to three changes to a shipped case."""
    dice = random.Random(f"{notation}-{seed}")
    name = dice.choice((*STORIES, "every kind"))
    text = EVERY_KIND if name == "every kind" else (SCENARIOS / name / "case.yaml").read_text(encoding="utf-8")
    if notation == "json":
        text = case_to_json(read_text(text, name, "yaml")).replace(",", ",\n")
    for _ in range(dice.choice((1, 1, 2, 3))):
        text = dice.choice(CHANGES)(dice, text)
    return text
