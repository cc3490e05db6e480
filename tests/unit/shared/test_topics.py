"""A key's partition is the one that every Kafka client chooses: cases never change theirs."""

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import example, given
from hypothesis import strategies as st

from shared.topics import PARTITIONS, partition_of


@given(st.binary(max_size=64) | st.uuids().map(lambda one: str(one).encode()))
@example(b"")
@example(b"\xff\xff\xff")
def test_a_key_goes_where_other_clients_send_it(key: bytes) -> None:
    everything = list(range(PARTITIONS))

    assert DefaultPartitioner()(key, everything, everything) == partition_of(key)
