"""A transcript's words, for the page and the print alike, in the reader's language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from babel import Locale
from babel.dates import format_date

from services.gateway.http.pages.languages import Gettext, locale_of, words_in
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.shipped import level_name
from shared.ledger.instants import instant

KINDS: Mapping[str, str] = {
    "attempt": _("attempt"),
    "rubric_score": _("rubric score"),
    "observation": _("observation"),
    "reflection": _("reflection"),
    "attestation": _("attestation"),
    "audience": _("vote of an audience"),
}
"""What each kind is called. A transcript goes out, so it never says how many there were."""


def told_of(
    transcript: Mapping[str, Any], name: str | None, address: str, language: str, zone: tzinfo
) -> dict[str, Any]:
    """A transcript's words, for the page and the print alike: what `services.mastery` answered, and the name.

    `address` is where its code is confirmed; its days are those of `zone`, where the district is.
    """
    return _Told(words_in(language), locale_of(language), zone).whole(transcript, name, address, language)


@dataclass(frozen=True, slots=True)
class _Told:
    words: Gettext
    locale: Locale
    zone: tzinfo

    def whole(self, transcript: Mapping[str, Any], name: str | None, address: str, language: str) -> dict[str, Any]:
        say = self.words
        title = say.gettext("Transcript") if name is None else say.gettext("Transcript of %(name)s") % {"name": name}
        return {
            "language": language,
            "title": title,
            "seen": self._seen(transcript),
            "code": transcript["code"],
            "address": f"{address}/v1/transcripts/{transcript['code']}",
            "sections": [
                {
                    "title": section.get("title") or say.gettext("Other competencies"),
                    "areas": [
                        {"title": area.get("title"), "lines": [self._line(line) for line in area["competencies"]]}
                        for area in section["areas"]
                    ],
                }
                for section in transcript["frameworks"]
            ],
            "grades": [self._grade(grade) for grade in transcript["grades"]],
            "said": {
                "competency": say.gettext("Competency"),
                "level": say.gettext("Level"),
                "latest": say.gettext("Latest evidence"),
                "evidence": say.gettext("Evidence"),
                "grades": say.gettext("Grades released"),
                "check": say.gettext("How to check this"),
                "code": say.gettext("Code"),
                "where": say.gettext("Whether it still says what the record says is answered at"),
            },
        }

    def _seen(self, transcript: Mapping[str, Any]) -> str:
        at = transcript["as_of"].get("at")
        pins = ", ".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in transcript["as_of"]["pins"])
        if at:
            told = self.words.gettext("As the record stood on %(day)s (%(pins)s).") % {
                "day": self._day(at),
                "pins": pins,
            }
        else:
            told = self.words.gettext("As the record stood when this was made (%(pins)s).") % {"pins": pins}
        if transcript["under_review"]:
            told += " " + self.words.gettext("Under review: something recorded since could not be read yet.")
        return told

    def _line(self, line: Mapping[str, Any]) -> list[str]:
        name = line["competency"] if "code" not in line else f"{line['code']}  {line['statement']}"
        level = self._reviewed(level_name(line["level"], self.words), line)
        return [name, level, self._day(line["at"]) if "at" in line else "", self._evidence(line)]

    def _reviewed(self, told: str, of: Mapping[str, Any]) -> str:
        return self.words.gettext("%(level)s (under review)") % {"level": told} if of["under_review"] else told

    def _evidence(self, line: Mapping[str, Any]) -> str:
        kinds = [self.words.gettext(KINDS[kind]) if kind in KINDS else kind for kind in line["kinds"]]
        return ", ".join([*([self.words.gettext("teacher's judgement")] if line["judged"] else []), *kinds])

    def _grade(self, grade: Mapping[str, Any]) -> dict[str, Any]:
        title = self.words.gettext("%(day)s: course %(course)s, period %(period)s") % {
            "day": self._reviewed(self._day(grade["at"]), grade),
            "course": grade["course"],
            "period": grade["period"],
        }
        return {"title": title, "levels": [self._level(level) for level in grade["levels"]]}

    def _level(self, level: Mapping[str, Any]) -> list[str]:
        name, reached = level.get("code", level["competency"]), level.get("level")
        return [name, level_name(reached, self.words) if reached else self.words.gettext("no level")]

    def _day(self, moment: str) -> str:
        local = datetime.fromtimestamp(instant(moment) / 1000, self.zone)
        return format_date(local, "medium", self.locale)
