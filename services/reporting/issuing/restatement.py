"""What became of a document's figures since: old value, new value, the events between. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from services.reporting.report import ReportHeading, TermReport
from shared.frozen import Frozen


class Told(Frozen):
    """A figure as a report tells it: `value` as in JSON, `display` as printed."""

    value: int | str | None
    absence: str | None
    display: str


class FrozenFigure(Told):
    """A figure of a kept report, with no more of it than is compared."""

    indicator: str
    dimensions: Mapping[str, str]
    label: str
    unit_of_measure: str
    parts: tuple[str, ...] = ()

    @property
    def told(self) -> Told:
        """What is compared of it."""
        return Told(value=self.value, absence=self.absence, display=self.display)


class FrozenReport(Frozen):
    """A report as it is kept, read so that later versions of the software can read it too."""

    about: ReportHeading
    figures: Mapping[str, FrozenFigure]


class Restated(Frozen):
    """A figure that a report would print otherwise now; None is a figure that it did not have.

    `events` are the ids of the events, the first recorded first, that were folded or recorded since
    and on which the figure hangs.
    """

    figure: str
    label: str
    unit_of_measure: str
    old: Told | None
    new: Told
    events: tuple[str, ...]


class Restatement(Frozen):
    """All that a report says otherwise, to the same question as of another day."""

    document: UUID
    as_of: str
    restated: tuple[Restated, ...]


def frozen(content: bytes) -> FrozenReport:
    """Return the figures of a report kept as JSON."""
    return FrozenReport.model_validate_json(content)


def changed(old: FrozenReport, new: FrozenReport) -> Mapping[str, FrozenFigure]:
    """Return the figures of `new` that `old` does not print, or prints otherwise."""
    return {
        key: figure
        for key, figure in new.figures.items()
        if key not in old.figures or old.figures[key].told != figure.told
    }


def restated(
    old: FrozenReport, new: FrozenReport, events: Mapping[str, Sequence[str]]
) -> tuple[Restated, ...]:
    """Return what `new` says otherwise, with the `events` of each figure by its key.

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
