"""The certificates of Kafka's brokers, signed by an authority of the district's own, as PEM files.

setup/kafka_ca.key    the authority's private key: no server and no service ever sees it
trusted/kafka-ca.pem  its certificate, which every client is told to trust, and no other
kafka/ca.pem          the same, for the brokers themselves
kafka/broker.pem      the brokers' private key with its certificate: one for all, of every name they are called by
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

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

from deploy.errors import StackError
from deploy.setup.folder import SHARED, Folder

INSIDE = ("kafka", "kafka-2", "kafka-3", "localhost", "127.0.0.1")
"""What the brokers are called by on the inner network, and by themselves."""

AUTHORITY = ("trusted", "kafka-ca.pem")
PUBLIC = 0o644

EARLIER = timedelta(days=1)
"""Certificates are good from so long before they are made: clocks may differ."""

YEARS_OF_AUTHORITY, YEARS_OF_BROKER = 30, 5
RENEWED_BEFORE_END = timedelta(days=2 * 365)
"""Made anew by the job `secrets` where less is left: so a district that is upgraded every other year never stops."""


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_certificates(folder: Folder, names: Iterable[str] = (), *, now: datetime | None = None) -> None:
    """Make what is missing of the brokers' certificates, for `INSIDE` and `names`. Repeatable.

    The authority is made once. The brokers' certificate is made anew where a name is missing in it, it is near its end,
    or another authority signed it. Raises StackError where a file is there that is not what it should be.
    """
    now = now or datetime.now(UTC)
    wanted = sorted({*INSIDE, *(name for name in names if name)})
    try:
        authority = _authority(folder, now)
        if not _is_good(folder, authority, wanted, now):
            folder.write("kafka", "broker.pem", _broker(authority, wanted, now), mode=SHARED)
    except ValueError as error:
        raise StackError(f"Kafka's certificates are not what they should be ({error}).") from error


def _authority(folder: Folder, now: datetime) -> _Authority:
    folder.keep("setup", "kafka_ca.key", lambda: _pem_of_key(ec.generate_private_key(ec.SECP256R1())))
    key = load_pem_private_key(folder.read("setup", "kafka_ca.key").encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise StackError("setup/kafka_ca.key is no key of an elliptic curve.")
    folder.keep(*AUTHORITY, lambda: _pem(_certificate_of_authority(key, now)), mode=PUBLIC)
    certificate = x509.load_pem_x509_certificate(folder.read(*AUTHORITY).encode())
    if certificate.public_key() != key.public_key():
        raise StackError("trusted/kafka-ca.pem is not the certificate of setup/kafka_ca.key: restore both, or neither.")
    folder.write("kafka", "ca.pem", _pem(certificate), mode=SHARED)
    return _Authority(key, certificate)


def _certificate_of_authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _named("Ascertain: the authority of this district's Kafka")
    return (
        _draft(name, name, key.public_key(), now, YEARS_OF_AUTHORITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_others=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _broker(authority: _Authority, names: list[str], now: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = authority.certificate
    certificate = (
        _draft(_named("Ascertain: Kafka"), signer.subject, key.public_key(), now, YEARS_OF_BROKER)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_others=False), critical=True)
        # the brokers are each other's clients too
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return f"{_pem_of_key(key)}\n{_pem(certificate)}\n{_pem(signer)}"


def _is_good(folder: Folder, authority: _Authority, names: list[str], now: datetime) -> bool:
    if not (folder.of("kafka") / "broker.pem").exists():
        return False
    certificate, *_ = x509.load_pem_x509_certificates(folder.read("kafka", "broker.pem").encode())
    try:
        certificate.verify_directly_issued_by(authority.certificate)
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # noqa: BLE001  (whatever is wrong with it, another one is made)
        return False
    known = set(alternatives)
    return all(_general(name) in known for name in names) and certificate.not_valid_after_utc - now > RENEWED_BEFORE_END


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + timedelta(days=365 * years))
    )


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode().strip()


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()
