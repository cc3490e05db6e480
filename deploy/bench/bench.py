"""What the sections share within one call: the options, the servers, the log, its recount."""

from dataclasses import dataclass
from pathlib import Path

from deploy.bench.recount import Recount
from deploy.bench.rig import Rig
from deploy.bench.workload import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    workload: Workload
    runs: int
    plain_events: int
    pace: int
    seconds: int
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One call, with the workload on the topics."""

    options: Options
    rig: Rig
    end: int
    recount: Recount
