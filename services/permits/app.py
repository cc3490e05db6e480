"""Composition of the permits office: building and land."""

from collections.abc import Sequence

from fastapi import FastAPI

from services.permits import store
from services.permits.api import inspection_routes
from services.permits.model import PERMITS
from shared.casework.api import case_routes
from shared.casework.files.api import file_routes
from shared.casework.files.work import FileWork
from shared.clock import Clock, system_clock
from shared.department import CASEWORK_MIGRATIONS, RECORDS_MIGRATIONS, Routes, build_department
from shared.settings import Settings

ROUTES: Sequence[Routes] = [
    # Before the cases, whose addresses begin alike.
    lambda desk, pool: file_routes(PERMITS, desk, pool),
    lambda desk, pool: case_routes(PERMITS, desk, pool, store),
    inspection_routes,
]


def build(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Return the permits office's application, not started yet."""
    return build_department(
        "permits",
        "Wardbook: Địa chính - Xây dựng",
        settings,
        ROUTES,
        [CASEWORK_MIGRATIONS, RECORDS_MIGRATIONS],
        clock,
        works=[lambda desk, pool: FileWork(PERMITS, desk, pool).run()],
    )
