"""What a printed form of a report says, read back as plain text."""

import re
from html import unescape
from io import BytesIO
from zipfile import ZipFile

from lxml import etree
from pypdf import PdfReader

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def flat(text: str) -> str:
    """Return a text with every space, break and blank as one space."""
    return " ".join(text.split())


def document_xml(content: bytes) -> etree._Element:
    """Return the root of a Word file's document."""
    with ZipFile(BytesIO(content)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def printed(form: str, content: bytes) -> str:
    """Return all that a form (html, docx, pdf) of a report says, with single spaces."""
    if form == "html":
        page = re.sub(r"</?(?:data|a)\b[^>]*>", "", content.decode())
        return flat(unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", page)))
    if form == "docx":
        nodes = document_xml(content).iter(f"{W}t", f"{W}br", f"{W}p")
        return flat("".join((node.text or "") if node.tag == f"{W}t" else " " for node in nodes))
    return flat(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))
