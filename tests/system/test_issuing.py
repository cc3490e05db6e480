"""A report is issued and the ward goes on: what was issued stays, what changed is told."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import httpx
from pypdf import PdfReader

from shared import units
from shared.people import Role
from tests.support.people import token_of
from tests.support.wardbook import Wardbook

FORMS = ("json", "html", "docx", "pdf", "xlsx")
WAY = {
    "approve_content": Role.APPROVER,
    "check_form": Role.FORM_CHECKER,
    "sign": Role.SIGNER,
    "number": Role.CLERK,
    "issue": Role.CLERK,
}
LAND = "permits.applications_received"
LATE = "permits.applications_by_timeliness?timeliness=late"


async def ask(
    wardbook: Wardbook,
    role: Role,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    on: date | None = None,
) -> httpx.Response:
    """Ask the office as the person with this role, on a stated day where one is given."""
    headers = {"authorization": f"Bearer {token_of(role)}", "accept-language": "en"}
    if on is not None:
        headers["recorded-on"] = str(on)
    url = f"{wardbook.url('reporting')}/documents{path}"
    return await wardbook.client.request(method, url, json=body, headers=headers)


async def told(*args: Any, **how: Any) -> Any:
    answer = await ask(*args, **how)
    assert answer.is_success, answer.text
    return answer.json()


async def drawn(wardbook: Wardbook, year: int, on: date | None = None, **more: Any) -> Any:
    body = {"kind": "report", "unit": wardbook.issuing_unit}
    body |= {"from": f"{year}-01-01", "to": f"{year}-06-30"} | more
    return await told(wardbook, Role.DRAFTER, "POST", "", body, on=on)


async def issued(wardbook: Wardbook, document: Any, on: date | None = None) -> Any:
    """Take a draft the whole way; the texts that nobody has written are waived one by one."""
    path = f"/{document['id']}/steps"
    for action, role in WAY.items():
        if action == "sign":
            for check in document["unwaived"]:
                assert check.startswith("prose-")
                waiver = {"action": "waive", "check": check, "reason": "Báo cáo rút gọn"}
                waiver["sha256"] = document["sha256"]
                document = await told(wardbook, Role.CONTROLLER, "POST", path, waiver, on=on)
        body = {"action": action, "sha256": document["sha256"]}
        document = await told(wardbook, role, "POST", path, body, on=on)
    assert document["state"] == "issued"
    return document


async def vintages(wardbook: Wardbook, **asked: Any) -> httpx.Response:
    """Ask as the city's software does, of the ward unless told otherwise."""
    asked = {"unit": f"2004-{wardbook.issuing_unit}"} | asked
    return await wardbook.client.get(f"{wardbook.url('reporting')}/vintages", params=asked)


async def vintage(wardbook: Wardbook, id_: str) -> Any:
    """Return an issued report as other systems read it."""
    told = (await vintages(wardbook, size=1000)).json()["vintages"]
    [found] = [one for one in told if one["id"] == id_]
    return found


async def files(wardbook: Wardbook, document: Any) -> dict[str, bytes]:
    paths = {form: f"/{document['id']}/files/{form}" for form in FORMS}
    return {
        form: (await ask(wardbook, Role.CLERK, "GET", path)).content for form, path in paths.items()
    }


async def a_case(wardbook: Wardbook, year: int, day: int, recorded_on: date | None = None) -> str:
    """Receive a land file in February and resolve it on its due day; return its id."""
    received, due = f"{year}-02-{day:02}", f"{year}-02-20"
    body = {"unit": wardbook.issuing_unit, "procedure": "permits.land_file"}
    body |= {"channel": "in_person", "received_on": received, "due_on": due}
    case = await wardbook.told("permits", "/cases", body, recorded_on=recorded_on)
    path = f"/cases/{case['id']}/resolution"
    on = None if recorded_on is None else max(recorded_on, date.fromisoformat(due))
    await wardbook.told("permits", path, {"closed_on": due}, recorded_on=on)
    return str(case["id"])


async def correct(wardbook: Wardbook, case: str, **changes: str) -> None:
    body = changes | {"reason": "Ghi nhầm"}
    await wardbook.told("permits", f"/cases/{case}/correction", body)


