"""The benchmark's own check: a fold that is right passes it, one wrong cell does not."""

from pathlib import Path

import pytest

from deploy.bench.bench import Bench, Options
from deploy.bench.fold import connected, loaded
from deploy.bench.recount import Recount
from deploy.bench.rig import running_rig
from deploy.bench.workload import Workload, produce
from deploy.embedded.errors import DeployError

EVENTS = 3_000


async def test_a_wrong_cell_is_no_result(tmp_path: Path) -> None:
    """The real service folds the workload; then a cell is changed, and another one is lost."""
    workload, recount = Workload(events=EVENTS), Recount()
    options = Options(workload=workload, runs=1, plain_events=1, pace=1, seconds=1, out=tmp_path)
    async with running_rig() as rig:
        await produce(rig.kafka, workload)
        await recount.read(rig.kafka)
        bench = Bench(options=options, rig=rig, end=await rig.log_end(), recount=recount)
        async with loaded(bench) as (_, dsn), connected(dsn) as conn:
            assert len(recount.cells) == await recount.check(conn) > EVENTS

            one = "ctid = (SELECT min(ctid) FROM tally_parts WHERE amounts[1] = 1)"
            await conn.execute(f"UPDATE tally_parts SET amounts[1] = 7 WHERE {one}")  # noqa: S608 - fixed
            with pytest.raises(DeployError, match="1 of them wrong"):
                await recount.check(conn)

            await conn.execute("DELETE FROM tally_parts WHERE amounts[1] = 7")
            with pytest.raises(DeployError, match="0 of them wrong"):
                await recount.check(conn)

    assert bench.end == EVENTS
