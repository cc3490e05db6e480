"""Refusals as problem documents: in the client's language, and every rule has its sentences."""

import ast
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import asyncpg
import httpx
import pytest
from fastapi import Depends, FastAPI, Query
from jsonschema import Draft202012Validator

from shared.frozen import Closed
from shared.language import Language
from shared.messages import MESSAGES, TITLES
from shared.parameters import known_parameters
from shared.problems import MEDIA_TYPE, install_problems, language_of
from shared.refusal import Refused, RefusedAll

ROOT = Path(__file__).parents[3]
LANGUAGES = get_args(Language.__value__)


@dataclass(frozen=True, slots=True)
class Said:
    """One place in the code that refuses: by which rule, with which values and status."""

    place: str
    rule: str | None
    values: frozenset[str]
    status: int | None


def refusals() -> Iterator[Said]:
    """Find `Refused(...)` in every module of shared and services."""
    for folder in ("shared", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if node.func.id == "Refused":
                    yield _said(f"{path.relative_to(ROOT)}:{node.lineno}", node)


def _said(place: str, node: ast.Call) -> Said:
    rule = node.args[0] if node.args else None
    named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    status = named.pop("status", ast.Constant(422))
    return Said(
        place,
        rule.value if isinstance(rule, ast.Constant) and isinstance(rule.value, str) else None,
        frozenset(named) - {"field", "rule"},
        status.value if isinstance(status, ast.Constant) and type(status.value) is int else None,
    )


REFUSALS = tuple(refusals())


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def test_the_code_refuses_somewhere() -> None:
    """Otherwise the tests below would look at nothing."""
    assert len(REFUSALS) > 40


@pytest.mark.parametrize("said", REFUSALS, ids=lambda said: said.place)
def test_every_rule_has_sentences_for_exactly_its_values(said: Said) -> None:
    assert said.rule is not None, "name the rule where it is raised"
    assert said.rule in MESSAGES
    for language in LANGUAGES:
        assert said.values == placeholders(MESSAGES[said.rule][language])


@pytest.mark.parametrize("said", REFUSALS, ids=lambda said: said.place)
def test_every_status_of_a_refusal_has_a_title(said: Said) -> None:
    assert said.status in TITLES


@pytest.mark.parametrize("rule", MESSAGES)
def test_every_rule_speaks_both_languages_of_the_same_values(rule: str) -> None:
    assert set(LANGUAGES) == set(MESSAGES[rule])
    assert placeholders(MESSAGES[rule]["vi"]) == placeholders(MESSAGES[rule]["en"])


@pytest.mark.parametrize("status", TITLES)
def test_every_title_speaks_both_languages(status: int) -> None:
    assert set(LANGUAGES) == set(TITLES[status])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("en-US,en;q=0.9", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("vi;q=0.5, en;q=0.8", "en"),
        ("fr, en;q=0.3", "en"),
        ("fr, de", "vi"),
        ("en;q=0", "vi"),
        ("*", "vi"),
        ("english", "vi"),
        ("en;q=nonsense", "en"),
        ("en, vi", "en"),
        ("vi, en", "vi"),
    ],
)
def test_the_language_is_the_one_that_the_client_prefers(
    header: str | None, expected: Language
) -> None:
    assert expected == language_of(header)


@pytest.mark.parametrize("header", ["vi ; q=0.1, en ; q=0.9", "vi; q=0.1, en; q=0.9"])
def test_spaces_around_a_weight_change_nothing(header: str) -> None:
    assert language_of(header) == "en"


def test_a_refusal_says_its_rule_in_english_to_a_programmer() -> None:
    refusal = Refused("unknown_unit", "unit", unit="99999")
    assert str(refusal) == "there is no administrative unit 99999"


FAILURES: Mapping[str, Exception] = {
    "refused": ConnectionRefusedError(),
    "late": TimeoutError(),
    "full": asyncpg.DiskFullError("No space left on device"),
    "starting": asyncpg.CannotConnectNowError("the database system is in recovery mode"),
    "deadlock": asyncpg.DeadlockDetectedError("deadlock detected"),
    "value": asyncpg.DataError("invalid input for query argument $1"),
    "bug": asyncpg.UndefinedColumnError("column does not exist"),
}


class Body(Closed):
    """A body to get wrong."""

    visitors: Annotated[int, Query(ge=1)]
    came_on: date | None = None
    state: Literal["open", "closed"] | None = None
    visits: Sequence[str] = ()


def an_app() -> FastAPI:
    app = FastAPI()
    install_problems(app)

    @app.post("/refused")
    async def refused() -> None:
        raise Refused("unknown_unit", "unit", status=404, unit="99999")

    @app.post("/refused-all")
    async def refused_all() -> None:
        raise RefusedAll(
            [Refused("unknown_unit", "B2", status=409, unit="99999"), Refused("missing", "C7")]
        )

    @app.post("/failed/{how}")
    async def failed(how: str) -> None:
        raise FAILURES[how]

    @app.get("/report", dependencies=[Depends(known_parameters)])
    async def report(as_of: str = "today") -> str:
        return as_of

    @app.post("/told")
    async def told(body: Body) -> int:
        return body.visitors

    @app.delete("/{name:path}d")
    async def forget(name: str) -> str:
        return name

    @app.put("/told")
    async def told_again(body: Body) -> int:
        return body.visitors

    return app