def pdf_text(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def test_a_case_corrected_after_issuing_is_told_and_moves_nothing(wardbook: Wardbook) -> None:
    """The restatement names the figures, the event and no other; the document is as it was."""
    wrong = await a_case(wardbook, 2022, 1)
    await a_case(wardbook, 2022, 2)
    await wardbook.settled()
    document = await issued(wardbook, await drawn(wardbook, 2022))
    before = await files(wardbook, document)
    nothing = await told(wardbook, Role.DRAFTER, "GET", f"/{document['id']}/restatement")
    await correct(wardbook, wrong, closed_on="2022-02-22")
    later = await a_case(wardbook, 2022, 3)
    await a_case(wardbook, 2023, 4)  # after the period: it touches the same series
    await wardbook.settled()

    restatement = await told(wardbook, Role.DRAFTER, "GET", f"/{document['id']}/restatement")

    assert nothing["restated"] == []
    restated = {one["figure"]: one for one in restatement["restated"]}
    late = restated[LATE]
    assert (late["old"]["value"], late["new"]["value"]) == (0, 1)
    assert late["events"] == [f"{wrong}.00000003"]
    received = restated[LAND]
    assert (received["old"]["display"], received["new"]["display"]) == ("2", "3")
    assert received["events"] == [f"{later}.00000001"]
    assert set(restated["permits.applications_resolved"]["events"]) == {f"{later}.00000002"}
    assert before == await files(wardbook, document)
    again = await told(wardbook, Role.CLERK, "GET", f"/{document['id']}")
    assert again == document


async def test_a_replacing_report_says_what_changes_and_takes_the_place(wardbook: Wardbook) -> None:
    moved = await a_case(wardbook, 2021, 1)
    await wardbook.settled()
    old = await issued(wardbook, await drawn(wardbook, 2021))
    kept = await files(wardbook, old)
    await wardbook.told("permits", f"/cases/{moved}/cancellation", {"reason": "Nhầm"})
    await wardbook.settled()
    order = {"kind": "replacement", "replaces": old["id"]}
    known = date.fromisoformat(old["as_of"])
    earlier = order | {"as_of": str(known - timedelta(days=1))}
    refused = await ask(wardbook, Role.DRAFTER, "POST", "", earlier)
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "before_replaced")

    draft = await told(wardbook, Role.DRAFTER, "POST", "", order)
    new = await issued(wardbook, draft)

    assert new["concerns"] == old["id"]
    assert new["number"] == old["number"] + 1
    name = f"Báo cáo số {old['number']:02}/BC-UBND"
    assert f"(thay thế {name} ngày" in new["subject"]
    text = pdf_text((await files(wardbook, new))["pdf"])
    assert "SỐ LIỆU THAY ĐỔI SO VỚI BÁO CÁO ĐƯỢC THAY THẾ" in text
    assert f"{moved}.00000003".replace("-", "") in text.replace("-", "").replace(" ", "")
    after = await told(wardbook, Role.CLERK, "GET", f"/{old['id']}")
    assert (after["state"], after["concerned_by"]) == ("replaced", [new["id"]])
    assert kept == await files(wardbook, old)
    again = await ask(wardbook, Role.DRAFTER, "POST", "", order)
    assert (again.status_code, again.json()["errors"][0]["rule"]) == (409, "not_issued")
    was, now = [await vintage(wardbook, one["id"]) for one in (old, new)]
    assert (was["state"], was["replaced_by"], was["concerns"]) == ("replaced", new["id"], None)
    assert (now["state"], now["replaced_by"], now["concerns"]) == ("issued", None, old["id"])


