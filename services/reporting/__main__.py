"""Run the service: python -m services.reporting."""

import sys

from shared.logs import configure_logs
from shared.service import serve
from shared.settings import read_settings
from shared.toml_files import BadFile

if __name__ == "__main__":
    try:
        # These read the data files: what is wrong with one is all that there is to say.
        from services.reporting.app import build
        from services.reporting.settings import ReportingSettings

        settings = read_settings(ReportingSettings)
        configure_logs("reporting", settings.log_level)
        app = build(settings)
    except BadFile as fault:
        sys.exit(str(fault))
    serve(app, settings.host, settings.port, settings.proxies)
