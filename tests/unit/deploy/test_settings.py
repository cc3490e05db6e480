"""The settings of the embedded run: defaults, and mistakes that are named."""

import pytest
from pydantic import ValidationError

from deploy.settings import SERVICES, RunSettings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in RunSettings.model_fields:
        monkeypatch.delenv(f"WARDBOOK_{field.upper()}", raising=False)


def test_each_service_has_a_port_of_its_own() -> None:
    ports = [RunSettings().service_port(service) for service in SERVICES]
    assert ports == [8101, 8102, 8103, 8104, 8105]


def test_every_port_is_listed_with_the_setting_that_changes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WARDBOOK_PERMITS_PORT", "9000")
    monkeypatch.setenv("WARDBOOK_KAFKA_PORT", "9100")
    wanted = RunSettings().wanted_ports()
    assert wanted[9000] == "WARDBOOK_PERMITS_PORT"
    assert wanted[9100] == wanted[9101]
    assert wanted[9100].startswith("WARDBOOK_KAFKA_PORT")
    assert len(wanted) == 9


@pytest.mark.parametrize("port", [8101, 19_093])
def test_a_port_that_is_asked_for_twice_is_refused(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    monkeypatch.setenv("WARDBOOK_REPORTING_PORT", str(port))
    with pytest.raises(ValidationError, match=f"port {port} is asked for twice"):
        RunSettings()
