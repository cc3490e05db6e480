"""The main job on real parts: the sample ward through all services, with faults on the way."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from pypdf import PdfReader

from deploy.sample.issuing import issue, write_issued
from deploy.sample.loader import load
from services.reporting.issuing.lawful_form import broken_rules
from services.reporting.report import Report
from services.reporting.report.keys import figure_key
from shared.indicators import CATALOGUE
from tests.support.model_report import rows
from tests.support.people import EVERYTHING, MIGRATION, bearing, token_of
from tests.support.tables import live_tables
from tests.support.wardbook import SERVICES, Wardbook

QUESTION = {"unit": "10525", "from": "2021-06-01", "to": "2023-11-30"}
EXPECTED = {
    "registry.applications_received": 3356,
    "registry.applications_received?channel=online": 1183,
    "registry.applications_received?channel=direct": 2173,
    "registry.applications_by_timeliness?timeliness=early": 3288,
    "registry.applications_by_timeliness?timeliness=on_time": 31,
    "registry.applications_by_timeliness?timeliness=within_deadline": 2,
    "registry.applications_by_timeliness?timeliness=late": 0,
    "registry.applications_withdrawn": 35,
    "registry.births_registered": 302,
    "registry.deaths_registered": 128,
    "registry.marriages_registered": 72,
    "registry.marital_status_confirmations": 197,
    "registry.signature_certifications": 154,
    "registry.electronic_certifications": 1516,
    "permits.construction_permit_files_completed": 65,
    "permits.repair_applications_received": 24,
    "permits.construction_start_notices": 65,
    "permits.boundary_markings": 65,
    "land.land_files_completed": 92,
    "petitions.visitors_received": 8,
    "petitions.complaints_denunciations": 0,
    "petitions.mediation_requests": 5,
    "petitions.mediation_requests?outcome=reconciled": 4,
    "petitions.mediation_requests?outcome=not_reconciled": 1,
    "petitions.reception_day": "tuesday",
}
# A cancelled case counts as nothing: its last fact is found by its subject. So do statements.
# Other tests tell of the ward in later years.
FACTS_OF_THE_WARD = """
WITH ward AS (SELECT id FROM units WHERE unit = '2004-10525')
SELECT count(*) FROM facts WHERE recorded_on < '2025-01-01' AND subject IN (
    SELECT subject FROM facts, ward WHERE ward.id = ANY(facts.units)
    UNION SELECT subject FROM statements, ward WHERE ward.id = statements.unit
)
"""
RECOUNT = """
WITH versions AS (
    SELECT *, lead(recorded_on) OVER (PARTITION BY subject ORDER BY sequence) AS replaced_on
      FROM facts
), moves AS (
    SELECT one.unit, one.series, one.day, recorded_on, 1 AS facts, one.amount
      FROM versions, unnest(versions.units, versions.series, versions.occurred_on, amounts)
           AS one (unit, series, day, amount)
    UNION ALL
    SELECT one.unit, one.series, one.day, replaced_on, -1, -one.amount
      FROM versions, unnest(versions.units, versions.series, versions.occurred_on, amounts)
           AS one (unit, series, day, amount)
     WHERE replaced_on IS NOT NULL
), recount AS (
    SELECT unit, series, day, recorded_on, sum(facts) AS facts, sum(amount) AS amount
      FROM moves GROUP BY unit, series, day, recorded_on
)
SELECT count(*) FROM tallies
  FULL JOIN recount ON (recount.unit, recount.series, recount.day, recount.recorded_on)
          = (tallies.unit, tallies.series, tallies.occurred_on, tallies.recorded_on)
 WHERE coalesce(tallies.facts, 0) <> coalesce(recount.facts, 0)
    OR coalesce(tallies.amount, 0) <> coalesce(recount.amount, 0)
