"""``plan.json``: all that another program or ``verify`` needs to know of a plan; one definition for both directions.

In memory amounts are integer cents, as everywhere; in the file they are decimal strings with two places. Dates are
ISO, rates and shares fractions of one, sentences in the language in which the plan was written.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, ValidationInfo

from repayplan.cases.documents import Document
from repayplan.cases.faults import to_faults
from repayplan.cases.fields import Date, Share, refuse
from repayplan.cases.files import text_of
from repayplan.cases.models import Case
from repayplan.cases.readers import read_document, to_case
from repayplan.cases.shapes import Shape
from repayplan.cases.writers import case_to_dict, fingerprint
from repayplan.compliance.findings import Finding, Result
from repayplan.errors import Fault, InputError
from repayplan.language import current, tr
from repayplan.money import MAX_CENTS, plain, to_cents
from repayplan.planning.result import Plan, Status
from repayplan.problem.form import Rule
from repayplan.problem.terms import Terms
from repayplan.version import __version__

MAX_LINES = 50_000

_ENGINE = "amounts are cents already"
_AMOUNT = re.compile(r"-?[0-9]{1,14}\.[0-9]{2}")
_AMOUNT_TERMS = (
    "floor",
    "contingency",
    "arrears_left",
    "max_waived",
    "minimum_installment",
    "maximum_installment",
    "unit",
)


def _cents(value: Any, info: ValidationInfo) -> int:
    if info.context == _ENGINE:
        return int(value)
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value) or abs(cents := to_cents(Decimal(value))) > MAX_CENTS:
        raise refuse(tr("this is not an amount with two decimals in quotes"), remedy=tr('write "1200000.00"'))
    return cents


Cents = Annotated[int, BeforeValidator(_cents), PlainSerializer(plain, return_type=str)]
Words = Annotated[str, BeforeValidator(str)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Scalar = str | int | bool | None


class Line(BaseModel):
    """Strict, and made from a file's fields as well as from the engine's results."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class InstallmentLine(Line):
    """:class:`~repayplan.planning.result.Installment` as claimed; cents."""

    date: Date
    loan: str
    payment: Cents
    fees: Cents
    penalty: Cents
    compound: Cents
    interest: Cents
    principal: Cents
    principal_after: Cents
    debt_after: Cents
    debt_if_breached: Cents | None = None


class WaivingLine(Line):
    """:class:`~repayplan.planning.result.Waiving` as claimed; cents."""

    loan: str
    claim: str
    amount: Cents
    conditional: bool


class CashLine(Line):
    """:class:`~repayplan.planning.result.CashRow` as claimed; cents."""

    date: Date
    inflow: Cents
    outflow: Cents
    payment: Cents
    closing: Cents
    lowest: Cents
    floor: Cents
    blocked: Cents


class AttemptLine(Line):
    """:class:`~repayplan.solvers.result.Attempt` as claimed."""

    solver: str
    options: str
    status: str
    programs: int


class ProofLine(Line):
    """:class:`~repayplan.planning.result.Proof` as claimed."""

    gap: Number | None
    solver: str
    method: str
    mode: str
    value: Number | None
    bound: Number | None
    rounding_cost: Cents | None
    ledger_difference: Cents | None
    given_up: Cents | None = None
    attempts: tuple[AttemptLine, ...] = ()
    sentence: Words | None = None
    unproven: Words | None = None


class MetricsLine(Line):
    """:class:`~repayplan.planning.result.Metrics` as claimed; cents unless said."""

    recovered: Cents
    expected_recovery: Cents
    npv_at_eir: Cents
    first_date: Date | None
    final_date: Date | None
    unpaid: Cents
    debt_at_signing: Cents
    capitalized: Cents
    waived: Cents
    interest_paid: Cents
    payments: int
    largest_payment: Cents
    min_dscr: Number | None
    min_dscr_date: Date | None
    min_headroom: Cents
    min_headroom_date: Date
    average_life_years: Number | None
    receipts_borrower: Cents
    receipts_bank: Cents
    to_others: Cents = 0


class RuleLine(Line):
    """:class:`~repayplan.problem.form.Rule` as claimed, and in words; cents."""

    source: str
    part: str | None
    expected: Date
    share: Share
    pay_within_days: int
    minimum: Cents
    long_stop: Date
    account: str | None
    sentence: Words

    @property
    def rule(self) -> Rule:
        """What is signed."""
        return Rule(**{field.name: getattr(self, field.name) for field in dataclasses.fields(Rule)})


class BindingLine(Line):
    """:class:`~repayplan.planning.result.Binding` in words."""

    limit: str
    date: Date | None
    loan: str | None
    price: Number
    unit: str
    sentence: Words


class FindingLine(Line):
    """:class:`~repayplan.compliance.findings.Finding` in words; cents."""

    rule: str
    clause: str
    result: Result
    sentence: Words
    date: Date | None
    loan: str | None
    amount: Cents | None


class OutlookLine(Line):
    """:class:`~repayplan.planning.result.Outlook` as claimed, in words."""

    scenarios: int
    seed: int
    method: str
    sample: int
    missed: Annotated[float, Field(ge=0, le=1)]
    error: Number | None
    first: str | None
    reason: Words | None
    sentence: Words


