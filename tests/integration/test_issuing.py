"""Documents on a real PostgreSQL: steps whole or not at all, no gap in numbers, files for good."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from itertools import product
from uuid import UUID

import asyncpg
import pytest

from services.reporting.app import MIGRATIONS
from services.reporting.issuing import store
from services.reporting.issuing.drafts import blocks
from services.reporting.issuing.kept import kept
from services.reporting.issuing.letter import FormError, letter
from services.reporting.issuing.model import Act, Action, State, decide
from services.reporting.issuing.office import Office
from services.reporting.issuing.stamp import stamped
from services.reporting.issuing.store import Content, Held
from services.reporting.report import TERM, Report, build, load, to_json
from shared.database import Pool, migrate
from shared.people import Capacity, Person, Role
from shared.refusal import Refused
from tests.support.builders import DAY, UNIT, recorded
from tests.support.fixed_figures import HEADING, FixedFigures
from tests.support.fixed_figures import SOUND as SOUND_FIGURES
from tests.support.forms_of_reports import FORMS
from tests.support.people import ROLES, a_person
from tests.support.servers import open_pool

OUTLINE = load(TERM)
SOUND = build(OUTLINE, HEADING, FixedFigures(SOUND_FIGURES))
BROKEN = build(
    OUTLINE, HEADING, FixedFigures({**SOUND_FIGURES, "registry.applications_withdrawn": 0})
)
SMALL = letter(kept(to_json(SOUND)), "Báo cáo", [FormError(place="a", printed="b", right="c")])
"""It takes a moment to render."""
ALL_THAT_IS_KEPT = (
    "SELECT * FROM documents ORDER BY id",
    "SELECT * FROM document_steps ORDER BY document, step",
    "SELECT * FROM document_files ORDER BY document, form",
    "SELECT * FROM document_numbers ORDER BY unit, notation, year",
)
EVERYBODY: Mapping[Role, Person] = {role: a_person(role) for role in ROLES}
DRAFTER = EVERYBODY[Role.DRAFTER]
TO_SIGNED = (
    (Action.APPROVE_CONTENT, Role.APPROVER),
    (Action.CHECK_FORM, Role.FORM_CHECKER),
    (Action.SIGN, Role.SIGNER),
)
TO_ISSUED = (*TO_SIGNED, (Action.NUMBER, Role.CLERK), (Action.ISSUE, Role.CLERK))


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 8) as opened:
        await migrate(opened, [MIGRATIONS])
        yield opened


def content(
    report: Report = SOUND,
    *,
    unit: str = UNIT,
    notation: str = "BC-UBND",
    concerns: UUID | None = None,
) -> Content:
    period = report.about.period
    return Content(
        kind="report",
        unit=unit,
        concerns=concerns,
        notation=notation,
        subject=report.subject,
        starts=period.start,
        ends=period.end,
        as_of=report.about.as_of,
        model=to_json(report),
        positions='{"registry.events":{"0":17}}',
        broken=[check.id for check in report.checks if blocks(check)],
    )


async def taken(
    office: Office, held: Held, steps: Sequence[tuple[Action, Role]], day: date = DAY
) -> Held:
    """Take steps that must be allowed, each by the one who has the role in the document's unit."""
    for action, role in steps:
        act = Act(action=action, sha256=held.document.sha256, reason="Vì sao")
        person = a_person(role, unit=held.document.unit)
        held = await office.act(held.id, act, person, recorded(day))
    return held


async def drafted(office: Office, drawn: Content | None = None, day: date = DAY) -> Held:
    drawn = drawn or content()
    return await office.add(drawn, a_person(Role.DRAFTER, unit=drawn.unit), recorded(day))


async def rows(pool: Pool) -> list[list[str]]:
    """Return all that is kept of documents."""
    return [[str(row) for row in await pool.fetch(one)] for one in ALL_THAT_IS_KEPT]


