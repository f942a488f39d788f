"""What the gateway is told beyond what every service is."""

from pathlib import Path

from shared.runtime.settings import Settings


class GatewaySettings(Settings):
    """The issuer at which people sign in, if there is one, and the client that the gateway is to it.

    `public_url` is where browsers find the gateway, without a trailing slash: the issuer sends them back to
    `{public_url}/sign-in/callback`, which must be registered there. A client without a secret is a public one.

    `artefact_origin` is where files of works are had, without a trailing slash: another host than that of `public_url`,
    which leads to the gateway too. Without it no file can be had.

    `words` is a folder of the district's own words for pages, as `{language}/{any}.po`: they go before ours.
    """

    oidc_issuer: str | None = None
    oidc_client_id: str = "ascertain"
    oidc_client_secret_file: Path | None = None
    public_url: str = ""
    artefact_origin: str = ""
    words: Path | None = None

    def client_secret(self) -> str | None:
        """Raises OSError where the file is missing."""
        return None if self.oidc_client_secret_file is None else self.oidc_client_secret_file.read_text().strip()
