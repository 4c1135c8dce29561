"""``texscholar doctor``: what is there, what is missing, what to do about it."""

from __future__ import annotations

import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import click

from texscholar import __version__, disk
from texscholar.config import USER_CONFIG, config_directory, data_directory
from texscholar.errors import Exit, TexscholarError
from texscholar.lfm import VARIANTS, installed
from texscholar.library import list_libraries

_PACKAGE = re.compile(r"[A-Za-z0-9._-]+")


@click.command()
def doctor() -> int:
    """Tell what is installed and what is missing; exits with 1 when something needed is broken."""
    healthy = True
    click.echo(f"texscholar {__version__}, Python {sys.version.split()[0]}")
    for name in _needed():
        found = _version(name)
        healthy &= found is not None
        click.echo(f"{_mark(good=found is not None)} {name} {found or 'is missing: install texscholar again'}")
    git = shutil.which("git")
    click.echo(
        f"{_mark(good=git is not None)} git {'' if git else 'is missing: --since, --staged and hooks need it'}".rstrip()
    )
    pypdf = _version("pypdf")
    hint = "is not installed: `pip install 'texscholar[import]'` reads what PDFs say of themselves"
    click.echo(f"{_mark(good=pypdf is not None, optional=True)} pypdf {pypdf or hint}")
    _models()
    for info in list_libraries():
        healthy &= info.manifest is not None
        state = (
            f"{info.manifest.count} records"
            if info.manifest
            else f"cannot be read: run `texscholar library refresh {info.name}`"
        )
        click.echo(f"{_mark(good=info.manifest is not None)} library {info.name}: {state}")
    healthy &= _settings()
    healthy &= _own_settings()
    return Exit.NOTHING if healthy else Exit.FINDINGS


def _models() -> None:
    """The model is optional: its absence is a hint, no fault."""
    llama = _version("llama-cpp-python")
    hint = "is not installed: `pip install 'texscholar[lfm]'` adds the local LFM (compiles llama.cpp for minutes)"
    click.echo(f"{_mark(good=llama is not None, optional=True)} llama-cpp-python {llama or hint}")
    for variant in VARIANTS.values():
        path = installed(variant, data_directory())
        where = str(path) if path else f"not here; `texscholar model pull {variant.name}` downloads it"
        click.echo(f"{_mark(good=path is not None, optional=True)} model {variant.name}: {where}")


def _settings() -> bool:
    try:
        settings, home = disk.find_settings(disk.locate(Path.cwd() / "-"))
    except TexscholarError as error:
        click.echo(f"{_mark(good=False)} settings: {error}")
        return False
    where = "defaults" if home is None else home
    click.echo(f"{_mark(good=True)} settings: {where} (min-confidence {settings.min_confidence})")
    return True


def _own_settings() -> bool:
    """The user's own configuration, which alone may name a server; no server is asked."""
    file = config_directory() / USER_CONFIG
    try:
        settings = disk.user_settings()
    except TexscholarError as error:
        click.echo(f"{_mark(good=False)} configuration: {error}")
        return False
    from texscholar.lfm.server import server_address  # noqa: PLC0415 - with the other parts that it tells of

    try:
        servers = ", ".join(str(server_address(url)) for url in (settings.server, *settings.servers) if url)
    except TexscholarError as error:  # told without the password that may be in it
        click.echo(f"{_mark(good=False)} configuration: {file}: {error}")
        return False
    online = ", ".join(settings.online) or "none"
    state = (
        f"{file} (servers: {servers or 'none'}; online: {online})" if file.exists() else f"none; {file} would be read"
    )
    click.echo(f"{_mark(good=file.exists(), optional=True)} configuration: {state}")
    return True


def _needed() -> list[str]:
    """The packages that texscholar says it needs, not those of its extras."""
    return [
        name[0] for each in requires("texscholar") or () if "extra ==" not in each and (name := _PACKAGE.match(each))
    ]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _mark(*, good: bool, optional: bool = False) -> str:
    return "ok  " if good else "-   " if optional else "FAIL"
