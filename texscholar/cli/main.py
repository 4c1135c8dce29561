"""The entry point: commands are loaded when they are called, and every error becomes one line and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from texscholar import __version__
from texscholar.errors import Exit, TexscholarError

_OBJECTS = 100_000  # between two collections: hardly anything that a short run makes is garbage in circles
_COMMANDS = {
    "fill": "Fill markers, suggest missing citations, complete undefined keys; print a diff.",
    "check": "Report findings and ready suggestions; change nothing.",
    "review": "Step through a patch in the terminal: accept, reject, edit.",
    "apply": "Apply what was accepted, or a whole patch.",
    "cite": "Find a work in the bibliography and the libraries; print its entry, or add it.",
    "overlay": "Write the suggestions as notes for a draft's PDF, as latexmk does.",
    "preprocess": "Write a draft that shows the suggestions without latexmk.",
    "latexmkrc": "Show the suggestions in drafts: print, locate or install the block for latexmk.",
    "init": "Set up a paper's repository: settings, hook, CI file; print a diff.",
    "eval": "Measure on finished papers: hide citations, ask for them.",
    "library": "The records you can cite from: add, list, search, show, stats, remove.",
    "model": "The local LFMs: list, pull, verify, remove, bench.",
    "doctor": "Tell what is installed and what is missing.",
}


class _Lazy(click.Group):
    """Imports a command's module only when it is needed, so that ``check`` does not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        # eval is a name of Python's own.
        name = "evaluate" if cmd_name == "eval" else cmd_name
        command: click.Command = getattr(import_module(f"texscholar.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="texscholar")
def texscholar() -> None:
    """Find missing citations and fill related-work markers in LaTeX papers, on this machine, as reviewable diffs.

    Exit codes: 0 nothing to say, 1 findings, 2 could not run, 3 a bug of ours, 130 interrupted.
    """


def main(arguments: list[str] | None = None) -> int:  # noqa: PLR0911 - one way out for each kind of ending
    """Run a command; returns its exit code and never lets an exception through."""
    gc.set_threshold(_OBJECTS)
    try:
        result = texscholar.main(arguments, prog_name="texscholar", standalone_mode=False)
        sys.stdout.flush()
    except TexscholarError as error:
        return _say(f"error: {error}", error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        usage = error.ctx.get_usage() if isinstance(error, click.UsageError) and error.ctx else ""
        if usage:
            click.echo(usage, err=True)
        return _say(f"error: {error.format_message()}", Exit.COULD_NOT_RUN)
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted; every file is old or new, none is half-written", Exit.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone: nothing to say, and the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.NOTHING
    except OSError as error:
        return _say(
            f"error: {error.filename or 'this machine'}: {error.strerror}; mend it and run again",
            Exit.COULD_NOT_RUN,
        )
    except Exception as error:
        if os.environ.get("TEXSCHOLAR_DEBUG"):
            raise
        return _say(
            f"bug: {type(error).__name__}: {error} - nothing was written. Set TEXSCHOLAR_DEBUG=1, run again and report "
            f"what it prints (texscholar {__version__}, Python {sys.version.split()[0]})".replace("\n", " "),
            Exit.BUG,
        )
    return int(result or 0)


def _say(line: str, code: int) -> int:
    click.echo(f"texscholar: {line}", err=True)
    return int(code)
