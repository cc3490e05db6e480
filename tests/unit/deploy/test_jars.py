"""The jars of both environments in one folder."""

from pathlib import Path

from deploy.embedded.jars import keep


def test_a_jar_that_comes_twice_is_there_once(tmp_path: Path) -> None:
    into = tmp_path / "complete"
    into.mkdir()
    for environment in ("kafka", "slf4j"):
        jar = tmp_path / environment / "slf4j-api.jar"
        jar.parent.mkdir()
        jar.write_bytes(b"the same")
        keep(jar, into)

    assert [one.name for one in into.iterdir()] == ["slf4j-api.jar"]
    assert (into / "slf4j-api.jar").read_bytes() == b"the same"
