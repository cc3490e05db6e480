"""Composition of the petitions office: petitions, mediation, citizen reception."""

from fastapi import FastAPI

from services.petitions.api import reception_routes
from services.petitions.model import PETITIONS
from shared.casework.api import case_routes
from shared.casework.files.api import file_routes
from shared.casework.files.work import FileWork
from shared.clock import Clock, system_clock
from shared.department import CASEWORK_MIGRATIONS, RECORDS_MIGRATIONS, build_department
from shared.settings import Settings


def build(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Return the petitions office's application, not started yet."""
    return build_department(
        "petitions",
        "Wardbook: Tiếp công dân, giải quyết đơn",
        settings,
        [
            # Before the cases, whose addresses begin alike.
            lambda desk, pool: file_routes(PETITIONS, desk, pool),
            lambda desk, pool: case_routes(PETITIONS, desk, pool),
            reception_routes,
        ],
        [CASEWORK_MIGRATIONS, RECORDS_MIGRATIONS],
        clock,
        works=[lambda desk, pool: FileWork(PETITIONS, desk, pool).run()],
    )
