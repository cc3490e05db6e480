"""Answers of reporting: a report in a form, drawn again only when its units' numbers have moved."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from cachetools import LRUCache

from services.reporting.drawing import drawn, members
from services.reporting.positions import Positions
from services.reporting.report import Form, Plan, Report, ReportHeading
from services.reporting.report.model import Verdict
from services.reporting.standing import Standing, Together, Unmoved
from shared.metrics import ANSWERS, BROKEN_CHECKS

_KEPT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A report in a form, and the positions up to which it is folded."""

    body: bytes
    folded: Positions


@dataclass(frozen=True, slots=True)
class _Kept:
    version: str
    body: bytes


class Answers:
    """Answers for as long as the service runs, and keeps what it answered last.

    An answer is a function of what was asked, of the units that it adds up, and of their tallies
    and statements (decision 0008). So what was kept is given again, byte for byte, while these are
    the same rows and each unit counts the same in it, whatever is folded of other units meanwhile.
    """

    def __init__(
        self, standing: Standing, plans: Mapping[str, Plan], kept_bytes: int = _KEPT_BYTES
    ) -> None:
        """Draw by `plans` what `standing` reads; keep so many bytes of answers."""
        self._standing = standing
        self._plans = plans
        self._kept = LRUCache[object, _Kept](kept_bytes, getsizeof=lambda one: len(one.body))

    async def answer(self, outline: str, about: ReportHeading, form: Form) -> Answer:
        """Return the report on `about`, of one moment."""
        asked = outline, about, form.extension
        kept = self._kept.get(asked)
        found = await self._standing.together(
            partial(members, about), about.as_of, kept.version if kept else ""
        )
        if isinstance(found, Unmoved):
            assert kept is not None
            ANSWERS.labels("kept").inc()
            return Answer(kept.body, found.folded)
        report, body = await asyncio.to_thread(self._drawn, outline, about, found, form)
        ANSWERS.labels("drawn").inc()
        for check in report.checks:
            if check.verdict is Verdict.BROKEN:
                BROKEN_CHECKS.labels(check.severity).inc()
        if len(body) <= self._kept.maxsize:
            self._kept[asked] = _Kept(found.version, body)
        return Answer(body, found.folded)

    def _drawn(
        self, outline: str, about: ReportHeading, found: Together, form: Form
    ) -> tuple[Report, bytes]:
        report = drawn(self._plans[outline], about, found.members, found.tallies, found.counted)
        return report, form.render(report)