async def test_an_error_of_form_is_corrected_by_a_letter(wardbook: Wardbook) -> None:
    report = await issued(wardbook, await drawn(wardbook, 2020))
    errors = [{"place": "nơi nhận", "printed": "Lưu: VT, VP.", "right": "Lưu: VT, VP-TK."}]
    order = {"kind": "letter", "corrects": report["id"], "errors": errors}

    letter = await issued(wardbook, await told(wardbook, Role.DRAFTER, "POST", "", order))

    assert (letter["kind"], letter["notation"], letter["number"]) == ("letter", "UBND-VP", 1)
    text = pdf_text((await files(wardbook, letter))["pdf"])
    assert "Số: 01/UBND-VP" in text
    assert "đã in “Lưu: VT, VP.”; nay đọc là “Lưu: VT, VP-TK.”" in text
    after = await told(wardbook, Role.CLERK, "GET", f"/{report['id']}")
    assert (after["state"], after["concerned_by"]) == ("issued", [letter["id"]])
    assert (await vintage(wardbook, report["id"]))["corrected_by"] == [letter["id"]]
    compared = await ask(wardbook, Role.CLERK, "GET", f"/{letter['id']}/restatement")
    assert compared.json()["errors"][0]["rule"] == "no_report"


async def test_a_migration_issues_on_the_day_that_it_states(wardbook: Wardbook) -> None:
    """What was recorded after that day is told as later, wherever it stands in the log."""
    await a_case(wardbook, 2019, 1, recorded_on=date(2019, 2, 1))
    late = await a_case(wardbook, 2019, 2, recorded_on=date(2019, 12, 1))
    await wardbook.settled()
    day = date(2019, 7, 5)

    document = await issued(wardbook, await drawn(wardbook, 2019, on=day), on=day)

    assert (document["number"], document["dated"], document["as_of"]) == (1, str(day), str(day))
    assert document["late"] == []
    made = await files(wardbook, document)
    assert "ngày 05 tháng 7 năm 2019" in pdf_text(made["pdf"])
    plain = await wardbook.report(
        wardbook.issuing_unit, date(2019, 1, 1), date(2019, 6, 30), as_of=day
    )
    assert httpx.Response(200, content=made["json"]).json()["figures"] == plain["figures"]
    restatement = await told(wardbook, Role.CLERK, "GET", f"/{document['id']}/restatement")
    received = next(one for one in restatement["restated"] if one["figure"] == LAND)
    assert (received["old"]["value"], received["new"]["value"]) == (1, 2)
    assert received["events"] == [f"{late}.00000001"]
    as_of = f"/{document['id']}/restatement?as_of=2019-11-30"
    assert (await told(wardbook, Role.CLERK, "GET", as_of))["restated"] == []


async def test_refusals_name_what_is_wrong(wardbook: Wardbook) -> None:
    draft = await drawn(wardbook, 2018)
    path = f"/{draft['id']}/steps"
    approve = {"action": "approve_content", "sha256": draft["sha256"]}
    report = {"kind": "report", "unit": wardbook.issuing_unit, "from": "2018-01-01"}

    async def refusal(*args: Any, **how: Any) -> tuple[int, str, str]:
        answer = await ask(wardbook, *args, **how)
        assert answer.headers["content-type"] == "application/problem+json"
        error = answer.json()["errors"][0]
        return answer.status_code, error["field"], error["rule"]

    stranger = await wardbook.client.get(
        f"{wardbook.url('reporting')}/documents", headers={"authorization": "Bearer x"}
    )
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
    for role, body, expected in (
        (Role.CLERK, approve, (403, "Authorization", "role_needed")),
        (Role.APPROVER, approve | {"sha256": "0" * 64}, (409, "sha256", "content_changed")),
        (Role.SIGNER, approve | {"action": "sign"}, (409, "action", "wrong_state")),
        (Role.CLERK, {"action": "replace"}, (422, "action", "literal_error")),
        (
            Role.CONTROLLER,
            approve | {"action": "waive", "reason": "x", "check": "registry-files"},
            (422, "check", "nothing_to_waive"),
        ),
    ):
        assert await refusal(role, "POST", path, body) == expected
    unknown = "/00000000-0000-0000-0000-000000000000"
    assert await refusal(Role.CLERK, "GET", unknown) == (404, "id", "unknown_document")
    assert await refusal(Role.CLERK, "GET", f"/{draft['id']}/files/odt") == (
        (422, "form", "not_acceptable")
    )
    assert await refusal(Role.DRAFTER, "POST", "", report | {"to": "2999-01-01"}) == (
        (422, "to", "in_the_future")
    )
    assert await refusal(
        Role.DRAFTER, "POST", "", report | {"unit": "10507", "to": "2018-06-30"}
    ) == ((403, "unit", "not_of_unit"))
    unchanged = await told(wardbook, Role.CLERK, "GET", f"/{draft['id']}")
    assert unchanged == draft


