"""The files that a study was made from, as far as the one who exports names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wattrag.datafiles.questions import QuestionFile


@dataclass(frozen=True)
class StudyFiles:
    """What a configuration names.

    Attributes:
        questions: by datafile.
        sheets: document sheets by source.
        trees: folders of document trees by corpus.
        config: files that go into an archive, by their name there.
    """

    questions: Mapping[str, QuestionFile] = field(default_factory=dict)
    sheets: Mapping[str, Path] = field(default_factory=dict)
    trees: Mapping[str, Path] = field(default_factory=dict)
    config: Mapping[str, Path] = field(default_factory=dict)


NO_FILES = StudyFiles()
