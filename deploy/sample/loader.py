"""Sends the sample through the services' HTTP interfaces, as a migration of old cases would.

Loading twice, or again after a break, adds nothing: each step carries its own idempotency key.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
from tqdm import tqdm

from deploy.sample.generator import generate
from deploy.sample.steps import Step, Subject

_AT_ONCE = 24
_TIMEOUT_SECONDS = 30.0
_WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0, 10.0)
"""Seconds between attempts while a service cannot be reached: a minute, enough for a restart."""
_LINE_SECONDS = 10.0


class StepRefused(Exception):
    """A service did not accept a step; the message shows the step and the service's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What a load sent, and how often it had to send again."""

    subjects: int
    steps: int
    retries: int


async def load(
    services: Mapping[str, str],
    migration_token: str,
    *,
    subjects: Sequence[Subject] | None = None,
    show_progress: bool = True,
) -> LoadResult:
    """Send the sample, or these `subjects`, to `services`: base URLs by name.

    The steps of one subject go in order; up to 24 subjects go at once. Raises StepRefused on the
    first refusal, and httpx.TransportError if a service stays away longer than a restart takes.
    """
    subjects = generate() if subjects is None else subjects
    steps = sum(len(subject.steps) for subject in subjects)
    progress = _Progress(steps, show=show_progress)
    sender = _Sender(services, migration_token, iter(subjects), progress)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(sender.work())
    except ExceptionGroup as failures:
        # The first failure ended the other workers; it alone says what is wrong.
        raise failures.exceptions[0] from None
    finally:
        progress.close()
    return LoadResult(subjects=len(subjects), steps=steps, retries=sender.retries)


class _Sender:
    """Sends what is waiting, one subject after the other; several of its `work` run at once."""

    def __init__(
        self,
        services: Mapping[str, str],
        token: str,
        waiting: Iterator[Subject],
        progress: "_Progress",
    ) -> None:
        self._services = services
        self._headers = {"Authorization": f"Bearer {token}"}
        self._tls = httpx.create_ssl_context()
        self._waiting = waiting
        self._progress = progress
        self.retries = 0

    async def work(self) -> None:
        # A client of its own: the cost of httpx's pool grows with the requests that share it.
        async with httpx.AsyncClient(
            headers=self._headers, verify=self._tls, timeout=_TIMEOUT_SECONDS
        ) as client:
            for subject in self._waiting:
                base = self._services[subject.service].rstrip("/")
                subject_id = ""
                for step in subject.steps:
                    url = base + step.path.format(id=subject_id)
                    answer = await self._accepted(client, url, step)
                    subject_id = subject_id or answer.json().get("id", "")
                    self._progress.step()

    async def _accepted(self, client: httpx.AsyncClient, url: str, step: Step) -> httpx.Response:
        for wait in _WAITS:
            try:
                response = await _post(client, url, step)
            except httpx.TransportError:
                pass
            else:
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return _checked(response, step)
            self.retries += 1
            await asyncio.sleep(wait)
        return _checked(await _post(client, url, step), step)


async def _post(client: httpx.AsyncClient, url: str, step: Step) -> httpx.Response:
    headers = {"Idempotency-Key": step.key, "Recorded-On": step.recorded_on.isoformat()}
    return await client.post(url, json=step.body, headers=headers)


def _checked(response: httpx.Response, step: Step) -> httpx.Response:
    if response.is_success:
        return response
    message = (
        f"{step.key}: POST {response.url} {dict(step.body)} recorded on {step.recorded_on}\n"
        f"answered {response.status_code}: {response.text}"
    )
    raise StepRefused(message)


class _Progress:
    """Shows how far the load is: a bar on a terminal, elsewhere a plain line now and then."""

    def __init__(self, total: int, *, show: bool) -> None:
        bar = show and sys.stderr.isatty()
        self._bar = tqdm(total=total, desc="sample", unit="step", disable=not bar)
        self._lines = show and not bar
        self._total = total
        self._done = 0
        self._began = self._said = time.monotonic()

    def step(self) -> None:
        self._bar.update()
        self._done += 1
        if self._lines and time.monotonic() - self._said >= _LINE_SECONDS:
            self._say()

    def close(self) -> None:
        self._bar.close()
        if self._lines:
            self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        line = tqdm.format_meter(
            self._done, self._total, self._said - self._began, ncols=0, prefix="sample", unit="step"
        )
        print(line, file=sys.stderr, flush=True)
