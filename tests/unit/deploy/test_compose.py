"""docker-compose.yml confines what it starts, and keeps secrets out of environments."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cli.places import Places
from deploy.compose.first_start import AlreadyThere, make_secrets
from deploy.settings import SERVICES
from shared.kafka_users import ADMIN, OPERATOR, USERS

ROOT = Path(__file__).parents[3]
PROJECT: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
PARTS: dict[str, dict[str, Any]] = PROJECT["services"]
CORE = {*SERVICES, "kafka", "kafka-users", "postgres", "topics"}
WATCHING = {"prometheus", "grafana"}
END_BY_THEMSELVES = {"kafka-users", "topics", "wardbook"}
NETWORKS = {
    "databases": {*SERVICES, "postgres", "wardbook"},
    "log": {*SERVICES, "kafka", "kafka-users", "topics", "wardbook"},
    "metrics": {*SERVICES, "prometheus"},
    "dashboards": WATCHING,
    "outside": {*SERVICES, "wardbook", "issuer"},
}
"""Who may reach whom."""

each_part = pytest.mark.parametrize("part", PARTS)


def test_the_profiles_have_their_parts() -> None:
    expected = dict.fromkeys(CORE, "core") | dict.fromkeys(WATCHING, "observability")
    profiles = {name: ", ".join(part["profiles"]) for name, part in PARTS.items()}
    assert profiles == expected | {"wardbook": "tools", "issuer": "development"}


@each_part
def test_nothing_is_root_or_can_write_to_its_root_or_take_all_of_the_machine(part: str) -> None:
    told = PARTS[part]
    assert re.fullmatch(r"[1-9]\d*:\d+", told["user"])
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert set(told["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert told["logging"]["options"]["max-size"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(told)


@each_part
def test_each_is_asked_whether_it_is_well(part: str) -> None:
    check = PARTS[part]["healthcheck"]
    assert (check == {"disable": True}) == (part in END_BY_THEMSELVES)
    assert ("test" in check) == (part not in END_BY_THEMSELVES)


@each_part
def test_no_secret_stands_in_an_environment(part: str) -> None:
    """A name that sounds like one is that of a file."""
    for name, value in PARTS[part].get("environment", {}).items():
        assert "://" not in str(value) or "@" not in str(value)
        if re.search(r"PASSWORD|SECRET|TOKEN|DATABASE$", name):
            assert str(value).startswith("/run/secrets/"), name
    assert not {"env_file", "args"} & set(PARTS[part])


@each_part
def test_ports_are_those_of_the_loopback_address(part: str) -> None:
    for port in PARTS[part].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_only_those_who_need_each_other_share_a_network() -> None:
    found = {
        network: {name for name, part in PARTS.items() if network in part["networks"]}
        for network in PROJECT["networks"]
    }
    assert found == NETWORKS
    open_ones = {name for name, told in PROJECT["networks"].items() if told != {"internal": True}}
    assert open_ones == {"dashboards", "outside"}


def secrets_of(part: str) -> dict[str, str]:
    """Return the files that a part is given by the secrets that are in them."""
    given = PARTS[part].get("secrets", [])
    return {
        **{one: one for one in given if isinstance(one, str)},
        **{one["source"]: one["target"] for one in given if not isinstance(one, str)},
    }


def test_a_service_has_its_own_secrets_and_no_other() -> None:
    for name in SERVICES:
        of_console = {one: f"wardbook_{one}" for one in ("client_secret", "session_secret")}
        assert secrets_of(name) == {
            "authority.pem": "authority.pem",
            f"{name}_database": "wardbook_database",
            f"{name}_kafka_password": "wardbook_kafka_password",
            **(of_console if name == "reporting" else {}),
        }
        assert PARTS[name]["environment"]["WARDBOOK_KAFKA_USER"] == name
    assert [name for name in PARTS if "kafka.pem" in secrets_of(name)] == ["kafka"]
    of_admin = {name for name in PARTS if "admin_kafka_password" in secrets_of(name)}
    assert of_admin == {"kafka", "kafka-users"}


def test_every_user_of_kafka_is_given_a_password() -> None:
    told = {f"{user}_kafka_password": f"wardbook_{user}_kafka_password" for user in (ADMIN, *USERS)}
    assert secrets_of("kafka-users") == {"authority.pem": "authority.pem"} | told


def test_the_command_of_operators_is_told_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_secrets(tmp_path / "secrets")
    (tmp_path / "mounted").mkdir()
    for source, target in secrets_of("wardbook").items():
        shutil.copy(tmp_path / "secrets" / source, tmp_path / "mounted" / target)
    monkeypatch.setenv("WARDBOOK_SECRETS", str(tmp_path / "mounted"))
    for name, value in PARTS["wardbook"]["environment"].items():
        monkeypatch.setenv(name, value.replace("/run/secrets", str(tmp_path / "mounted")))
    places = Places(str(tmp_path / "nothing"))
    assert places.reporting().kafka_user == "reporting"
    assert places.kafka(OPERATOR).kafka_user == OPERATOR
    for name in SERVICES:
        assert places.need(name, "DATABASE").endswith(f"@postgres/{name}")
        assert places.url(name) == f"http://{name}:8000"


def test_kafka_has_no_listener_that_is_open() -> None:
    folder = ROOT / "deploy" / "kafka"
    properties = (folder / "server.properties").read_text(encoding="utf-8")
    assert "PLAINTEXT" not in properties
    mounted = "./deploy/kafka/server.properties:/mnt/shared/config/server.properties:ro"
    assert mounted in PARTS["kafka"]["volumes"]
    told = {name for name in PARTS["kafka"]["environment"] if name.startswith("KAFKA_")}
    assert told == {"KAFKA_HEAP_OPTS"}, "another property in the environment drops the file"


def test_every_volume_and_secret_is_named_once_and_used() -> None:
    mounted = {one.split(":")[0] for part in PARTS.values() for one in part.get("volumes", [])}
    assert set(PROJECT["volumes"]) == {one for one in mounted if one.isalnum()}
    assert {one for name in PARTS for one in secrets_of(name)} == set(PROJECT["secrets"])


def test_only_what_compose_1_29_knows_is_said() -> None:
    """It refuses the whole file for one word that is newer, or a default of another form."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert not re.search(r"\$\{\w+:?\+", text)
    newer = {"name", "include", "configs"}
    assert not newer & set(PROJECT)
    for part in PARTS.values():
        assert not {"develop", "attach", "annotations", "pull_policy"} & set(part)
        assert "start_interval" not in part["healthcheck"]


def test_prometheus_scrapes_all_five() -> None:
    folder = ROOT / "deploy" / "prometheus"
    config = yaml.safe_load((folder / "prometheus.yml").read_text(encoding="utf-8"))
    [job] = config["scrape_configs"]
    scraped = {one["labels"]["service"]: one["targets"] for one in job["static_configs"]}
    assert scraped == {name: [f"{name}:8000"] for name in SERVICES}
    assert "./deploy/prometheus:/etc/prometheus:ro" in PARTS["prometheus"]["volumes"]


def test_the_example_names_every_variable_and_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / "deploy" / "compose" / "example.env").read_text(encoding="utf-8")
    told = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert told == {"COMPOSE_PROFILES", *re.findall(r"\$\{(\w+)", text)}
    assert not re.search(r"PASSWORD|TOKEN", example)


def test_the_first_start_makes_every_secret_and_never_another(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    made = {file.name: file.read_text() for file in folder.iterdir()}
    assert set(made) == {*PROJECT["secrets"], "authority.key"}
    assert len(set(made.values())) == len(made)
    with pytest.raises(AlreadyThere, match="is left as it is"):
        make_secrets(folder)
    assert {file.name: file.read_text() for file in folder.iterdir()} == made
    assert [file.name for file in tmp_path.iterdir()] == ["secrets"]


def test_secrets_are_for_containers_and_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes.pop("authority.key") == 0o400
    assert set(modes.values()) == {0o444}
    for name in SERVICES:
        password = (folder / f"{name}_password").read_text().strip()
        address = (folder / f"{name}_database").read_text().strip()
        assert address == f"postgresql://{name}:{password}@postgres/{name}"
