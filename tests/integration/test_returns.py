"""Returns as work, over HTTP on a real PostgreSQL: written, submitted, judged, corrected, owed."""

import io
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.returns.model import return_id
from shared.database import create_pool, migrate
from shared.department import CASEWORK_MIGRATIONS, MIGRATIONS, RECORDS_MIGRATIONS
from shared.forms import FORMS
from tests.support.office import TOKEN, Office, a_database_of_offices, an_office

LINES = ("budget.revenue_actual", "budget.revenue_plan")
PERIODS = itertools.count()
FULL = [{"indicator": line.indicator, "amount": 1} for line in FORMS["health_station"].lines]


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


def rules(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["field"], error["rule"]) for error in answer.json()["errors"]]


async def test_two_clerks_on_one_draft_do_not_overwrite_each_other(office: Office) -> None:
    """The second one to save is told so, reads what the first one wrote, and saves on that."""
    about = a_period()
    first = await put(office, about | {"figures": figures({LINES[0]: 1})})
    etag = first.headers["etag"]
    read = await office.client.get(f"/returns/drafts/{first.json()['id']}")
    assert (read.headers["etag"], read.json()) == (etag, first.json())

    one = await put(office, about | {"figures": figures({LINES[0]: 2})}, etag=etag)
    other = await put(office, about | {"figures": figures({LINES[0]: 3})}, etag=etag)
    assert (one.status_code, other.status_code) == (200, 412)
    assert rules(other) == [("If-Match", "draft_changed")]

    again = await put(office, about | {"figures": figures({LINES[0]: 3})}, etag=one.headers["etag"])
    assert declared(again.json()["draft"]["figures"]) == {LINES[0]: 3}


async def test_a_draft_that_was_submitted_and_begun_anew_is_another_one(office: Office) -> None:
    """Who still holds a version of the first one must not write over the second."""
    body = a_period() | {"figures": figures({LINES[0]: 1})}
    first = await put(office, body)
    second = await put(office, body, etag=first.headers["etag"])
    submission = {name: told for name, told in body.items() if name != "figures"}
    submission |= {"draft": second.json()["version"]}
    assert (await office.post(submission, path="/returns/submissions")).status_code == 201
    anew = await put(office, body)

    for held in (first, second):
        late = await put(office, body, etag=held.headers["etag"])
        assert (late.status_code, held.headers["etag"] != anew.headers["etag"]) == (412, True)


@pytest.mark.parametrize("etag", ["W/1x", "*", '"-1"', '"99999999999999999999"'])
async def test_a_version_that_is_none_matches_no_draft(office: Office, etag: str) -> None:
    answer = await put(office, a_period() | {"figures": figures({LINES[0]: 1})}, etag=etag)
    assert answer.status_code == 412


async def test_a_draft_is_known_to_nobody_else(office: Office) -> None:
    """It is in no event, and wakes no relay; it need not be for a period that is over."""
    ahead = a_period() | {"period_start": "2023-01-01", "period_end": "2023-12-31"}
    answer = await put(office, ahead | {"figures": figures({LINES[0]: 1})})

    assert answer.status_code == 200
    assert await office.pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert office.woken == []
    late = await office.post(
        ahead | {"draft": answer.json()["version"]}, path="/returns/submissions"
    )
    assert rules(late) == [("period_end", "in_the_future")]