async def test_forty_numberings_at_once_give_one_to_forty(pool: Pool) -> None:
    """Between them stand refusals, which must leave no gap."""
    office = Office(pool, FORMS)
    small = content(SMALL)
    signed = [await taken(office, await drafted(office, small), TO_SIGNED) for _ in range(40)]
    drafts = [await drafted(office, small) for _ in range(10)]

    async def number(held: Held) -> int | None:
        try:
            return (await taken(office, held, [(Action.NUMBER, Role.CLERK)])).number
        except Refused:
            return None

    tries = [one for four in zip(*[iter(signed)] * 4, drafts, strict=True) for one in four]
    given = await asyncio.gather(*map(number, tries))

    assert sorted(one for one in given if one is not None) == list(range(1, 41))
    assert given.count(None) == 10


async def test_a_number_that_comes_to_nothing_is_given_again(pool: Pool) -> None:
    """A transaction that is undone after it took a number leaves no gap."""
    office = Office(pool, FORMS)
    held = await taken(office, await drafted(office), TO_SIGNED)
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await store.give_number(conn, held, DAY)
        await transaction.rollback()

    assert (await taken(office, held, [(Action.NUMBER, Role.CLERK)])).number == 1


async def test_each_year_kind_and_unit_counts_from_one(pool: Pool) -> None:
    office = Office(pool, FORMS)

    async def number(drawn: Content, day: date) -> int | None:
        held = await drafted(office, drawn, day)
        return (await taken(office, held, [*TO_SIGNED, (Action.NUMBER, Role.CLERK)], day)).number

    december, january = date(2023, 12, 31), date(2024, 1, 1)
    assert [await number(content(), day) for day in (december, december)] == [1, 2]
    assert await number(content(), january) == 1
    assert await number(content(notation="UBND-VP"), january) == 1
    assert await number(content(unit="2004-10507"), january) == 1
    assert await number(content(), january) == 2


async def test_a_number_is_not_dated_before_the_one_before_it(pool: Pool) -> None:
    office = Office(pool, FORMS)
    to_numbered = [*TO_SIGNED, (Action.NUMBER, Role.CLERK)]
    first, second = await drafted(office), await drafted(office, day=date(2023, 11, 10))
    await taken(office, first, to_numbered)

    with pytest.raises(Refused, match="day of the number before"):
        await taken(office, second, to_numbered, date(2023, 11, 10))

    assert (await taken(office, second, [(Action.NUMBER, Role.CLERK)])).number == 2


async def test_what_is_issued_is_kept_byte_for_byte_in_every_form(pool: Pool) -> None:
    """Rendering what is kept gives the files that are kept; their hashes are told."""
    office = Office(pool, FORMS)
    issued = await taken(office, await drafted(office), TO_ISSUED)
    async with pool.acquire() as conn:
        model = await store.model(conn, issued.id)
    assert issued.stamp is not None
    again = stamped(Report.model_validate_json(model), issued.stamp)

    assert issued.files.keys() == FORMS.keys()
    assert issued.document.sha256 == hashlib.sha256(to_json(SOUND)).hexdigest()
    for name, form in FORMS.items():
        file = await office.file(issued.id, name, [UNIT])
        assert file.content == form.render(again)
        assert issued.files[name] == file.sha256 == hashlib.sha256(file.content).hexdigest()
        assert file.media_type == form.media_type


async def test_a_deputy_signs_as_one_and_is_kept_as_one(pool: Pool) -> None:
    office = Office(pool, FORMS)
    checked = await taken(office, await drafted(office), TO_SIGNED[:2])
    deputy = a_person(Role.SIGNER).model_copy(
        update={"capacity": Capacity.DEPUTY, "position": "Phó Chủ tịch"}
    )
    sign = Act(action=Action.SIGN, sha256=checked.document.sha256)
    signed = await office.act(checked.id, sign, deputy, recorded())

    issued = await taken(office, signed, TO_ISSUED[-2:])

    told = issued.document.last(Action.SIGN)
    assert told is not None
    assert (told.capacity, told.position) == (Capacity.DEPUTY, "Phó Chủ tịch")
    page = (await office.file(issued.id, "html", [UNIT])).content.decode()
    assert "<p>KT. CHỦ TỊCH</p>" in page


