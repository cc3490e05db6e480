"""The parameters of an address: those that it has, and no others."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant

from shared.refusal import Refused, RefusedAll


def known_parameters(request: Request) -> None:
    """Refuse a parameter that the address does not have: for a misspelt `as_of` today would do.

    To be depended on by routes, or by all of a router.
    """
    known = set(_parameters(request.scope["route"].dependant))
    if strange := [name for name in request.query_params if name not in known]:
        told = ", ".join(sorted(known))
        raise RefusedAll([Refused("unknown_parameter", name, known=told) for name in strange])


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for one in dependant.dependencies:
        yield from _parameters(one)
