"""Settings: what may be set, and how what may not is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.config import (
    Settings,
    UserSettings,
    cache_directory,
    config_directory,
    data_directory,
    has_table,
    is_in_ci,
    read_settings,
    read_user_settings,
)
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from pathlib import Path

TABLE = ("tool", "texscholar")

ALL = """\
libraries = ["own", "refs/library.bib"]
model-variant = "lfm2"
min-confidence = 0.75
max-suggestions = 5
seed = 7
ignore = ["unused-entry"]
check-unused-entries = true
"""
READ = Settings(("own", "refs/library.bib"), "lfm2", 0.75, 5, 7, ("unused-entry",), check_unused_entries=True)


@pytest.mark.parametrize("text", ["", "# nothing\n", "\r\n"])
def test_nothing_set(text: str) -> None:
    """Without settings the defaults hold."""
    assert read_settings(text, "p") == Settings()


@pytest.mark.parametrize("text", [ALL, ALL.replace("-v", "_v").replace("-c", "_c"), ALL.replace("\n", "\r\n")])
def test_everything_set(text: str) -> None:
    """Every setting is read, with hyphens or underscores."""
    assert read_settings(text, "p") == READ


def test_table() -> None:
    """In pyproject.toml only the table of ours counts."""
    assert read_settings(f"[project]\nseed = true\n[tool.texscholar]\n{ALL}[tool.z]\nq = 1\n", "p", TABLE) == READ


@pytest.mark.parametrize("text", ["", "[project]\n", "[tool]\n", "[tool.other]\nseed = 1\n"])
def test_no_table(text: str) -> None:
    """A file without our table sets nothing."""
    assert (read_settings(text, "p", TABLE), has_table(text, TABLE)) == (Settings(), False)


@pytest.mark.parametrize(
    "text",
    ["[tool.texscholar]", '[tool."texscholar"]', "[ tool . texscholar ]", "tool.texscholar.seed = 1",
     "[tool]\ntexscholar = {}",
     "[tool.texscholar]\nbroken", "[tool.texscholar.x]\nbroken"],
)  # fmt: skip
def test_has_table(text: str) -> None:
    """A table of ours is recognised in every spelling, in a broken file by its head."""
    assert has_table(text, TABLE) is True


@pytest.mark.parametrize(
    "text", ["texscholar", "# texscholar", "broken = [\n# [tool.texscholar]", "tool = 1 # texscholar"]
)
def test_has_no_table(text: str) -> None:
    """A file that only mentions us has no table of ours, be it broken."""
    assert has_table(text, TABLE) is False


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sed = 1", "unknown setting 'sed'; known ones are libraries, model-variant, min-confidence,"),
        ("Seed = 1", "unknown setting 'Seed'"),
        ('model = "x.gguf"', "unknown setting 'model'"),
        ("'odd key' = 1", "unknown setting 'odd key'"),
        ("[seed]", "seed must be a whole number"),
        ('seed = "1"', "seed must be a whole number"),
        ("seed = 1.0", "seed must be a whole number"),
        ("seed = true", "seed must be a whole number"),
        ("seed = -1", "seed must lie between 0 and 2147483647"),
        ("seed = 2147483648", "seed must lie between 0 and 2147483647"),
        ("max-suggestions = -1", "max-suggestions must lie between 0 and"),
        ("max_suggestions = false", "max_suggestions must be a whole number"),
        ("min-confidence = '0.5'", "min-confidence must be a number"),
        ("min-confidence = true", "min-confidence must be a number"),
        ("min-confidence = 1.01", "min-confidence must lie between 0 and 1"),
        ("min-confidence = -0.1", "min-confidence must lie between 0 and 1"),
        ("min-confidence = nan", "min-confidence must lie between 0 and 1"),
        ("min-confidence = inf", "min-confidence must lie between 0 and 1"),
        ('libraries = "own"', "libraries must be a list of strings"),
        ("libraries = [1]", "libraries must be a list of strings"),
        ("ignore = [['a']]", "ignore must be a list of strings"),
        ("ignore = true", "ignore must be a list of strings"),
        ("check-unused-entries = 1", "check-unused-entries must be true or false"),
        ('check-unused-entries = "yes"', "check-unused-entries must be true or false"),
        ("model-variant = 2", "model-variant must be a string"),
        ('model-variant = ""', "model-variant must be one of lfm2.5, "),
        ('model-variant = "gpt"', "model-variant must be one of lfm2.5, "),
        ("seed = 1979-05-27", "seed must be a whole number"),
    ],
)
def test_refused(line: str, reason: str) -> None:
    """What cannot be set is refused with file, line and what may stand there."""
    with pytest.raises(TexscholarError) as caught:
        read_settings(f"# ours\n\n{line}\n", "paper/.texscholar.toml")
    place = "paper/.texscholar.toml: " if line == "[seed]" else "paper/.texscholar.toml:3: "
    assert str(caught.value).startswith(place + reason)


@pytest.mark.parametrize("key", ["server", "server-model", "servers"])
def test_a_paper_names_no_server(key: str) -> None:
    """A server is a user's setting: a cloned repository cannot send anybody's text anywhere."""
    with pytest.raises(TexscholarError, match=rf"^p:1: {key} is for your own config\.toml, not for a paper's"):
        read_settings(f'{key} = "http://127.0.0.1:8080"\n', "p")


def test_user_settings() -> None:
    """A user names servers, and nothing else yet."""
    text = 'server = "https://llm.example.org/v1"\nserver-model = "lfm"\nservers = ["http://127.0.0.1:1"]\n'
    assert read_user_settings(text, "c") == UserSettings("https://llm.example.org/v1", "lfm", ("http://127.0.0.1:1",))
    assert read_user_settings("", "c") == UserSettings()
    with pytest.raises(TexscholarError, match=r"^c:1: unknown setting 'seed'; known ones are server, server-model,"):
        read_user_settings("seed = 1\n", "c")
    with pytest.raises(TexscholarError, match=r"^c:1: servers must be a list of strings"):
        read_user_settings('servers = "x"\n', "c")


@pytest.mark.parametrize("value", ["0", "1", "0.0", "1.0", "0.5"])
def test_bounds_of_confidence(value: str) -> None:
    """Both ends of a range belong to it, and a whole number is a number."""
    assert read_settings(f"min-confidence = {value}", "p").min_confidence == float(value)


def test_setting_twice() -> None:
    """One setting in two spellings is refused."""
    with pytest.raises(TexscholarError, match=r"^p:2: max_suggestions is set twice"):
        read_settings("max-suggestions = 1\nmax_suggestions = 2\n", "p")


def test_line_in_pyproject() -> None:
    """The line is that of our table, not of a key of the same name in another one."""
    text = "[tool.other]\nseed = true\n\n[tool.texscholar]\nseed = true\n"
    with pytest.raises(TexscholarError, match=r"^pyproject\.toml:5: seed must"):
        read_settings(text, "pyproject.toml", TABLE)


def test_line_that_is_not_found() -> None:
    """A setting that stands in no line of its own is refused without a line."""
    with pytest.raises(TexscholarError, match=r"^p: seed must"):
        read_settings("[tool]\ntexscholar = { seed = true }\n", "p", TABLE)


@pytest.mark.parametrize(("text", "name"), [("tool = 1", "tool"), ("[tool]\ntexscholar = [1]", r"tool\.texscholar")])
def test_no_table_where_one_should_be(text: str, name: str) -> None:
    """A value where a table should be is refused by its name."""
    with pytest.raises(TexscholarError, match=rf"^p: {name} must be a table$"):
        read_settings(text, "p", TABLE)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed = 1\nseed = \n", ":2"),
        ("seed = 1\nseed = 2\n", ":2"),
        ("a = 'open\n", ""),
        ("\n\n[", ""),
        ("seed = " + "9" * 5000, ""),
        ("a = " + "[" * 5000, ""),
        ("\x00", ":1"),
        ("seed = 1\rseed = 2", ":1"),
    ],
)
def test_broken_toml(text: str, line: str) -> None:
    """Broken TOML is refused in one line, with its line where the reader knows one."""
    with pytest.raises(TexscholarError, match=rf"^p{line}: is no valid TOML \(.+\)$"):
        read_settings(text, "p")


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever the text, it is read or refused."""
    try:
        read_settings(text, "p")
        read_settings(text, "p", TABLE)
    except TexscholarError as error:
        assert str(error).startswith("p:")  # noqa: PT017 - most texts are refused, some are settings
    assert has_table(text, TABLE) in (True, False)


