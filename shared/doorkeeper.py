"""Who asks: by a token or a session how they are called, by the file of people who that is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from shared.clock import Clock
from shared.people import People, Person, UnusableFile
from shared.refusal import Refused
from shared.settings import Settings
from shared.tokens import Keys, Tokens

SUBJECT = "subject"
"""Where the session of the console keeps who signed in."""

_LOOK_SECONDS = 1.0

log = structlog.get_logger()


class Roll:
    """The people as their file says now: whoever is struck out is out within a second."""

    def __init__(self, file: Path, passed: Callable[[], float] = time.monotonic) -> None:
        """Read the file; `passed` tells seconds that only ever go forward. Raises UnusableFile."""
        self._file = file
        self._passed = passed
        self._people = People.read(file)
        self._written = file.stat().st_mtime_ns
        self._looked_at = passed()

    def people(self) -> People:
        """Return them; those of before where the file cannot be used any more, which is logged."""
        if self._passed() - self._looked_at > _LOOK_SECONDS:
            self._looked_at = self._passed()
            try:
                written = self._file.stat().st_mtime_ns
                if written != self._written:
                    self._written = written
                    self._people = People.read(self._file)
            except (OSError, UnusableFile) as error:
                log.error("the file of people is not read again", error=str(error))  # noqa: TRY400
        return self._people


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """What tells who asks. Without an issuer, or without people, nobody is anybody."""

    tokens: Tokens | None
    roll: Roll | None

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Doorkeeper":
        """Return the one of a service. Raises UnusableFile."""
        tokens = None
        if settings.issuer is not None:
            keys = Keys(settings.issuer, settings.keys)
            tokens = Tokens(settings.issuer, settings.audience, keys, clock)
        return cls(tokens, Roll(settings.people) if settings.people is not None else None)

    async def person(self, authorization: str | None, session: Mapping[str, str]) -> Person:
        """Return who asks; a token goes before a session. Refuses a stranger."""
        if self.tokens is None:
            raise Refused("no_issuer", status=403)
        if self.roll is None:
            raise Refused("no_people", status=403)
        if authorization is not None:
            return self.roll.people().of(await self.tokens.subject(authorization))
        if SUBJECT in session:
            return self.roll.people().of(session[SUBJECT])
        raise Refused("token_missing", "Authorization", status=401)
