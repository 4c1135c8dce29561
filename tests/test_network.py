"""The one door to the network."""

from __future__ import annotations

import pytest

from texscholar.errors import TexscholarError
from texscholar.network import Network, _target, address, request_path, wait_asked


@pytest.mark.parametrize(
    ("url", "shown", "loopback"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1", True),
        ("HTTP://LOCALHOST./v1", "http://localhost/v1", True),
        ("http://[::1]:1234/v1", "http://[::1]:1234/v1", True),
        ("http://127.9.9.9", "http://127.9.9.9", True),
        ("https://llm.example.org/v1", "https://llm.example.org/v1", False),
        ("https://llm.example.org:443/v1", "https://llm.example.org/v1", False),
        ("http://192.168.0.1:80", "http://192.168.0.1", False),
        ("http://0.0.0.0:8080", "http://0.0.0.0:8080", False),
        ("http://localhost.example.org", "http://localhost.example.org", False),
        ("http://127.0.0.1.example.org", "http://127.0.0.1.example.org", False),
        ("http://127.1", "http://127.1", False),
        ("http://2130706433", "http://2130706433", False),
        ("http://[::ffff:10.0.0.1]", "http://[::ffff:10.0.0.1]", False),
    ],
)
def test_address(url: str, shown: str, loopback: bool) -> None:
    """An address is put together anew, and is loopback only where that is certain without asking anybody."""
    read = address(url)
    assert (str(read), read.loopback) == (shown, loopback)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8080",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://127.0.0.1:x",
        "http://127.0.0.1:99999",
        "http://[::1",
        "http://a b",
        "http://a\\b",
        "http://ex\u00e4mple.org",
        "http://127.0.0.1/v1?key=1",
        "http://127.0.0.1/v1#x",
        "http://127.0.0.1/\u202e",
        "http://127.0.0.1/a b",
    ],
)
def test_no_address(url: str) -> None:
    """Whatever two readers could read in two ways is no address."""
    with pytest.raises(TexscholarError):
        address(url)


def test_password_in_an_address() -> None:
    """A password in an address is refused with the remedy."""
    with pytest.raises(TexscholarError, match="TEXSCHOLAR_API_KEY"):
        address("http://me:secret@127.0.0.1/v1")


@pytest.mark.parametrize(
    "url",
    [
        "http://me:secret@127.0.0.1/v1",
        "http://me:se/secret@127.0.0.1",
        "http://me:se\nsecret@a b",
        "http://127.0.0.1/v1?key=secret",
        "http://127.0.0.1/v1#a?secret",
    ],
)
def test_secrets_in_an_address(url: str) -> None:
    """What may be a password or a key is not repeated."""
    with pytest.raises(TexscholarError) as refusal:
        address(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("5", 5.0),
        ("soon", None),
        ("-1", None),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 60.0),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("9" * 5000, 999_999_999.0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
    ],
)
def test_wait(value: str, seconds: float | None) -> None:
    """How long to wait is told in seconds or by a date."""
    assert wait_asked({"retry-after": value}, 40.0) == seconds


@pytest.mark.parametrize(
    ("start", "location", "target"),
    [
        ("https://hub.example.org/a/b", "/c?d=e%2Ff", "https://hub.example.org/c?d=e%2Ff"),
        ("https://hub.example.org/a", "https://cdn.example.net/x?s=%2B", "https://cdn.example.net/x?s=%2B"),
        ("http://127.0.0.1:1/a", "http://localhost:1/b", "http://localhost:1/b"),
        ("https://hub.example.org/a", "http://hub.example.org/a", None),
        ("https://hub.example.org/a", "https://127.0.0.1/a", None),
        ("http://hub.example.org/a", "http://localhost:11434/a", None),
        ("https://hub.example.org/a", "file:///etc/passwd", None),
        ("http://hub.example.org/a", "ftp://hub.example.org/a", None),
    ],
)
def test_redirection(start: str, location: str, target: str | None) -> None:
    """A redirection is followed as it is written, never to an open connection, into this machine or to a file."""
    if target is None:
        with pytest.raises(TexscholarError, match="is redirected to an address that is not safe"):
            _target(start, 302, {"location": location})
    else:
        assert _target(start, 302, {"location": location}) == target
    assert _target(start, 200, {"location": location}) == ""


def test_closed() -> None:
    """``--offline`` closes the door for every address, this machine's own too."""
    network = Network(offline=True)
    with pytest.raises(TexscholarError, match="--offline"):
        network.head("http://127.0.0.1:9/")
    with pytest.raises(TexscholarError, match="--offline"), network.stream("http://127.0.0.1:9/", {}):
        pass


@pytest.mark.parametrize(
    ("path", "fields", "written"),
    [
        ("/works", {}, "/works"),
        ("/works/10.1000/a:b", {}, "/works/10.1000/a:b"),
        ("/works", {"search": "a b", "rows": "2"}, "/works?search=a+b&rows=2"),
        ("/a b?c#d%2e\r\n", {"q": "x&y=z#?\r\n ü"}, "/a%20b%3Fc%23d%252e%0D%0A?q=x%26y%3Dz%23%3F%0D%0A+%C3%BC"),
    ],
)
def test_path_of_a_request(path: str, fields: dict[str, str], written: str) -> None:
    """Nothing in a path or in a field of a query begins another part of a request."""
    assert request_path(path, fields) == written
