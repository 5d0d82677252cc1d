"""Amounts in Chinese capitals, as agreements and payment documents demand them beside the digits.

Rule: 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定) 1-4: 整 follows 元, may follow 角, never follows
分; 零 stands for zeros between digits; 人民币 comes first.
"""

from __future__ import annotations

import re

MOST = 10**18 - 1
"""The largest amount in cents that can be written: sixteen digits before the point."""


def capitals(cents: int) -> str:
    """``140950`` as 人民币壹仟肆佰零玖元伍角. ValueError for a negative amount or one of more than sixteen digits.

    Only whole cents are taken: the library behind it silently drops what is smaller.
    """
    import cn2an

    if not 0 <= cents <= MOST:
        raise ValueError(f"{cents} cents cannot be written in capitals: 0 to {MOST}")
    units, rest = divmod(cents, 100)
    text: str = cn2an.an2cn(f"{units}.{rest:02d}", "rmb")
    return f"人民币{text}"


def agree(text: str, cents: int) -> bool:
    """Whether an amount in capitals says the same as the digits, in any of the permitted spellings."""
    return _plain(text) == _plain(capitals(cents))


def _plain(text: str) -> str:
    text = re.sub(r"\s", "", text).removeprefix("人民币").replace("圆", "元")
    text = re.sub(r"[整正]$", "", text)
    return re.sub(r"元零(?=[^零]角)", "元", text)
