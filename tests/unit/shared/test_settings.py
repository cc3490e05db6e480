"""What services are told: users of Kafka are whole, secrets come from files, no message has one."""

from pathlib import Path

import pytest

from deploy.cli.places import Places
from deploy.kafka.certificates import make_certificates
from shared.kafka import client_arguments
from shared.settings import KafkaSettings, Settings, read_settings

KAFKA = "WARDBOOK_KAFKA"
SECRET = "postgresql://registry:very-secret@nowhere/registry"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of secrets of a service that is told the rest by its environment."""
    monkeypatch.setenv("WARDBOOK_SECRETS", str(tmp_path))
    monkeypatch.setenv(KAFKA, "kafka:9092")
    monkeypatch.setenv("WARDBOOK_PORT", "1")
    return tmp_path


def refusal(kind: type[KafkaSettings], said: pytest.CaptureFixture[str]) -> str:
    """Return what is said of settings with which no service starts."""
    with pytest.raises(SystemExit) as ended:
        read_settings(kind)
    assert ended.value.code == 2
    return said.readouterr().err


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({"USER": "registry"}, "WARDBOOK_KAFKA_PASSWORD is missing"),
        ({"PASSWORD": "very-secret"}, "WARDBOOK_KAFKA_USER is missing"),
        ({"USER": "registry", "PASSWORD": "very-secret"}, "WARDBOOK_KAFKA_CA is missing"),
        ({"CA": "/nowhere"}, "WARDBOOK_KAFKA_CA: /nowhere holds no authority that can be read"),
        ({"CA": __file__}, f"WARDBOOK_KAFKA_CA: {__file__} holds no authority that can be read"),
    ],
)
def test_a_user_of_kafka_is_whole_or_refused(
    told: dict[str, str],
    missing: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert folder.exists()
    for name, value in told.items():
        monkeypatch.setenv(f"{KAFKA}_{name}", value)

    said = refusal(KafkaSettings, capsys)

    assert said.startswith(missing)
    assert "very-secret" not in said


def test_with_an_authority_clients_use_tls_and_with_a_user_they_say_who_they_are(
    tmp_path: Path,
) -> None:
    make_certificates(tmp_path)
    plain = {"kafka": "one:1,two:2"}
    tls = plain | {"kafka_ca": str(tmp_path / "authority.pem")}
    user = tls | {"kafka_user": "registry", "kafka_password": "very-secret"}

    told = [
        client_arguments(KafkaSettings.model_validate(settings)) for settings in (plain, tls, user)
    ]

    assert told[0] == {"bootstrap_servers": ["one:1", "two:2"]}
    assert told[1]["security_protocol"] == "SSL"
    assert (told[2]["security_protocol"], told[2]["sasl_mechanism"]) == (
        "SASL_SSL",
        "SCRAM-SHA-512",
    )


def test_secrets_come_from_files_and_the_environment_goes_before_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "wardbook_database").write_text(f"{SECRET}\n")
    (folder / "wardbook_of_somebody_else").write_text("")
    assert read_settings(Settings).database.get_secret_value() == SECRET

    monkeypatch.setenv("WARDBOOK_DATABASE", "another")
    assert read_settings(Settings).database.get_secret_value() == "another"


def test_a_secret_that_is_missing_empty_or_unreadable_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(Settings, capsys) == "WARDBOOK_DATABASE: Field required\n"
    file = folder / "wardbook_database"
    file.write_text("\n")
    assert refusal(Settings, capsys) == f"the secret {file} is empty\n"
    file.write_bytes(b"\xff")
    assert refusal(Settings, capsys) == f"the secret {file} cannot be read: it is no text\n"
    file.unlink()
    file.mkdir()
    assert refusal(Settings, capsys) == f"the secret {file} cannot be read: Is a directory\n"
    monkeypatch.setenv("WARDBOOK_SECRETS", str(folder / "nowhere"))
    assert "WARDBOOK_SECRETS" in refusal(Settings, capsys)


def test_a_wrong_setting_is_named_without_what_stands_in_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "wardbook_database").write_text(SECRET)
    monkeypatch.setenv("WARDBOOK_PORT", "very-secret")

    said = refusal(Settings, capsys)

    assert said.startswith("WARDBOOK_PORT: ")
    assert "very-secret" not in said


def test_the_command_takes_secrets_of_every_service_from_files(folder: Path) -> None:
    (folder / "wardbook_registry_database").write_text(f"{SECRET}\n")
    (folder / "wardbook_database").write_text("of reporting")

    places = Places(str(folder / "nowhere"))

    assert places.need("registry", "DATABASE") == SECRET
    assert places.need("reporting", "DATABASE") == "of reporting"
