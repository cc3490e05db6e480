"""Returns as work, over HTTP on a real PostgreSQL: written, submitted, judged, corrected, owed."""

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.office import Office, a_database_of_offices, an_office

LINES = ("budget.revenue_actual", "budget.revenue_plan")
PERIODS = itertools.count()


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with a_database_of_offices(database) as pool, an_office(pool) as opened:
        yield opened


type Lines = Mapping[str, int]


def a_period() -> dict[str, str]:
    """Return a form and a period that no other test has."""
    year, month = divmod(next(PERIODS), 12)
    return {
        "unit": "10525",
        "form": "budget",
        "period_start": f"{1995 + year}-01-01",
        "period_end": f"{1995 + year}-{month + 1:02}-28",
    }


def figures(lines: Lines) -> list[dict[str, object]]:
    return [{"indicator": name, "amount": amount} for name, amount in lines.items()]


def declared(told: list[dict[str, Any]]) -> Lines:
    return {line["indicator"]: line["amount"] for line in told}


async def put(
    office: Office, body: object, *, read: int | None = None, etag: str | None = None
) -> httpx.Response:
    match = etag or (f'"{read}"' if read is not None else None)
    headers = {"if-match": match} if match else {}
    return await office.client.put("/returns/drafts", json=body, headers=headers)


