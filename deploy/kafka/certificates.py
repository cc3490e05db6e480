"""An authority of this installation's own, and the certificate by which Kafka is known.

python -m deploy.kafka.certificates FOLDER [--name HOST …] makes the authority where there is none,
and Kafka's certificate anew: so it is renewed, and clients trust it as before. `authority.pem` is
for every client, `kafka.pem` (with its key) for Kafka alone, `authority.key` for nobody who runs.
"""

import argparse
import ipaddress
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ("kafka", "localhost", "127.0.0.1")
"""What a node of ours is called by those who come to it."""

_AUTHORITY_DAYS, _KAFKA_DAYS = 3_650, 825


def make_certificates(folder: Path, names: Sequence[str] = NAMES) -> None:
    """Make what is missing of the authority, and a new certificate of Kafka for these names."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, key = _authority(folder / "authority.pem", folder / "authority.key")
    own = ec.generate_private_key(ec.SECP256R1())
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        # The name by which nodes know each other (super.users of server.properties).
        _builder("kafka", own.public_key(), _KAFKA_DAYS)
        .issuer_name(authority.subject)
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(_of(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "kafka.pem", _pem(own) + certificate.public_bytes(Encoding.PEM), 0o600)


def _authority(file: Path, key_file: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if file.exists():
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(file.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("Wardbook", key.public_key(), _AUTHORITY_DAYS)
    authority = (
        builder.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Wardbook")]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _pem(key), 0o600)
    _write(file, authority.public_bytes(Encoding.PEM), 0o644)
    return authority, key


def _builder(name: str, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _of(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _signs_certificates() -> x509.KeyUsage:
    others = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(key_cert_sign=True, **dict.fromkeys(others, False))


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write all or nothing, and never let anybody read it in between."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
    partial.replace(file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser("deploy.kafka.certificates", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", action="append", help="a name of Kafka's; kafka, localhost")
    asked = parser.parse_args()
    make_certificates(asked.folder, asked.name or NAMES)
