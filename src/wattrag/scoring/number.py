"""Text as a number, by the rules of Python's `float`."""


def as_number(text: str) -> float | None:
    """The float that `text` spells (`1e3`, `1_000`, `inf`, `nan` do), or None."""
    try:
        return float(text)
    except ValueError:
        return None


def written(value: float) -> str:
    """The number as text, whole ones without a decimal point; infinity stays `inf`."""
    return str(int(value)) if value.is_integer() else str(value)
