"""Run the development issuer: python -m deploy.issuer."""

from deploy.issuer.app import IssuerSettings, build
from shared.logs import configure_logs
from shared.service import serve
from shared.settings import read_settings

if __name__ == "__main__":
    settings = read_settings(IssuerSettings)
    configure_logs("issuer", "INFO")
    serve(build(settings), settings.host, settings.port)
