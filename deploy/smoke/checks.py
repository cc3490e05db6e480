"""What is asked of a started installation, each check by what an operator would see."""

import os
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from deploy.issuer.client import Bearer
from deploy.settings import SERVICES
from deploy.smoke.engine import PROFILES, Engine, Failed, run, until

_UNIT = "10525"
_BIRTH_CASE = {
    "unit": _UNIT,
    "procedure": "registry.birth",
    "channel": "in_person",
    "applicant": "Nguyễn Văn A",
}
_BIRTHS = "registry.births_registered"
_END_BY_THEMSELVES = ("kafka-users", "topics")
_READY_SECONDS = 300
_FOLDED_SECONDS = 120


class Checks:
    """Asks one installation: `urls` are its services' addresses."""

    def __init__(
        self, engine: Engine, services: Mapping[str, str], urls: Mapping[str, str]
    ) -> None:
        """Ask nothing yet; `services` are those that were started, with their images."""
        self._engine = engine
        self._services = services
        self._urls = urls
        self._http = httpx.Client(timeout=30)
        self._births = 0

    def healthy(self) -> None:
        """Wait until each health check says yes; what makes users and topics ended well."""
        for service in self._services:
            if service not in _END_BY_THEMSELVES:
                self._engine.until_healthy(service, seconds=_READY_SECONDS)
        for service in _END_BY_THEMSELVES:
            code = self._engine.container(service)["State"]["ExitCode"]
            if code != 0:
                raise Failed(f"{service} ended with {code}")

    def known(self, secrets: Path) -> None:
        """Get a token of the development issuer, and bear it from now on."""
        bearer = Bearer(self._urls["issuer"], (secrets / "software_secret").read_text().strip())
        self._http.headers.update(bearer.headers("smoke"))

    def closed(self) -> None:
        """See that nobody gets in without a token, at any service."""
        for service in SERVICES:
            path = "/reports/term" if service == "reporting" else "/outbox"
            code = httpx.get(f"{self._urls[service]}{path}", timeout=30).status_code
            if code != HTTPStatus.UNAUTHORIZED:
                raise Failed(f"{service} answers a stranger by {code}")

    def confined(self) -> None:
        """See that nothing is root, or could write to its root, or take all of the machine."""
        for service in self._services:
            told = self._engine.container(service)
            host = told["HostConfig"]
            for what, well in {
                "a user": told["Config"]["User"].split(":")[0] not in {"", "0", "root"},
                "a read-only root": host["ReadonlyRootfs"],
                "no capabilities": host["CapDrop"] == ["ALL"] and not host["CapAdd"],
                "no new privileges": "no-new-privileges:true" in host["SecurityOpt"],
                "a limit of memory": host["Memory"] > 0,
                "a limit of processors": host["NanoCpus"] > 0,
            }.items():
                if not well:
                    raise Failed(f"{service} has not {what}")
            if told["State"]["Running"]:
                self._really_confined(service)

    def _really_confined(self, service: str) -> None:
        # By the kernel's word, and by trying: what the engine was told might not be what it did.
        script = "grep -E '^(Uid|CapEff):' /proc/1/status; touch /smoke 2>&1 || true; ls /"
        said = self._engine.compose("exec", "-T", service, "sh", "-c", script)
        lines = said.replace("\t", " ").splitlines()
        if any(line.startswith("Uid: 0 ") for line in lines) or "smoke" in lines:
            raise Failed(f"{service} is root or has written to its root: {said}")
        if not any(line.startswith("CapEff: 0000000000000000") for line in lines):
            raise Failed(f"{service} has capabilities: {said}")

    def birth_counted(self) -> None:
        """Register a birth and find it in the report."""
        case = self._post("/cases", _BIRTH_CASE)
        day = date.fromisoformat(str(case["received_on"]))
        self._post(f"/cases/{case['id']}/resolution", {"born_on": day.isoformat()})
        self._births += 1

        def missing() -> str | None:
            period = {"unit": _UNIT, "from": day.isoformat(), "to": day.isoformat()}
            answer = self._http.get(
                f"{self._urls['reporting']}/reports/term", params={**period, "format": "json"}
            )
            if not answer.is_success:
                return f"reporting answers {answer.status_code} {answer.text[:300]}"
            value = answer.json()["figures"][_BIRTHS]["value"]
            return None if value == self._births else f"{value} of {self._births} births counted"

        until(missing, seconds=_FOLDED_SECONDS)

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._http.post(f"{self._urls['registry']}{path}", json=body)
        if not answer.is_success:
            raise Failed(f"the registry answers {answer.status_code} {answer.text}")
        told: Mapping[str, Any] = answer.json()
        return told

    def watched(self) -> None:
        """See Prometheus scrape the five services; it has loaded the alert rules."""

        def missing() -> str | None:
            targets = self._prometheus("targets")["activeTargets"]
            up = {one["labels"]["service"] for one in targets if one["health"] == "up"}
            away = set(SERVICES) - up
            return f"not scraped: {', '.join(sorted(away))}" if away else None

        until(missing, seconds=_FOLDED_SECONDS)
        groups = self._prometheus("rules")["groups"]
        alerts = {rule["name"] for group in groups for rule in group["rules"]}
        if "WardbookServiceDown" not in alerts:
            raise Failed(f"the alert rules are not loaded: {alerts}")

    def _prometheus(self, what: str) -> Mapping[str, Any]:
        answer = self._http.get(f"{self._urls['prometheus']}/api/v1/{what}")
        told: Mapping[str, Any] = answer.raise_for_status().json()["data"]
        return told

    def restarted(self) -> None:
        """Restart Kafka and PostgreSQL and wait until every part is well again."""
        self._engine.compose("restart", "kafka", "postgres")
        self.healthy()

    def operated(self) -> None:
        """Ask by the command of operators, which finds everything folded."""
        self._engine.compose("run", "--rm", "wardbook", "positions", profiles=(*PROFILES, "tools"))

    def recounted(self) -> None:
        """Recount: what is held is what the log says."""
        self._engine.compose(
            "exec", "-T", "reporting", "python", "-m", "services.reporting.recount"
        )


def images(services: Mapping[str, str]) -> list[str]:
    """Return a line for each image: its id, its digest at a registry, the labels it has."""
    form = "{{.Id}} registry digests {{json .RepoDigests}} labels {{json .Config.Labels}}"
    return [
        f"{image}: {run('docker', 'image', 'inspect', '--format', form, image).strip()}"
        for image in sorted(set(services.values()))
    ]


def first_start(folder: Path) -> None:
    """Make the secrets in the image, as yourself; a second time is refused and changes nothing."""
    made = ("python", "-m", "deploy.compose.first_start", "/here/secrets")
    here = ("--user", f"{os.getuid()}:{os.getgid()}", "--volume", f"{folder.parent}:/here")
    command = ("docker", "run", "--rm", *here, "wardbook", *made)
    run(*command)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    try:
        run(*command)
    except Failed as refused:
        if "is left as it is" not in str(refused):
            raise
    else:
        raise Failed("first_start made secrets a second time")
    if {file.name: file.read_bytes() for file in folder.iterdir()} != before:
        raise Failed("first_start changed what was there")
