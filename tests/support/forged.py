"""Tokens that an attacker might send; each is refused with 401."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.issuer.signer import Signer

type Forgery = Callable[[Signer, str], str]
"""Gives a token that claims to be of somebody."""


def _part(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def _claims(signer: Signer, subject: str, **other: object) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": signer.issuer, "sub": subject, "aud": "wardbook", "iat": now}
    return {**claims, "exp": now + 600, **other}


def unsigned(signer: Signer, subject: str) -> str:
    """Return one of the algorithm none."""
    return f"{_part({'alg': 'none'})}.{_part(_claims(signer, subject))}."


def unsigned_in_capitals(signer: Signer, subject: str) -> str:
    """Return one of the algorithm nOnE, with the name of the key."""
    head = {"alg": "nOnE", "kid": signer.key.kid}
    return f"{_part(head)}.{_part(_claims(signer, subject))}."


def with_the_public_key_as_password(signer: Signer, subject: str) -> str:
    """Return one signed by HS256 with the public key, which everybody has."""
    head = {"alg": "HS256", "kid": signer.key.kid}
    signed = f"{_part(head)}.{_part(_claims(signer, subject))}"
    digest = hmac.digest(signer.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def with_another_key(signer: Signer, subject: str) -> str:
    """Return one signed with a key of the attacker, under the name of the issuer's."""
    head = {"alg": "ES256", "kid": signer.key.kid}
    return jwt.encode(head, _claims(signer, subject), ECKey.generate_key("P-256"))


def with_a_key_that_it_brings(signer: Signer, subject: str) -> str:
    """Return one that says with which key it is to be verified."""
    key = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "kid": key.thumbprint(), "jwk": key.as_dict(private=False)}
    return jwt.encode(head, _claims(signer, subject), key)


def of_another_issuer(signer: Signer, subject: str) -> str:
    """Return one that says to be of another issuer."""
    return signer.token(subject, iss="https://elsewhere.example")


def for_another_audience(signer: Signer, subject: str) -> str:
    """Return one that was given out for something else, as what the console is told."""
    return signer.token(subject, "wardbook-console")


def expired(signer: Signer, subject: str) -> str:
    """Return one that held until an hour ago."""
    return signer.token(subject, exp=int(time.time()) - 3600)


def not_yet_valid(signer: Signer, subject: str) -> str:
    """Return one that holds from tomorrow on."""
    return signer.token(subject, nbf=int(time.time()) + 86_400)


def without_an_end(signer: Signer, subject: str) -> str:
    """Return one that does not say how long it holds."""
    claims = _claims(signer, subject)
    del claims["exp"]
    return jwt.encode({"alg": "ES256", "kid": signer.key.kid}, claims, signer.key)


def with_another_subject(signer: Signer, subject: str) -> str:
    """Return one of somebody, with other claims put under its signature."""
    head, _, signature = signer.token("somebody else").split(".")
    return f"{head}.{_part(_claims(signer, subject))}.{signature}"


def cut_off(signer: Signer, subject: str) -> str:
    """Return the front of one."""
    return signer.token(subject)[:-10]


def very_long(signer: Signer, subject: str) -> str:
    """Return one of more bytes than anybody needs."""
    return signer.token(subject, more="x" * 10_000)


def nonsense(_: Signer, subject: str) -> str:
    """Return what is no token."""
    return f"{subject}..."


FORGERIES: Sequence[Forgery] = (
    *(unsigned, unsigned_in_capitals, with_the_public_key_as_password, with_another_key),
    *(with_a_key_that_it_brings, of_another_issuer, for_another_audience, expired),
    *(not_yet_valid, without_an_end, with_another_subject, cut_off, very_long, nonsense),
)
