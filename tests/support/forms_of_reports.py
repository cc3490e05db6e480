"""The forms of reports, with the typeface that `make run` uses, fetched if it is not there yet."""

from deploy.embedded import fonts
from deploy.embedded.maven import fetch
from services.reporting.report import forms

if not fonts.FOLDER.exists():
    fetch(fonts.FOLDER, [fonts.ENDPOINT], fonts.unpack)

FORMS = forms(fonts.FOLDER)
