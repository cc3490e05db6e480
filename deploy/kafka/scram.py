"""Kafka's request that gives users their passwords; aiokafka has those of ACLs, and not this one.

https://kafka.apache.org/protocol.html#The_Messages_AlterUserScramCredentials
"""

import secrets
from collections.abc import Mapping
from hashlib import pbkdf2_hmac

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

_SCRAM_SHA_512 = 2
_ITERATIONS = 8_192
_SALT_BYTES = 24


class _Altered(Response):  # type: ignore[misc]
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _Alter(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _Altered
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(
                ("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)
            ),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class GivePasswords(Request[_Alter]):  # type: ignore[misc]
    """Makes users, or gives those that are there another password; Kafka is told its hash only."""

    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        """Take the password of each user."""
        self._passwords = passwords

    def build(self, request_struct_class: type[_Alter]) -> _Alter:
        """Return the request, with salts of its own."""
        given: list[tuple[object, ...]] = []
        for user, password in self._passwords.items():
            salt = secrets.token_bytes(_SALT_BYTES)
            salted = pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
            given.append((user, _SCRAM_SHA_512, _ITERATIONS, salt, salted, {}))
        return request_struct_class([], given, {})
