"""Where a case belongs: the unit that a command names, and whose desk took the case in. Pure."""

from datetime import date

from shared import units
from shared.refusal import Refused


def unit_id(code_or_id: str, on: date, field: str = "unit") -> str:
    """Return the identity of the unit that `code_or_id` means on a day, or refuse the field."""
    try:
        return units.resolve(code_or_id, on).id
    except units.UnknownUnit:
        raise Refused("unknown_unit", field, unit=code_or_id) from None
    except units.UnitNotInForce:
        raise Refused("unit_not_in_force", field, unit=code_or_id, day=on) from None


def received_by(code_or_id: str | None, unit: str, on: date) -> str | None:
    """Return the unit whose one-stop desk took in a case of `unit`, None where it was its own.

    From 1 July 2025 on an applicant may go to any desk of the province (Nghị định 118/2025/NĐ-CP;
    not checked against the text). Refuses an earlier day, and a desk of another province.
    """
    if code_or_id is None:
        return None
    desk = unit_id(code_or_id, on, "received_by")
    if desk == unit:
        return None
    if on < units.REFORM:
        raise Refused("own_desk_only", "received_by", since=units.REFORM)
    province = units.unit(unit).parent
    if units.unit(desk).parent != province:
        raise Refused("other_province", "received_by", province=province)
    return desk
