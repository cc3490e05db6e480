"""Run the service: python -m services.registry."""

from services.registry.app import build
from shared.logs import configure_logs
from shared.service import serve
from shared.settings import Settings, read_settings

if __name__ == "__main__":
    settings = read_settings(Settings)
    configure_logs("registry", settings.log_level)
    serve(build(settings), settings.host, settings.port, settings.proxies)
