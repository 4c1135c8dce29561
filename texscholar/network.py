"""The one door to the network: nothing else opens a socket, and ``--offline`` closes it."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from texscholar import __version__
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Mapping

    import httpx

AGENT = f"texscholar/{__version__}"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~%@+-]*)*")
_NO_ADDRESS = "is no address of a server; write it like http://127.0.0.1:8080/v1"
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MOST_REDIRECTS = 5
_CONNECT, _READ = 10.0, 30.0  # seconds
_CHUNK = 1 << 16  # bytes; what a broken connection loses at most
_LARGEST_REPLY = 8 << 20  # bytes
_CLOSING, _GLANCE = 2.0, 0.01  # seconds
FIRST_PAUSE = 0.5  # seconds
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class NetworkError(TexscholarError):
    """No answer, or one that cannot be used.

    Args:
        message: one line that names the remedy.
        passing: whether trying again may help.
        wait: seconds after which the other side asked to be tried again.
    """

    def __init__(self, message: str, *, passing: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.passing, self.wait = passing, wait


def wait_asked(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that ``Retry-After`` asks for, which are a number or a date; None where it asks for nothing."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now) if value else None
    except (ValueError, OverflowError):
        return None


def pause(attempt: int, error: NetworkError) -> float:
    """Seconds to wait before trying once more: what was asked for, else twice as long each time."""
    return FIRST_PAUSE * 2.0**attempt if error.wait is None else error.wait


@dataclass(frozen=True, slots=True)
class Address:
    """An http address, taken apart by us and put together again, so that nobody reads another host in it."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def loopback(self) -> bool:
        """Whether what is sent there stays on this machine."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def address(url: str) -> Address:
    """The address that a user wrote.

    Raises:
        TexscholarError: it is none that we would open.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise TexscholarError(_NO_ADDRESS, path=_shown(url)) from None
    if parts.scheme not in _PORTS or not (_HOST.fullmatch(host) or _is_ip(host)):
        raise TexscholarError(_NO_ADDRESS, path=_shown(url))
    if "@" in parts.netloc:
        raise TexscholarError("holds a user name or password; put the key into TEXSCHOLAR_API_KEY", path=str(host))
    if parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
        raise TexscholarError("has more than a host, a port and a plain path; leave the rest out", path=_shown(url))
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Whether a host's name or number is this machine's own, without asking anybody."""
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shown(url: str) -> str:
    """A foreign address on one line, without what may be a password or a key."""
    bare = re.sub(r"[?#].*", "", re.sub(r"//.*@", "//", url, flags=re.DOTALL), flags=re.DOTALL)
    return "".join(char for char in bare if char.isprintable())[:200] or "the empty text"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of an answer; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is read piece by piece."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request_path(path: str, fields: Mapping[str, str]) -> str:
    """What follows an address: a path and the fields of a query, whatever stands in them, as RFC 3986 has them."""
    return quote(path, safe="/:") + (f"?{urlencode(fields)}" if fields else "")


class Network:
    """The door: open, or closed by ``--offline``."""

    def __init__(self, *, offline: bool = False) -> None:
        self._offline = offline

    def check_open(self) -> None:
        """Raises: TexscholarError: the door is closed."""
        if self._offline:
            raise TexscholarError("--offline closes the network; run it without, or do without what needs it")

    def head(self, url: str) -> Head:
        """The head of what lies there; a redirection to another host is an answer, one on the same host is followed.

        Raises:
            NetworkError: no answer.
        """
        self.check_open()
        with _told(url), _client(url) as client:
            for _ in range(_MOST_REDIRECTS):
                answer = client.head(url)
                target = _target(url, answer.status_code, answer.headers)
                if not target or urlsplit(target).netloc != urlsplit(url).netloc:
                    return Head(answer.status_code, _lower(answer.headers))
                url = target
        raise NetworkError(f"{_shown(url)} is redirected again and again; try later")

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str]) -> Iterator[Stream]:
        """What lies there, redirections followed, never from https to http.

        Raises:
            NetworkError: no answer, or a connection that broke while its body was read.
        """
        self.check_open()
        asked = {"Accept-Encoding": "identity", **headers}
        with _told(url), _client(url) as client:
            for _ in range(_MOST_REDIRECTS):
                with client.stream("GET", url, headers=asked) as answer:
                    target = _target(url, answer.status_code, answer.headers)
                    if not target:
                        pieces = answer.iter_raw(_CHUNK)
                        yield Stream(answer.status_code, _lower(answer.headers), pieces)
                        return
                url = target
        raise NetworkError(f"{_shown(url)} is redirected again and again; try later")

    def endpoint(self, base: Address, key: str, most: int, headers: Mapping[str, str] = NO_HEADERS) -> Endpoint:
        """A server to be asked; the arguments are those of ``Endpoint``."""
        self.check_open()
        return Endpoint(base, key, most, headers)


class Endpoint:
    """One server, asked from any thread: bounded answers, each by its deadline, no redirections; close it when done.

    A loop of its own sends the requests, so that one that is late is dropped at that moment whatever it waits for.

    Args:
        base: the address before each path.
        key: sent as bearer token; empty for none.
        most: how many requests may be under way.
        headers: sent with every request, in place of ours where they have the same names.
    """

    def __init__(self, base: Address, key: str, most: int, headers: Mapping[str, str] = NO_HEADERS) -> None:
        self.base, self._key, self._headers = base, key, headers
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(most)
        self._opened: httpx.AsyncClient | None = None
        self._host = "" if _is_ip(base.host) or base.loopback or _is_proxied(base) else base.host
        self._target = base
        self._opening = asyncio.Lock()
        self._door, self._is_closed = Lock(), False
        self._thread = Thread(target=self._serve, daemon=True, name="network")
        self._thread.start()

    def request(self, method: str, path: str, body: bytes | None, seconds: float) -> Reply:
        """The answer to one request.

        Raises:
            NetworkError: none came within so many seconds, or one that is too large.
        """
        return self._run(self._request(method, path, body, seconds))

    def close(self) -> None:
        """Drop what is under way and all connections; what is asked from now on is refused."""
        with self._door:
            if self._is_closed:
                return
            self._is_closed = True
        with suppress(TimeoutError, asyncio.CancelledError):
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_CLOSING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING)

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def _run(self, work: Coroutine[None, None, Reply]) -> Reply:
        with self._door:  # a loop that has stopped would never answer
            if self._is_closed:
                work.close()
                raise NetworkError("is closed")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except CancelledError as error:
            raise NetworkError("is closed") from error
        except BaseException:  # interrupted: nobody waits for it any more
            future.cancel()
            raise

    async def _close(self) -> None:
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._opened is not None:
            await self._opened.aclose()
        await asyncio.sleep(0)  # the threads that wait are told

    async def _request(self, method: str, path: str, body: bytes | None, seconds: float) -> Reply:
        import httpx  # noqa: PLC0415 - as in _client

        try:
            async with asyncio.timeout(seconds), self._slots:
                return await self._exchange(method, path, body)
        except TimeoutError as error:
            message = f"gave no answer within {seconds:.3g} s; allow more time"
            raise NetworkError(message) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise NetworkError(f"cannot be reached ({why[:200]}); check that it runs", passing=True) from error

    async def _exchange(self, method: str, path: str, body: bytes | None) -> Reply:
        async with self._opening:
            client = await self._client()
        headers = {"Host": self._host_header} if self._host else {}
        extensions = {"sni_hostname": self._host} if self._host else {}
        url = f"{self._target}{path}"
        async with client.stream(method, url, content=body, headers=headers, extensions=extensions) as answer:
            data = bytearray()
            async for piece in answer.aiter_raw(_CHUNK):
                data += piece
                if len(data) > _LARGEST_REPLY:
                    raise NetworkError(f"sent more than {_LARGEST_REPLY >> 20} MB; check that it is the right server")
            return Reply(answer.status_code, _lower(answer.headers), bytes(data))

    async def _client(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - as in _client

        if self._opened is None:
            if self._host:
                self._target = replace(self.base, host=await _resolved(self._host, self.base.port))
            headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Content-Type": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            headers |= self._headers
            self._opened = httpx.AsyncClient(
                timeout=httpx.Timeout(None, connect=_CONNECT),
                trust_env=not self.base.loopback,
                verify=_certificates(self.base.scheme),
                headers=headers,
                follow_redirects=False,
            )
        return self._opened

    @property
    def _host_header(self) -> str:
        return self._host if self.base.port == _PORTS[self.base.scheme] else f"{self._host}:{self.base.port}"


def _certificates(scheme: str) -> ssl.SSLContext:
    """Whom to believe over https; reading the list takes a while, and http has no use for it: nobody then."""
    import httpx  # noqa: PLC0415 - as in _client

    return httpx.create_ssl_context() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _resolved(host: str, port: int) -> str:
    """The number of a host: looked up in a thread that nothing waits for, since a look-up cannot be dropped."""
    found: SimpleQueue[str | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]))
        except OSError as error:
            found.put(error)

    Thread(target=look_up, daemon=True).start()
    while True:
        with suppress(Empty):
            answer = found.get_nowait()
            if isinstance(answer, OSError):
                raise answer
            return answer
        await asyncio.sleep(_GLANCE)


def _is_proxied(base: Address) -> bool:
    return not base.loopback and base.scheme in getproxies() and not proxy_bypass(base.host)


def _client(url: str) -> httpx.Client:
    import httpx  # noqa: PLC0415 - heavy, and most runs ask nobody

    timeout = httpx.Timeout(_READ, connect=_CONNECT)
    # Proxies of the environment are for the world outside: what is meant for this machine stays on it.
    outside = not is_loopback(urlsplit(url).hostname or "")
    return httpx.Client(timeout=timeout, trust_env=outside, headers={"User-Agent": AGENT}, follow_redirects=False)


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Errors of the connection, in one line."""
    import httpx  # noqa: PLC0415 - as in _client

    host = _shown(urlsplit(url).netloc)
    try:
        yield
    except httpx.TimeoutException as error:
        raise NetworkError(
            f"{host} did not answer in time; check the connection and try again", passing=True
        ) from error
    except httpx.InvalidURL as error:
        raise NetworkError(f"{host} is no address; check it") from error
    except (httpx.TransportError, httpx.StreamError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise NetworkError(
            f"{host} cannot be reached ({why}); check the connection and try again", passing=True
        ) from error


def _target(url: str, status: int, headers: Mapping[str, str]) -> str:
    """Where a redirection leads, or an empty string where the answer is none."""
    location = headers.get("location")
    if status not in _REDIRECTS or not location:
        return ""
    target = urljoin(url, location)
    before, after = urlsplit(url), urlsplit(target)
    is_weaker = before.scheme == "https" and after.scheme != "https"
    leads_in = is_loopback(after.hostname or "") and not is_loopback(before.hostname or "")
    if is_weaker or leads_in or after.scheme not in _PORTS:
        raise NetworkError(f"{_shown(url)} is redirected to an address that is not safe; try later")
    return target


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
