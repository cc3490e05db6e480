"""The benchmark's workload as records, as Kafka would hand them out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from deploy.bench.workload import Workload
from tests.support.builders import a_record


def workload_records(events: int) -> Sequence[Any]:
    """Return so many events of a thousand wards."""
    offsets: Counter[tuple[str, int]] = Counter()
    found = []
    for topic, partition, key, value in Workload(events=events):
        offset = offsets[topic, partition]
        found.append(a_record(value, offset, partition=partition, topic=topic, key=key))
        offsets[topic, partition] += 1
    return found
