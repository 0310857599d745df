"""Text from elsewhere, made fit for a terminal."""


def safe(text: str) -> str:
    r"""Free text without control characters, so that it cannot steer a terminal.

    >>> safe("case\x1b[2J")
    'case [2J'
    """
    return "".join(char if char.isprintable() else " " for char in text)
