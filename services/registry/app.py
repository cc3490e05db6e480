"""Composition of the registry: births, deaths, marriages, marital status, certifications."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI

from services.registry import store
from services.registry.changes_api import change_routes
from services.registry.entries_api import entry_routes
from services.registry.model import REGISTRY
from shared.casework.api import case_routes
from shared.casework.files.api import file_routes
from shared.casework.files.work import FileWork
from shared.clock import Clock, system_clock
from shared.department import CASEWORK_MIGRATIONS, Routes, build_department
from shared.settings import Settings

REGISTRY_MIGRATIONS = Path(__file__).parent / "migrations"

ROUTES: Sequence[Routes] = [
    # Before the cases, whose addresses begin alike.
    lambda desk, pool: file_routes(REGISTRY, desk, pool),
    lambda desk, pool: case_routes(REGISTRY, desk, pool, store),
    lambda desk, pool: change_routes(desk),  # noqa: ARG005 - it only commands
    lambda desk, pool: entry_routes(pool),  # noqa: ARG005 - it only reads
]


def build(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Return the registry's application, not started yet."""
    return build_department(
        "registry",
        "Wardbook: Tư pháp - Hộ tịch",
        settings,
        ROUTES,
        [CASEWORK_MIGRATIONS, REGISTRY_MIGRATIONS],
        clock,
        works=[lambda desk, pool: FileWork(REGISTRY, desk, pool).run()],
    )
