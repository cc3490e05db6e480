"""Runs a service by a clock that steps: python -m tests.support.stepping_clock SERVICE SEED.

Several times a second it is put forward or back, by seconds, hours or a day.
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module

from shared.logs import configure_logs
from shared.service import serve
from shared.settings import Settings

_STEPS = (0, 1, -1, 3_600, -3_600, 7 * 3_600, -7 * 3_600, 86_400, -86_400)
_STEP_SECONDS = 0.3


def stepping_clock(seed: str) -> datetime:
    """Return an instant that is off by as much as the seed says for this moment."""
    turn = int(time.monotonic() / _STEP_SECONDS)
    off = random.Random(f"{seed}/{turn}").choice(_STEPS)
    return datetime.now(UTC) + timedelta(seconds=off)


if __name__ == "__main__":
    name, seed = sys.argv[1:]
    settings = Settings()
    configure_logs(name, settings.log_level)
    app = import_module(f"services.{name}.app").build(settings, lambda: stepping_clock(seed))
    serve(app, settings.host, settings.port)
