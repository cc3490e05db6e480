"""Answers of reporting: a report in a form, drawn again only when its units' numbers have moved."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from services.reporting import positions, projection
from services.reporting.drawing import drawn, members
from services.reporting.known_lineage import read_lineage
from services.reporting.positions import Positions
from services.reporting.report import Form, Plan, Report, ReportHeading
from services.reporting.report.model import Verdict
from services.reporting.tally_reader import Tallies, tallies_of_each, versions_of
from shared.database import Pool
from shared.lineage import Member
from shared.metrics import ANSWERS, BROKEN_CHECKS

_KEPT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A report in a form, and the positions up to which it is folded."""

    body: bytes
    folded: Positions


@dataclass(frozen=True, slots=True)
class _Kept:
    version: object
    body: bytes


class Answers:
    """Answers for as long as the service runs, and keeps what it answered last.

    An answer is a function of what was asked, of the units that it adds up, and of their tallies
    and statements (decision 0008). So what was kept is given again, byte for byte, while these are
    the same rows and each unit counts the same in it, whatever is folded of other units meanwhile;
    the question for that is one of a few blocks.
    """

    def __init__(
        self, pool: Pool, plans: Mapping[str, Plan], kept_bytes: int = _KEPT_BYTES
    ) -> None:
        """Draw by `plans` from the live projection; keep so many bytes of answers."""
        self._pool = pool
        self._plans = plans
        self._kept = LRUCache[object, _Kept](kept_bytes, getsizeof=lambda one: len(one.body))

    async def answer(self, outline: str, about: ReportHeading, form: Form) -> Answer:
        """Return the report on `about`, of one moment."""
        asked = outline, about, form.extension
        async with projection.snapshot(self._pool) as conn:
            mine = members(about, await read_lineage(conn))
            each = [one.unit for one in mine]
            version = mine, tuple((await versions_of(conn, each)).values())
            kept = self._kept.get(asked)
            if kept is not None and kept.version == version:
                ANSWERS.labels("kept").inc()
                return Answer(kept.body, await positions.read(conn))
            tallies = await tallies_of_each(conn, each, about.as_of)
            folded = await positions.read(conn)
        report, body = await asyncio.to_thread(self._drawn, outline, about, mine, tallies, form)
        ANSWERS.labels("drawn").inc()
        for check in report.checks:
            if check.verdict is Verdict.BROKEN:
                BROKEN_CHECKS.labels(check.severity).inc()
        if len(body) <= self._kept.maxsize:
            self._kept[asked] = _Kept(version, body)
        return Answer(body, folded)

    def _drawn(
        self,
        outline: str,
        about: ReportHeading,
        mine: Sequence[Member],
        tallies: Mapping[str, Tallies],
        form: Form,
    ) -> tuple[Report, bytes]:
        report = drawn(self._plans[outline], about, mine, tallies)
        return report, form.render(report)