@pytest.mark.parametrize(
    ("directory", "variable"),
    [
        (data_directory, "TEXSCHOLAR_DATA_DIR"),
        (cache_directory, "TEXSCHOLAR_CACHE_DIR"),
        (config_directory, "TEXSCHOLAR_CONFIG_DIR"),
    ],
)
class TestDirectories:
    """Where our own files lie."""

    def test_default(self, directory: object, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a variable it is the platform's place, named after us."""
        assert callable(directory)
        monkeypatch.delenv(variable)
        assert directory().name == "texscholar"

    def test_named(self, directory: object, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A variable names another place, relative to the working directory or to a home."""
        assert callable(directory)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(variable, "here")
        assert directory() == tmp_path / "here"
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv(variable, "~/there")
        assert directory() == tmp_path / "there"

    def test_nobodys_home(self, directory: object, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A home of nobody is refused with the name of the variable."""
        assert callable(directory)
        monkeypatch.setenv(variable, "~nobody-of-this-name/x")
        with pytest.raises(TexscholarError, match=f"^{variable} names no directory"):
            directory()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, False), ("", False), ("0", False), ("false", False), ("False", False), ("true", True), ("1", True)],
)
def test_continuous_integration(value: str | None, *, expected: bool) -> None:
    assert is_in_ci({} if value is None else {"CI": value}) == expected
