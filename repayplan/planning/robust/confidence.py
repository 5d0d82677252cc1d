"""What a share of independent futures says of a probability, by Clopper and Pearson."""

from __future__ import annotations

import math


def at_most(misses: int, futures: int, confidence: float) -> float:
    """The share that is exceeded with probability 1 − ``confidence`` at most, by Clopper and Pearson, after so many
    ``misses`` in so many independent futures."""
    from scipy.special import betaincinv

    return 1.0 if misses >= futures else float(betaincinv(misses + 1, futures - misses, confidence))


def most_misses(bound: float, futures: int, confidence: float) -> int:
    """With how many misses the share is still ``bound`` at most; −1 where not even none at all will do."""
    low, high = -1, futures
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(middle, futures, confidence) <= bound else (low, middle)
    return low


def fewest_futures(bound: float, confidence: float) -> int:
    """How many futures without a miss it takes to say that its probability is ``bound`` at most: (1 − bound)^n is no
    more than 1 − ``confidence``."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - bound) - 1e-9)
