"""The indicators as data: every *.toml beside this file, checked together, looked up by id.

The files hold what shared.indicators.model says. A figure is an indicator narrowed by dimensions.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shared.formula import Formula
from shared.indicators.model import (
    OF_THE_DAY,
    RESERVED,
    Dimension,
    Entries,
    Indicator,
    IndicatorFile,
    Kind,
)
from shared.procedures import FIELDS, PROCEDURES
from shared.registers import REGISTERS, Codes
from shared.slots import FigureSlot
from shared.toml_files import BadFile, TomlFile, read

_OF_PROCEDURES = (
    Dimension(id="procedure", values={code: one.label_vi for code, one in PROCEDURES.items()}),
    Dimension(id="field", values=FIELDS),
)
_LARGEST = {"year": 9999, "months": 1200}


@dataclass(frozen=True, slots=True)
class Selection:
    """An indicator (that to which a split led) and what it is narrowed to.

    `span` are the reserved ones of these: a `year`, or the last so many `months`.
    """

    indicator: Indicator
    narrowing: Mapping[str, str]
    span: Mapping[str, int]


@dataclass(frozen=True)
class Catalogue:
    """Indicators by id, and the dimensions that several of them share by theirs."""

    indicators: Mapping[str, Indicator]
    dimensions: Mapping[str, Dimension]

    @cached_property
    def groups(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """What a value of a dimension stands for, where it stands for several."""
        return {
            (one.id, value): meant
            for one in self.dimensions.values()
            for value, meant in one.groups.items()
        }

    def dimensions_of(self, indicator: Indicator) -> Mapping[str, Codes | None]:
        """Return what an indicator may be narrowed by, with its codes; None where it is open.

        A code that leads to another indicator (a split) has no words: that one's label says it.
        """
        found: dict[str, Codes | None] = {}
        for name, told in indicator.dimensions.items():
            if told == "shared":
                found[name] = self.dimensions[name].values
            else:
                found[name] = None if isinstance(told, str) else told
        if indicator.entry is not None and indicator.entry.dimension is not None:
            register = REGISTERS[indicator.entry.register_code]
            found[indicator.entry.dimension] = register.codes(indicator.entry.dimension)
        if indicator.split is not None:
            found[indicator.split.dimension] = dict.fromkeys(indicator.split.values, "")
        return found

    def resolve(self, indicator: str, dimensions: Mapping[str, str]) -> Selection:
        """Return what a figure is a selection of.

        Raises KeyError for an unknown indicator, and ValueError for what it cannot be narrowed to.
        A value that is a variable (`$school`) is taken for any.
        """
        wanted = self.indicators[indicator]
        rest = {name: value for name, value in dimensions.items() if name not in RESERVED}
        split = wanted.split
        if split is not None and split.dimension in rest:
            value = rest.pop(split.dimension)
            if value not in split.values:
                raise ValueError(f"{indicator} has no {split.dimension}={value}")
            wanted = self.indicators[split.values[value]]
        known = self.dimensions_of(wanted)
        for name, value in rest.items():
            if name not in known:
                raise ValueError(f"{indicator} has no dimension {name}")
            codes = known[name]
            if codes is not None and value not in codes and not value.startswith("$"):
                raise ValueError(f"{indicator} has no {name}={value}")
        if wanted.split is not None and not wanted.ways:
            raise ValueError(f"{indicator} must be narrowed by {wanted.split.dimension}")
        span = {name: _number(name, dimensions[name]) for name in RESERVED if name in dimensions}
        if len(span) > 1:
            raise ValueError("a figure is of a year or of so many months, not of both")
        return Selection(wanted, rest, span)

    def formula_of(self, selection: Selection) -> Formula:
        """Return the formula of a selected indicator with its figures narrowed as that is.

        A figure that the formula narrows itself, or that has no such dimension, stays as it is.
        """
        formula = selection.indicator.formula
        assert formula is not None
        span = {name: str(value) for name, value in selection.span.items()}

        def narrowed(slot: FigureSlot) -> FigureSlot:
            own = self.dimensions_of(self.indicators[slot.indicator])
            asked = {name: value for name, value in selection.narrowing.items() if name in own}
            fixed = any(name in slot.dimensions for name in RESERVED)
            return slot.narrowed(asked | ({} if fixed else span) | dict(slot.dimensions))

        return formula.each(narrowed)

    def check(self, slot: FigureSlot) -> str | None:
        """Say what is wrong with a figure, None where nothing is."""
        try:
            self.resolve(slot.indicator, slot.dimensions)
        except KeyError:
            return f"there is no indicator {slot.indicator}"
        except ValueError as error:
            return str(error)
        return None


def _number(name: str, value: str) -> int:
    if value.startswith("$"):
        return 0
    if not value.isdecimal() or not 1 <= int(value) <= _LARGEST[name]:
        raise ValueError(f"{name}={value} is no number of {name}")
    return int(value)


def load(folder: Path) -> Catalogue:
    """Read and check all files of indicators in a folder. Raises BadFile with all that is wrong."""
    files = [read(path, IndicatorFile) for path in sorted(folder.glob("*.toml"))]
    dimensions = [*_OF_PROCEDURES, *(one for file in files for one in file.content.dimensions)]
    catalogue = Catalogue(
        indicators={one.id: one for file in files for one in file.content.indicators},
        dimensions={one.id: one for one in dimensions},
    )
    seen: dict[str, str] = {}
    twice: list[str] = []
    for where, one in _places(files):
        if one.id in seen:
            twice.append(f"{where}: stands in {seen[one.id]} already")
        seen[one.id] = where
    for faults_of in (_unknown_names, _faults_of_formula):
        faults = [
            f"{where}: {fault}"
            for where, one in _places(files)
            for fault in faults_of(one, catalogue)
        ]
        if twice or faults:
            raise BadFile("\n".join(twice + faults))
    return catalogue


def _places(files: Sequence[TomlFile[IndicatorFile]]) -> Iterator[tuple[str, Indicator]]:
    for file in files:
        for place, one in enumerate(file.content.indicators):
            yield file.at("indicator", place), one


def _unknown_names(one: Indicator, catalogue: Catalogue) -> Iterator[str]:
    """Say which dimensions, indicators, registers and fields an indicator names in vain."""
    for name, told in one.dimensions.items():
        if told == "shared" and name not in catalogue.dimensions:
            yield f"there is no dimension {name}"
    for name in one.mentions():
        if name not in catalogue.indicators:
            yield f"there is no indicator {name}"
    if one.entry is not None:
        yield from _faults_of_entries(one.entry)


def _faults_of_formula(one: Indicator, catalogue: Catalogue) -> Iterator[str]:
    """Say what of an indicator cannot be calculated; all names in it are known."""
    if _leads_back(one, catalogue):
        yield "is made of itself"
        return
    if one.formula is None:
        return
    have = set[str]()
    for slot in one.formula.operands:
        if fault := catalogue.check(slot):
            yield fault
            continue
        operand = catalogue.resolve(slot.indicator, slot.dimensions).indicator
        have |= catalogue.dimensions_of(operand).keys()
        if operand.kind is Kind.TEXT:
            yield f"{slot.indicator} is a text, it cannot be calculated with"
    for name in sorted(one.dimensions.keys() - have):
        yield f"none of the formula's figures has the dimension {name}"


def _faults_of_entries(entries: Entries) -> Iterator[str]:
    register = REGISTERS.get(entries.register_code)
    if register is None:
        yield f"there is no register {entries.register_code}"
        return
    named = {*entries.where, *filter(None, (entries.dimension, entries.say))}
    unknown = sorted(named - {*register.fields, *OF_THE_DAY})
    yield from (f"{register.code} has no field {one}" for one in unknown)
    for field, value in entries.where.items():
        codes = register.codes(field) if field in register.fields else None
        if codes is not None and value not in codes:
            yield f"{register.code} has no {field}={value}"


def _leads_back(one: Indicator, catalogue: Catalogue) -> bool:
    seen, waiting = set[str](), [one.id]
    while waiting:
        for name in catalogue.indicators[waiting.pop()].mentions():
            if name == one.id:
                return True
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return False


_FOLDER = Path(__file__).parent

CATALOGUE = load(_FOLDER)
INDICATORS: Mapping[str, Indicator] = CATALOGUE.indicators
"""Every indicator by its id."""
EDITION = hashlib.sha256(
    b"".join(one.read_bytes() for one in sorted(_FOLDER.glob("*.toml")))
).hexdigest()
"""Tells one catalogue from another: that of the bytes of its files."""
