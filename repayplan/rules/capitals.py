"""Amounts in Chinese capitals, as agreements and payment documents demand them beside the digits.

Rule: 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定) 1-4: 整 follows 元, may follow 角, never follows
分; 零 stands for zeros between digits; 人民币 comes first.
"""

from __future__ import annotations

import re

MOST = 10**18 - 1
"""The largest amount in cents that can be written: sixteen digits before the point."""


def capitals(cents: int) -> str:
    """``140950`` as 人民币壹仟肆佰零玖元伍角. ValueError for a negative amount or one of more than sixteen digits
    before the point, TypeError for anything but whole cents: the library behind it silently drops what is smaller.
    """
    import cn2an

    if type(cents) is not int:
        raise TypeError(f"{cents!r} is not a whole number of cents: give an int such as 150 for 1.50")
    if not 0 <= cents <= MOST:
        raise ValueError(f"{cents} cents cannot be written in capitals: 0 to {MOST}")
    units, rest = divmod(cents, 100)
    text: str = cn2an.an2cn(f"{units}.{rest:02d}", "rmb")
    return f"人民币{text}"


def agree(text: str, cents: int) -> bool:
    """Whether an amount in capitals says the same as the digits, in any of the permitted spellings.

    Permitted (annex 1, 2-4): 正 for 整, 圆 for 元; 整 or not after 角; 零 or not where 元, 万 or 亿 is a zero and the
    digit after it is none.
    """
    text = re.sub(r"\s", "", text).removeprefix("人民币").replace("圆", "元")
    marked = text.endswith(("整", "正"))
    if (cents % 10 and marked) or (not cents % 100 and not marked):
        return False
    return _plain(text, cents) == _plain(capitals(cents), cents)


def _plain(text: str, cents: int) -> str:
    """The text without currency, whole mark and every 零 that may be left out."""
    text = re.sub("^人民币|[整正]$", "", text)
    for place, pattern in _OPTIONAL:
        if cents // 10**place % 10 == 0 != cents // 10 ** (place - 1) % 10:
            text = re.sub(pattern, "", text)
    return text


_OPTIONAL = (
    (2, "(?<=元)零(?=.角)"),
    (6, "(?<=[万亿])零(?=.仟[^万亿]*元)"),
    (10, "(?<=亿)零(?=.仟.*万)"),
)
"""Decimal places of 元, 万 and 亿 in cents, and the 零 that may stand after each."""
