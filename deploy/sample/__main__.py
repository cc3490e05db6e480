"""Loads the sample into running services: `python -m deploy.sample --registry URL ...`."""

import argparse
import asyncio
import os
import sys

import httpx

from deploy.sample.loader import StepRefused, load

_SERVICES = ("registry", "permits", "petitions", "returns")
_TOKEN = "WARDBOOK_TOKEN"  # noqa: S105 - the variable's name


def main() -> int:
    """Load the sample and return the exit code: 0 loaded, 1 a service refused or stayed away."""
    parser = argparse.ArgumentParser(prog="python -m deploy.sample", description=__doc__)
    for service in _SERVICES:
        parser.add_argument(f"--{service}", required=True, metavar="URL", help="its base address")
    services = vars(parser.parse_args())
    token = os.environ.get(_TOKEN)
    if not token:
        parser.error(f"{_TOKEN} must hold the token of a migrator (wardbook token)")
    try:
        result = asyncio.run(load(services, token))
    except (StepRefused, httpx.TransportError) as error:
        print(f"not loaded, {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"{result.subjects} subjects in {result.steps} steps, {result.retries} retries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
