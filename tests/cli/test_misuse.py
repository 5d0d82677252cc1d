"""Command lines that click does not take are refused in the language in use, all of the sentence."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from repayplan.cli.main import cli

WRONG = [
    (["plan", "x", "--months", "a"], "a is no whole number", "a 不是整数"),
    (["plan", "x", "--risk-aversion", "b"], "b is no number", "b 不是数字"),
    (["plan", "x", "--shape", "q"], "'q' is not one of 'free', 'level'", "'q' 不在可选值之列"),
    (["stress", "x", "--scenarios", "0"], "0 is not in the range x>=1", "0 超出范围 x>=1"),
    (["stress", "x", "--scenarios", "z"], "z is no whole number", "z 不是整数"),
    (["plan", "x", "y"], "this command takes no more than it has: y", "参数过多：y"),
    (["plan", "x", "--seed"], "--seed lacks its value", "--seed 缺少取值"),
    (["plan", "x", "--robust=3"], "--robust takes no value", "--robust 不带取值"),
    (["plan"], "CASE is missing", "缺少 CASE"),
    (["plan", "x", "--bad"], "there is no option --bad", "没有选项 --bad"),
]


@pytest.mark.parametrize(("arguments", "english", "chinese"), WRONG)
def test_what_is_wrong_is_said_in_both_languages(arguments: list[str], english: str, chinese: str) -> None:
    for language, words in (("en", english), ("zh", chinese)):
        outcome = CliRunner(env={"REPAYPLAN_LANG": language}).invoke(cli, arguments)
        assert outcome.exit_code == 2
        said = " ".join(outcome.stderr.split())  # a narrow terminal breaks lines where it likes
        assert words.replace("'", "") in said.replace("'", "")
        if language == "zh":
            assert not re.search(r"\b(is|not|valid|range of|argument|requires|does)\b", outcome.stderr)