async def test_a_submission_under_a_key_is_answered_alike_when_its_draft_is_gone(
    office: Office,
) -> None:
    about = a_period()
    draft = await put(office, about | {"figures": figures({LINES[0]: 1})})
    body = about | {"draft": draft.json()["version"]}
    answers = [await office.post(body, path="/returns/submissions", key="k1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    assert await office.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_reason_is_read_with_the_step_and_is_in_no_event(office: Office) -> None:
    about = a_period()
    first = await office.post(
        about | {"figures": figures({LINES[0]: 1})}, path="/returns/submissions"
    )
    path = f"/returns/{first.json()['id']}"
    await office.post({"sequence": 1, "reason": "Thiếu dự toán"}, path=f"{path}/sending-back")
    history = (await office.client.get(path)).json()

    told = {name: history[name] for name in ("unit", "form", "period_start", "period_end")}
    assert told == {name: about[name] for name in told} | {"unit": "2004-10525"}
    steps = [(one["sequence"], one["status"], one.get("reason")) for one in history["steps"]]
    assert steps == [(1, "submitted", None), (2, "sent_back", "Thiếu dự toán")]
    events = await office.pool.fetch("SELECT value FROM outbox")
    assert not any("Thiếu" in row["value"].decode() for row in events)


async def test_a_step_that_cannot_be_kept_is_no_step(office: Office) -> None:
    """State, history, draft and event come together or not at all."""
    about = a_period()
    draft = await put(office, about | {"figures": figures({LINES[0]: 1})})
    await office.pool.execute("ALTER TABLE return_steps ADD CHECK (status <> 'submitted')")
    body = about | {"draft": draft.json()["version"]}
    answer = await office.post(body, path="/returns/submissions")

    assert answer.status_code == 500
    for table in ("records", "outbox", "return_steps"):
        assert await office.pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    kept = await office.client.get(f"/returns/drafts/{draft.json()['id']}")
    assert kept.json() == draft.json()


async def test_an_entry_is_recorded_corrected_and_is_no_return(office: Office) -> None:
    body = {
        "unit": "10525",
        "register_code": "meetings",
        "happened_on": "2023-05-19",
        "values": {"type": "leadership"},
    }
    first = await office.post(body, path="/entries")
    path = f"/entries/{first.json()['id']}/correction"
    second = await office.post({"values": {"type": "other"}, "reason": "Ghi nhầm"}, path=path)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["entry"] == body | {
        "unit": "2004-10525",
        "values": {"type": "other"},
        "cancelled": False,
    }

    rows = await office.pool.fetch("SELECT type FROM outbox ORDER BY position")
    assert [row["type"] for row in rows] == ["returns.entry.recorded", "returns.entry.corrected"]
    asked = {"figures": figures({LINES[0]: 1}), "reason": "r"}
    answer = await office.post(asked, path=f"/returns/{first.json()['id']}/correction")
    assert (answer.status_code, rules(answer)) == (404, [("id", "unknown_return")])


EDUCATION = {"unit": "10525", "form": "education", "from": "2022-01-01", "to": "2022-12-31"}
CSV = "Mã chỉ tiêu;Trường;Số liệu\neducation.schools;;3\neducation.pupils;Mầm non;127\n"


async def take_in(
    office: Office, data: bytes, *, key: str | None = None, **changes: str
) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    asked = EDUCATION | changes
    return await office.client.post("/returns/sheets", params=asked, content=data, headers=headers)


async def test_a_template_is_handed_out_filled_in_and_submitted(office: Office) -> None:
    asked = {name: value for name, value in EDUCATION.items() if name != "form"}
    answer = await office.client.get("/returns/forms/education/template", params=asked)
    assert answer.headers["content-disposition"].endswith('"education-2022-01-01-2022-12-31.xlsx"')
    assert answer.headers["content-type"].endswith(".spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert sheet["B2"].value == "Phường Trần Hưng Đạo, từ ngày 01/01/2022 đến ngày 31/12/2022"
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=6, max_row=12)}
    rows["education.schools"][4].value = "3"
    data = io.BytesIO()
    book.save(data)

    told = await take_in(office, data.getvalue(), then="submit")
    assert told.status_code == 201, told.text
    assert told.json()["return"]["status"] == "submitted"
    assert declared(told.json()["return"]["figures"]) == {"education.schools": 3}
    other = await take_in(office, data.getvalue(), to="2022-11-30", then="submit")
    assert rules(other) == [("Biểu!A1", "sheet_of_other_return")]


async def test_a_sheet_becomes_a_draft_which_is_not_overwritten_unread(office: Office) -> None:
    first = await take_in(office, CSV.encode())
    second = await take_in(office, CSV.replace("127", "128").encode())

    assert (first.status_code, second.status_code) == (200, 412)
    kept = await office.client.get(f"/returns/drafts/{first.json()['id']}")
    assert (kept.json(), kept.headers["etag"]) == (first.json(), first.headers["etag"])
    assert kept.json()["draft"]["figures"] == [
        {"indicator": "education.schools", "amount": 3},
        {"indicator": "education.pupils", "amount": 127, "dimensions": {"school": "Mầm non"}},
    ]


@pytest.mark.parametrize("then", ["draft", "submit"])
async def test_of_a_sheet_with_a_bad_cell_nothing_is_taken_in(office: Office, then: str) -> None:
    """Each cell is told, in the language that was asked for."""
    data = CSV.replace("Mầm non", "").replace(";;3", ";;ba").encode()
    answer = await take_in(office, data, then=then)

    assert (answer.status_code, rules(answer)) == (
        422,
        [("C2", "not_a_quantity"), ("B3", "dimension_missing")],
    )
    assert answer.headers["content-type"] == "application/problem+json"
    for table in ("drafts", "records", "outbox"):
        assert await office.pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608


async def test_a_key_of_a_sheet_for_one_period_is_none_for_another(office: Office) -> None:
    """The body is the same; what differs stands in the address."""
    first = await take_in(office, CSV.encode(), key="k1", then="submit")
    again = await take_in(office, CSV.encode(), key="k1", then="submit")
    other = await take_in(office, CSV.encode(), key="k1", to="2022-11-30", then="submit")

    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert rules(other) == [("Idempotency-Key", "key_reused")]


@pytest.mark.parametrize(
    ("data", "changes", "expected"),
    [
        (b"", {}, (422, "", "not_a_sheet")),
        (b"0" * 4_000_001, {}, (413, "", "file_too_large")),
        (CSV.encode(), {"form": "poems"}, (422, "form", "unknown_form")),
        (CSV.encode(), {"unit": "99999"}, (422, "unit", "unknown_unit")),
        (CSV.encode(), {"from": "2022-02-01"}, (422, "period_start", "not_a_period")),
        (CSV.encode(), {"then": "burn"}, (422, "then", "literal_error")),
    ],
)
async def test_a_sheet_that_is_of_no_return_is_refused(
    office: Office, data: bytes, changes: dict[str, str], expected: tuple[int, str, str]
) -> None:
    answer = await take_in(office, data, **changes)
    assert (answer.status_code, *rules(answer)[0]) == expected


async def test_forms_are_described_with_their_lines(office: Office) -> None:
    forms = {form["code"]: form for form in (await office.client.get("/returns/forms")).json()}

    assert forms.keys() == FORMS.keys()
    (pupils,) = (
        line for line in forms["education"]["lines"] if line["indicator"] == "education.pupils"
    )
    assert (pupils["rows"], pupils["required"], pupils["kind"]) == (["school"], True, "level")


async def test_what_is_owed_is_listed_until_it_is_accepted(office: Office) -> None:
    """Of a year's monthly returns: one accepted late, one sent back, the rest owed since."""

    async def step(path: str, body: object, on: str) -> httpx.Response:
        right = {"recorded_on": on, "authorization": f"Bearer {TOKEN}"}
        answer = await office.post(body, path=path, **right)
        assert answer.is_success, answer.text
        return answer

    async def submit(first: str, last: str, on: str) -> str:
        body = {"unit": "10525", "form": "health_station", "figures": FULL}
        body |= {"period_start": first, "period_end": last}
        return str((await step("/returns/submissions", body, on)).json()["id"])

    late = await submit("2022-01-01", "2022-01-31", "2022-03-01")
    await step(f"/returns/{late}/acceptance", {"sequence": 1}, "2022-03-02")
    back = await submit("2022-02-01", "2022-02-28", "2022-03-03")
    await step(f"/returns/{back}/sending-back", {"sequence": 1, "reason": "r"}, "2022-03-04")
    asked = {"unit": "10525", "on": "2023-01-01", "from": "2022-01-01"}
    answers = [
        await office.client.get("/returns/owed", params=asked | more)
        for more in ({}, {"settled": "true"}, {"on": "2022-03-03"}, {"on": "2023-11-15"})
    ]

    def told(answer: httpx.Response) -> list[tuple[str, str, str, int]]:
        return [
            (one["period_end"], one["state"], one["since"], one["days_late"])
            for one in answer.json()["owed"]
            if one["form"] == "health_station"
        ]

    owed, every, before, ahead = answers
    assert told(owed)[:2] == [
        ("2022-02-28", "sent_back", "2022-03-04", 293),
        ("2022-03-31", "open", "2022-04-01", 261),
    ]
    assert told(owed)[-1] == ("2022-12-31", "open", "2023-01-01", 0)
    assert (len(told(owed)), len(told(every))) == (11, 12)
    assert told(every)[0] == ("2022-01-31", "accepted", "2022-03-02", 11)
    assert told(before) == [("2022-02-28", "submitted", "2022-03-03", 0)]
    assert rules(ahead) == [("on", "in_the_future")]


async def test_a_unit_that_ended_owes_its_last_days_and_its_successor_the_rest(
    database: str,
) -> None:
    """A code means the unit of the day; an ended one is asked about by its identity."""
    now = datetime(2026, 3, 2, 3, tzinfo=UTC)
    async with a_database_of_offices(database) as pool, an_office(pool, now=now) as office:
        asked = {"from": "2025-01-01", "on": "2026-02-01"}
        found = {}
        for unit in ("10525", "2004-10525"):
            answer = await office.client.get("/returns/owed", params=asked | {"unit": unit})
            periods = [
                (one["period_start"], one["period_end"])
                for one in answer.json()["owed"]
                if one["form"] == "education"
            ]
            found[answer.json()["unit"]] = periods
        body = {"unit": "10525", "form": "education", "figures": figures({"education.schools": 3})}
        answers = [
            await office.post(
                body | {"period_start": start, "period_end": end}, path="/returns/submissions"
            )
            for start, end in (
                *found["2025-10525"],
                *found["2004-10525"],
                ("2025-01-01", "2025-12-31"),
            )
        ]

    assert found == {
        "2025-10525": [("2025-07-01", "2025-12-31")],
        "2004-10525": [("2025-01-01", "2025-06-30")],
    }
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert rules(answers[-1]) == [("period_start", "not_a_period")]


async def test_returns_from_before_there_were_steps_have_their_last_one(database: str) -> None:
    """They are accepted, and corrected from there on."""
    pool = await create_pool(database, 2)
    await migrate(pool, [MIGRATIONS, CASEWORK_MIGRATIONS, RECORDS_MIGRATIONS])
    about = a_period() | {"unit": "2004-10525"}
    id_ = return_id(about["unit"], "budget", *map(date.fromisoformat, list(about.values())[2:]))
    await pool.execute(
        "INSERT INTO records VALUES ($1, 2, $2, '2022-01-11T03:00:00Z', 'Ghi nhầm')",
        id_,
        json.dumps({"ward_return": about | {"figures": figures({LINES[0]: 7})}, "changed": ["x"]}),
    )
    await pool.execute(
        "INSERT INTO records VALUES ($1, 1, $2, now())", NOBODY, json.dumps({"visit": {}})
    )
    await pool.close()

    async with a_database_of_offices(database) as pool, an_office(pool) as office:
        (step,) = (await office.client.get(f"/returns/{id_}")).json()["steps"]
        assert (step["sequence"], step["status"], step["reason"]) == (2, "accepted", "Ghi nhầm")
        change = {"figures": figures({LINES[0]: 8}), "reason": "r"}
        answer = await office.post(change, path=f"/returns/{id_}/correction")
        assert (answer.json()["sequence"], answer.json()["return"]["status"]) == (3, "accepted")
