"""Start the installation, use it, break it, take it down: python -m deploy.smoke.

COMPOSE names the command, `docker compose` unless told otherwise (`docker-compose` is 1.29). Exits
1 where a check failed; says which images ran and what did not.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.ports import HOST, free_ports
from deploy.settings import SERVICES
from deploy.smoke.checks import Checks, first_start, images
from deploy.smoke.engine import PROFILES, Engine, Failed, run

_MAY_BE_MISSING = "grafana"
_PERSON = """[[person]]
subject = "smoke"
name = "Phần mềm mẫu"
unit = "2025-10525"
roles = ["officer", "reader", "operator"]
departments = ["registry"]
"""


def main() -> int:
    """Run every check in order, to the first that fails."""
    command = os.environ.get("COMPOSE", "docker compose").split()
    with tempfile.TemporaryDirectory(prefix="wardbook-smoke-") as name:
        folder, ports = Path(name), free_ports(len(SERVICES) + 3)
        names = (*SERVICES, "issuer", "prometheus", "grafana")
        urls = {each: f"http://{HOST}:{port}" for port, each in enumerate(names, ports)}
        variables = {
            f"WARDBOOK_{each.upper()}_PORT": str(port) for port, each in enumerate(names, ports)
        } | {
            "WARDBOOK_SECRETS_FOLDER": str(folder / "secrets"),
            "WARDBOOK_PEOPLE": str(folder / "people"),
            "WARDBOOK_ISSUER": urls["issuer"],
            "WARDBOOK_KEYS": "http://issuer:8000/keys",  # as the services find it
        }
        engine = Engine(command=command, project="wardbook-smoke", variables=variables)
        (folder / "people").mkdir()
        (folder / "people" / "people.toml").write_text(_PERSON, encoding="utf-8")
        try:
            with _taken_down(engine):
                _run(engine, urls, folder)
        except Failed as failed:
            print(f"FAILED  {failed}", file=sys.stderr)
            return 1
    return 0


def _run(engine: Engine, urls: Mapping[str, str], folder: Path) -> None:
    version = run(*engine.command, "version", "--short").strip()
    print(f"Compose {version} ({' '.join(engine.command)})", flush=True)
    _step("the image is built", lambda: engine.compose("build", "registry"))
    _step("secrets are made, and never twice", lambda: first_start(folder / "secrets"))
    wanted = engine.wanted()
    services = {name: image for name, image in wanted.items() if _there(name, image)}
    checks = Checks(engine, services, urls)
    _step("everything starts", lambda: engine.compose("up", "--detach", *services))
    _step("every part is healthy", checks.healthy)
    _step("the issuer gives out a token", lambda: checks.known(folder / "secrets"))
    _step("who bears none is not let in", checks.closed)
    _step("no root, no writable root, no capabilities, limits", checks.confined)
    _step("a birth is in the report", checks.birth_counted)
    _step("Prometheus scrapes all five and has the rules", checks.watched)
    _step("Kafka and PostgreSQL restart", checks.restarted)
    _step("the next birth is counted too", checks.birth_counted)
    _step("the command wardbook works", checks.operated)
    _step("a recount finds no difference", checks.recounted)
    print("images that ran:", *images(services), sep="\n  ")
    missing = sorted(set(wanted) - set(services))
    print(f"not run: {', '.join(missing) or 'nothing was left out'}")


def _step(what: str, check: Callable[[], object]) -> None:
    begun = time.monotonic()
    try:
        check()
    except Failed as failed:
        raise Failed(f"{what}: {failed}") from None
    print(f"ok  {time.monotonic() - begun:6.1f} s  {what}", flush=True)


def _there(name: str, image: str) -> bool:
    """Whether the image can be had; only Grafana, which no number depends on, may be missing."""
    if name != _MAY_BE_MISSING:
        return True
    for way in ("image inspect", "pull"):
        try:
            run("docker", *way.split(), image)
        except Failed:
            continue
        return True
    return False


@contextmanager
def _taken_down(engine: Engine) -> Iterator[None]:
    """Leave nothing of the project, however the checks end; tell the logs where they failed."""
    try:
        yield
    except BaseException:
        print(engine.compose("logs", "--no-color", "--tail", "20"), file=sys.stderr)
        raise
    finally:
        engine.compose(
            "down",
            "--volumes",
            "--remove-orphans",
            "--timeout",
            "30",
            profiles=(*PROFILES, "tools"),
        )
        left = run(
            "docker", "ps", "-aq", "--filter", f"label=com.docker.compose.project={engine.project}"
        )
        print("everything was taken down" if not left else f"left behind: {left}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
