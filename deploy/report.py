"""What is asked of running services: whether every event is folded, and the report in each form."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx
from tqdm import tqdm

from deploy.embedded.errors import DeployError
from deploy.settings import DEPARTMENTS

TERM = {"unit": "10525", "from": "2021-06-01", "to": "2023-11-30"}
FORMS = ("json", "html", "docx", "pdf", "xlsx")
POLL_SECONDS = 0.5
STANDSTILL_SECONDS = 60
ANSWER_SECONDS = 120


async def folded(urls: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """Return when no event waits anywhere. Raise DeployError when their number stands still.

    `headers` are those of an operator.
    """
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, headers=headers) as client:
        left, moved_at = await _events_left(client, urls), loop.time()
        with tqdm(total=left, desc="folding", unit=" events", disable=None) as bar:
            while left:
                await asyncio.sleep(POLL_SECONDS)
                now_left = await _events_left(client, urls)
                bar.update(left - now_left)
                if now_left != left:
                    left, moved_at = now_left, loop.time()
                elif loop.time() - moved_at > STANDSTILL_SECONDS:
                    raise DeployError(
                        f"{left} events wait and none was folded for {STANDSTILL_SECONDS} s:"
                        " see the logs of the services"
                    )


async def _events_left(client: httpx.AsyncClient, urls: Mapping[str, str]) -> int:
    # The outboxes first: an event that leaves one meanwhile is then seen on its topic.
    waiting = [await _number(client, f"{urls[name]}/outbox", "waiting") for name in DEPARTMENTS]
    return sum(waiting) + await _number(client, f"{urls['reporting']}/lag", "lag")


async def _number(client: httpx.AsyncClient, url: str, name: str) -> int:
    return int((await client.get(url)).raise_for_status().json()[name])


async def write_report(reporting: str, folder: Path, headers: Mapping[str, str]) -> list[Path]:
    """Write the term report in each form to `folder`, each file whole or not at all.

    `headers` are those of a reader.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, headers=headers) as client:
        for form in FORMS:
            answer = await client.get(f"{reporting}/reports/term", params={**TERM, "format": form})
            if answer.is_error:
                raise DeployError(
                    f"{answer.url} answered {answer.status_code}: {answer.text[:500]}"
                )
            written.append(write_whole(folder / f"term-report.{form}", answer.content))
    return written


def write_whole(file: Path, content: bytes) -> Path:
    """Write a file whole or not at all, and return it."""
    partial = file.with_name(f"{file.name}.partial")
    partial.write_bytes(content)
    return partial.replace(file)
