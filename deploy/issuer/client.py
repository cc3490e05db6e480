"""Software's way to tokens: from the development issuer, by the secret that software has there."""

from collections.abc import Mapping

import httpx


class Bearer:
    """Gives tokens of the people whom the development issuer at `issuer` knows."""

    def __init__(self, issuer: str, secret: str) -> None:
        """Prepare; nothing is asked yet."""
        self._address = f"{issuer}/token"
        self._secret = secret

    def token(self, subject: str) -> str:
        """Return a new token of somebody. Raises httpx.HTTPError where there is none to be had."""
        asked = {"grant_type": "client_credentials"}
        told = httpx.post(self._address, data=asked, auth=(subject, self._secret), timeout=10)
        token: str = told.raise_for_status().json()["access_token"]
        return token

    def headers(self, subject: str) -> Mapping[str, str]:
        """Return what a request of somebody bears."""
        return {"authorization": f"Bearer {self.token(subject)}"}