class DefaultLine(Line):
    """:class:`~repayplan.problem.terms.UsedDefault` in words."""

    field: str
    value: Words
    reason: Words
    valid_from: Date


class PlanFile(Line):
    """A plan as somebody claims it to be. Only ``case``, the payments of ``installments`` and the shares of
    ``rules`` decide anything."""

    schema_: Literal["repayplan/plan/1"] = Field("repayplan/plan/1", alias="schema")
    version: str
    language: Literal["en", "zh"]
    case: Case
    case_sha256: str
    currency: str
    as_of: Date
    status: Status
    proof: ProofLine
    terms: dict[str, Scalar]
    defaults: tuple[DefaultLine, ...]
    installments: Annotated[tuple[InstallmentLine, ...], Field(max_length=MAX_LINES)]
    cash: Annotated[tuple[CashLine, ...], Field(max_length=MAX_LINES)]
    metrics: MetricsLine
    waived: Annotated[tuple[WaivingLine, ...], Field(max_length=MAX_LINES)] = ()
    rules: Annotated[tuple[RuleLine, ...], Field(max_length=MAX_LINES)] = ()
    binding: tuple[BindingLine, ...]
    findings: tuple[FindingLine, ...]
    futures: OutlookLine | None = None

    def as_dict(self) -> dict[str, Any]:
        """What ``plan.json`` holds: plain values, amounts as decimal strings."""
        return {**self.model_dump(mode="json", by_alias=True), "case": case_to_dict(self.case)}


def plan_file(plan: Plan) -> PlanFile:
    """The file of a plan, its sentences in the language in use."""
    values = {
        "version": __version__,
        "language": current(),
        "case": plan.case,
        "case_sha256": fingerprint(plan.case),
        "currency": plan.case.currency,
        "as_of": plan.case.as_of,
        "terms": term_values(plan.terms),
        "defaults": plan.terms.defaults,
    }
    same = {
        name: getattr(plan, name)
        for name in ("status", "proof", "installments", "cash", "metrics", "waived", "rules", "binding")
    }
    same |= {"findings": plan.findings, "futures": plan.outlook}
    return PlanFile.model_validate({**values, **same}, context=_ENGINE)


def finding_line(finding: Finding) -> dict[str, Any]:
    """A finding as plain values, its sentence in the language in use."""
    return FindingLine.model_validate(finding, context=_ENGINE).model_dump(mode="json")


def read_plan(path: str | Path) -> PlanFile:
    """The plan in a ``plan.json``, or in the directory it is in. Raises InputError with one fault for every problem."""
    path = _inside(path)
    try:
        document = read_document(text_of(path), str(path), "json")
    except InputError as error:
        remedy = tr("check the path, or let repayplan plan -o DIR write the file again")
        raise InputError(dataclasses.replace(fault, remedy=remedy) for fault in error.faults) from None
    return to_plan_file(document)


def _inside(path: Any) -> Any:
    """The plan in a directory; whatever else somebody passes is for the reader to judge."""
    return Path(path) / "plan.json" if isinstance(path, str | Path) and os.path.isdir(path) else path


def is_plan(path: str | Path) -> bool:
    """Whether a file, or the one in a directory, calls itself a plan; what else is wrong is for its reader to say."""
    path = _inside(path)
    if Path(path).suffix.lower() != ".json":
        return False
    try:
        data = read_document(text_of(path), str(path), "json").data
    except InputError:
        return False
    return isinstance(data, dict) and str(data.get("schema", "")).startswith("repayplan/plan/")


def to_plan_file(document: Document) -> PlanFile:
    """The plan that plain values describe. Raises InputError."""
    faults: list[Fault] = []
    data = dict(document.data)
    try:
        data["case"] = to_case(_part(document, "case"))
    except InputError as error:
        faults += error.faults
        data.pop("case", None)
    try:
        file = PlanFile.model_validate(data)
    except ValidationError as error:
        known = [entry for entry in error.errors(include_url=False) if not faults or entry["loc"] != ("case",)]
        faults += [_mended(fault) for fault in to_faults(known, document)]
    if faults:
        raise InputError(faults)
    return file


def _part(document: Document, field: str) -> Document:
    """The document inside a field, its lines those of the whole file."""
    lines = {path[1:]: line for path, line in document.lines.items() if path[:1] == (field,)}
    return Document(document.name, document.data.get(field), lines or {(): 1})


def _mended(fault: Fault) -> Fault:
    """Nobody writes a plan file by hand."""
    return dataclasses.replace(fault, remedy=tr("let repayplan plan write the file again"))


def term_values(terms: Terms) -> dict[str, Scalar]:
    """Every term as a plain value; the defaults among them are told apart in ``defaults``."""
    left_out = ("defaults", "dates", "form")
    fields = [field.name for field in dataclasses.fields(terms) if field.name not in left_out]
    return {name: _scalar(name, getattr(terms, name)) for name in fields} | _form_values(terms.form)


def _form_values(shape: Shape) -> dict[str, Scalar]:
    """What a shape was left open with and now has; lists as JSON."""
    said = shape.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    return {
        f"shape.{name}": json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in said.items()
    }


def _scalar(name: str, value: Any) -> Scalar:
    if isinstance(value, int) and name in _AMOUNT_TERMS:
        return plain(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value  # type: ignore[no-any-return]
