"""The log as a recount needs it: whole, from offset 0 to the positions that are folded."""

from collections.abc import Iterator

from services.reporting.positions import Positions
from shared.log import Log


class CannotRecount(Exception):
    """The recount cannot be done; the message says why, and what to do."""


async def see_that_it_holds(log: Log, until: Positions) -> None:
    """Raise CannotRecount unless every partition goes from offset 0 to `until` at least."""
    if missing := {tp.topic for tp in until} - await log.topics():
        raise CannotRecount(
            f"not on this Kafka: {', '.join(sorted(missing))}. See that WARDBOOK_KAFKA names"
            " the servers that reporting folds from."
        )
    begins, ends = await log.begins(until), await log.ends(until)
    if faults := list(_faults(until, begins, ends)):
        raise CannotRecount("\n".join(faults))


def _faults(until: Positions, begins: Positions, ends: Positions) -> Iterator[str]:
    for tp, position in sorted(until.items()):
        where = f"{tp.topic}/{tp.partition}"
        if begins[tp] > 0:
            yield (
                f"{where}: the log begins at offset {begins[tp]}, what stood before is gone. Put"
                " the archived records back at their offsets (decision 0011) and recount again."
            )
        if ends[tp] < position:
            yield (
                f"{where}: folded to offset {position}, but the log ends at {ends[tp]}. It was"
                " made anew or is another one: see that WARDBOOK_KAFKA names the servers that"
                " reporting folds from, or publish it anew (docs/backup.md)."
            )
