"""Which server is asked, and whether it may be."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.config import USER_CONFIG, cache_directory, config_directory
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from texscholar.cli.looking import Asked
    from texscholar.lfm import Model
    from texscholar.network import Address

MOST_AT_ONCE = 8  # places: what a server batches well, and what does not look like an attack
KEY = "TEXSCHOLAR_API_KEY"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that may be asked, and which of its models."""

    address: Address
    model: str


def chosen_server(asked: Asked, *, named_elsewhere: bool) -> Server | None:
    """The server of the command line, else the user's own where no other model is named; None for none.

    Raises:
        TexscholarError: it lies outside this machine and the user's own configuration does not name it.
    """
    if asked.server is None:
        if asked.server_model is not None:
            raise click.UsageError("--server-model needs --server")
        return None if named_elsewhere else _configured(offline=asked.offline)
    if asked.model or asked.model_variant or asked.lora:
        raise click.UsageError("--server excludes --model, --model-variant and --lora")
    if asked.offline:
        raise click.UsageError("--offline and --server exclude each other")
    from texscholar.lfm.server import server_address  # noqa: PLC0415 - most runs ask no server

    user, address = disk.user_settings(), server_address(asked.server)
    configured = [server_address(url) for url in (user.server, *user.servers) if url]
    if not address.loopback and address.origin not in {each.origin for each in configured}:
        message = (
            f'lies outside this machine; if what you write may go there, put servers = ["{address}"] into {_file()}'
        )
        raise TexscholarError(message, path=str(address))
    same = bool(user.server) and server_address(user.server) == address
    return Server(address, asked.server_model or (user.server_model if same else ""))


def _configured(*, offline: bool) -> Server | None:
    user = disk.user_settings()
    if not user.server:
        return None
    from texscholar.lfm.server import server_address  # noqa: PLC0415 - as above

    address = server_address(user.server)
    if offline:
        loading.note(f"skipped: server {address}: --offline closes the network")
        return None
    return Server(address, user.server_model)


def _file() -> str:
    return str(config_directory() / USER_CONFIG)


def _key() -> str:
    """The bearer token for servers; it is never shown.

    Raises:
        TexscholarError: it cannot be sent.
    """
    key = os.environ.get(KEY, "").strip()
    if not all("!" <= char <= "~" for char in key):
        raise TexscholarError(f"{KEY} holds characters that no key has; set it anew")
    return key


@contextmanager
def open_server(server: Server, seed: int, budget: float | None, started: float) -> Iterator[Model]:
    """The model on a server, which is looked for meanwhile. ``budget`` and ``started``: as of WantedModel."""
    from texscholar.lfm import Budget, JobModel  # noqa: PLC0415 - most runs ask no server
    from texscholar.lfm.server import ServerBackend  # noqa: PLC0415 - as above
    from texscholar.network import Network  # noqa: PLC0415 - as above

    time_left = Budget(budget, since=started - loading.ENDING)
    backend = ServerBackend(
        Network(), server.address, server.model, key=_key(), cache=cache_directory(), at_once=MOST_AT_ONCE
    )
    with JobModel(backend, seed=seed, budget=time_left) as model:
        yield model
