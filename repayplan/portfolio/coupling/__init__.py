"""One option for every borrower under the bank's limits: the limits file, arrays, prices, a choice and its proof.

``read_limits`` reads the file, ``pose`` turns it and the table of options into arrays, ``decide`` chooses, and
``sentences`` says what came of it. ``choose`` is the same on bare arrays.
"""

from repayplan.portfolio.coupling.arrays import Coupled
from repayplan.portfolio.coupling.choice import Choice, choose
from repayplan.portfolio.coupling.deciding import Decision, More, Use, Weighty, decide
from repayplan.portfolio.coupling.limits import Limits, read_limits
from repayplan.portfolio.coupling.posing import Posed, Row, pose
from repayplan.portfolio.coupling.reach import Near
from repayplan.portfolio.coupling.words import label, sentence, sentences

__all__ = [
    "Choice",
    "Coupled",
    "Decision",
    "Limits",
    "More",
    "Near",
    "Posed",
    "Row",
    "Use",
    "Weighty",
    "choose",
    "decide",
    "label",
    "pose",
    "read_limits",
    "sentence",
    "sentences",
]