async def test_what_is_kept_is_answered_whatever_would_be_rendered_today(pool: Pool) -> None:
    office = Office(pool, FORMS)
    numbered = await taken(office, await drafted(office), TO_ISSUED[:-1])
    async with pool.acquire() as conn:
        await store.keep(conn, numbered.id, {"pdf": ("application/pdf", b"of older software")})

    assert (await office.file(numbered.id, "pdf", [UNIT])).content == b"of older software"
    with pytest.raises(Refused, match="the forms are pdf"):
        await office.file(numbered.id, "docx", [UNIT])


async def test_what_is_written_stays(pool: Pool) -> None:
    """Not even the owner of the tables changes or removes it by accident."""
    office = Office(pool, FORMS)
    issued = await taken(office, await drafted(office), TO_ISSUED)
    approved = await taken(office, await drafted(office), TO_SIGNED[:1])
    before = await rows(pool)
    of_issued, of_approved = (issued.id,), (approved.id,)
    statements: Sequence[tuple[str, Sequence[UUID]]] = (
        ("UPDATE document_files SET content = 'x'", ()),
        ("DELETE FROM document_files", ()),
        ("TRUNCATE document_files", ()),
        ("UPDATE document_steps SET person = 'x'", ()),
        ("DELETE FROM document_steps", ()),
        ("TRUNCATE documents CASCADE", ()),
        ("DELETE FROM documents WHERE id = $1", of_approved),
        ("UPDATE documents SET content = 'x' WHERE id = $1", of_issued),
        ("UPDATE documents SET content = 'x' WHERE id = $1", of_approved),
        ("UPDATE documents SET positions = '{}' WHERE id = $1", of_approved),
        ("UPDATE documents SET number = 2 WHERE id = $1", of_issued),
        ("UPDATE documents SET unit = 'x' WHERE id = $1", of_approved),
    )
    for statement, values in statements:
        with pytest.raises(asyncpg.RaiseError, match="what is written stays"):
            await pool.execute(statement, *values)

    assert before == await rows(pool)


async def test_refusals_leave_no_trace(pool: Pool) -> None:
    """In every state everybody tries everything; of what is refused nothing is kept."""
    office = Office(pool, FORMS)
    held = await drafted(office, content(BROKEN))
    seen, refusals = held.document.sha256, 0
    people = (*EVERYBODY.values(), a_person(*ROLES, name="of elsewhere", unit="2004-10507"))
    for action, role in (*TO_SIGNED[:2], (Action.WAIVE, Role.CONTROLLER), *TO_ISSUED[2:]):
        before = await rows(pool)
        for tried, person in product(Action, people):
            act = Act(action=tried, sha256=seen, reason="", check="registry-files")
            try:
                decide(held.document, act, person, recorded())
            except Refused:
                with pytest.raises(Refused):
                    await office.act(held.id, act, person, recorded())
                refusals += 1
        assert before == await rows(pool)
        act = Act(action=action, sha256=seen, reason="Vì sao", check="registry-files")
        held = await office.act(held.id, act, EVERYBODY[role], recorded())
    assert held.document.state is State.ISSUED
    assert refusals > 300


async def test_a_broken_check_blocks_signing_and_its_waiver_is_printed(pool: Pool) -> None:
    office = Office(pool, FORMS)
    checked = await taken(office, await drafted(office, content(BROKEN)), TO_SIGNED[:2])
    sha256 = checked.document.sha256
    sign = Act(action=Action.SIGN, sha256=sha256)
    with pytest.raises(Refused, match="registry-files"):
        await office.act(checked.id, sign, EVERYBODY[Role.SIGNER], recorded())
    waive = Act(action=Action.WAIVE, sha256=sha256, reason="Do rút", check="registry-files")
    await office.act(checked.id, waive, EVERYBODY[Role.CONTROLLER], recorded())

    issued = await taken(office, checked, TO_ISSUED[2:])

    page = (await office.file(issued.id, "html", [UNIT])).content.decode()
    assert "Do rút" in page
    assert EVERYBODY[Role.CONTROLLER].name in page


