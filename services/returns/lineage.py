"""Decisions about the lineage of units: what an office above them tells became of one. Pure."""

from datetime import timedelta

from services.returns.commands import CorrectLineage
from services.returns.model import SOURCE
from shared import units, ways
from shared.casework.place import unit_id
from shared.events.envelope import Event, new_event
from shared.events.lineage import LineageCorrected, LineageData, UnitLineage, Way, lineage_id
from shared.recorded import Recorded
from shared.records.model import HeldRecord
from shared.refusal import Refused, RefusedAll

_LAST_OF_2004 = units.REFORM - timedelta(days=1)


def told(command: CorrectLineage) -> UnitLineage:
    """Return what a command tells of a unit of 2004. Refuses units that are none."""
    named = [
        Way(
            new=unit_id(way.new, units.REFORM, f"ways.{number}.new"),
            share=way.share,
            weight=way.weight,
        )
        for number, way in enumerate(command.ways)
    ]
    return ways.told(unit_id(command.unit, _LAST_OF_2004), named, command.legal_basis)


def correct(held: HeldRecord | None, lineage: UnitLineage, recorded: Recorded) -> Event:
    """Put what is known of a unit in the place of what was; all its ways are told anew."""
    if wrong := list(ways.faults(lineage)):
        raise RefusedAll(wrong)
    data = LineageData(lineage=lineage)
    if held is not None and LineageData.model_validate(held.state) == data:
        raise Refused("nothing_changes")
    return new_event(
        LineageCorrected,
        data,
        source=SOURCE,
        subject=lineage_id(lineage.unit),
        sequence=held.sequence + 1 if held else 1,
        occurred_on=recorded.on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )
