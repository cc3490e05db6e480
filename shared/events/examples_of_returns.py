"""Examples of what services/returns publishes, for shared.events.examples."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from shared.events.lineage import LineageData, Share, UnitLineage, Way
from shared.events.returns import (
    Absence,
    DeclaredFigure,
    Entry,
    EntryCorrectedData,
    EntryData,
    Return,
    ReturnCorrectedData,
    ReturnData,
    ReturnStatus,
)
from shared.frozen import Frozen
from shared.quantity import Qualifier


def of_returns(unit: str, day: date, step: str) -> Mapping[str, Frozen]:
    """Return payloads by the types of their events; corrections are of `step`."""
    declared = Return(
        unit=unit,
        form="budget",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 10, 31),
        figures=(
            DeclaredFigure(indicator="budget.revenue", amount=8_837_105_265),
            DeclaredFigure(indicator="budget.arrears", absence=Absence.MISSING),
        ),
    )
    full = Return(
        unit=unit,
        form="culture",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 10, 31),
        figures=(
            DeclaredFigure(
                indicator="culture.cultural_families_share",
                amount=955,
                decimals=1,
                qualifier=Qualifier.MORE_THAN,
            ),
            DeclaredFigure(
                indicator="culture.house_number_plates", dimensions={"street": "ngõ 91"}, amount=4
            ),
            DeclaredFigure(indicator="culture.income", amount=60, upper=65),
            DeclaredFigure(indicator="culture.share_target", amount=100, until=date(2025, 12, 31)),
            DeclaredFigure(indicator="culture.scheme_pilot", text="Đường mẫu"),
        ),
        status=ReturnStatus.SUBMITTED,
    )
    recorded = Entry(
        unit=unit,
        register_code="meetings",
        happened_on=day,
        values={"type": "committee_session"},
    )
    return {
        "returns.return.submitted": ReturnData(ward_return=full),
        "returns.return.sent_back": ReturnData(
            ward_return=full.model_copy(update={"status": ReturnStatus.SENT_BACK})
        ),
        "returns.entry.recorded": EntryData(entry=recorded),
        "returns.entry.corrected": EntryCorrectedData(
            entry=recorded.model_copy(update={"cancelled": True}),
            corrects=step,
            changed=("cancelled",),
        ),
        "returns.return.accepted": ReturnData(ward_return=declared),
        "returns.return.corrected": ReturnCorrectedData(
            ward_return=declared, corrects=step, changed=("budget.revenue",)
        ),
        "returns.lineage.corrected": LineageData(
            lineage=UnitLineage(
                unit="2004-10528",
                legal_on=date(2025, 6, 16),
                operates_on=date(2025, 7, 1),
                ways=(
                    Way(new="2025-10532", share=Share.PART, weight=Fraction(4512, 6713)),
                    Way(new="2025-10537", share=Share.PART, weight=Fraction(2201, 6713)),
                ),
                legal_basis="Nghị quyết 1669/NQ-UBTVQH15, Điều 1",
            )
        ),
    }
