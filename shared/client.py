"""A client of a department's HTTP interface: typed commands, answers and refusals.

A command carries an idempotency key, made here unless given, and keeps it over its repetitions:
what was sent twice because an answer was lost comes true once.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
from pydantic import BaseModel, TypeAdapter
from uuid_utils.compat import uuid7

from shared.casework.answer import CaseAnswer
from shared.casework.commands import (
    CancelCase,
    CorrectCase,
    ExtendCase,
    PauseCase,
    ReappointCase,
    ReceiveCase,
    RefuseCase,
    ResolveCase,
    ResumeCase,
    WithdrawCase,
)
from shared.casework.questions import FoundCase, FoundCases, Particulars, Why
from shared.history import History
from shared.language import Language
from shared.problems import MEDIA_TYPE, ProblemError

_WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0, 10.0)
"""Seconds between attempts while a service cannot answer: a minute, enough for a restart."""

_TIMEOUT_SECONDS = 30.0
_ERRORS: TypeAdapter[tuple[ProblemError, ...]] = TypeAdapter(tuple[ProblemError, ...])

type _Told = Mapping[str, Any] | BaseModel


class Refusal(Exception):
    """The service refused, and nothing was changed.

    `errors` say of each field which rule it breaks, with a sentence in the client's language;
    `field`, `rule` and `sentence` are those of the first. `answer` is the whole problem document.
    """

    def __init__(self, status: int, errors: Sequence[ProblemError], answer: str) -> None:
        """Refuse by at least one error."""
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in errors))
        self.status = status
        self.errors = tuple(errors)
        self.answer = answer
        self.field, self.rule = errors[0].field, errors[0].rule
        self.sentence = errors[0].message


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a command is sent: under which key, and on which day a migration says it was recorded."""

    key: str | None = None
    recorded_on: date | None = None


_NOW = Sending()


