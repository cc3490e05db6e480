"""Users and rights on a cluster: as they are, and made as they are to be."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest
from aiokafka.protocol.api import Request

from deploy.kafka.scram import GivePasswords
from shared.kafka_users import RIGHTS, USERS, Operation, Resource, Right

_PRINCIPAL = "User:"
_ANY = 1
_LITERAL, _PREFIXED = 3, 4
_ALLOW = 3
_EVERY_HOST = "*"


class Cluster:
    """A Kafka, as its admin sees it."""

    def __init__(self, client: AIOKafkaClient) -> None:
        """Take a client that is connected."""
        self._client = client

    async def rights(self) -> frozenset[Right]:
        """Return what our users may do now; what others may is nothing to us."""
        everything = DescribeAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)
        answer = await self._send(everything)
        _see_to(answer.error_code, answer.error_message)
        return frozenset(
            Right(
                principal.removeprefix(_PRINCIPAL),
                Operation(operation),
                Resource(resource),
                name,
                pattern == _PREFIXED,
            )
            for resource, name, pattern, acls in answer.resources
            for principal, _, operation, permission in acls
            if principal.removeprefix(_PRINCIPAL) in USERS and permission == _ALLOW
        )

    async def give_passwords(self, passwords: Mapping[str, str]) -> None:
        """Make users, or give them another password; who is connected stays connected."""
        answer = await self._send(GivePasswords(passwords))
        for user, code, message, _ in answer.results:
            _see_to(code, f"{user}: {message}")

    async def set_rights(self) -> None:
        """Give our users the rights of shared/kafka_users.py, and take any other from them."""
        now = await self.rights()
        for right in sorted(RIGHTS - now):
            answer = await self._send(CreateAclsRequest(*_acl(right)))
            for code, message in answer.creation_responses:
                _see_to(code, f"{right.user}, {right}: {message}")
        for right in sorted(now - RIGHTS):
            answer = await self._send(DeleteAclsRequest(*_acl(right)))
            for code, message, _ in answer.filter_responses:
                _see_to(code, f"{right.user}, {right}: {message}")

    async def _send(self, request: Request[Any]) -> Any:
        """Send to any broker: it hands on to the controller what is the controller's to do."""
        return await self._client.send(self._client.get_random_node(), request)


@asynccontextmanager
async def open_cluster(told: Mapping[str, Any]) -> AsyncIterator[Cluster]:
    """Connect with what Kafka's clients are told (shared/kafka.py)."""
    client = AIOKafkaClient(**told)
    try:
        await client.bootstrap()
        yield Cluster(client)
    finally:
        await client.close()


def _acl(right: Right) -> tuple[int, str, int, str, str, int, int]:
    pattern = _PREFIXED if right.prefixed else _LITERAL
    principal = f"{_PRINCIPAL}{right.user}"
    return right.resource, right.name, pattern, principal, _EVERY_HOST, right.operation, _ALLOW


def _see_to(code: int, message: str) -> None:
    if code:
        raise for_code(code)(message)
