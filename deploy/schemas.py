"""Writes the JSON Schemas of the data files, for editors and for whoever reads the files.

`python -m deploy.schemas` writes docs/schemas. The first line of a data file names its schema.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from services.petitions.lists import PetitionLists
from services.reporting.report.checks import Checks
from services.reporting.report.outline import Layouts, Outline
from shared.casework.retention import Retention
from shared.forms import Forms
from shared.indicators.model import IndicatorFile
from shared.periods import Periods
from shared.procedures import ProcedureFile
from shared.registers import Registers

DOCUMENTS = Path(__file__).parents[1] / "docs" / "schemas"

MODELS: Mapping[str, type[BaseModel]] = {
    "indicators": IndicatorFile,
    "forms": Forms,
    "registers": Registers,
    "retention": Retention,
    "periods": Periods,
    "procedures": ProcedureFile,
    "petition_lists": PetitionLists,
    "outline": Outline,
    "layouts": Layouts,
    "checks": Checks,
}
"""What may stand in a data file, by the name of its schema."""


def documents() -> Mapping[str, str]:
    """Return every schema by its file's name under docs/schemas."""
    schemas = {
        name: {"$schema": GenerateJsonSchema.schema_dialect, **model.model_json_schema()}
        for name, model in MODELS.items()
    }
    return {
        f"{name}.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for name, schema in schemas.items()
    }


if __name__ == "__main__":
    DOCUMENTS.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (DOCUMENTS / name).write_text(text, encoding="utf-8")
