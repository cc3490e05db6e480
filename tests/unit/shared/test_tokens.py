"""Tokens: one of our issuer for us, now, is taken; whatever else it may look like is not."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import add
from pathlib import Path

import pytest

from deploy.issuer.signer import Signer
from shared.refusal import Refused
from shared.tokens import Keys, Tokens
from tests.support.forged import FORGERIES, Forgery

ISSUER = "https://issuer.example"


@pytest.fixture
def signer() -> Signer:
    return Signer(ISSUER)


def tokens_of(
    signer: Signer, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Tokens:
    keys = Keys(ISSUER, str(signer.write_keys(folder / "keys.json")))
    return Tokens(ISSUER, "wardbook", keys, clock)


async def refusal(tokens: Tokens, sent: str) -> tuple[str, int]:
    with pytest.raises(Refused) as refused:
        await tokens.subject(sent)
    return refused.value.rule, refused.value.status


async def test_a_token_tells_whose_it_is(signer: Signer, tmp_path: Path) -> None:
    tokens = tokens_of(signer, tmp_path)

    assert await tokens.subject(f"Bearer {signer.token('somebody')}") == "somebody"
    assert await tokens.subject(f"bearer  {signer.token('x', ['others', 'wardbook'])} ") == "x"


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "Basic c29tZWJvZHk6eA=="])
async def test_a_header_without_a_token_is_told_so(
    signer: Signer, tmp_path: Path, sent: str
) -> None:
    assert await refusal(tokens_of(signer, tmp_path), sent) == ("token_missing", 401)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.__name__)
async def test_a_forged_token_is_none(signer: Signer, tmp_path: Path, forgery: Forgery) -> None:
    tokens = tokens_of(signer, tmp_path)

    assert (await refusal(tokens, f"Bearer {forgery(signer, 'somebody')}"))[1] == 401
    assert await tokens.subject(f"Bearer {signer.token('somebody')}") == "somebody"


async def test_a_token_holds_as_long_as_it_says_and_a_minute_longer(
    signer: Signer, tmp_path: Path
) -> None:
    """A clock that is a minute off is borne, one that is an hour off is not."""
    now = datetime.now(UTC)
    begins = int(now.timestamp())
    sent = f"Bearer {signer.token('somebody', nbf=begins, exp=begins + 600)}"

    for minutes in (-0.9, 0, 9, 10.9):
        tokens = tokens_of(signer, tmp_path, partial(add, now, timedelta(minutes=minutes)))
        assert await tokens.subject(sent) == "somebody", minutes
    for minutes in (-60.0, -1.2, 11.1, 60):
        tokens = tokens_of(signer, tmp_path, partial(add, now, timedelta(minutes=minutes)))
        assert await refusal(tokens, sent) == ("token_expired", 401), minutes


async def test_keys_may_be_rotated(signer: Signer, tmp_path: Path) -> None:
    """A new key is found where a token names it; one that is taken away holds for no new token."""
    seconds = 0.0
    file = signer.write_keys(tmp_path / "keys.json")
    keys = Keys(ISSUER, str(file), lambda: seconds)
    tokens = Tokens(ISSUER, "wardbook", keys, lambda: datetime.now(UTC))
    assert await tokens.subject(f"Bearer {signer.token('old')}") == "old"

    new = Signer(ISSUER)
    new.write_keys(file)
    assert await refusal(tokens, f"Bearer {new.token('new')}") == ("token_invalid", 401)
    seconds += 11
    assert await tokens.subject(f"Bearer {new.token('new')}") == "new"
    assert await refusal(tokens, f"Bearer {signer.token('again')}") == ("token_invalid", 401)


async def test_without_keys_nobody_is_let_in_and_they_are_asked_for_again(
    signer: Signer, tmp_path: Path
) -> None:
    seconds = 0.0
    file = tmp_path / "keys.json"
    tokens = Tokens(
        ISSUER, "wardbook", Keys(ISSUER, str(file), lambda: seconds), lambda: datetime.now(UTC)
    )
    sent = f"Bearer {signer.token('somebody')}"

    assert await refusal(tokens, sent) == ("issuer_away", 503)
    signer.write_keys(file)
    assert await refusal(tokens, sent) == ("issuer_away", 503)
    seconds += 11
    assert await tokens.subject(sent) == "somebody"
    file.write_text("not a key set")
    seconds += 4000
    assert await tokens.subject(f"Bearer {signer.token('another')}") == "another"


async def test_a_service_whose_clock_is_an_hour_behind_takes_tokens(
    signer: Signer, tmp_path: Path
) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    assert (
        await tokens_of(signer, tmp_path, lambda: now).subject(f"Bearer {signer.token('a')}") == "a"
    )


async def test_a_token_that_was_verified_runs_out_all_the_same(
    signer: Signer, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    moment = now
    tokens = tokens_of(signer, tmp_path, lambda: moment)
    sent = f"Bearer {signer.token('somebody', exp=int(now.timestamp()) + 60)}"

    assert await tokens.subject(sent) == "somebody"
    moment = now + timedelta(minutes=3)
    assert await refusal(tokens, sent) == ("token_expired", 401)


async def test_who_asks_while_the_keys_are_read_waits_for_them(
    signer: Signer, tmp_path: Path
) -> None:
    tokens = tokens_of(signer, tmp_path)
    sent = [f"Bearer {signer.token(str(number))}" for number in range(5)]

    assert await asyncio.gather(*map(tokens.subject, sent)) == list("01234")


async def test_a_token_for_ever_is_believed_as_long_as_any(signer: Signer, tmp_path: Path) -> None:
    tokens = tokens_of(signer, tmp_path)
    assert await tokens.subject(f"Bearer {signer.token('somebody', exp=10**400)}") == "somebody"
