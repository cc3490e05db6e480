"""A department's own software may publish in Kafka's transactions, whose markers take offsets."""

from datetime import date
from functools import partial
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from tests.support.by_hand import case_of, event, put_event, written
from tests.support.wait import wait_until
from tests.support.wardbook import Wardbook
from tests.system.recount import assert_tallies_equal_a_recount

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))


async def test_what_was_committed_counts_and_what_was_taken_back_does_not(
    wardbook: Wardbook,
) -> None:
    """Batch after batch begins behind a marker, and the fold goes on."""
    unit = wardbook.new_unit()

    async def counted(withdrawn: int) -> bool:
        figures = await wardbook.figures(unit, *PERIOD)
        names = ("registry.applications_received", "registry.applications_withdrawn")
        return [figures[name] for name in names] == [1, withdrawn]

    producer = AIOKafkaProducer(
        bootstrap_servers=wardbook.kafka, transactional_id=f"own-software-{uuid4()}"
    )
    await producer.start()
    try:
        subject = str(uuid4())
        withdrawal = event(unit, subject, 2) | {"type": "case.withdrawn"}
        case_of(withdrawal).update(status="withdrawn", closed_on="2024-03-04")
        for told, withdrawn in ((event(unit, subject), 0), (withdrawal, 1)):
            await producer.begin_transaction()
            await producer.send_and_wait("registry.events", *written(event(unit, subject, 7)))
            await producer.abort_transaction()
            await producer.begin_transaction()
            await producer.send_and_wait("registry.events", *written(told))
            await producer.commit_transaction()
            await wait_until(partial(counted, withdrawn))
    finally:
        await producer.stop()

    await put_event(wardbook, withdrawal | {"sequence": "00000003", "id": f"{subject}.00000003"})
    await wardbook.settled()
    await assert_tallies_equal_a_recount(wardbook)
