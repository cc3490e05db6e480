"""Who may do what on Kafka: a user for each service, and what nobody is told here is forbidden.

`wardbook kafka-users --apply` makes it so on a cluster. A department writes to its own topic and
reads nothing; reporting reads every topic and writes nothing. Numbers are Kafka's protocol's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from shared.events import PUBLISHED
from shared.topics import READERS, TOPICS, topic_of

ADMIN = "admin"
"""Makes users and rights. It is a super user of the brokers and has no rights here."""

OPERATOR = "operator"
"""Makes the topics of shared/topics.py and looks at them; it reads no event."""


class Resource(IntEnum):
    """What a right is about."""

    TOPIC = 2
    GROUP = 3


class Operation(IntEnum):
    """What a right allows; reading and writing allow describing too."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing that one user may do; with `prefixed`, to whatever begins with `name`."""

    user: str
    operation: Operation
    resource: Resource
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        words = f"{self.operation.name} {self.resource.name} {self.name}"
        return words.lower() + "*" * self.prefixed


def _rights() -> Iterator[Right]:
    for service in PUBLISHED:
        # An idempotent producer needs no more: since Kafka 2.8 the right to write is enough.
        yield Right(service, Operation.WRITE, Resource.TOPIC, topic_of(service))
    for topic in TOPICS:
        yield Right("reporting", Operation.READ, Resource.TOPIC, topic.name)
        for operation in (Operation.CREATE, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS):
            yield Right(OPERATOR, operation, Resource.TOPIC, topic.name)
    yield Right("reporting", Operation.READ, Resource.GROUP, READERS, prefixed=True)


RIGHTS = frozenset(_rights())
"""Every right there is to be."""

USERS = tuple(sorted({right.user for right in RIGHTS}))
"""Every user, but for the admin, which is there before Kafka starts for the first time."""
