"""How several loans share what is paid on a date."""

from __future__ import annotations

from dataclasses import dataclass, field

FREE, RANK, PARI_PASSU = "free", "rank", "pari_passu"


@dataclass(frozen=True)
class Sharing:
    """``free``: as the plan finds best. ``rank``: beyond interest that is due, a loan is paid only when those before it
    in ``order`` are clear. ``pari_passu``: every loan by the same fraction of what is owed on it."""

    rule: str = FREE
    order: tuple[int, ...] = field(default=())

    @property
    def together(self) -> bool:
        """Whether the total of a date says what each loan gets."""
        return self.rule != FREE


FREELY = Sharing()
