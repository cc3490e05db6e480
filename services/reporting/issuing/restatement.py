"""What became of a document's figures since: old value, new value, the events between. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.reporting.issuing.kept import KeptFigure, KeptReport, Told
from shared.frozen import Frozen


class Restated(Frozen):
    """A figure that a report would print otherwise now; None is a figure that it did not have.

    `events` are the ids of the events that were folded or recorded since and on which the figure
    hangs: the corrections of the lineage, the first recorded first, then unit by unit the others,
    which stand in no order of time.
    """

    figure: str
    label: str
    unit_of_measure: str
    old: Told | None
    new: Told
    events: tuple[str, ...]


class Restatement(Frozen):
    """All that a document would say otherwise as of another day."""

    document: UUID
    as_of: date
    restated: tuple[Restated, ...]


def changed(old: KeptReport, new: KeptReport) -> Mapping[str, KeptFigure]:
    """Return the figures of `new` that `old` does not have, or tells otherwise."""
    return {
        key: figure
        for key, figure in new.figures.items()
        if key not in old.figures or old.figures[key].told != figure.told
    }


def restated(
    old: KeptReport, new: KeptReport, events: Mapping[str, Sequence[str]]
) -> tuple[Restated, ...]:
    """Return what `new` says otherwise, with the `events` of each changed figure by its key.

    A figure that the old report did not have counts only where an event brought it; otherwise it is
    the outline that changed.
    """
    return tuple(
        Restated(
            figure=key,
            label=figure.label,
            unit_of_measure=figure.unit_of_measure,
            old=old.figures[key].told if key in old.figures else None,
            new=figure.told,
            events=tuple(events[key]),
        )
        for key, figure in changed(old, new).items()
        if key in old.figures or events[key]
    )
