"""The model hub: what it knows of a file, and how the file is fetched from it.

The format is that of Hugging Face's ``resolve`` addresses: the answer to HEAD names the file's sha256
(``X-Linked-ETag``), its size and the commit; the answer to GET leads to a storage that knows ranges.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.downloads import NOT_FOUND, Source
from texscholar.errors import TexscholarError
from texscholar.incoming import Remedies, Wanted
from texscholar.lfm.store import AGAIN
from texscholar.network import address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from texscholar.lfm.catalogue import Variant
    from texscholar.network import Network

_MAGIC = b"GGUF"
_HUB = "https://huggingface.co"
_SHA256 = re.compile("[0-9a-f]{64}")
_COMMIT = re.compile("[0-9a-f]{40}")
_SIZE = re.compile(r"[0-9]{1,15}")
_LONGEST_PAUSE = 60.0  # seconds
_REMEDIES = Remedies(
    refused="download the file yourself and name it with --model",
    missing="choose another variant, or name a file with --model",
    again=AGAIN,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A file as the hub offers it."""

    url: str
    size: int
    sha256: str
    revision: str

    def wanted(self, name: str) -> Wanted:
        """The file to be fetched, which gets this name."""
        return Wanted(self.url, name, self.size, "sha256", self.sha256, magic=_MAGIC)


class Hub:
    """A hub behind the network's door; ``HF_ENDPOINT`` names another one, as for other tools.

    Args:
        network: the door.
        environ: the environment.
        sleep: waits for so many seconds.
    """

    def __init__(
        self, network: Network, environ: Mapping[str, str] = os.environ, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.source = Source(network, lambda seconds, _why: sleep(seconds), _REMEDIES, _LONGEST_PAUSE)
        self._endpoint = address(environ.get("HF_ENDPOINT") or _HUB)

    def published(self, variant: Variant) -> Published:
        """What the hub offers as this variant; it is what the catalogue knows of it.

        Raises:
            TexscholarError: nothing, or something else.
        """
        what = f"{variant.repository}/{variant.file}"
        offered = self._offered(variant, variant.revision or "main")
        if offered is None and variant.revision and variant.sha256:
            offered = self._offered(variant, "main")  # a repository made anew: the hash decides
        if offered is None:
            raise TexscholarError(f"{what} is not on the hub; choose another variant, or name a file with --model")
        if variant.sha256 not in {None, offered.sha256} or variant.size not in {None, offered.size}:
            raise TexscholarError(
                f"{what} on the hub is not the file that texscholar knows (its sha256 begins {offered.sha256[:12]}); "
                "if you trust it, download it yourself and name it with --model"
            )
        return offered

    def _offered(self, variant: Variant, revision: str) -> Published | None:
        url = self._url(variant, revision)
        headers = self.source.patiently(lambda: self._head(url))
        if headers is None:
            return None
        sha256 = (headers.get("x-linked-etag") or headers.get("etag") or "").removeprefix("W/").strip('"')
        size = headers.get("x-linked-size") or headers.get("content-length") or ""
        if not _SHA256.fullmatch(sha256) or not _SIZE.fullmatch(size):
            raise TexscholarError(
                f"{self._endpoint} does not answer like a model hub; check HF_ENDPOINT, "
                "and whether this network wants you to log in"
            )
        commit = headers.get("x-repo-commit", "")
        revision = commit if _COMMIT.fullmatch(commit) else revision
        return Published(self._url(variant, revision), int(size), sha256, revision)

    def _url(self, variant: Variant, revision: str) -> str:
        return f"{self._endpoint}/{variant.repository}/resolve/{revision}/{variant.file}"

    def _head(self, url: str) -> Mapping[str, str] | None:
        head = self.source.network.head(url)
        if head.status == NOT_FOUND or head.headers.get("x-error-code") == "RepoNotFound":
            return None
        self.source.check(url, head.status, head.headers)
        return head.headers