@dataclass
class Life:
    """What a return must be by now, by a naive reading of the rules, and the service with it."""

    office: Office
    about: dict[str, str] = field(default_factory=a_period)
    id: str = ""
    log: list[tuple[str, Lines]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    draft: tuple[int, Lines] | None = None

    @property
    def status(self) -> str:
        """Where the return stands; "" where nothing was submitted."""
        return self.log[-1][0] if self.log else ""

    async def told(
        self, answer: httpx.Response, expected: int, status: str, lines: Lines, event: str
    ) -> None:
        """Compare an answer with what is due; remember what was accepted."""
        assert answer.status_code == expected, answer.text
        if expected >= 400:
            return
        got = answer.json()
        self.id = got["id"]
        if event:
            self.log.append((status, lines))
            self.events.append(f"returns.return.{event}")
        assert (got["sequence"], got["return"]["status"]) == (len(self.log), self.status)
        assert declared(got["return"]["figures"]) == self.log[-1][1]

    async def write(self, lines: Lines, read: str) -> None:
        """Write the draft as one who read its present version, an older one, or none."""
        present = self.draft[0] if self.draft else None
        version = {"present": present, "older": (present or 1) - 1, "none": None}[read]
        answer = await put(self.office, self.about | {"figures": figures(lines)}, read=version)
        if self.status == "accepted":
            assert answer.status_code == 409
        elif version != present:
            assert answer.status_code == 412
        else:
            assert answer.status_code == 200, answer.text
            self.draft = answer.json()["version"], lines
            self.id = answer.json()["id"]

    async def submit(self, lines: Lines) -> None:
        """Submit lines: a second time they are no new version, and never anew once accepted."""
        body = self.about | {"figures": figures(lines)}
        answer = await self.office.post(body, path="/returns/submissions")
        again = self.log and self.log[-1] == ("submitted", lines)
        expected = 409 if self.status == "accepted" else 200 if again else 201
        await self.told(answer, expected, "submitted", lines, "" if again else "submitted")

    async def submit_draft(self, *, older: bool) -> None:
        """Submit the draft that was read; it is gone then, unless it was submitted already."""
        version = self.draft[0] if self.draft else 1
        body = self.about | {"draft": version - older}
        answer = await self.office.post(body, path="/returns/submissions")
        if self.status == "accepted":
            assert answer.status_code == 409
        elif self.draft is None or older:
            assert answer.status_code == 412
        elif self.log and self.log[-1] == ("submitted", self.draft[1]):
            assert answer.status_code == 200
        else:
            await self.told(answer, 201, "submitted", self.draft[1], "submitted")
            self.draft = None

    async def judge(self, how: str, *, older: bool) -> None:
        """Accept or send back what was read."""
        status, event = {
            "acceptance": ("accepted", "accepted"),
            "sending-back": ("sent_back", "sent_back"),
        }[how]
        body: dict[str, object] = {"sequence": max(1, len(self.log) - older)}
        if how == "sending-back":
            body["reason"] = "Số liệu chưa khớp"
        answer = await self.office.post(body, path=f"/returns/{self.id or NOBODY}/{how}")
        right = self.status == "submitted" and body["sequence"] == len(self.log)
        expected = 404 if not self.log else 200 if right else 409
        await self.told(answer, expected, status, self.log[-1][1] if self.log else {}, event)
        if expected == 200 and status == "accepted":
            self.draft = None

    async def accept_at_once(self, lines: Lines) -> None:
        """Accept at the counter, whatever was submitted; not twice."""
        answer = await self.office.post(self.about | {"figures": figures(lines)}, path="/returns")
        expected = 409 if self.status == "accepted" else 201
        await self.told(answer, expected, "accepted", lines, "accepted")
        if expected == 201:
            self.draft = None

    async def correct(self, lines: Lines) -> None:
        """Correct lines; the others stay."""
        body = {"figures": figures(lines), "reason": "Ghi nhầm"}
        answer = await self.office.post(body, path=f"/returns/{self.id or NOBODY}/correction")
        before = self.log[-1][1] if self.log else {}
        after = {**before, **lines}
        expected = 404 if not self.log else 409 if self.status != "accepted" else 200
        if expected == 200 and before == after:
            expected = 422
        await self.told(answer, expected, "accepted", after, "corrected")


NOBODY = "00000000-0000-7000-8000-000000000000"
SOME = st.dictionaries(st.sampled_from(LINES), st.integers(0, 2), min_size=1)
STEPS = st.one_of(
    st.builds(
        lambda lines, read: lambda life: life.write(lines, read),
        SOME,
        st.sampled_from(["present", "present", "older", "none"]),
    ),
    st.builds(lambda lines: lambda life: life.submit(lines), SOME),
    st.builds(lambda older: lambda life: life.submit_draft(older=older), st.booleans()),
    st.builds(
        lambda how, older: lambda life: life.judge(how, older=older),
        st.sampled_from(["acceptance", "sending-back", "sending-back"]),
        st.sampled_from([False, False, True]),
    ),
    st.builds(lambda lines: lambda life: life.accept_at_once(lines), SOME),
    st.builds(lambda lines: lambda life: life.correct(lines), SOME),
)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=14))
async def test_a_return_lives_by_the_rules_whatever_is_asked_of_it(
    office: Office, steps: list[Any]
) -> None:
    """Its states, its events, its history and its draft are those of a naive state machine."""
    life = Life(office)
    before = await office.pool.fetchval("SELECT coalesce(max(position), 0) FROM outbox")
    for step in steps:
        await step(life)

    stored = await office.pool.fetch(
        "SELECT type, value FROM outbox WHERE position > $1 ORDER BY position", before
    )
    events = [json.loads(row["value"]) for row in stored]
    assert life.events == [row["type"] for row in stored]
    assert [event["data"]["ward_return"]["status"] for event in events] == [s for s, _ in life.log]
    assert [declared(e["data"]["ward_return"]["figures"]) for e in events] == [
        lines for _, lines in life.log
    ]
    history = await office.client.get(f"/returns/{life.id or NOBODY}")
    if life.log:
        told = [(step["status"], declared(step["figures"])) for step in history.json()["steps"]]
        assert told == life.log
    else:
        assert history.status_code == 404
    draft = await office.client.get(f"/returns/drafts/{life.id or NOBODY}")
    if life.draft:
        assert (draft.headers["etag"], declared(draft.json()["draft"]["figures"])) == (
            f'"{life.draft[0]}"',
            life.draft[1],
        )
    else:
        assert draft.status_code == 404
