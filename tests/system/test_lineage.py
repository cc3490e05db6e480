"""What became of a ward is told by its province, and every report on its heirs is of that.

The services run as processes, on a real Kafka and PostgreSQL. What is expected is worked out here,
from what was told alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from shared import units
from shared.ways import heirs
from tests.support.by_hand import put
from tests.support.wardbook import Wardbook
from tests.system.recount import assert_tallies_equal_a_recount, read_topics

RECEIVED = "registry.applications_received"
OVER = (date(2025, 1, 1), date(2025, 12, 31))
PROVINCE = "2025-01"
OLD = next(one for one in units.under("2004-01") if len(heirs(one)) > 1)
"""A ward of Hà Nội that went into several."""
HEIRS = heirs(OLD)
TOLD, CASES = date(2026, 3, 2), 7
DAY_BEFORE, TODAY = date(2026, 3, 1), date(2026, 3, 31)


@dataclass(frozen=True, slots=True)
class Ward:
    """The ward, and what was received in it before the reform."""

    wardbook: Wardbook

    async def tell(self, *parts: Fraction, **how: Any) -> Any:
        """Tell what part of the ward went into each heir, nothing but land where that is 0."""
        shares = {Fraction(0): "land", Fraction(1): "whole"}
        ways = [
            {"new": new, "share": shares.get(part, "part")}
            | ({} if part in shares else {"weight": str(part)})
            for new, part in zip(HEIRS, parts, strict=True)
        ]
        body = {"unit": OLD, "ways": ways, "legal_basis": "Nghị quyết 1656/NQ-UBTVQH15"}
        body |= {"reason": "Theo số liệu dân cư khi bàn giao"}
        told = await self.wardbook.told("returns", "/lineage", body, recorded_on=TOLD, **how)
        await self.wardbook.settled()
        return told

    async def shares(self, as_of: date) -> Mapping[str, Fraction]:
        """Return how many cases of the ward stand in the report of each heir; none is missing."""
        found = {}
        for heir in HEIRS:
            figure = (await self.wardbook.report(heir, *OVER, as_of))["figures"][RECEIVED]
            found[heir] = Fraction(str(figure["value"] or 0))
            assert bool(found[heir]) is (figure["absence"] != "missing")
        return found

    async def rendered(self, as_of: date) -> list[bytes]:
        """Return the reports of all heirs, as they are printed."""
        return [
            (await self.wardbook.rendered(heir, *OVER, as_of, "docx")).content for heir in HEIRS
        ]


@pytest.fixture(scope="module")
async def ward(wardbook: Wardbook) -> Ward:
    body = {"unit": OLD, "procedure": "registry.marriage", "channel": "online"}
    body |= {"received_on": "2025-05-06", "due_on": "2025-05-08"}
    for _ in range(CASES):
        await wardbook.told("registry", "/cases", body, recorded_on=date(2025, 5, 6))
    await wardbook.settled()
    return Ward(wardbook)


def exactly(*parts: Fraction) -> Mapping[str, Fraction]:
    """Return what the parts of the cases come to, as figures are rounded."""
    return {
        heir: Fraction(str(round(float(CASES * part), 2)))
        for heir, part in zip(HEIRS, parts, strict=True)
    }


def as_told(first: Fraction) -> list[Fraction]:
    """Return a part for each heir: the rest in the second, land alone in others."""
    return [first, 1 - first, *[Fraction(0)] * (len(HEIRS) - 2)]


async def test_what_became_of_a_ward_is_in_every_report_from_its_day_on(ward: Ward) -> None:
    wardbook, even = ward.wardbook, [Fraction(1, len(HEIRS))] * len(HEIRS)
    assert await ward.shares(TODAY) == exactly(*even)
    printed = await ward.rendered(DAY_BEFORE)

    first = await ward.tell(*as_told(Fraction(4, 7)))
    assert first["sequence"] == 1
    assert await ward.shares(TODAY) == exactly(*as_told(Fraction(4, 7)))
    assert sum((await ward.shares(TODAY)).values()) == CASES
    whole = (await wardbook.report(PROVINCE, *OVER, TODAY))["figures"][RECEIVED]
    assert (whole["value"], whole["qualifier"]) == (CASES, None)

    await ward.tell(*as_told(Fraction(1)))
    assert await ward.shares(TODAY) == exactly(*as_told(Fraction(1)))
    assert await ward.shares(DAY_BEFORE) == exactly(*even)
    assert await ward.rendered(DAY_BEFORE) == printed

    told = [one for one in await read_topics(wardbook.kafka) if one.key == first["id"].encode()]
    assert len(told) == 2
    for one in (*told, told[0]):  # both again, and the older one after the later
        await put(wardbook, one.value, one.key, "returns.events")
    await wardbook.settled()
    assert await ward.shares(TODAY) == exactly(*as_told(Fraction(1)))
    await assert_tallies_equal_a_recount(wardbook)


async def test_the_lineage_that_is_told_is_what_is_counted_by(ward: Ward) -> None:
    await ward.tell(*as_told(Fraction(2, 5)))
    asked = {"unit": OLD, "as_of": str(TODAY)}
    url = f"{ward.wardbook.url('reporting')}/units"
    [found] = (await ward.wardbook.client.get(url, params=asked)).json()["units"]
    edges = [(one["new"], one["weight"], one["is_estimate"]) for one in found["went_into"]]
    weights = zip(HEIRS, as_told(Fraction(2, 5)), strict=True)
    assert edges == [(heir, str(weight), False) for heir, weight in weights]
    assert {one["legal_basis"] for one in found["went_into"]} == {"Nghị quyết 1656/NQ-UBTVQH15"}
    assert await ward.shares(TODAY) == exactly(*as_told(Fraction(2, 5)))
