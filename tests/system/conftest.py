"""The five services of Wardbook, running for all tests of the whole."""

from collections.abc import AsyncIterator

import pytest

from shared.topics import create_topics
from tests.support.wardbook import Wardbook, running_wardbook


@pytest.fixture(scope="session")
async def wardbook(
    kafka: str, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Wardbook]:
    """Five services. Tests share them, so each works in an administrative unit of its own."""
    await create_topics(kafka)
    async with running_wardbook(kafka, postgres, tmp_path_factory.mktemp("wardbook")) as running:
        yield running
