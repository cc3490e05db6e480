"""How many requests somebody sent in this minute, and what is too many."""

from cachetools import TTLCache

from shared.clock import Clock
from shared.refusal import Refused

_WINDOW_SECONDS = 60
_REMEMBERED = 100_000


class Counted:
    """Counts by who asks, in each minute of the clock from nothing. It knows this process alone."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nobody."""
        self._clock = clock
        self._counts: TTLCache[tuple[str, int], int] = TTLCache(_REMEMBERED, 2 * _WINDOW_SECONDS)

    def more(self, who: str, most: int) -> None:
        """Count one more request of `who`; refuse it where there were `most` in this minute."""
        minute, seconds = divmod(int(self._clock().timestamp()), _WINDOW_SECONDS)
        count = self._counts.get((who, minute), 0)
        if count >= most:
            left = _WINDOW_SECONDS - seconds
            raise Refused("too_many_requests", status=429, most=most, seconds=left)
        self._counts[who, minute] = count + 1
