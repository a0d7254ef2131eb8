"""What every entry of `models.yaml` has."""

from pydantic import Field

from wattrag.config.base import Config


class DeclaredModel(Config):
    """An entry of `models.yaml`."""

    name: str
    """Display name in tables and plots."""
    family: str = ""
    """Models of one family are compared in a scaling table."""
    params_b: float | None = Field(default=None, gt=0)
    """Parameters in billions; null if not published."""
    notes: str = ""
    """Anything a reader of the file should know."""

    @property
    def label(self) -> dict[str, object]:
        """What tables and plots show of this entry."""
        return {"name": self.name, "family": self.family, "params_b": self.params_b}
