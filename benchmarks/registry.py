"""The sizes and subjects that every benchmark draws on: invented cases, the same ones in every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from repayplan.cases.models import Case

SEED = 20_261_120


@dataclass(frozen=True, slots=True)
class Size:
    """How large a case is: its term in months and its number of loans."""

    months: int
    loans: int

    def __str__(self) -> str:
        return f"{self.months} months, {self.loans} loan{'s' if self.loans > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of policy. ``cases``: how many of each size are measured where nothing else is asked for."""

    name: str
    policy: Mapping[str, Any]
    cases: int


SIZES = (Size(12, 1), Size(36, 1), Size(36, 3), Size(60, 1))

SUBJECTS = (
    Subject("free shape, one program", {"step": "off", "balloon": "off", "hazard": "0.5%", "recovery": "30%"}, 8),
    Subject("the defaults, a program per last date", {}, 2),
)


def draw(size: Size, subject: Subject, count: int) -> Iterator[Case]:
    """``count`` borrowers whose season brings in somewhat more than their debt over the term."""
    random = np.random.default_rng([SEED, size.months, size.loans])
    for number in range(count):
        loans = [
            {
                "id": f"L{loan}",
                "principal": f"{random.uniform(5e5, 5e6):.2f}",
                "overdue_principal": f"{random.uniform(1e5, 9e5):.2f}",
                "interest": f"{random.uniform(1e3, 9e4):.2f}",
                "rate": f"{random.uniform(3, 7):.2f}%",
                "collateral": f"{random.uniform(0, 1e6):.2f}",
            }
            for loan in range(1, size.loans + 1)
        ]
        owed = sum(float(loan["principal"]) + float(loan["overdue_principal"]) for loan in loans)
        season = 1 + 0.4 * np.sin(np.arange(size.months) * 2 * np.pi / 12 + random.uniform(0, 6))
        amounts = owed * random.uniform(1.7, 2.2) / size.months * season * random.uniform(0.9, 1.1, size.months)
        yield Case.model_validate(
            {
                "schema": "repayplan/case/1",
                "as_of": "2026-11-20",
                "enterprise": {"name": f"Borrower {number} (invented)"},
                "loans": loans,
                "cash": {
                    "opening": f"{owed * 0.1:.2f}",
                    "floor": f"{owed * 0.02:.2f}",
                    "sources": [
                        {
                            "kind": "monthly",
                            "name": "Business",
                            "start": "2026-12",
                            "amounts": [f"{amount:.2f}" for amount in amounts],
                        }
                    ],
                },
                "policy": {"months": size.months, **subject.policy},
            }
        )
