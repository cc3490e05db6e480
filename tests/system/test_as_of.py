"""A report as of a day is what would have been printed on that day."""

from datetime import date

from tests.support.wardbook import Wardbook

PERIOD = (date(2024, 1, 1), date(2024, 6, 30))


async def received(wardbook: Wardbook, unit: str, day: date) -> str:
    body = {"unit": unit, "procedure": "permits.land_file", "channel": "in_person"}
    body |= {"received_on": str(day), "due_on": "2024-02-20"}
    case = await wardbook.told("permits", "/cases", body, recorded_on=day)
    path = f"/cases/{case['id']}/resolution"
    await wardbook.told("permits", path, {"closed_on": "2024-02-20"}, recorded_on=date(2024, 2, 20))
    return str(case["id"])


async def test_a_correction_changes_no_report_as_of_the_days_before(wardbook: Wardbook) -> None:
    """A closing day and a unit corrected in May: as of April the report is still the old one."""
    unit, other = wardbook.new_unit(), wardbook.new_unit()
    late = await received(wardbook, unit, date(2024, 2, 1))
    moved = await received(wardbook, unit, date(2024, 2, 2))
    await received(wardbook, other, date(2024, 2, 2))
    await wardbook.settled()
    april = date(2024, 4, 30)
    printed = {u: await wardbook.report(u, *PERIOD, april) for u in (unit, other)}
    for case, wrong in ((late, {"closed_on": "2024-02-22"}), (moved, {"unit": other})):
        path = f"/cases/{case}/correction"
        body = wrong | {"reason": "Ghi nhầm"}
        await wardbook.told("permits", path, body, recorded_on=date(2024, 5, 6))
    await wardbook.settled()
    for as_of in (date(2024, 2, 20), april, date(2024, 5, 5)):
        for u in (unit, other):
            told = await wardbook.report(u, *PERIOD, as_of)
            assert told["figures"] == printed[u]["figures"]
    assert {u: await wardbook.report(u, *PERIOD, april) for u in (unit, other)} == printed
    on_time, late_key = (
        f"permits.applications_by_timeliness?timeliness={t}" for t in ("on_time", "late")
    )
    for since in (date(2024, 5, 6), None):
        here, there = [await wardbook.figures(u, *PERIOD, since) for u in (unit, other)]
        assert (here["permits.applications_received"], here[on_time], here[late_key]) == (1, 0, 1)
        assert (there["permits.applications_received"], there[on_time]) == (2, 2)


async def test_what_is_not_yet_recorded_is_not_yet_printed(wardbook: Wardbook) -> None:
    """Before its first recording day a department told nothing; a case counts until cancelled."""
    unit = wardbook.new_unit()
    case = await received(wardbook, unit, date(2024, 2, 1))
    cancel = f"/cases/{case}/cancellation"
    await wardbook.told("permits", cancel, {"reason": "Nhầm"}, recorded_on=date(2024, 3, 1))
    await wardbook.settled()
    seen = [
        (await wardbook.figures(unit, *PERIOD, as_of))["permits.applications_received"]
        for as_of in (date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1))
    ]
    assert seen == ["missing", 1, 1, 0]
