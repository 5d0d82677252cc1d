"""Cases of every kind, made at random from what the models say a case may hold."""

from __future__ import annotations

import random
import string
import types
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from repayplan.cases.models import Case, Cash
from repayplan.cases.sources import Flows, Milestone, Monthly, Season, Stores

SIGNS = string.ascii_letters + string.digits + "恒泰建设有限公司（虚构）-—/、,.:=+@%\"' ()"
SPECIAL = (
    "-",
    "无",
    "合计",
    "Total",
    "=1+1",
    '"quoted"',
    "001",
    "12",
    "2027-01-01",
    "off",
    "备注",
    "N/A",
    "true",
    "1e5",
)


STORE = {"name", "closing", "margin"}
"""What does not say that a part of a source is a store, nor what it sells."""


def any_case(dice: random.Random) -> Case:
    """A case that is in order; optional fields are there or not, names are anything."""
    for _ in range(1_000):
        data = _fields(Case, dice)
        data |= {"schema": "repayplan/case/1", "as_of": "2026-11-20"}
        data.setdefault("cash", _fields(Cash, dice))
        _agree(data, dice)
        try:
            return Case.model_validate(data)
        except ValidationError:
            continue
    raise AssertionError("no case is in order: the models have changed")


def _fields(model: type[BaseModel], dice: random.Random) -> dict[str, Any]:
    chance = dice.choice((0.1, 0.4, 0.8))
    data = {
        info.alias or name: _value(info.alias or name, info.annotation, info.examples[0], dice)
        for name, info in model.model_fields.items()
        if info.is_required() or dice.random() < (0.9 if name == "sources" else chance)
    }
    for name in ("file", "history_file", "statements") if model is not Case else ("none",):
        data.pop(name, None)
    return data


def _value(name: str, annotation: Any, example: Any, dice: random.Random) -> Any:
    models = _models(annotation)
    if models:
        if isinstance(example, list):
            return [_fields(dice.choice(models), dice) for _ in range(dice.choice((1, 1, 2, 3)))]
        return "off" if _takes_off(annotation) and dice.random() < 0.3 else _fields(dice.choice(models), dice)
    words = _words(annotation)
    if words:
        return dice.choice(words)
    if name in ("name", "industry", "debtor"):
        return _name(dice)
    if name in ("amount", "monthly", "yearly", "price", "cap"):
        return str(Decimal(dice.randrange(1, 10 ** dice.choice((3, 9)))).scaleb(-2))
    return example


def _name(dice: random.Random) -> str:
    if dice.random() < 0.2:
        return dice.choice(SPECIAL)
    return "".join(dice.choice(SIGNS) for _ in range(dice.randrange(1, 12))).strip() or "x"


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) if not isinstance(part, str) for model in _models(part)]


def _takes_off(annotation: Any) -> bool:
    return "off" in str(annotation)


def _words(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        found = [_words(part) for part in get_args(annotation) if part is not type(None)]
        return [word for words in found for word in words] if all(found) else []
    return []


def _agree(data: dict[str, Any], dice: random.Random) -> None:
    """What fields must be to each other."""
    for number, loan in enumerate(data["loans"], start=1):
        loan["id"] = f"L{number}"
        contract = loan.get("contract", {})
        _waiver(loan)
        if "floating" in contract:
            contract.pop("rate_steps", None)
        for operation in contract.get("operations", ()):
            operation.pop("of", None) if operation["kind"] != "reversal" else None
    _route(data)
    kinds = {"monthly": Monthly, "season": Season, "stores": Stores, "flows": Flows}
    for number, source in enumerate(data["cash"].get("sources", ()), start=1):
        source["name"] = f"{source['name']}{number if dice.random() < 0.8 or number > 1 else ''}"
        kind = kinds.get(source["kind"])
        if kind is Monthly:
            _monthly(source, dice)
        elif kind is Season:
            _season(source, dice)
        elif kind is Flows or source["kind"] == "monthly":
            _signs(source)
        for part in ("items", "stores", "lots"):
            _parts(source.get(part, ()), dice)
    for number, statement in enumerate(data.get("statements", ())):
        statement["year"] = 2025 - number


def _waiver(loan: dict[str, Any]) -> None:
    """No more is waived than is claimed, and not everything."""
    for name in [name for name in loan.get("waiver", {}) if name != "conditional"]:
        if name in loan and name != "principal":
            loan["waiver"][name] = loan[name]
        else:
            del loan["waiver"][name]
    loan.get("contract", {}).pop("first_maturity", None)


def _route(data: dict[str, Any]) -> None:
    """What a route, a test of value or a day for arrears asks of the rest."""
    policy = data.get("policy", {})
    if policy.get("route") in ("extension", "forbearance", "refinancing"):
        policy["route"] = "restructuring"
    if policy.get("arrears_cleared", "off") != "off":
        policy["arrears"] = "keep"
    if isinstance(policy.get("npv"), dict):
        policy["npv"] |= {"basis": "claims", "price": "50%"}


def _signs(source: dict[str, Any]) -> None:
    if source.get("category") in ("senior", "lender"):
        for item in source["items"]:
            item["amount"] = f"-{item['amount']}"


def _monthly(source: dict[str, Any], dice: random.Random) -> None:
    sign = "-" if source.get("category") in ("senior", "lender") or dice.random() < 0.3 else ""
    if dice.random() < 0.5:
        source.pop("amount", None)
        source.pop("months", None)
        source["amounts"] = [
            f"{sign}{dice.randrange(10**7)}.{dice.randrange(100):02d}" for _ in range(dice.randrange(1, 40))
        ]
    else:
        source.pop("amounts", None)
        source |= {"amount": f"{sign}{dice.randrange(10**6)}.50", "months": dice.randrange(1, 60)}


def _season(source: dict[str, Any], dice: random.Random) -> None:
    if dice.random() < 0.5:
        source.pop("indices", None)
        source.pop("yearly", None)
        source["history"] = _history(dice, 24)
    else:
        source.pop("history", None)
        source |= {"indices": [f"1.{dice.randrange(10**4):04d}" for _ in range(12)], "yearly": "12000000.00"}


def _history(dice: random.Random, least: int) -> dict[str, Any]:
    known = [f"{dice.randrange(10**7)}.00" for _ in range(least + dice.randrange(20))]
    gaps: list[str | None] = [*known]
    for _ in range(dice.randrange(3)):
        gaps.insert(dice.randrange(len(gaps) + 1), None)
    return {"start": "2023-01", "amounts": gaps}


def _parts(items: Any, dice: random.Random) -> None:
    for number, item in enumerate(items):
        if "name" in item:
            item["name"] = f"{item['name']}{number or ''}"
        if (
            "debtor" not in item
            and "date" in item
            and "retention" in item.keys() | {"release"}
            and isinstance(item, dict)
        ):
            both = "retention" in item and "release" in item
            if not both:
                item.pop("retention", None)
                item.pop("release", None)
        if "history" in item:
            item["history"] = _history(dice, 1)
        elif "opened" in item or "monthly" in item or "ramp_up_months" in item or item.keys() <= STORE:
            item.setdefault("monthly", "260000.00")


__all__ = ["Milestone", "any_case"]
