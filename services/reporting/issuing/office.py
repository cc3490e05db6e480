"""The office that issues: keeps drafts, takes steps, renders and keeps files. It has no rules."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.reporting.issuing import store
from services.reporting.issuing.kept import kept
from services.reporting.issuing.lawful_form import refuse_unlawful
from services.reporting.issuing.model import Act, Action, Document, State, Step, decide
from services.reporting.issuing.next_steps import is_taken
from services.reporting.issuing.stamp import stamped
from services.reporting.issuing.store import Content, File, Held
from services.reporting.report import Forms, Report
from shared.clock import ward_day
from shared.database import Connection, Pool
from shared.people import Person
from shared.recorded import Recorded
from shared.refusal import Refused

_DRAW = Act(action=Action.DRAW)
_CHECKED = "docx"
"""The form that a program looks through for the rules of the law."""

type Files = dict[str, tuple[str, bytes]]
"""Media type and bytes by the name of the form."""


@dataclass(frozen=True, slots=True)
class Office:
    """Issues the documents of one database. Each method comes true whole, or not at all."""

    pool: Pool
    forms: Forms

    async def add(
        self, content: Content, person: Person, recorded: Recorded, id_: UUID | None = None
    ) -> Held:
        """Keep a new draft; where its id has been given to a draft of the same, that one stays.

        Refuses the id of a document of anything else.
        """
        id_ = id_ or uuid7()
        step = decide(Document(unit=content.unit), _DRAW, person, recorded)
        if id_ == content.concerns:
            raise Refused("drew_another", "id", status=409)
        async with self.pool.acquire() as conn, conn.transaction():
            is_new = await store.add(conn, id_, content, step)
            held = await store.find(conn, id_, [content.unit])
            if not is_new:
                asked = content.kind, content.concerns, kept(content.model).about
                if (held.kind, held.concerns, kept(await store.model(conn, id_)).about) != asked:
                    raise Refused("drew_another", "id", status=409)
            return held

    async def draw_anew(
        self,
        id_: UUID,
        content: Content,
        person: Person,
        recorded: Recorded,
        after: int | None = None,
    ) -> Held:
        """Put other content into a draft, of the same kind and about the same document.

        Once `after` so many steps that were seen, as `act` takes its own.
        """
        act = replace(_DRAW, after=after)
        async with self.pool.acquire() as conn, conn.transaction():
            held = await store.find(conn, id_, [person.unit], lock=True)
            if is_taken(held.document, act, person) and held.as_of == content.as_of:
                return held
            step = decide(held.document, act, person, recorded)
            if (held.kind, held.concerns) != (content.kind, content.concerns):
                raise Refused("draft_of_other", "kind", status=409)
            await store.draw(conn, id_, content)
            await _take(conn, held, step)
            return await store.find(conn, id_, [person.unit])

    async def act(self, id_: UUID, act: Act, person: Person, recorded: Recorded) -> Held:
        """Take a step with a document; once, by whoever says after how many steps it is theirs."""
        # What is numbered changes no more, and of what is checked the hash is named, so that both
        # can be rendered before the document is locked.
        files: Files = {}
        if act.action in {Action.CHECK_FORM, Action.ISSUE}:
            async with self.pool.acquire() as conn:
                held = await store.find(conn, id_, [person.unit])
                model = await store.model(conn, id_)
            if is_taken(held.document, act, person):
                return held
            decide(held.document, act, person, recorded)
            names = self.forms if act.action is Action.ISSUE else [_CHECKED]
            files = await asyncio.to_thread(self._rendered, model, held, names)
        if act.action is Action.CHECK_FORM:
            await asyncio.to_thread(refuse_unlawful, files[_CHECKED][1])
        async with self.pool.acquire() as conn, conn.transaction():
            held = await store.find(conn, id_, [person.unit], lock=True)
            if is_taken(held.document, act, person):
                return held
            step = decide(held.document, act, person, recorded)
            await _take(conn, held, step)
            if act.action is Action.NUMBER:
                await store.give_number(conn, held, ward_day(step.at))
            if act.action is Action.ISSUE:
                await store.keep(conn, id_, files)
                if held.kind == "report" and held.concerns is not None:
                    await _replace(conn, held.concerns, person, recorded)
            return await store.find(conn, id_, [person.unit])

    async def file(self, id_: UUID, form: str, of: Sequence[str]) -> File:
        """Return a form of a document of some units: as issued, or as it stands before that."""
        async with self.pool.acquire() as conn:
            held = await store.find(conn, id_, of)
            found = await store.kept(conn, id_, form)
            if found is not None:
                return found
            if held.files or form not in self.forms:
                raise Refused("not_acceptable", "form", forms=", ".join(held.files or self.forms))
            model = await store.model(conn, id_)
        media_type, made = (await asyncio.to_thread(self._rendered, model, held, [form]))[form]
        return File(media_type, made, hashlib.sha256(made).hexdigest())

    def _rendered(self, model: bytes, held: Held, names: Iterable[str]) -> Files:
        """Return a document, with what it bears by now, in some forms."""
        report = Report.model_validate_json(model)
        if held.stamp is not None:
            report = stamped(report, held.stamp)
        forms = ((name, self.forms[name]) for name in names)
        return {name: (form.media_type, form.render(report)) for name, form in forms}


async def _take(conn: Connection, held: Held, step: Step) -> None:
    await store.add_step(conn, held.id, len(held.document.steps) + 1, step)


async def _replace(conn: Connection, id_: UUID, person: Person, recorded: Recorded) -> None:
    """Let a report be replaced, unless it was recalled meanwhile."""
    old = await store.find(conn, id_, [person.unit], lock=True)
    if old.document.state is State.ISSUED:
        act = Act(action=Action.REPLACE)
        await _take(conn, old, decide(old.document, act, person, recorded))
