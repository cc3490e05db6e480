"""Check the data files as the services do before they start: `make data`."""

import sys

from shared.toml_files import BadFile


def main() -> int:
    """Say that the files are in order, or each mistake with its file and line."""
    try:
        # Indicators, forms, registers and periods are read when these are imported.
        import services.petitions.lists  # noqa: PLC0415
        import services.returns.app  # noqa: F401, PLC0415
        import shared.casework.retention  # noqa: F401, PLC0415
        from services.reporting.report import PERIODIC, TERM, load  # noqa: PLC0415

        for name in (TERM, PERIODIC):
            load(name)
    except BadFile as mistakes:
        print(mistakes, file=sys.stderr)
        return 1
    print("the data files are in order")
    return 0


if __name__ == "__main__":
    sys.exit(main())
