"""Composition of returns: what other offices declare on forms, keep in registers, tell of units."""

from pathlib import Path

from fastapi import FastAPI

from services.returns.api import return_routes
from services.returns.draft_api import draft_routes
from services.returns.entry_api import entry_routes
from services.returns.lineage_api import lineage_routes
from services.returns.missing import count_missing
from services.returns.owed_api import owed_routes
from services.returns.sheet_api import sheet_routes
from shared.clock import Clock, system_clock
from shared.department import RECORDS_MIGRATIONS, build_department
from shared.settings import Settings

RETURNS_MIGRATIONS = Path(__file__).parent / "migrations"
ROUTES = (return_routes, draft_routes, sheet_routes, owed_routes, entry_routes, lineage_routes)


def build(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Return the application of returns, not started yet."""
    return build_department(
        "returns",
        "Wardbook: Báo cáo của các ngành",
        settings,
        ROUTES,
        [RECORDS_MIGRATIONS, RETURNS_MIGRATIONS],
        clock,
        measures=[lambda desk, pool: count_missing(pool, desk.today)],
    )
