"""The errors users see, and the exit codes they carry."""


def visible(text: str) -> str:
    """`text` with its control and format characters spelled out, fit for a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class WattragError(Exception):
    """A failure with a message for the user; a command that meets one exits with `exit_code`."""

    exit_code = 1


class InputError(WattragError):
    """Bad input: one line that names the place (file, row, key), the problem and the cure."""

    exit_code = 2

    def __init__(self, where: str, problem: str, cure: str = "") -> None:
        self.where, self.problem, self.cure = where, problem, cure
        line = f"{where}: {problem}" + (f"; {cure}" if cure else "")
        super().__init__(visible(" ".join(line.split())))


class RunFailedError(WattragError):
    """The input was fine, the work was not done; what succeeded is kept."""


class LimitReachedError(RunFailedError):
    """A ceiling of the study forbids further calls; those in flight are finished and stored."""

    def __init__(self, problem: str, cure: str, progress: str = "") -> None:
        """Take which ceiling, how to go on, and how far the job came."""
        self.problem, self.cure = problem, cure
        super().__init__(visible("; ".join(part for part in (problem, progress, cure) if part)))

    def after(self, progress: str) -> "LimitReachedError":
        """The same, told with how far the job came."""
        return LimitReachedError(self.problem, self.cure, progress)


class ContextOverflowError(RunFailedError):
    """What was sent is longer than the model's window: less evidence may fit."""
