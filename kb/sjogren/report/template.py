"""A hospital's own Word template, opened with suspicion: its styles, header and logo are used, nothing of it is run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""How an encrypted file of Word begins, and one of the form before 2007."""
CONTENTS, MAIN = "[Content_Types].xml", "word/document.xml"
AS_TEMPLATE = b"wordprocessingml.template.main+xml"
AS_DOCUMENT = b"wordprocessingml.document.main+xml"
MOST_BYTES = 50_000_000
"""A template that unpacks to more is refused."""


class NotATemplate(Exception):
    """The file cannot serve as a template; the message says what was found and what is expected."""


def opened(path: Path) -> io.BytesIO:
    """The template as a document that Word opens: a file of the kind .docx, or .dotx made to be one.

    Raises `NotATemplate` for a file that is missing, encrypted, has macros, or is none of Word's.
    """
    expected = "expected a Word document or template without macros (.docx, .dotx)"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotATemplate(f"{str(path)!r} cannot be read: {error.strerror}; {expected}") from None
    if data.startswith(OLD_OFFICE):
        raise NotATemplate(f"{str(path)!r} is encrypted or of the old kind .doc; {expected}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise NotATemplate(f"{str(path)!r} unpacks to more than {MOST_BYTES // 1_000_000} MB; {expected}")
            names = {part.filename for part in packed.infolist()}
            if CONTENTS not in names:
                raise NotATemplate(f"{str(path)!r} is no file of Word; {expected}")
            kinds = packed.read(CONTENTS)
            if b"macroEnabled" in kinds or any("vbaproject" in name.lower() for name in names):
                raise NotATemplate(f"{str(path)!r} has macros; {expected}")
            if MAIN not in names or not (AS_DOCUMENT in kinds or AS_TEMPLATE in kinds):
                raise NotATemplate(f"{str(path)!r} is no text document of Word; {expected}")
            return _as_document(packed, kinds)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError):
        raise NotATemplate(f"{str(path)!r} is no file of Word, or is damaged; {expected}") from None


def _as_document(packed: zipfile.ZipFile, kinds: bytes) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for part in packed.infolist():
            content = kinds.replace(AS_TEMPLATE, AS_DOCUMENT) if part.filename == CONTENTS else packed.read(part)
            out.writestr(part.filename, content)
    made.seek(0)
    return made
