"""Runs a service by a wrong clock: python -m tests.support.stepping_clock SERVICE SEED [SECONDS].

Several times a second it is put forward or back, by seconds, hours or a day; or it is always off by
so many SECONDS.
"""

import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module

from shared.logs import configure_logs
from shared.service import serve
from shared.settings import Settings

_STEPS = (0, 1, -1, 3_600, -3_600, 7 * 3_600, -7 * 3_600, 86_400, -86_400)
_STEP_SECONDS = 0.3


def stepping_clock(seed: str, steps: Sequence[int] = _STEPS) -> datetime:
    """Return an instant that is off by as much as the seed says for this moment."""
    turn = int(time.monotonic() / _STEP_SECONDS)
    off = random.Random(f"{seed}/{turn}").choice(steps)
    return datetime.now(UTC) + timedelta(seconds=off)


if __name__ == "__main__":
    name, seed, *seconds = sys.argv[1:]
    steps = [int(one) for one in seconds] or _STEPS
    settings = Settings()
    configure_logs(name, settings.log_level)
    app = import_module(f"services.{name}.app").build(settings, lambda: stepping_clock(seed, steps))
    serve(app, settings.host, settings.port)
