"""What operators and auditors rely on: health, metrics, a clean end, and no personal data."""

import time
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from tests.support.wardbook import SERVICES, Wardbook
from tests.system.recount import read_topics


@pytest.mark.parametrize("name", SERVICES)
async def test_each_service_tells_how_it_is(wardbook: Wardbook, name: str) -> None:
    """It is live and ready, has metrics of its own, and describes its interface."""
    base = wardbook.url(name)
    for question in ("/live", "/ready"):
        answer = await wardbook.client.get(base + question)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    metrics = await wardbook.client.get(f"{base}/metrics")
    assert metrics.status_code == 200
    assert "wardbook_" in metrics.text
    assert "\nwardbook_measured_timestamp_seconds 0.0" not in metrics.text
    described = (await wardbook.client.get(f"{base}/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    expected = "/reports/term" if name == "reporting" else "/outbox"
    assert expected in described["paths"]
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", SERVICES)
async def test_sigterm_ends_a_service_cleanly(wardbook: Wardbook, name: str) -> None:
    """It ends with exit code 0 within ten seconds, and is ready again after a start."""
    await wardbook.settled()
    began = time.monotonic()
    code = await wardbook.stop(name)
    took = time.monotonic() - began
    await wardbook.start(name)
    assert (code, took < 10) == (0, True)


async def test_no_personal_data_leave_the_department(wardbook: Wardbook) -> None:
    """Neither the applicant's name nor a clerk's words are in any record of any topic."""
    unit, name, words = wardbook.new_unit(), "Nguyễn Thị Không-Ai-Biết", "vì lý do rất riêng"
    body = {"unit": unit, "procedure": "registry.marriage", "channel": "online", "applicant": name}
    case = await wardbook.told("registry", "/cases", body | {"received_on": "2024-03-04"})
    for path, change in (
        ("correction", {"channel": "post", "reason": words}),
        ("refusal", {"reason": words}),
        ("cancellation", {"reason": words}),
    ):
        await wardbook.told("registry", f"/cases/{case['id']}/{path}", change)
    await wardbook.settled()
    told = await read_topics(wardbook.kafka)
    assert sum(one.key == case["id"].encode() for one in told) == 4
    everything = b"\n".join(part for one in told for part in (one.key, one.value) if part)
    for secret in (name, words):
        assert secret.encode() not in everything
        assert secret.encode("unicode_escape") not in everything
    figures = await wardbook.figures(unit, date(2024, 1, 1), date(2024, 12, 31))
    assert figures["registry.applications_received"] == 0
