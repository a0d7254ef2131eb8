import json
import logging
import os
import subprocess
import sys

import pytest
import typer

from wattrag.cli import main as command_line
from wattrag.errors import InputError, RunFailedError

HEAVY = {"torch", "pymupdf", "matplotlib", "sentence_transformers", "transformers", "snakemake"}


def add(monkeypatch, command):
    """A command line with just `command` under the name `try`."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    app.command("try")(command)
    monkeypatch.setattr(command_line, "app", app)


def raising(error):
    def command():
        raise error

    return command


def test_the_help_lists_the_commands_in_the_order_of_use(wattrag):
    ended = wattrag("--help")
    listed = [line.split()[1] for line in ended.out.splitlines() if line.startswith("│ ")]
    assert [name for name in listed if name in command_line.COMMANDS] == list(command_line.COMMANDS)
    assert (ended.code, ended.err) == (0, "")


def test_without_arguments_it_shows_the_help(wattrag):
    assert wattrag().out == wattrag("--help").out


@pytest.mark.parametrize("name", command_line.COMMANDS)
def test_every_command_explains_itself(wattrag, name):
    ended = wattrag(name, "--help")
    assert ended.code == 0
    assert f"Usage: wattrag {name}" in ended.out


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("a.csv:2", "empty id", "write it"), 2, "wattrag: a.csv:2: empty id; write it"),
        (RunFailedError("two calls failed"), 1, "wattrag: two calls failed"),
        (RunFailedError("a\nb\x1b[31m"), 1, r"wattrag: a b\x1b[31m"),
    ],
)
def test_a_known_error_is_one_line_on_stderr(monkeypatch, wattrag, error, code, line):
    add(monkeypatch, raising(error))
    ended = wattrag("try")
    assert (ended.code, ended.out, ended.err) == (code, "", line + "\n")


def test_an_interrupt_is_quiet(monkeypatch, wattrag):
    add(monkeypatch, raising(KeyboardInterrupt()))
    assert (ended := wattrag("try")).code == 130
    assert ended.out + ended.err == ""


def test_an_error_nobody_expected_keeps_its_traceback(monkeypatch):
    add(monkeypatch, raising(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        command_line.main(["try"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["agregate"],
            "wattrag: No such command 'agregate'. Did you mean 'aggregate'?; see `wattrag --help`",
        ),
        (["check", "--nope"], "wattrag: No such option: --nope; see `wattrag check --help`"),
        (["score", "a.csv"], "wattrag: Missing argument 'submission'; see `wattrag score --help`"),
        (["index"], "wattrag: Missing command; see `wattrag index --help`"),
    ],
)
def test_a_misused_command_is_one_line(wattrag, arguments, line):
    ended = wattrag(*arguments)
    assert (ended.code, ended.out, ended.err) == (2, "", line + "\n")


def test_notices_of_the_library_are_single_lines_on_stderr(monkeypatch, wattrag):
    def command():
        logging.getLogger("wattrag.datafiles").warning("read\nas %s", "cp1252")
        logging.getLogger("elsewhere").warning("not ours")

    add(monkeypatch, command)
    wattrag("try")
    assert wattrag("try").err == "wattrag: read as cp1252\n"


def imported_by(*arguments):
    """Top-level modules that a command loads, in a process of its own."""
    program = (
        "import json, sys\n"
        "from wattrag.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as ended:\n    code = ended.code or 0\n"
        "print(json.dumps([code, sorted({name.split('.')[0] for name in sys.modules})]))\n"
    )
    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    return code, set(modules)


def test_the_help_loads_no_heavy_library():
    code, modules = imported_by("--help")
    assert code == 0
    assert modules & (HEAVY | {"pandas", "scipy", "statsmodels", "usearch", "bm25s"}) == set()


def test_scoring_loads_no_model_no_pdf_reader_and_no_plots(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text("id,question,answer_value,ref_id\nq1,How much?,4,a\nq2,Why?,is_blank,\n")
    code, modules = imported_by("score", path, path)
    assert code == 0
    assert modules & HEAVY == set()


def test_a_closed_pipe_ends_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from wattrag.cli.main import main; main(['--help'])"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")
