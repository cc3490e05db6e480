"""Figures as others read them: JSON, CSV (RFC 4180) and SDMX-JSON 2.0. Pure."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.reporting.figure_questions import Told

COLUMNS = (
    *("unit", "indicator", "dimensions", "from", "to", "value", "upper", "absence", "qualifier"),
    *("unit_of_measure", "lacking"),
)
_SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0"
    "/sdmx-json-data-schema.json"
)
_DIMENSIONS = (
    ("REF_AREA", "unit"),
    ("INDICATOR", "indicator"),
    ("BREAKDOWN", "dimensions"),
    ("TIME_PERIOD", "period"),
)
_ATTRIBUTES = (
    ("UNIT_MEASURE", "unit_of_measure"),
    ("OBS_STATUS", "absence"),
    ("UPPER", "upper"),
    ("PRECISION", "qualifier"),
    ("LACKING_UNITS", "lacking"),
)

type Row = Mapping[str, str | int | None]
"""A figure by the names of COLUMNS; numbers that are not whole are texts, exact."""


@dataclass(frozen=True, slots=True)
class FigureForm:
    """A form in which figures are given: its media type, and how they are written."""

    media_type: str
    written: Callable[[Mapping[str, object], Sequence[Row]], bytes]


def row(told: Told) -> Row:
    """Return a figure as a row."""
    one = told.figure
    return {
        "unit": told.unit,
        "indicator": one.indicator,
        "dimensions": ";".join(f"{name}={value}" for name, value in sorted(one.dimensions.items())),
        "from": one.period.start.isoformat(),
        "to": one.period.end.isoformat(),
        "value": one.value if isinstance(one.value, int) or one.value is None else str(one.value),
        "upper": one.upper if isinstance(one.upper, int) or one.upper is None else str(one.upper),
        "absence": one.absence,
        "qualifier": one.qualifier,
        "unit_of_measure": one.unit_of_measure,
        "lacking": told.lacking,
    }


def as_json(about: Mapping[str, object], rows: Sequence[Row]) -> bytes:
    """Return what is told about the answer, with its `figures`."""
    return json.dumps({**about, "figures": rows}, ensure_ascii=False).encode()


def as_csv(about: Mapping[str, object], rows: Sequence[Row]) -> bytes:
    """Return a table with a heading; what is told about the answer stands in its headers."""
    del about
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_sdmx(about: Mapping[str, object], rows: Sequence[Row]) -> bytes:
    """Return a data message whose observations lie flat: by unit, indicator, breakdown, period."""
    dimensions = [_Codes(id_, name) for id_, name in _DIMENSIONS]
    attributes = [_Codes(id_, name) for id_, name in _ATTRIBUTES]
    observations: dict[str, list[object]] = {}
    for one in rows:
        told = {**one, "period": f"{one['from']}/{one['to']}"}
        key = ":".join(str(each.place(told)) for each in dimensions)
        observations[key] = [one["value"], *(each.place(told) for each in attributes)]
    structure = {
        "dimensions": {"observation": [one.told(at) for at, one in enumerate(dimensions)]},
        "measures": {"observation": [{"id": "OBS_VALUE", "name": "OBS_VALUE"}]},
        "attributes": {"observation": [one.told(None) for one in attributes]},
        "dataSets": [0],
    }
    message = {
        "meta": {
            "schema": _SCHEMA,
            "id": f"wardbook-{about['version']}",
            "prepared": f"{about['as_of']}T00:00:00+07:00",
            "contentLanguages": ["vi"],
            "sender": {"id": "wardbook"},
        },
        "data": {
            "dataSets": [{"structure": 0, "action": "Replace", "observations": observations}],
            "structures": [structure],
        },
    }
    return json.dumps(message, ensure_ascii=False).encode()


class _Codes:
    """The values that a part of the key, or an attribute, has in a message, in order of coming."""

    def __init__(self, id_: str, name: str) -> None:
        self._id, self._name = id_, name
        self._places: dict[str, int] = {}

    def place(self, told: Mapping[str, object]) -> int | None:
        value = told[self._name]
        return None if value in {None, ""} and self._id != "BREAKDOWN" else self._of(str(value))

    def _of(self, value: str) -> int:
        return self._places.setdefault(value, len(self._places))

    def told(self, position: int | None) -> Mapping[str, object]:
        at = {} if position is None else {"keyPosition": position}
        return {"id": self._id, "name": self._id, **at, "values": list(self._values())}

    def _values(self) -> Iterator[Mapping[str, str]]:
        for value in self._places:
            yield {"id": value or "_T", "name": value or "_T"}


FIGURE_FORMS: Mapping[str, FigureForm] = {
    "json": FigureForm("application/json", as_json),
    "csv": FigureForm("text/csv; charset=utf-8", as_csv),
    "sdmx": FigureForm("application/vnd.sdmx.data+json; version=2.0.0", as_sdmx),
}

EXAMPLE = {
    "as_of": "2026-01-15",
    "version": "5f0c",
    "units": 1,
    "page": 0,
    "figures": [
        {
            "unit": "2004-10525",
            "indicator": "registry.applications_received",
            "dimensions": "channel=online",
            "from": "2023-01-01",
            "to": "2023-12-31",
            "value": 412,
            "upper": None,
            "absence": None,
            "qualifier": None,
            "unit_of_measure": "hồ sơ",
            "lacking": 0,
        }
    ],
}
