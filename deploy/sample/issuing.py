"""Issues the sample's term report as its office would: step after step, each by who has the role.

It goes on where a run before it was broken off, and issues nothing twice. The people have the right
of a migration to state days, so that the report bears a day of when it would have been issued.
"""

import tomllib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from tqdm import tqdm

from deploy.embedded.errors import DeployError
from deploy.report import TERM, write_whole
from shared import units
from shared.frozen import Closed
from shared.people import Role

FORMS = ("docx", "pdf")
_WAY = {
    "draft": ("approve_content", Role.APPROVER),
    "content_approved": ("check_form", Role.FORM_CHECKER),
    "form_checked": ("sign", Role.SIGNER),
    "signed": ("number", Role.CLERK),
    "numbered": ("issue", Role.CLERK),
}
"""What is done next with a document in a state, and by whom."""
_PATIENCE_SECONDS = 120

type Document = Mapping[str, Any]
"""A document as the interface of reporting tells it."""

type TokenOf = Callable[[str], str]
"""Gives the token of somebody by their subject."""


class Waiver(Closed):
    """Why a broken check of the sample is let stand."""

    check: str
    reason: str


class Plan(Closed):
    """When the sample's report is issued, and which of its errors are waived."""

    issued_on: date
    waivers: tuple[Waiver, ...]


PLAN = Plan.model_validate(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
)


async def issue(reporting: str, people: Path, token_of: TokenOf) -> Document:
    """Return the sample's issued report, which is drawn and issued unless it was so before.

    `people` is the file that reporting reads, `token_of` gives their tokens. Raises DeployError
    where it names nobody for a step, or a step is refused.
    """
    async with httpx.AsyncClient(base_url=reporting, timeout=_PATIENCE_SECONDS) as client:
        office = _Office(client, people, token_of)
        document = await office.found() or await office.drawn()
        steps = len(list(_to_come(document))) + len(document["unwaived"])
        with tqdm(total=steps, desc="issuing", unit=" steps", disable=None) as bar:
            while document["state"] in _WAY:
                document = await office.moved_on(document)
                bar.update()
        return document


async def write_issued(
    reporting: str, people: Path, token_of: TokenOf, document: Document, folder: Path
) -> list[Path]:
    """Write the forms of an issued document that are printed, each file whole or not at all."""
    written = []
    async with httpx.AsyncClient(base_url=reporting, timeout=_PATIENCE_SECONDS) as client:
        office = _Office(client, people, token_of)
        for form in FORMS:
            path = f"/documents/{document['id']}/files/{form}"
            content = (await office.asked(Role.CLERK, "GET", path)).content
            written.append(write_whole(folder / f"issued-report.{form}", content))
    return written


def _to_come(document: Document) -> Iterator[str]:
    states = list(_WAY)
    yield from states[states.index(document["state"]) :] if document["state"] in _WAY else ()


def _is_the_report(told: Document) -> bool:
    days = (told["starts"], told["ends"])
    own = told["kind"] == "report" and told["concerns"] is None
    return own and days == (TERM["from"], TERM["to"])


class _Office:
    """The people of the sample, who ask reporting for one thing after the other."""

    def __init__(self, client: httpx.AsyncClient, people: Path, token_of: TokenOf) -> None:
        self._client = client
        self._token_of = token_of
        self._people = people
        self._unit = units.resolve(TERM["unit"], PLAN.issued_on).id
        self._persons = tomllib.loads(people.read_text(encoding="utf-8"))["person"]

    async def found(self) -> Document | None:
        """Return the report if there is one: the one that was issued first, else the last draft."""
        reports = [one async for one in self._documents() if _is_the_report(one)]
        done = [one for one in reports if one["state"] not in _WAY]
        return done[-1] if done else next(iter(reports), None)

    async def _documents(self) -> AsyncIterator[Document]:
        """Yield the documents of the unit, the latest first."""
        page: list[Document] = (await self.asked(Role.CLERK, "GET", "/documents")).json()
        while page:
            for one in page:
                yield one
            before = f"/documents?before={page[-1]['id']}"
            page = (await self.asked(Role.CLERK, "GET", before)).json()

    async def drawn(self) -> Document:
        """Draw the report."""
        order = {"kind": "report", **TERM}
        return await self._told(Role.DRAFTER, "POST", "/documents", order)

    async def moved_on(self, document: Document) -> Document:
        """Take the next step with a document; errors are waived before it goes anywhere."""
        path, seen = f"/documents/{document['id']}/steps", {"sha256": document["sha256"]}
        if document["unwaived"]:
            check = document["unwaived"][0]
            reason = next((one.reason for one in PLAN.waivers if one.check == check), None)
            if reason is None:
                raise DeployError(
                    f"the sample's report breaks the check {check}, which nobody expected: it"
                    " is not issued; see the annex of checks in the report that was written"
                )
            waiver = {"action": "waive", "check": check, "reason": reason, **seen}
            return await self._told(Role.CONTROLLER, "POST", path, waiver)
        action, role = _WAY[document["state"]]
        return await self._told(role, "POST", path, {"action": action, **seen})

    async def asked(
        self, role: Role, method: str, path: str, body: object = None
    ) -> httpx.Response:
        """Return the answer to who has a role in the sample's unit."""
        headers = {"authorization": f"Bearer {self._token(role)}", "accept-language": "en"}
        if method != "GET":
            headers["recorded-on"] = PLAN.issued_on.isoformat()
        answer = await self._client.request(method, path, json=body, headers=headers)
        if answer.is_error:
            told = f"{method} {answer.url} answered {answer.status_code}: {answer.text[:500]}"
            raise DeployError(f"the sample's report is not issued: {told}")
        return answer

    async def _told(self, role: Role, method: str, path: str, body: object) -> Document:
        told: Document = (await self.asked(role, method, path, body)).json()
        return told

    def _token(self, role: Role) -> str:
        for person in self._persons:
            if person["unit"] == self._unit and role in person["roles"]:
                return self._token_of(person["subject"])
        raise DeployError(f"{self._people} names nobody of {self._unit} who is {role}")