async def ask(
    path: str, *, method: str = "POST", language: str = "en", kind: str | None = None, **said: Any
) -> Any:
    transport = httpx.ASGITransport(app=an_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://ward") as client:
        headers = {"accept-language": language} | ({"content-type": kind} if kind else {})
        return await client.request(method, path, headers=headers, **said)


async def test_a_refusal_is_a_problem_document_in_the_clients_language() -> None:
    answer = await ask("/refused", language="vi")

    message = "không có đơn vị hành chính 99999"
    expected = {
        "type": "urn:wardbook:problem:unknown_unit",
        "title": "Không tìm thấy",
        "status": 404,
        "detail": f"unit: {message}",
        "instance": "/refused",
        "errors": [{"field": "unit", "rule": "unknown_unit", "message": message}],
    }
    assert expected == answer.json()
    assert answer.status_code == 404
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["content-language"] == "vi"


async def test_several_refusals_are_told_together_in_their_order() -> None:
    answer = await ask("/refused-all")

    unit = "there is no administrative unit 99999"
    told = answer.json()
    assert told["errors"] == [
        {"field": "B2", "rule": "unknown_unit", "message": unit},
        {"field": "C7", "rule": "missing", "message": "is required"},
    ]
    assert (told["type"], answer.status_code) == ("urn:wardbook:problem:unknown_unit", 409)
    assert told["detail"] == f"B2: {unit}; C7: is required"


@pytest.mark.parametrize("how", ["refused", "late", "full", "starting", "deadlock"])
async def test_what_waiting_heals_is_told_as_not_now(how: str) -> None:
    """So that who asked repeats it, and does not take it for a refusal or a fault of his own."""
    answer = await ask(f"/failed/{how}")

    assert (answer.status_code, answer.headers["content-type"]) == (503, MEDIA_TYPE)
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["type"] == "urn:wardbook:problem:database_away"


@pytest.mark.parametrize("how", ["value", "bug"])
async def test_what_waiting_does_not_heal_is_a_fault(how: str) -> None:
    assert (await ask(f"/failed/{how}")).status_code == 500


@pytest.mark.parametrize(
    ("body", "rule", "field", "message"),
    [
        ({}, "missing", "visitors", "is required"),
        ({"visitors": 0}, "greater_than_equal", "visitors", "must be at least 1"),
        ({"visitors": "x"}, "int_parsing", "visitors", "must be a whole number"),
        (
            {"visitors": 1, "x": 1},
            "extra_forbidden",
            "x",
            "is not a field of this request",
        ),
        (
            {"visitors": 1, "came_on": 20_210_601},
            "date_from_datetime_parsing",
            "came_on",
            "must be a date such as 2023-11-30",
        ),
        (
            {"visitors": 1, "state": "ajar"},
            "literal_error",
            "state",
            "must be one of open, closed",
        ),
        ({"visitors": 1, "visits": "x"}, "sequence_str", "visits", "must be a JSON array"),
        ({"visitors": 1, "visits": 1}, "is_instance_of", "visits", "must be a JSON array"),
        (
            ["visitors"],
            "model_attributes_type",
            "",
            "must be a JSON object, sent as Content-Type: application/json",
        ),
    ],
)
async def test_what_the_framework_finds_is_told_the_same_way(
    body: Any, rule: str, field: str, message: str
) -> None:
    answer = await ask("/told", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "rule": rule, "message": message}]


@pytest.mark.parametrize(
    ("method", "path", "status", "rule"),
    [("POST", "/nowhere", 404, "not_found"), ("GET", "/told", 405, "method_not_allowed")],
)
async def test_what_http_finds_is_told_the_same_way(
    method: str, path: str, status: int, rule: str
) -> None:
    answer = await ask(path, method=method)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["rule"] == rule
    assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize(("path", "methods"), [("/told", "POST, PUT"), ("/child", "DELETE")])
async def test_an_address_that_does_not_take_a_method_says_which_it_takes(
    path: str, methods: str
) -> None:
    answer = await ask(path, method="PATCH")

    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_each_operation_says_that_a_refusal_is_a_problem_document() -> None:
    document = an_app().openapi()
    operations = [one for path in document["paths"].values() for one in path.values()]
    schema = {"$ref": "#/components/schemas/Problem"}

    assert len(operations) == 7
    for operation in operations:
        assert operation["responses"].keys() == {"200", "4XX", "503"}
        for status in ("4XX", "503"):
            assert operation["responses"][status]["content"] == {MEDIA_TYPE: {"schema": schema}}


async def test_a_problem_document_is_as_it_is_described() -> None:
    components = an_app().openapi()["components"]
    schema = {"$ref": "#/components/schemas/Problem", "components": components}
    for answer in (await ask("/told"), await ask("/refused-all"), await ask("/nowhere")):
        Draft202012Validator(schema).validate(answer.json())


async def test_a_body_that_is_no_json_is_a_problem_too() -> None:
    answer = await ask("/told", content=b"{", kind="application/json")

    assert answer.status_code == 422
    assert answer.json()["errors"][0].items() >= {"rule": "json_invalid", "field": ""}.items()


async def test_a_parameter_that_an_address_does_not_have_is_not_passed_over() -> None:
    """A misspelt day would be answered for today."""
    answer = await ask("/report?asof=2022-06-30", method="GET")

    message = "is not a parameter of this address, which has as_of"
    assert answer.json()["errors"] == [
        {"field": "asof", "rule": "unknown_parameter", "message": message}
    ]
    assert (await ask("/report?as_of=2022-06-30", method="GET")).json() == "2022-06-30"
