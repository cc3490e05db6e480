"""Run the service: python -m services.reporting."""

from services.reporting.app import build
from services.reporting.settings import ReportingSettings
from shared.logs import configure_logs
from shared.service import serve

if __name__ == "__main__":
    settings = ReportingSettings()
    configure_logs("reporting", settings.log_level)
    serve(build(settings), settings.host, settings.port)
