"""The brokers' certificates: made once, of every name they are called by, anew where that is needed, and no more."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from deploy.errors import StackError
from deploy.setup.certificates import INSIDE, YEARS_OF_BROKER, make_certificates
from deploy.setup.folder import Folder

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    make_certificates(made)
    return made


def broker(folder: Folder) -> str:
    return folder.read("kafka", "broker.pem")


def names(folder: Folder) -> set[str]:
    certificate = x509.load_pem_x509_certificate(broker(folder).encode())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def handshake(server_folder: Folder, client_folder: Folder, name: str) -> None:
    """A handshake in memory of a client that trusts one folder's authority. Raises SSLError where it refuses."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server_folder.of("kafka") / "broker.pem")
    asking = ssl.create_default_context(cafile=client_folder.of("trusted") / "kafka-ca.pem")
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    client = asking.wrap_bio(to_client, to_server, server_hostname=name)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize("name", INSIDE)
def test_clients_take_the_brokers_by_every_name_of_theirs(folder: Folder, name: str) -> None:
    handshake(folder, folder, name)


def test_clients_refuse_another_name_and_another_authority(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(folder, folder, "kafka.example.org")
    another = Folder(tmp_path / "another")
    make_certificates(another)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(folder, another, "kafka")


def test_a_second_run_changes_nothing(folder: Folder) -> None:
    before = broker(folder), folder.read("trusted", "kafka-ca.pem")
    make_certificates(folder)
    assert (broker(folder), folder.read("trusted", "kafka-ca.pem")) == before


def test_a_further_name_makes_another_certificate_of_the_same_authority(folder: Folder) -> None:
    before, authority = broker(folder), folder.read("trusted", "kafka-ca.pem")
    make_certificates(folder, ["kafka.example.org", "10.0.0.7"])
    assert broker(folder) != before
    assert folder.read("trusted", "kafka-ca.pem") == authority
    assert names(folder) == {*INSIDE, "kafka.example.org", "10.0.0.7"}
    handshake(folder, folder, "kafka.example.org")


def test_it_is_made_anew_two_years_before_its_end_and_not_before(folder: Folder) -> None:
    end = datetime.now(UTC) + timedelta(days=365 * (YEARS_OF_BROKER - 2))
    before = broker(folder)
    make_certificates(folder, now=end - 2 * DAY)
    assert broker(folder) == before
    make_certificates(folder, now=end + 2 * DAY)
    assert broker(folder) != before


def test_an_authority_of_another_key_is_refused_with_a_sentence(folder: Folder, tmp_path: Path) -> None:
    another = Folder(tmp_path / "another")
    make_certificates(another)
    folder.write("trusted", "kafka-ca.pem", another.read("trusted", "kafka-ca.pem"))
    with pytest.raises(StackError, match="restore both, or neither"):
        make_certificates(folder)
    folder.write("trusted", "kafka-ca.pem", "nothing of the kind")
    with pytest.raises(StackError, match="not what they should be"):
        make_certificates(folder)
