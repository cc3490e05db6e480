"""A report as of two days side by side: every figure of either, and whether it differs. Pure."""

from collections.abc import Iterator, Sequence

from services.reporting.report.model import FigureEntry, Report
from shared.record import record


@record(kw_only=True)
class Held:
    """A figure as of two days, None where the report of that day does not have it."""

    key: str
    former: FigureEntry | None
    latter: FigureEntry | None

    @property
    def differs(self) -> bool:
        """Whether it tells something else."""
        return _told(self.former) != _told(self.latter)

    @property
    def entry(self) -> FigureEntry:
        """What both are called."""
        found = self.latter or self.former
        assert found is not None
        return found


@record(kw_only=True)
class Group:
    """The figures of a section of the report under its heading; none for those of no section."""

    heading: str
    figures: tuple[Held, ...]


def held_together(former: Report, latter: Report) -> Sequence[Held]:
    """Return every figure of two reports on the same, those of the latter first."""
    keys = dict.fromkeys([*latter.figures, *former.figures])
    return [
        Held(key=key, former=former.figures.get(key), latter=latter.figures.get(key))
        for key in keys
    ]


def grouped(report: Report, held: Sequence[Held]) -> Iterator[Group]:
    """Yield figures by the section of the report that prints them first, in its order."""
    headings: dict[str, str] = {
        section.id: section.heading for part in report.parts for section in part.sections
    }
    by_section: dict[str, list[Held]] = {}
    for one in held:
        section = next((each for each in one.entry.sections if each in headings), "")
        by_section.setdefault(section, []).append(one)
    for section, name in (headings | {"": ""}).items():
        if section in by_section:
            yield Group(heading=name, figures=tuple(by_section[section]))


def _told(entry: FigureEntry | None) -> object:
    return entry and (entry.value, entry.upper, entry.qualifier, entry.absence, entry.period)