class DepartmentClient:
    """Asks and tells one department. It may be used by many tasks at once.

    `token` is an access token of somebody in the file of people (docs/access.md). A service
    that does not answer is asked again for a minute; then httpx's error is raised. `http` is a
    client of the caller's, who closes it.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        language: Language = "vi",
        http: httpx.AsyncClient | None = None,
        waits: Sequence[float] = _WAITS,
    ) -> None:
        """Prepare; nothing is connected before the first question."""
        self._address = address.rstrip("/")
        self._headers: dict[str, str] = {"accept-language": language}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"
        self._own = http is None
        self._http = http or httpx.AsyncClient(timeout=_TIMEOUT_SECONDS)
        self._waits = waits
        self.retries = 0

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the connections, unless they are the caller's."""
        if self._own:
            await self._http.aclose()

    async def receive(self, command: ReceiveCase, how: Sending = _NOW) -> CaseAnswer:
        """Receive a case."""
        return CaseAnswer.model_validate(await self.send("/cases", command, how))

    async def resolve(self, case: UUID, command: ResolveCase, how: Sending = _NOW) -> CaseAnswer:
        """Resolve a case by its act; a department may have a command of its own kind."""
        return await self.step(case, "resolution", command, how)

    async def refuse(self, case: UUID, command: RefuseCase, how: Sending = _NOW) -> CaseAnswer:
        """Close a case with a refusal."""
        return await self.step(case, "refusal", command, how)

    async def withdraw(self, case: UUID, command: WithdrawCase, how: Sending = _NOW) -> CaseAnswer:
        """Close a case that its applicant withdrew."""
        return await self.step(case, "withdrawal", command, how)

    async def pause(self, case: UUID, command: PauseCase, how: Sending = _NOW) -> CaseAnswer:
        """Stop the clock of a case."""
        return await self.step(case, "pause", command, how)

    async def resume(self, case: UUID, command: ResumeCase, how: Sending = _NOW) -> CaseAnswer:
        """Let the clock of a case run again."""
        return await self.step(case, "resumption", command, how)

    async def extend(self, case: UUID, command: ExtendCase, how: Sending = _NOW) -> CaseAnswer:
        """Give a case more days."""
        return await self.step(case, "extension", command, how)

    async def reappoint(
        self, case: UUID, command: ReappointCase, how: Sending = _NOW
    ) -> CaseAnswer:
        """Name a new day, with an apology."""
        return await self.step(case, "reappointment", command, how)

    async def correct(self, case: UUID, command: CorrectCase, how: Sending = _NOW) -> CaseAnswer:
        """Correct what was recorded about a case."""
        return await self.step(case, "correction", command, how)

    async def cancel(self, case: UUID, command: CancelCase, how: Sending = _NOW) -> CaseAnswer:
        """Cancel a case that was entered by mistake."""
        return await self.step(case, "cancellation", command, how)

    async def step(
        self, case: UUID, name: str, command: BaseModel, how: Sending = _NOW
    ) -> CaseAnswer:
        """Take a step with a case, one of its department's own for instance."""
        return CaseAnswer.model_validate(await self.send(f"/cases/{case}/{name}", command, how))

    async def read(self, case: UUID) -> CaseAnswer:
        """Read a case."""
        return CaseAnswer.model_validate(await self.ask(f"/cases/{case}"))

    async def why(self, case: UUID) -> Why:
        """Ask why a case is due on its day."""
        return Why.model_validate(await self.ask(f"/cases/{case}/why"))

    async def search(self, **asked: str | date | int | bool) -> AsyncIterator[FoundCase]:
        """Find cases by the parameters of GET /cases, page after page."""
        address: str | None = f"/cases?{httpx.QueryParams({k: _text(v) for k, v in asked.items()})}"
        while address is not None:
            page = FoundCases.model_validate(await self.ask(address))
            for one in page.cases:
                yield one
            address = page.next

    async def history(self, case: UUID, purpose: str | None = None) -> History:
        """Ask for the steps of a case; with a purpose, for their reasons too."""
        asked = {} if purpose is None else {"purpose": purpose}
        return History.model_validate(await self.ask(f"/cases/{case}/history", asked))

    async def particulars(self, case: UUID, purpose: str) -> Particulars:
        """Read what is personal about a case; the reading is kept."""
        answer = await self.ask(f"/cases/{case}/particulars", {"purpose": purpose})
        return Particulars.model_validate(answer)

    async def send(self, path: str, command: _Told, how: Sending = _NOW) -> Any:
        """Send any command of the department; return its answer's JSON."""
        body = (
            command.model_dump(mode="json", exclude_unset=True)
            if isinstance(command, BaseModel)
            else command
        )
        headers = {"idempotency-key": how.key or str(uuid7())}
        if how.recorded_on is not None:
            headers["recorded-on"] = how.recorded_on.isoformat()
        return await self._answer("POST", path, json=body, headers=self._headers | headers)

    async def ask(self, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        """Ask any question of the department; return its answer's JSON."""
        return await self._answer("GET", path, params=parameters, headers=self._headers)

    async def _answer(self, method: str, path: str, **told: Any) -> Any:
        for wait in self._waits:
            try:
                response = await self._http.request(method, self._address + path, **told)
            except httpx.TransportError:
                pass
            else:
                if not response.is_server_error:
                    return _json_of(response)
            self.retries += 1
            await asyncio.sleep(wait)
        return _json_of(await self._http.request(method, self._address + path, **told))


def _json_of(response: httpx.Response) -> Any:
    if response.headers.get("content-type") == MEDIA_TYPE:
        problem = response.json()
        rule = problem["type"].rpartition(":")[2]
        errors = problem.get("errors") or [{"field": "", "rule": rule, "message": rule}]
        raise Refusal(response.status_code, _ERRORS.validate_python(errors), response.text)
    return response.raise_for_status().json()


def _text(value: str | date | int | bool) -> str:  # noqa: FBT001 - a value, not a switch
    return str(value).lower() if isinstance(value, bool) else str(value)