async def test_a_form_that_is_not_lawful_is_not_passed(pool: Pool) -> None:
    """Whoever checks it may overlook it; the program names article and rule, and keeps nothing."""
    office = Office(pool, FORMS)
    header = SOUND.header.model_copy(
        update={"place_and_date": SOUND.header.place_and_date.replace("Phường", "P.")}
    )
    wrong = SOUND.model_copy(update={"header": header})
    approved = await taken(office, await drafted(office, content(wrong)), TO_SIGNED[:1])
    before = await rows(pool)

    with pytest.raises(Refused, match=r"Phụ lục I, Phần I, mục II\.4: địa danh") as refusal:
        await taken(office, approved, TO_SIGNED[1:2])

    assert (refusal.value.rule, refusal.value.status) == ("form_unlawful", 409)
    assert before == await rows(pool)


async def test_a_draft_is_drawn_anew_and_approved_as_it_was_seen(pool: Pool) -> None:
    office = Office(pool, FORMS)
    old = await drafted(office, content(BROKEN))
    new = await office.draw_anew(old.id, content(), DRAFTER, recorded())

    assert (new.id, new.document.broken) == (old.id, frozenset())
    with pytest.raises(Refused, match=new.document.sha256):
        await taken(office, old, TO_SIGNED[:1])
    with pytest.raises(Refused, match="another document"):
        await office.draw_anew(old.id, content(concerns=old.id), DRAFTER, recorded())
    approved = await taken(office, new, TO_SIGNED[:1])
    with pytest.raises(Refused, match="content_approved"):
        await office.draw_anew(approved.id, content(), DRAFTER, recorded())


async def test_a_report_is_replaced_when_the_one_that_replaces_it_is_issued(pool: Pool) -> None:
    office = Office(pool, FORMS)
    old = await taken(office, await drafted(office), TO_ISSUED)
    new = await drafted(office, content(concerns=old.id))
    with pytest.raises(Refused, match="replaces this one"):
        await drafted(office, content(concerns=old.id))
    numbered = await taken(office, new, TO_ISSUED[:-1])
    async with pool.acquire() as conn:
        before = await store.find(conn, old.id, [UNIT])
        files = {name: (await office.file(old.id, name, [UNIT])).sha256 for name in FORMS}
    issued = await taken(office, numbered, TO_ISSUED[-1:])
    async with pool.acquire() as conn:
        after = await store.find(conn, old.id, [UNIT])

    assert (before.document.state, after.document.state) == (State.ISSUED, State.REPLACED)
    assert (issued.document.state, issued.number) == (State.ISSUED, 2)
    assert after.concerned_by == [new.id]
    assert files == {name: (await office.file(old.id, name, [UNIT])).sha256 for name in FORMS}


async def test_a_recalled_report_stays_recalled_and_readable(pool: Pool) -> None:
    office = Office(pool, FORMS)
    old = await taken(office, await drafted(office), TO_ISSUED)
    new = await drafted(office, content(concerns=old.id))
    recalled = await taken(office, old, [(Action.RECALL, Role.SIGNER)])
    await taken(office, new, TO_ISSUED)

    async with pool.acquire() as conn:
        after = await store.find(conn, old.id, [UNIT])
    assert recalled.document.state is after.document.state is State.RECALLED
    assert (await office.file(old.id, "pdf", [UNIT])).content.startswith(b"%PDF")


async def test_issuing_twice_at_once_issues_once(pool: Pool) -> None:
    office = Office(pool, FORMS)
    numbered = await taken(office, await drafted(office), TO_ISSUED[:-1])

    tries = [taken(office, numbered, TO_ISSUED[-1:]) for _ in range(3)]
    ended = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(one).__name__ for one in ended) == ["Held", "Refused", "Refused"]


async def test_documents_of_another_unit_are_not_there(pool: Pool) -> None:
    office = Office(pool, FORMS)
    held = await drafted(office)

    async with pool.acquire() as conn:
        with pytest.raises(Refused, match="no such document"):
            await store.find(conn, held.id, ["2004-10507"])
        assert await store.page(conn, ["2004-10507"], None, 20) == []


async def test_the_documents_of_a_unit_come_in_pages_the_latest_first(pool: Pool) -> None:
    office = Office(pool, FORMS)
    made = [(await drafted(office)).id for _ in range(5)]

    async with pool.acquire() as conn:
        first = await store.page(conn, [UNIT], None, 2)
        rest = await store.page(conn, [UNIT], first[-1].id, 20)
    assert [one.id for one in (*first, *rest)] == made[::-1]
    assert all(len(one.document.steps) == 1 for one in first)
