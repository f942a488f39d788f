"""How fast each part is, every figure beside a limit that was measured in the same run. Reported, never asserted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in `unit`, and the limit beside which it stands, in the same unit (None: there is none)."""

    name: str
    value: float
    unit: str
    limit_name: str | None = None
    limit_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a part of its limit."""
        return self.value / self.limit_value if self.limit_value else None
