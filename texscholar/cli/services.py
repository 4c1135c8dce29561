"""Libraries that lie elsewhere: which search services may be asked, and which shared folders are known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar import disk
from texscholar.config import USER_CONFIG, config_directory
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from texscholar.library.index import Library
    from texscholar.library.service.client import ServiceLibrary
    from texscholar.library.service.wire import Engine

KEY = "TEXSCHOLAR_LIBRARY_KEY"


def is_address(name: str) -> bool:
    """Whether what a user calls a library is the address of one."""
    return name.lower().startswith(("http://", "https://"))


def allowed_engine(url: str) -> Engine:
    """The index at an address, if what a paper is about may go there.

    Raises:
        TexscholarError: it lies outside this machine and the user's own configuration does not name its host, or it
            names no index.
    """
    from texscholar.library.service.wire import engine  # noqa: PLC0415 - most runs ask no service
    from texscholar.network import address  # noqa: PLC0415 - as above

    wanted = address(url)
    configured = {address(each).origin for each in disk.user_settings().library_servers}
    if not wanted.loopback and wanted.origin not in configured:
        host = str(wanted).removesuffix(wanted.path)
        message = (
            "lies outside this machine; if words of what you write may go there, put "
            f'library-servers = ["{host}"] into {config_directory() / USER_CONFIG}'
        )
        raise TexscholarError(message, path=str(wanted))
    return engine(wanted)


def authorization() -> str:
    """What we say to a service of who we are: an API key of Elasticsearch, or a scheme with what it asks for.

    Raises:
        TexscholarError: it cannot be sent.
    """
    key = os.environ.get(KEY, "").strip()
    if not all(" " <= char <= "~" for char in key):
        raise TexscholarError(f"{KEY} holds characters that no key has; set it anew")
    return key if " " in key or not key else f"ApiKey {key}"


def open_service(url: str) -> ServiceLibrary:
    """The library at an address; where its service does not answer, one that finds nothing and says why.

    Raises:
        TexscholarError: it may not be asked.
    """
    from texscholar.library.service.client import Connection, ServiceLibrary  # noqa: PLC0415 - most runs ask no service
    from texscholar.network import Network  # noqa: PLC0415 - as above

    engine = allowed_engine(url)
    return ServiceLibrary(Connection(Network(), engine, authorization()), engine)


def shared_folders() -> tuple[Path, ...]:
    """The folders with libraries of others that the user's own configuration names."""
    return tuple(Path(each).expanduser() for each in disk.user_settings().library_folders)


def open_shared(name: str, home: Path, *, is_path: bool) -> Library | None:
    """The library of others at a path, or of this name in a shared folder; None where there is none.

    Raises:
        TexscholarError: it is there and cannot be read.
    """
    from texscholar.library.sharing import shared_library  # noqa: PLC0415 - heavy, and many a run has no library

    path = home / Path(name).expanduser()
    places = [path] if is_path else [folder / name for folder in shared_folders()]
    return next((found for place in places if (found := shared_library(place, path.name.partition("@")[0]))), None)
