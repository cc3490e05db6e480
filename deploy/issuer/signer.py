"""Signs tokens as an issuer of OpenID Connect does, with a key of its own making."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, KeySet
from uuid_utils.compat import uuid7

AUDIENCE = "wardbook"
SECONDS = 12 * 3600
"""How long a token holds."""


class Signer:
    """An issuer's key, new with each signer, and the tokens that are signed with it."""

    def __init__(self, issuer: str) -> None:
        """Make a key for `issuer`, as it calls itself."""
        self.issuer = issuer
        parameters: KeyParameters = {"kid": str(uuid7()), "use": "sig", "alg": "ES256"}
        self.key = ECKey.generate_key("P-256", parameters, private=True)

    @property
    def keys(self) -> Mapping[str, Any]:
        """The public key, as a key set."""
        return KeySet([self.key]).as_dict(private=False)

    def write_keys(self, file: Path) -> Path:
        """Write the key set to a file, for WARDBOOK_KEYS."""
        file.write_text(json.dumps(self.keys), encoding="utf-8")
        return file

    def token(self, subject: str, audience: str | list[str] = AUDIENCE, **other: object) -> str:
        """Return a token of somebody that holds for SECONDS; `other` claims go before ours."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "exp": now + SECONDS,
            **other,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)
