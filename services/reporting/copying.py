"""Rows in PostgreSQL's binary COPY format, made from columns; arrays read from the same format.

asyncpg encodes some 120,000 rows with arrays a second, this over a million. Numbers are big-endian;
see "Binary Format" of COPY in PostgreSQL's manual, and `array_send` for arrays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.database import Connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"

_TYPES: Mapping[str, tuple[str, int]] = {
    "uuid": ("V16", 2950),
    "smallint": (">i2", 21),
    "integer": (">i4", 23),
    "bigint": (">i8", 20),
    "date": (">i4", 1082),
}
"""PostgreSQL's types: how a value is written, and their number. A date is days from 2000-01-01."""

EPOCH = date(2000, 1, 1).toordinal()
"""Day 0 of PostgreSQL."""

_ARRAY_HEAD = 20


class Table:
    """A table whose columns are of fixed width, or arrays that all have one length in a row."""

    def __init__(self, name: str, **columns: str) -> None:
        """Name the table and, in the order of their values, its columns with their types.

        An array is written as in SQL: `integer[]`.
        """
        self._name = name
        self._columns = columns
        self._empty: dict[int, NDArray[np.void]] = {}

    def rows(self, length: int, values: Iterable[NDArray[Any]]) -> bytes:
        """Return rows made of `values`, a column each; of arrays, rows of `length` values."""
        columns = list(values)
        if length not in self._empty:
            self._empty[length] = self._make_empty(length)
        rows = np.repeat(self._empty[length], len(columns[0]))
        for name, value in zip(self._columns, columns, strict=True):
            if rows[name].dtype.names == ("length", "value"):
                rows[name]["value"] = value
            elif length:
                rows[name]["items"]["value"] = value
        return rows.tobytes()

    async def copy(self, conn: Connection, rows: Sequence[bytes]) -> None:
        """Add rows in the caller's transaction."""
        # Not a file: asyncpg would make a class for it, in a cycle that keeps the whole file in
        # memory until the collector comes.
        body = memoryview(b"".join((_HEADER, *rows, _TRAILER)))
        columns = list(self._columns)
        await conn.copy_to_table(
            self._name,
            source=body,  # type: ignore[arg-type]  # the stubs do not know buffers
            columns=columns,
            format="binary",
        )

    def _make_empty(self, length: int) -> NDArray[np.void]:
        """Return one row in which everything but the values is filled in."""
        fields: list[tuple[str, Any]] = [("fields", ">i2")]
        for name, written in self._columns.items():
            kind, number = _TYPES[written.removesuffix("[]")]
            item = [("length", ">i4"), ("value", kind)]
            if written.endswith("[]"):
                head = [("length", ">i4"), ("head", ">i4", (3 if length == 0 else 5,))]
                fields.append((name, [*head, ("items", item, (length,))] if length else head))
            else:
                fields.append((name, item))
        row = np.zeros(1, fields)
        row["fields"] = len(self._columns)
        for name, written in self._columns.items():
            kind, number = _TYPES[written.removesuffix("[]")]
            size = np.dtype(kind).itemsize
            if not written.endswith("[]"):
                row[name]["length"] = size
            elif length == 0:
                row[name]["length"] = 12
                row[name]["head"] = (0, 0, number)
            else:
                row[name]["length"] = 20 + length * (4 + size)
                row[name]["head"] = (1, 0, number, length, 1)
                row[name]["items"]["length"] = size
        return row


def arrays_read(sent: Iterable[bytes], kind: str) -> NDArray[np.int64]:
    """Return the numbers of arrays, one after the other; none of them holds a NULL.

    They are as `array_send` made them, of items of a `kind`; a date is a number.
    """
    # What comes before the items of an array tells nothing new; an array of none is shorter.
    items = b"".join(array[_ARRAY_HEAD:] for array in sent)
    item = [("length", ">i4"), ("value", _TYPES[kind][0])]
    return np.frombuffer(items, item)["value"].astype(np.int64)
