"""What every entry of `models.yaml` has."""

from pydantic import Field

from wattrag.config.base import Config


class DeclaredModel(Config):
    """An entry of `models.yaml`."""

    provider: str
    """What runs or reaches the model."""
    name: str
    """Display name in tables and plots."""
    family: str = ""
    """Models of one family are compared in a scaling table."""
    params_b: float | None = Field(default=None, gt=0)
    """Parameters in billions; null if not published."""
    params_estimated: bool = False
    """`params_b` is a guess."""
    notes: str = ""
    """Anything a reader of the file should know."""

    @property
    def label(self) -> dict[str, object]:
        """What tables and plots show of this entry."""
        fields = ("name", "family", "params_b", "params_estimated")
        return {field: getattr(self, field) for field in fields}
