"""A disk that tests can fill: a file system in memory that is made as small as what is on it."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOMY = 4 << 30


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """The file system of a folder."""

    folder: Path

    async def fill(self, left: int) -> None:
        """Leave so many bytes free."""
        await self._mount("-o", f"remount,size={shutil.disk_usage(self.folder).used + left}")

    async def free(self) -> None:
        """Make it roomy again."""
        await self._mount("-o", f"remount,size={ROOMY}")

    async def _mount(self, *options: str) -> None:
        await _run("mount", *options, str(self.folder))


@asynccontextmanager
async def mounted(folder: Path) -> AsyncIterator[SmallDisk | None]:
    """Mount a small disk on an empty folder; None, and the folder as it is, where that is denied.

    Only root may mount, and not in every container.
    """
    folder.mkdir()
    try:
        await _run("mount", "-t", "tmpfs", "-o", f"size={ROOMY},mode=755", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        await _run("umount", "--lazy", str(folder))


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if code := await process.wait():
        raise subprocess.CalledProcessError(code, command)
