"""Sends the sample through the services' HTTP interfaces, as a migration of old cases would.

Loading twice, or again after a break, adds nothing: each step carries its own idempotency key.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from tqdm import tqdm

from deploy.sample.generator import generate
from deploy.sample.steps import Step, Subject
from shared.client import DepartmentClient, Refusal, Sending

_AT_ONCE = 24
_TIMEOUT_SECONDS = 30.0
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
    token: str,
    *,
    subjects: Sequence[Subject] | None = None,
    show_progress: bool = True,
) -> LoadResult:
    """Send the sample, or these `subjects`, to `services`: base URLs by name.

    `token` is that of an officer, approver and migrator of all departments.
    The steps of one subject go in order; up to 24 subjects go at once. Raises StepRefused on the
    first refusal, and httpx.TransportError if a service stays away longer than a restart takes.
    """
    subjects = generate() if subjects is None else subjects
    steps = sum(len(subject.steps) for subject in subjects)
    progress = _Progress(steps, show=show_progress)
    sender = _Sender(services, token, iter(subjects), progress)
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
        self._token = token
        self._tls = httpx.create_ssl_context()
        self._waiting = waiting
        self._progress = progress
        self.retries = 0

    async def work(self) -> None:
        # A client of its own: the cost of httpx's pool grows with the requests that share it.
        async with httpx.AsyncClient(verify=self._tls, timeout=_TIMEOUT_SECONDS) as http:
            departments = {
                name: DepartmentClient(address, token=self._token, http=http)
                for name, address in self._services.items()
            }
            for subject in self._waiting:
                subject_id = ""
                for step in subject.steps:
                    path = step.path.format(id=subject_id)
                    answer = await _accepted(departments[subject.service], path, step)
                    subject_id = subject_id or answer.get("id", "")
                    self._progress.step()
            self.retries += sum(one.retries for one in departments.values())


async def _accepted(department: DepartmentClient, path: str, step: Step) -> Any:
    how = Sending(key=step.key, recorded_on=step.recorded_on)
    try:
        return await department.send(path, step.body, how)
    except Refusal as refusal:
        message = (
            f"{step.key}: POST {path} {dict(step.body)} recorded on {step.recorded_on}\n"
            f"answered {refusal.status}: {refusal.answer}"
        )
        raise StepRefused(message) from None


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
