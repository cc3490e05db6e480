"""Who would rather have a page than JSON: a browser that goes somewhere, and no program."""

import pytest

from services.reporting.refusing import wants_page


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", True),
        ("text/html", True),
        ("TEXT/HTML;q=0.9, application/json;q=0.8", True),
        ("*/*", False),
        ("", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html, application/problem+json", False),
        ("text/html;q=0", False),
        ("text/html;q=nothing", False),
        ("text/html;level=1;q=0.4, application/json;q=0.2", True),
    ],
)
def test_a_page_is_for_who_prefers_it_to_json(accept: str, *, is_page: bool) -> None:
    assert wants_page(accept) is is_page