async def test_other_systems_read_what_was_issued(wardbook: Wardbook) -> None:
    """Of a ward or of what is above it; drafts are not among them; each leads to its bytes."""
    draft = await drawn(wardbook, 2017)
    document = await issued(wardbook, await drawn(wardbook, 2016))
    unit = f"2004-{wardbook.issuing_unit}"
    days = {"from": "2016-01-01", "to": "2016-06-30"}

    found = [
        (await vintages(wardbook, unit=holder, **days)).json()
        for holder in (unit, *units.above(unit))
    ]

    assert len(found) == 4
    assert all(one == found[0] for one in found)
    assert (found[0]["total"], found[0]["page"]) == (1, 0)
    [told] = found[0]["vintages"]
    same = ("id", "number", "notation", "dated", "sha256", "as_of", "positions", "subject")
    assert {name: told[name] for name in same} == {name: document[name] for name in same}
    assert (told["unit"], told["signer"], told["capacity"]) == (unit, "signer", "TM")
    assert {form: one["sha256"] for form, one in told["files"].items()} == document["files"]
    for one in told["files"].values():
        answer = await wardbook.client.get(wardbook.url("reporting") + one["address"])
        assert hashlib.sha256(answer.content).hexdigest() == one["sha256"]
        assert answer.headers["content-type"].startswith(one["media_type"].split(";")[0])
    every = (await vintages(wardbook, size=1000)).json()["vintages"]
    assert draft["id"] not in {one["id"] for one in every}
    assert [one["dated"] for one in every] == sorted((one["dated"] for one in every), reverse=True)
    none = await vintages(wardbook, state="recalled", **days)
    assert none.json()["vintages"] == []
    shorter = await vintages(wardbook, **days | {"to": "2016-06-29"})
    assert shorter.json()["total"] == 0


async def test_a_list_of_what_was_issued_is_paged_and_asked_for_again(wardbook: Wardbook) -> None:
    await issued(wardbook, await drawn(wardbook, 2015))
    await issued(wardbook, await drawn(wardbook, 2014))
    first = await vintages(wardbook, size=1)
    following = re.fullmatch(r'<(/vintages\?.*page=1.*)>; rel="next"', first.headers["link"])
    assert following is not None
    second = await wardbook.client.get(wardbook.url("reporting") + following[1])
    assert first.json()["vintages"] != second.json()["vintages"]
    assert first.json()["total"] == second.json()["total"] >= 2

    known = {"if-none-match": first.headers["etag"]}
    again = await wardbook.client.get(str(first.url), headers=known)
    assert (again.status_code, again.content) == (304, b"")
    await issued(wardbook, await drawn(wardbook, 2013))
    moved = await wardbook.client.get(str(first.url), headers=known)
    assert (moved.status_code, moved.json()["total"]) == (200, first.json()["total"] + 1)


async def test_what_makes_no_sense_of_vintages_is_refused(wardbook: Wardbook) -> None:
    for asked, status, field, rule in (
        ({"unit": "2004-999"}, 404, "unit", "unknown_unit"),
        ({"from": "2020-02-01", "to": "2020-01-01"}, 422, "to", "period_backwards"),
        ({"state": "draft"}, 422, "state.0", "literal_error"),
        ({"as_of": "2020-01-01"}, 422, "as_of", "unknown_parameter"),
    ):
        answer = await vintages(wardbook, **asked)
        error = answer.json()["errors"][0]
        assert (answer.status_code, error["field"], error["rule"]) == (status, field, rule)
    of_a_ward = await wardbook.client.get(
        f"{wardbook.url('reporting')}/vintages",
        params={"unit": units.above(f"2004-{wardbook.issuing_unit}")[0]},
        headers={"authorization": f"Bearer {token_of(Role.READER)}"},
    )
    assert of_a_ward.json()["type"].endswith(":other_unit")
