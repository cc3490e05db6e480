"""Who bears a token: OpenID Connect access tokens (JWT), held against the key set of their issuer.

The keys are read when they are first needed, again each hour, and where a token names a key that is
not among them, as after a rotation.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import structlog
from cachetools import LRUCache
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from shared.clock import Clock
from shared.refusal import Refused

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signed with a private key. `none`, and a public key taken for a password, are none of them."""

LEEWAY = timedelta(minutes=1)
"""How far our clock and the issuer's may be apart."""

_KEYS_SECONDS = 3600
_AGAIN_SECONDS = 10
_TIMEOUT_SECONDS = 5
_LONGEST = 8192
_REMEMBERED = 10_000
_REMEMBERED_SECONDS = 300
_TIMES = frozenset({"exp", "nbf"})

log = structlog.get_logger()


def about(issuer: str) -> str:
    """Return where an issuer tells of itself (OpenID Connect Discovery, 4.1)."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


class Keys:
    """The public keys of an issuer, from a file or an address; None is the one it tells itself."""

    def __init__(
        self, issuer: str, place: str | None, passed: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare; nothing is read yet. `passed` tells seconds that only ever go forward."""
        self._passed = passed
        self._issuer = issuer
        self._place = place
        self._keys: KeySet | None = None
        self._read_at = self._asked_at = -float("inf")
        self._turn = asyncio.Lock()

    async def of(self, header: Mapping[str, Any]) -> KeySet:
        """Return the keys among which is the one that a token names, if there is such a one.

        Refuses where none could be read yet.
        """
        if self._is_old(header.get("kid")):
            async with self._turn:
                if self._is_old(header.get("kid")):
                    await self._read()
        if self._keys is None:
            raise Refused("issuer_away", status=503)
        return self._keys

    def _is_old(self, kid: object) -> bool:
        """Say whether to read them again; not at each token that names a key which never was."""
        now = self._passed()
        known = self._keys is not None and any(key.kid == kid for key in self._keys)
        is_due = not known or now - self._read_at > _KEYS_SECONDS
        return is_due and now - self._asked_at > _AGAIN_SECONDS

    async def _read(self) -> None:
        """Read them; where that fails, those of before stay, and it is tried again soon."""
        try:
            self._keys = KeySet.import_key_set(await self._told())
            self._read_at = self._passed()
        except (OSError, httpx.HTTPError, ValueError, KeyError, JoseError) as error:
            log.warning("the keys of the issuer of tokens cannot be read", error=repr(error))
        self._asked_at = self._passed()  # not before: who asks meanwhile waits for their turn

    async def _told(self) -> Any:
        if self._place is not None and "://" not in self._place:
            return json.loads(await asyncio.to_thread(Path(self._place).read_text))
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
            place = self._place
            if place is None:
                told = (await client.get(about(self._issuer))).raise_for_status().json()
                place = told["jwks_uri"]
            return (await client.get(place)).raise_for_status().json()


class Tokens:
    """Says whose token it is. One that held is not verified again for five minutes."""

    def __init__(self, issuer: str, audience: str, keys: Keys, clock: Clock) -> None:
        """Take the tokens that `issuer` gave out for `audience`."""
        self._keys = keys
        self._clock = clock
        self._claims: dict[str, Any] = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        self._held: LRUCache[bytes, tuple[str, float]] = LRUCache(_REMEMBERED)

    async def subject(self, authorization: str) -> str:
        """Return how the issuer calls who sends this Authorization header.

        Refuses a token that is none of the issuer's for us, or does not hold now.
        """
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Refused("token_missing", "Authorization", status=401)
        now = self._clock().timestamp()
        digest = hashlib.sha256(token.encode("latin-1")).digest()
        subject, until = self._held.get(digest, ("", 0.0))
        if now >= until:
            claims = await self._verified(token, int(now))
            runs_out = claims["exp"] + int(LEEWAY.total_seconds())
            subject, until = str(claims["sub"]), min(runs_out, now + _REMEMBERED_SECONDS)
            self._held[digest] = subject, until
        return subject

    async def _verified(self, token: str, now: int) -> Mapping[str, Any]:
        """Return what a token claims, when all of it holds."""
        if len(token) > _LONGEST:
            raise Refused("token_invalid", "Authorization", status=401)
        leeway = int(LEEWAY.total_seconds())
        registry = jwt.JWTClaimsRegistry(now, leeway, **self._claims)
        try:
            keys = await self._keys.of(_header(token))
            claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            # When it was given out says nothing of how long it holds, and our clock may be behind.
            registry.validate({name: said for name, said in claims.items() if name != "iat"})
        except ClaimError as error:
            rule = "token_expired" if error.claim in _TIMES else "token_invalid"
            refused = Refused  # by one of two rules
            raise refused(rule, "Authorization", status=401) from None
        except (JoseError, ValueError, TypeError):
            raise Refused("token_invalid", "Authorization", status=401) from None
        return claims


def _header(token: str) -> Mapping[str, Any]:
    """Return what a token says of itself, before anything of it is believed."""
    return dict(extract_compact(token.encode("latin-1")).headers())
