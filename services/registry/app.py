"""Composition of the registry: births, deaths, marriages, marital status, certifications."""

from fastapi import FastAPI

from services.registry.model import REGISTRY
from shared.casework.api import case_routes
from shared.casework.files.api import file_routes
from shared.casework.files.work import FileWork
from shared.clock import Clock, system_clock
from shared.department import CASEWORK_MIGRATIONS, build_department
from shared.settings import Settings


def build(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Return the registry's application, not started yet."""
    return build_department(
        "registry",
        "Wardbook: Tư pháp - Hộ tịch",
        settings,
        [
            # Before the cases, whose addresses begin alike.
            lambda desk, pool: file_routes(REGISTRY, desk, pool),
            lambda desk, pool: case_routes(REGISTRY, desk, pool),
        ],
        [CASEWORK_MIGRATIONS],
        clock,
        works=[lambda desk, pool: FileWork(REGISTRY, desk, pool).run()],
    )