"""


async def report(wardbook: Wardbook, form: str = "json", **more: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30, headers=bearing(EVERYTHING)) as client:
        url = f"{wardbook.url('reporting')}/reports/term"
        return await client.get(url, params=QUESTION | {"format": form} | more)


async def test_the_sample_gives_its_figures_though_the_fold_is_killed(wardbook: Wardbook) -> None:
    """SIGKILL of the fold in the middle of loading loses nothing and counts nothing twice."""
    loading = asyncio.create_task(
        load(
            {name: wardbook.url(name) for name in SERVICES},
            token_of(MIGRATION),
            show_progress=False,
        )
    )
    for _ in range(4):
        await asyncio.sleep(3)
        await wardbook.kill("reporting")
        await wardbook.start("reporting")
    result = await loading
    await wardbook.settled()
    figures: dict[str, Any] = (await report(wardbook)).json()["figures"]
    async with live_tables(wardbook.dsn("reporting")) as database:
        facts = await database.fetchval(FACTS_OF_THE_WARD)
        differences = await database.fetchval(RECOUNT)

    assert {name: figures[name]["value"] for name in EXPECTED} == EXPECTED
    assert result.steps == facts
    assert differences == 0


async def test_every_figure_of_the_model_report_comes_out_in_its_section(
    wardbook: Wardbook,
) -> None:
    """With its qualifier, and with both ends of a range; twice where it is said twice."""
    figures = Report.model_validate_json((await report(wardbook)).content).figures
    for row in rows():
        told = figures[figure_key(row.indicator, row.dimensions)]
        found = row.id, told.value, told.upper, told.qualifier
        assert found == (row.id, row.value, row.upper, row.qualifier)
        assert row.section in told.sections, row.id


async def test_the_sample_s_report_is_issued_once_as_its_office_would(
    wardbook: Wardbook, tmp_path: Path
) -> None:
    """By six people, in December 2023, with the errors that the model report has waived by name."""
    reporting, people = wardbook.url("reporting"), wardbook.folder / "people.toml"

    document = await issue(reporting, people, token_of)
    files = await write_issued(reporting, people, token_of, document, tmp_path)
    again = await issue(reporting, people, token_of)

    assert (document["state"], document["number"]) == ("issued", 1)
    assert (document["dated"], document["as_of"]) == ("2023-12-05", "2023-12-05")
    assert len({step["person"] for step in document["steps"]}) == 6
    waived = [step["check"] for step in document["steps"] if step["action"] == "waive"]
    assert waived == document["broken"]
    assert document["late"] == []
    assert again == document
    word, pdf = (file.read_bytes() for file in files)
    assert broken_rules(word) == ()
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    for said in ("Số: 01/BC-UBND", "ngày 05 tháng 12 năm 2023", "CHỦ TỊCH Người ký mẫu"):
        assert said in text
    assert text.count("được Người chấp nhận số liệu mẫu chấp nhận ngày 05 tháng 12") == len(waived)


async def test_every_figure_leads_to_the_events_that_it_counts(wardbook: Wardbook) -> None:
    """What its events count adds up to it; what was stated names where; the rest is calculated."""
    content = (await report(wardbook)).json()
    address = f"{wardbook.url('reporting')}{content['about']['evidence']}"
    single = {key: told for key, told in content["figures"].items() if not told["parts"]}
    counted, told_of = 0, dict[str, Any]()
    async with httpx.AsyncClient(timeout=30, headers=bearing(EVERYTHING)) as client:
        for key, told in single.items():
            found = (await client.get(address + quote(key, safe=""))).raise_for_status().json()
            told_of[key] = found
            assert (found["value"], found["upper"]) == (told["value"], told["upper"]), key
            events = found["events"]
            indicator = CATALOGUE.resolve(told["indicator"], told["dimensions"]).indicator
            if found["operands"] or indicator.heading:
                assert not events
            elif indicator.terms:
                assert (found["amount"] or 0) == told["value"], key
                counted += 1
            else:
                assert events or told["value"] is None, key
        assert counted > 50
        page = await client.get(
            address + quote("registry.births_registered", safe="") + "&page=3",
            headers={"accept": "text/html"},
        )
        unknown = await client.get(address + "registry.nothing")
        rate = "budget.revenue_plan_attainment?year=2021"
        rates = await client.get(address + quote(rate, safe=""), headers={"accept": "text/html"})

    money = told_of["budget.revenue_actual?year=2021"]
    assert (money["label"], money["display"]) == (
        "Thu ngân sách thực hiện: năm 2021",
        "4.729.000.000 đồng",
    )
    assert told_of[rate]["formula"] == (
        "100 * Thu ngân sách thực hiện: năm 2021 / Dự toán thu ngân sách được giao: năm 2021"
    )
    assert "100,9%" in rates.text
    assert "Thu ngân sách thực hiện: năm 2021</a>" in rates.text
    assert "Trang 4/4" in page.text
    assert page.text.count("registry.birth.registered") == 302 - 3 * 100
    assert page.text.count('<td title="registry.birth.registered">Đăng ký khai sinh</td>') == 2
    assert unknown.status_code == httpx.codes.NOT_FOUND


async def test_the_periodic_report_comes_from_the_same_figures(wardbook: Wardbook) -> None:
    """Four quarters of a statutory year are that year, and each has the one a year before."""
    quarters = [
        await periodic(wardbook, kind="statutory_quarter", year="2022", number=str(number))
        for number in (1, 2, 3, 4)
    ]
    year = await periodic(wardbook, kind="statutory_year", year="2022")
    births = "registry.births_registered"
    before = f"{births}@2021-12-15..2022-03-14"

    told = [quarter.figures[births].value for quarter in quarters]
    assert sum(value for value in told if isinstance(value, int)) == year.figures[births].value
    later = await periodic(wardbook, kind="statutory_quarter", year="2023", number="1")
    assert later.figures[before].value == told[0] != 0
    assert later.subject == "Tình hình thực hiện nhiệm vụ quý I năm 2023"
    assert str(later.about.period.start) == "2022-12-15"
    async with httpx.AsyncClient(timeout=30, headers=bearing(EVERYTHING)) as client:
        address = f"{wardbook.url('reporting')}{later.about.evidence}"
        found = (await client.get(address + quote(before, safe=""))).json()
        nothing = await client.get(address + quote(f"{births}@yesterday", safe=""))
    assert found["amount"] == found["value"] == told[0]
    assert nothing.status_code == httpx.codes.NOT_FOUND


async def periodic(wardbook: Wardbook, **asked: str) -> Report:
    async with httpx.AsyncClient(timeout=30, headers=bearing(EVERYTHING)) as client:
        url = f"{wardbook.url('reporting')}/reports/periodic"
        answer = await client.get(url, params={"unit": "10525", **asked})
    assert answer.status_code == 200, answer.text
    return Report.model_validate_json(answer.content)


async def test_a_period_that_there_is_not_is_refused(wardbook: Wardbook) -> None:
    url = f"{wardbook.url('reporting')}/reports/periodic"
    async with httpx.AsyncClient(timeout=30, headers=bearing(EVERYTHING)) as client:
        for kind, number, field in (("fortnight", "1", "kind"), ("statutory_half", "2", "number")):
            asked = {"unit": "10525", "kind": kind, "year": "2022", "number": number}
            answer = await client.get(url, params=asked)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == field


async def test_a_report_for_the_public_tells_no_small_count(wardbook: Wardbook) -> None:
    office = Report.model_validate_json((await report(wardbook)).content).figures
    public = Report.model_validate_json((await report(wardbook, audience="public")).content).figures
    key = "petitions.mediation_requests?outcome=not_reconciled"

    assert office[key].value == 1
    assert (public[key].value, public[key].absence, public[key].display) == (
        None,
        "suppressed",
        "…",
    )
    assert public["registry.births_registered"] == office["registry.births_registered"]


async def test_bytes_that_are_no_event_are_kept_and_the_rest_goes_on(wardbook: Wardbook) -> None:
    """One bad record stops nothing: it is kept with its bytes and place."""
    before = (await report(wardbook)).content
    producer = AIOKafkaProducer(bootstrap_servers=wardbook.kafka)
    await producer.start()
    for value in (b"\xff not json", b"{}", b'{"type": "registry.unheard.of"}', None, b""):
        sent = await producer.send_and_wait("registry.events", value, key=b"poison")
        wardbook.poison.add((sent.topic, sent.partition, sent.offset))
    await producer.stop()
    await wardbook.settled()
    async with live_tables(wardbook.dsn("reporting")) as database:
        rows = await database.fetch(
            'SELECT reason, value FROM dead_letters WHERE key = $1 ORDER BY "offset"', b"poison"
        )

    reasons = ["not_json", "not_an_event", "unknown_type", "empty", "empty"]
    assert reasons == [row["reason"] for row in rows]
    assert rows[0]["value"] == b"\xff not json"
    assert before == (await report(wardbook)).content


@pytest.mark.parametrize("form", ["json", "html", "docx", "pdf", "xlsx"])
async def test_the_same_question_gives_the_same_bytes(wardbook: Wardbook, form: str) -> None:
    """A report is a function of what was asked and what was recorded."""
    assert (await report(wardbook, form)).content == (await report(wardbook, form)).content


async def test_as_of_an_earlier_day_tells_what_was_recorded_then(wardbook: Wardbook) -> None:
    """Nothing recorded later is in the report; before the first record all is missing."""
    then = (await report(wardbook, as_of="2022-06-30")).json()["figures"]
    never = (await report(wardbook, as_of="2021-05-31")).json()["figures"]

    assert 0 < then["registry.applications_received"]["value"] < 3356
    assert never["registry.applications_received"]["absence"] == "missing"


async def test_refusals_name_field_and_rule_in_both_languages(wardbook: Wardbook) -> None:
    """A bad command or question gets a problem document and changes nothing."""
    case = {"unit": "10525", "procedure": "registry.birth", "channel": "online"}
    bad: list[tuple[dict[str, str], str, str]] = [
        (case | {"unit": "99999"}, "unit", "unknown_unit"),
        (case | {"received_on": "2999-01-01"}, "received_on", "in_the_future"),
        (case | {"procedure": "permits.land_file"}, "procedure", "unknown_procedure"),
        (case | {"channel": "pigeon"}, "channel", "enum"),
        (case | {"name": "x"}, "name", "extra_forbidden"),
        (case | {"received_on": "2024-03-05", "due_on": "2024-03-04"}, "due_on", "before_received"),
    ]
    url = f"{wardbook.url('registry')}/cases"
    database = await asyncpg.connect(wardbook.dsn("registry"))
    cases = await database.fetchval("SELECT count(*) FROM cases")
    async with httpx.AsyncClient(headers=bearing(EVERYTHING)) as client:
        for body, field, rule in bad:
            vi = await client.post(url, json=body)
            en = await client.post(url, json=body, headers={"Accept-Language": "en"})
            assert vi.headers["content-type"] == "application/problem+json"
            assert [(field, rule)] == [(e["field"], e["rule"]) for e in vi.json()["errors"]]
            assert vi.json()["errors"][0]["message"] != en.json()["errors"][0]["message"]
        stated = await client.post(url, json=case, headers={"Recorded-On": "2023-01-03"})
    after = await database.fetchval("SELECT count(*) FROM cases")
    await database.close()

    assert stated.status_code == 403
    assert cases == after
    assert (await report(wardbook, to="2021-01-01")).status_code == 422
    assert (await report(wardbook, to="2999-01-01")).status_code == 422
    assert (await report(wardbook, unit="99999")).status_code == 404


async def test_a_repeated_key_is_harmless_and_names_stay_in_the_department(
    wardbook: Wardbook,
) -> None:
    """The same key gives the first answer; an applicant's name is in no event."""
    url = f"{wardbook.url('registry')}/cases"
    case = {
        "unit": "10507",
        "procedure": "registry.birth",
        "channel": "online",
        "received_on": "2023-03-01",
        "applicant": "Tên Không Ra Ngoài",
    }
    async with httpx.AsyncClient(headers=bearing(EVERYTHING)) as client:
        headers = {"Idempotency-Key": "one"}
        first = await client.post(url, json=case, headers=headers)
        second = await client.post(url, json=case, headers=headers)
        other = await client.post(url, json=case | {"channel": "post"}, headers=headers)
    await wardbook.settled()
    figures = (await report(wardbook, unit="10507")).json()["figures"]

    assert first.status_code == 201, first.text
    assert first.json() == second.json()
    assert other.json()["errors"][0]["rule"] == "key_reused"
    assert figures["registry.applications_received"]["value"] == 1


async def test_sigterm_stops_every_service_cleanly(wardbook: Wardbook) -> None:
    """Asked to stop, each service ends by itself with exit code 0."""
    codes = []
    for name in SERVICES:
        codes.append(await wardbook.stop(name))
        await wardbook.start(name)

    assert codes == [0] * 5
