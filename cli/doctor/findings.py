"""What the doctor finds: a line each, and what to do where something is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at and `said` how it is. `advice` says what to do: where there is none, all is well."""

    what: str
    said: str
    advice: str | None = None

    @property
    def well(self) -> bool:
        return self.advice is None

    def line(self) -> str:
        return f"  ok   {self.what}: {self.said}" if self.well else f"WRONG  {self.what}: {self.said}. {self.advice}"
