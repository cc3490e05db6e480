"""Composition of returns: what the other departments declare on statutory forms."""

from fastapi import FastAPI

from services.returns.api import return_routes
from shared.clock import Clock, system_clock
from shared.department import RECORDS_MIGRATIONS, build_department
from shared.settings import Settings


def build(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Return the application of returns, not started yet."""
    return build_department(
        "returns",
        "Wardbook: Báo cáo của các ngành",
        settings,
        [return_routes],
        [RECORDS_MIGRATIONS],
        clock,
    )
