"""Workers of two releases fold into the same tables only where they count everything alike.

While one release replaces another, workers of both share the partitions of a projection of their
`VERSION` (decision 0011). A new kind of event, a new field that counts, another rule: the older
ones would count the same log in another way. Each changes the print of the fold, and this test
then asks for a new version, whose tables the older release does not fold.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import astuple
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from services.reporting.projections.contributions import contributions, count_case
from services.reporting.projections.tallies import VERSION
from shared.events import CATALOGUE
from shared.events.cases import Case, Outcome, Sorting, Status
from shared.events.examples import EXAMPLES
from tests.support.builders import DAY, a_case

PRINTS = {2: "399184ffea3a7299", 3: "76332e3823029c45"}
"""The print of each version of the fold that was released or is about to be; one is added, with a
new VERSION, when this test fails. The last may be changed only while no release has it."""


def fields(kind: type[BaseModel]) -> dict[str, Any]:
    """Return the names of what an event says, down to the last, without the words about them."""
    schema = kind.model_json_schema()
    models = {kind.__name__: schema, **schema.get("$defs", {})}
    return {
        name: sorted(one.get("properties", one.get("enum", ()))) for name, one in models.items()
    }


def cases() -> Iterator[Case]:
    kinds = itertools.product(
        Status, (None, *Outcome), (None, *Sorting), (None, "tdp-3"), (None, "2025-10525"), (-1, 1)
    )
    for status, outcome, sorting, neighbourhood, received_by, late in kinds:
        yield a_case(
            status,
            outcome=outcome,
            sorting=sorting,
            neighbourhood=neighbourhood,
            received_by=received_by,
            due_on=DAY + timedelta(days=late),
        )


def print_of_the_fold() -> str:
    known = {name: fields(kind) for name, kind in CATALOGUE.items()}
    counted = [[astuple(one) for one in contributions(event)] for event in EXAMPLES.values()]
    counted += [[astuple(one) for one in count_case(case)] for case in cases()]
    told = json.dumps([known, counted], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def test_a_fold_that_counts_in_another_way_has_another_version() -> None:
    assert print_of_the_fold() == PRINTS[VERSION], "raise VERSION of tallies.py (decision 0011)"
