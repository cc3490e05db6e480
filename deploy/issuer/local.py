"""Access where no issuer runs: keys in a file, people in a file, tokens signed here.

For measurements; `make run` has the development issuer.
"""

from collections.abc import Mapping
from pathlib import Path

from deploy.data_folder import kept_people
from deploy.issuer.signer import Signer

_ISSUER = "urn:wardbook:local-issuer"


class LocalAccess:
    """The people of the sample in a folder, and their tokens."""

    def __init__(self, folder: Path) -> None:
        """Write keys and people where they are not there yet."""
        self._signer = Signer(_ISSUER)
        self._keys = self._signer.write_keys(folder / "keys.json")
        self.people = kept_people(folder)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which a service knows these people."""
        return {
            "WARDBOOK_ISSUER": _ISSUER,
            "WARDBOOK_KEYS": str(self._keys),
            "WARDBOOK_PEOPLE": str(self.people),
        }

    def token(self, subject: str, **claims: object) -> str:
        """Return a token of somebody."""
        return self._signer.token(subject, **claims)  # type: ignore[arg-type]  # claims by name

    def headers(self, subject: str) -> Mapping[str, str]:
        """Return what a request of somebody bears."""
        return {"authorization": f"Bearer {self.token(subject)}"}
