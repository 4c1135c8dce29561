"""Reading and writing a paper: nothing outside it, every file old or new at every moment, all of them or none."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import git, write_files
from texscholar import disk
from texscholar.config import Settings
from texscholar.disk import Place, Write, write_all, write_output
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OLD, NEW = b"old\r\n\xff", b"new\r\n\xff and more"
NAMES = ("main.tex", "a.tex", "refs.bib")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A paper of three files, with nothing beside them."""
    folder = tmp_path / "paper"
    write_files(folder, dict.fromkeys(NAMES, OLD))
    return folder


def writes(home: Path) -> list[Write]:
    return [Write(home / name, name, OLD, NEW) for name in NAMES]


def contents(home: Path) -> dict[str, bytes]:
    """Every file in the folder, leftovers too."""
    return {path.name: path.read_bytes() for path in home.iterdir()}


UNCHANGED, CHANGED = dict.fromkeys(NAMES, OLD), dict.fromkeys(NAMES, NEW)


# -- writing


def test_nothing_to_write(home: Path) -> None:
    """No writes, no change."""
    write_all([])
    assert contents(home) == UNCHANGED


def test_same_bytes(home: Path) -> None:
    """A file that gets the bytes it has is not touched at all."""
    before = (home / "main.tex").stat()
    write_all([Write(home / "main.tex", "main.tex", OLD, OLD)])
    after = (home / "main.tex").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_all_written(home: Path) -> None:
    """All files hold the new bytes, and nothing is left beside them."""
    write_all(writes(home))
    assert contents(home) == CHANGED


def test_bibliographies_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bibliographies are replaced first, then the others by name."""
    replaced: list[str] = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        replaced.append(target.name)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    write_files(home, {"Z.BIB": OLD})
    write_all([*writes(home), Write(home / "Z.BIB", "Z.BIB", OLD, NEW)])
    assert replaced == ["Z.BIB", "refs.bib", "a.tex", "main.tex"]


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o664])
def test_mode_stays(mode: int, home: Path) -> None:
    """A file keeps its mode."""
    (home / "a.tex").chmod(mode)
    write_all(writes(home))
    assert (home / "a.tex").stat().st_mode & 0o7777 == mode


def test_link_stays(home: Path, tmp_path: Path) -> None:
    """Through a link its target is replaced; the link stays."""
    (home / "a.tex").rename(home / "real.tex")
    (home / "a.tex").symlink_to("real.tex")
    write_all(disk.as_writes(Place(home / "main.tex", tmp_path), [("paper/a.tex", OLD, NEW)]))
    assert ((home / "a.tex").readlink(), (home / "real.tex").read_bytes()) == (Path("real.tex"), NEW)


@pytest.mark.parametrize(
    "name", ["a[1]*?.tex", "ä b.tex", "n" * 251 + ".tex", "é" * 125 + ".tex", "-x.tex", "new\nline.tex"]
)
def test_odd_names(name: str, home: Path) -> None:
    """A file of any name that a file can have is written."""
    write_files(home, {name: OLD})
    write_all([Write(home / name, name, OLD, NEW)])
    assert contents(home) == {**UNCHANGED, name: NEW}


@pytest.mark.parametrize("name", NAMES)
def test_changed_file(name: str, home: Path) -> None:
    """One file that changed meanwhile is refused by name, and no other is written."""
    write_files(home, {name: b"mine"})
    with pytest.raises(TexscholarError, match=rf"^{name}: has changed meanwhile and was left alone, like all others"):
        write_all(writes(home))
    assert contents(home) == {**UNCHANGED, name: b"mine"}


def test_missing_file(home: Path) -> None:
    """A file that is gone is refused like a changed one."""
    (home / "a.tex").unlink()
    with pytest.raises(TexscholarError, match=r"^a\.tex: has changed meanwhile"):
        write_all(writes(home))


def test_file_that_changes_while_we_prepare(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes while the new copies are made stops all of them."""
    real = os.fsync

    def fsync(handle: int) -> None:
        write_files(home, {"main.tex": b"mine"})
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(TexscholarError, match=r"^main\.tex: has changed meanwhile"):
        write_all(writes(home))
    assert contents(home) == {**UNCHANGED, "main.tex": b"mine"}


def test_file_twice(home: Path) -> None:
    """Two writes to one file, perhaps through a link, are refused before anything is written."""
    place = Place(home / "main.tex", home)
    (home / "link.tex").symlink_to("a.tex")
    twice = disk.as_writes(place, [("a.tex", OLD, NEW), ("link.tex", OLD, b"other")])
    with pytest.raises(TexscholarError, match=r"^link\.tex: is to be written twice"):
        write_all(twice)
    assert (home / "a.tex").read_bytes() == OLD


def fails_at(number: int, code: int) -> Callable[..., None]:
    """A stand-in for a system call that fails at its n-th call, for good."""
    calls = [0]

    def call(*_arguments: object, **_named: object) -> None:
        calls[0] += 1
        if calls[0] >= number:
            raise OSError(code, os.strerror(code))

    return call


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_full_disk(number: int, code: int, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full or broken at any of the files changes none, leaves nothing and is told in one line."""
    monkeypatch.setattr(os, "fsync", fails_at(number, code))
    name = ("refs.bib", "a.tex", "main.tex")[number - 1]
    why = "Input/output error" if code == errno.EIO else "the disk is full"
    with pytest.raises(
        TexscholarError, match=rf"^{name}: cannot be written \({why}\), nothing was changed; .+ try again$"
    ):
        write_all(writes(home))
    assert contents(home) == UNCHANGED


@pytest.mark.parametrize("number", [1, 2, 3])
def test_file_that_cannot_be_replaced(number: int, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses to replace a file, those before it get their old bytes back."""
    fails = fails_at(number, errno.EPERM)
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.read_bytes() == OLD:
            fails()
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(TexscholarError, match=r"cannot be written \(Operation not permitted\), nothing was changed;"):
        write_all(writes(home))
    assert contents(home) == UNCHANGED


def test_new_files(home: Path) -> None:
    """A file that is not there yet is made, in a new folder too, to be run if that is asked for."""
    new = home / "new" / "folder" / "hook"
    write_all([*writes(home), Write(new, "hook", None, NEW, executable=True)])
    assert (new.read_bytes(), os.access(new, os.X_OK)) == (NEW, True)
    assert os.access(home / "main.tex", os.X_OK) is False
    with pytest.raises(TexscholarError, match=r"^hook: has changed meanwhile and was left alone"):
        write_all([Write(new, "hook", None, OLD)])


def test_new_file_goes_where_another_cannot_be_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses a later file, a new one that was made is removed again."""
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == "main.tex":
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(TexscholarError, match=r"^main\.tex: cannot be written .*, nothing was changed;"):
        write_all([*writes(home), Write(home / "a.new", "a.new", None, NEW)])
    assert contents(home) == UNCHANGED


def test_file_that_cannot_be_put_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even the old bytes can be put back, the message names the files that stayed changed."""
    fails = fails_at(3, errno.EROFS)
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        fails()
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(TexscholarError, match=r"^main\.tex: .*system\), a\.tex, refs\.bib stayed changed;"):
        write_all(writes(home))
    assert contents(home) == {**CHANGED, "main.tex": OLD}


def as_nobody(folder: Path, action: Callable[[], None]) -> str:
    """What an action says in a process without the rights of root; empty when all goes well."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            os.chdir(folder)
            if os.geteuid() == 0:
                os.setuid(65534)
            action()
        except TexscholarError as error:
            said = str(error)
        except BaseException as error:  # noqa: BLE001 - the child must end here, whatever happens
            said = f"unexpected: {error!r}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as opened:
        return opened.read().decode()


@pytest.fixture
def open_home() -> Iterator[Path]:
    """The same paper where everybody may read and write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    write_files(folder, dict.fromkeys(NAMES, OLD))
    for name in NAMES:
        (folder / name).chmod(0o666)
    yield folder
    for closed in (folder, *folder.glob("closed")):
        closed.chmod(0o777)
    shutil.rmtree(folder)


def test_directory_that_cannot_be_written(open_home: Path) -> None:
    """In a directory without the right to write nothing changes, and the line says so."""
    open_home.chmod(0o555)
    said = as_nobody(open_home, lambda: write_all(writes(open_home)))
    assert said == (
        "refs.bib: cannot be written (Permission denied), nothing was changed; check the permissions and try again"
    )
    assert contents(open_home) == UNCHANGED


def test_file_that_is_protected(open_home: Path) -> None:
    """A file whose owner took away the right to write is respected, although its directory would allow a new one."""
    (open_home / "a.tex").chmod(0o444)
    said = as_nobody(open_home, lambda: write_all(writes(open_home)))
    assert said.startswith("a.tex: cannot be written (Permission denied), nothing was changed;")
    assert contents(open_home) == UNCHANGED


def test_file_that_cannot_be_read(open_home: Path) -> None:
    """A file without the right to read is named with the remedy."""
    (open_home / "a.tex").chmod(0)
    said = as_nobody(open_home, lambda: print(disk.read_bytes(open_home / "a.tex", "a.tex")))
    assert said == "a.tex: cannot be read (Permission denied); check its permissions"


def test_directory_that_cannot_be_entered(open_home: Path) -> None:
    """A directory that may not be looked into holds no repository for us."""
    write_files(open_home, {"closed/paper/main.tex": OLD})
    (open_home / "closed").chmod(0)
    said = as_nobody(open_home, lambda: print(disk.work_tree_top(open_home / "closed" / "paper")))
    assert said == ""


def test_limit_on_the_size_of_files(open_home: Path) -> None:
    """A real write that stops in the middle changes nothing and leaves nothing."""
    large = Write(open_home / "a.tex", "a.tex", OLD, b"x" * 100_000)

    def action() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        write_all([large])

    assert as_nobody(open_home, action).startswith("a.tex: cannot be written (File too large), nothing was changed;")
    assert contents(open_home) == UNCHANGED


# -- dying in the middle

CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {package!r})
from texscholar.disk import Write, write_all
left = {step}
def dying(real, before):
    def call(*arguments, **named):
        global left
        left -= 1
        if left == 0 and before: os.kill(os.getpid(), {signal})
        result = real(*arguments, **named)
        if left == 0 and not before: os.kill(os.getpid(), {signal})
        return result
    return call
os.fsync = dying(os.fsync, True)
os.unlink = dying(os.unlink, True)
Path.chmod = dying(Path.chmod, True)
Path.replace = dying(Path.replace, True)
Path.unlink = dying(Path.unlink, False)
home = Path({home!r})
write_all([Write(home / name, name, {old!r}, {new!r}) for name in {names!r}])
"""


def dying(home: Path, step: int, kind: signal.Signals) -> int:
    """The exit status of a run that gets a signal at its n-th step."""
    package = str(Path(__file__).parent.parent)
    code = CHILD.format(package=package, step=step, home=str(home), old=OLD, new=NEW, names=NAMES, signal=int(kind))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode


def test_killed_at_every_step(home: Path) -> None:
    """Killed at any step, a run leaves each file old or new, bibliographies first; the next run tidies up."""
    seen = []
    for step in range(1, 30):
        write_files(home, UNCHANGED)
        status = dying(home, step, signal.SIGKILL)
        state = {name: (home / name).read_bytes() for name in NAMES}
        assert set(state.values()) <= {OLD, NEW}
        assert state["refs.bib"] == NEW or NEW not in state.values()
        seen.append((status, list(state.values()).count(NEW), len(contents(home)) > len(NAMES)))
        write_all([Write(home / name, name, state[name], b"newer") for name in NAMES])
        assert contents(home) == dict.fromkeys(NAMES, b"newer")
        if status == 0:
            break
    assert {count for _, count, _ in seen} == {0, 1, 2, 3}
    assert any(leftovers for *_, leftovers in seen)
    assert seen[-1] == (0, 3, False)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_at_every_step(kind: signal.Signals, home: Path) -> None:
    """Interrupted at any step, a run leaves all files old or all files new."""
    seen = set()
    for step in range(1, 30):
        write_files(home, UNCHANGED)
        status = dying(home, step, kind)
        state = {name: (home / name).read_bytes() for name in NAMES}
        assert state in (UNCHANGED, CHANGED)
        assert contents(home) == state or kind == signal.SIGTERM
        seen.add((status != 0, state == CHANGED))
        if status == 0:
            break
    assert seen == {(True, False), (True, True), (False, True)}


def test_handlers_stay(home: Path) -> None:
    """After writing, signals are handled as they were before."""
    before = [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)]
    write_all(writes(home))
    assert [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)] == before


def test_other_thread(home: Path) -> None:
    """Outside the main thread, where signals cannot be held back, files are written all the same."""
    thread = threading.Thread(target=write_all, args=(writes(home),))
    thread.start()
    thread.join()
    assert contents(home) == CHANGED


def test_leftovers_of_others_stay(home: Path) -> None:
    """Only temporary copies of the files that are written are removed."""
    theirs = {".a.tex.swp": b"", ".other.tex.x.texscholar-tmp": b"", "a.tex.texscholar-tmp": b""}
    write_files(home, {**theirs, ".a.tex.x.texscholar-tmp": b""})
    write_all(writes(home))
    assert contents(home) == {**CHANGED, **theirs}


# -- results


def test_output(tmp_path: Path) -> None:
    """A result is written, again and again, with nothing beside it."""
    for data in (b"one", b"", b"three"):
        write_output(tmp_path / "fill.patch", data)
        assert contents(tmp_path) == {"fill.patch": data}


def test_mode_of_output(tmp_path: Path) -> None:
    """A new result has the mode that any new file has; one that is there keeps its own."""
    (tmp_path / "plain").touch()
    (tmp_path / "kept").touch()
    (tmp_path / "kept").chmod(0o600)
    for name in ("fill.patch", "kept"):
        write_output(tmp_path / name, b"x")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("fill.patch", "kept")]
    assert modes == [(tmp_path / "plain").stat().st_mode & 0o777, 0o600]


def test_output_through_a_link(tmp_path: Path) -> None:
    """A link to a result stays a link, even before there is a result."""
    (tmp_path / "link").symlink_to("fill.patch")
    write_output(tmp_path / "link", b"x")
    assert ((tmp_path / "link").is_symlink(), (tmp_path / "fill.patch").read_bytes()) == (True, b"x")


def test_output_to_a_device() -> None:
    """A device, here a terminal of our own that nothing can replace, gets the bytes."""
    ours, theirs = os.openpty()
    write_output(Path(os.ttyname(theirs)), b"x")
    assert os.read(ours, 10) == b"x"
    os.close(ours)
    os.close(theirs)


def test_output_to_a_pipe(tmp_path: Path) -> None:
    """A pipe gets the bytes and stays a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    thread = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    thread.start()
    write_output(pipe, b"x")
    thread.join()
    assert (got, pipe.is_fifo()) == ([b"x"], True)


@pytest.mark.parametrize("name", ["missing/fill.patch", "", "a\0b", "n" * 300])
def test_output_nowhere(name: str, tmp_path: Path) -> None:
    """A result that cannot be written where it is wanted is told in one line."""
    with pytest.raises(TexscholarError, match=r"cannot be written .*; name another file$"):
        write_output(tmp_path / name, b"x")
    assert contents(tmp_path) == {}


def test_output_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that does not fit leaves the old one as it is."""
    write_output(tmp_path / "fill.patch", b"old")
    monkeypatch.setattr(os, "fsync", fails_at(1, errno.ENOSPC))
    with pytest.raises(TexscholarError, match=r"fill\.patch: cannot be written \(No space left on device\)"):
        write_output(tmp_path / "fill.patch", b"new")
    assert contents(tmp_path) == {"fill.patch": b"old"}


# -- places

INSIDE = {
    "main.tex": "main.tex",
    "./sections/../a.tex": "a.tex",
    "../beside/b.tex": "../beside/b.tex",
    "missing/c.tex": "missing/c.tex",
    "link.tex": "a.tex",
    "linked/b.tex": "../beside/b.tex",
    "around/paper/a.tex": "a.tex",
    ".github/a.tex": ".github/a.tex",
    "a.git/b.tex": "a.git/b.tex",
}
OUTSIDE = ["../../secret.tex", "../../repository-too/x.tex", "/etc/passwd", "out.tex", "outside/secret.tex", "loop.tex",
           "loop.tex/x", "a\0b", "../.git/config", "../.GIT/hooks/pre-commit", "hidden",
           "~/x/../../../../etc/passwd"]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A paper in a folder of a repository, with links of every kind."""
    top = tmp_path / "repository"
    write_files(tmp_path, {"secret.tex": "secret", "repository-too/x.tex": "secret"})
    write_files(top, {"paper/main.tex": "main", "paper/a.tex": "a", "beside/b.tex": "b"})
    git(top, "init", "-q")
    links = {"link.tex": "a.tex", "linked": "../beside", "out.tex": "../../secret.tex", "outside": "../..",
             "loop.tex": "loop.tex", "hidden": "../.git/HEAD", "around": "../../around"}  # fmt: skip
    for name, target in links.items():
        (top / "paper" / name).symlink_to(target)
    (tmp_path / "around").symlink_to("repository")
    return disk.locate(top / "paper" / "main.tex")


def test_place(place: Place, tmp_path: Path) -> None:
    """A paper lies in the directory of its main file; the work tree is its boundary."""
    assert (place.home, place.boundary) == (tmp_path / "repository" / "paper", tmp_path / "repository")


def test_place_without_repository(home: Path) -> None:
    """Without a work tree the paper's own directory is the boundary."""
    assert disk.locate(home / "main.tex") == Place(home / "main.tex", home)


@pytest.mark.parametrize("path", INSIDE)
def test_inside(path: str, place: Place) -> None:
    """What lies inside is found, and a diff names the file that a link leads to, as git needs it."""
    real = (place.home / INSIDE[path]).resolve()
    assert (place.resolve(path), place.shown(path)) == (real, real.relative_to(place.boundary).as_posix())


@pytest.mark.parametrize("path", OUTSIDE)
def test_outside(path: str, place: Place) -> None:
    """What lies outside, or belongs to git, is neither found nor read nor written."""
    assert (place.resolve(path), disk.read_source(place, path)) == (None, None)
    with pytest.raises(TexscholarError, match="lies outside the repository and is never written"):
        disk.as_writes(Place(place.root, place.home.parent), [(str(Path("paper", path)), b"", b"x")])


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "..", ".git/config", "paper/../.git/config", "a/../../x"])
def test_patch_that_leads_outside(path: str, place: Place) -> None:
    """A path in a patch that leads outside is refused by name."""
    with pytest.raises(TexscholarError, match="lies outside the repository and is never written"):
        disk.as_writes(place, [("paper/a.tex", b"a", b"b"), (path, b"", b"x")])


def test_whole_path_in_a_patch(place: Place) -> None:
    """A whole path is refused even where it leads inside: no patch of ours holds one."""
    with pytest.raises(TexscholarError, match="lies outside"):
        disk.as_writes(place, [(str(place.root), b"", b"x")])


@pytest.mark.parametrize("path", ["../../secret.tex", "/etc/passwd", "out.tex"])
def test_outside_has_a_name(path: str, place: Place) -> None:
    """Even a file outside can be named in a report."""
    assert place.shown(path)


def test_repository_reached_through_a_link(place: Place, tmp_path: Path) -> None:
    """In a repository that is reached through a link, files are inside and have the same names."""
    linked = disk.locate(tmp_path / "around" / "paper" / "main.tex")
    assert (linked.shown("a.tex"), linked.resolve("a.tex")) == ("paper/a.tex", place.resolve("a.tex"))


def test_worktree_and_submodule(tmp_path: Path) -> None:
    """A file named .git marks a top as a directory does."""
    write_files(tmp_path, {"module/.git": "gitdir: elsewhere\n", "module/paper/main.tex": ""})
    assert disk.work_tree_top(tmp_path / "module" / "paper") == tmp_path / "module"


# -- reading


@pytest.mark.parametrize("name", ["missing.tex", "main.tex/x", ".", "a\0b", "missing/x.tex"])
def test_no_file(name: str, home: Path) -> None:
    """What is no file gives None."""
    assert disk.read_bytes(home / name, name) is None


def test_odd_files(home: Path, tmp_path: Path) -> None:
    """A pipe, a device and a loop of links are refused by name, without waiting for them."""
    os.mkfifo(home / "pipe.tex")
    (home / "device.tex").symlink_to("/dev/zero")
    (home / "loop.tex").symlink_to("loop.tex")
    place = Place(home / "main.tex", tmp_path)
    with pytest.raises(TexscholarError, match=r"^pipe\.tex: is no regular file; leave it out$"):
        disk.read_source(place, "pipe.tex")
    with pytest.raises(TexscholarError, match=r"^device\.tex: is no regular file; leave it out$"):
        disk.read_bytes(home / "device.tex", "device.tex")
    with pytest.raises(TexscholarError, match=r"^loop\.tex: cannot be read \(Too many levels of symbolic links\)"):
        disk.read_bytes(home / "loop.tex", "loop.tex")


def test_huge_file(home: Path) -> None:
    """A file that is too large for a paper is refused without being read."""
    with (home / "a.tex").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(TexscholarError, match=r"^a\.tex: is larger than 100 MB; leave it out$"):
        disk.read_bytes(home / "a.tex", "a.tex")


def test_binary_file(home: Path) -> None:
    """A file that is no text is refused by name."""
    write_files(home, {"a.tex": b"%PDF\0"})
    with pytest.raises(TexscholarError, match=r"^a\.tex: is not a text file"):
        disk.read_source(disk.locate(home / "main.tex"), "a.tex")


def test_tex_files(home: Path) -> None:
    """TeX files are found in order; hidden and built ones, odd ones and those behind linked folders are not."""
    write_files(
        home,
        dict.fromkeys(
            ["s/b.tex", "s/a.ltx", "s/c.Rnw", "s/d.snw", "s/e.txt", "s/f.TEX", ".hid/a.tex", "build/a.tex"], ""
        ),
    )
    (home / "linked").symlink_to("s")
    (home / "dir.tex").mkdir()
    (home / "gone.tex").symlink_to("nowhere")
    (home / "z.tex").symlink_to("a.tex")
    os.mkfifo(home / "pipe.tex")
    found = [file.relative_to(home).as_posix() for file in disk.tex_files(home)]
    assert found == ["a.tex", "main.tex", "z.tex", "s/a.ltx", "s/b.tex", "s/c.Rnw", "s/d.snw", "s/f.TEX"]


# -- settings


@pytest.mark.parametrize(
    ("files", "seed", "directory"),
    [
        ({}, 0, None),
        ({"pyproject.toml": "[tool.other]\nseed = 1\n"}, 0, None),
        ({"pyproject.toml": "texscholar = broken ["}, 0, None),
        ({"../.texscholar.toml": "seed = 1\n"}, 0, None),
        ({"repo/p/.texscholar.toml": "seed = 1\n"}, 1, "repo/p"),
        ({"repo/.texscholar.toml": "seed = 1\n"}, 1, "repo"),
        ({"repo/pyproject.toml": "[tool.texscholar]\nseed = 1\n"}, 1, "repo"),
        ({"repo/pyproject.toml": "[tool]\ntexscholar = { seed = 1 }\n"}, 1, "repo"),
        ({"repo/pyproject.toml": "[ tool . 'texscholar' ]\r\nseed = 1\r\n"}, 1, "repo"),
        (
            {"repo/p/.texscholar.toml": "seed = 1\n", "repo/p/pyproject.toml": "[tool.texscholar]\nseed = 2\n"},
            1,
            "repo/p",
        ),
        (
            {"repo/p/pyproject.toml": "[tool.texscholar]\nseed = 2\n", "repo/.texscholar.toml": "seed = 1\n"},
            2,
            "repo/p",
        ),
        ({"repo/p/pyproject.toml": "[tool.other]\n", "repo/.texscholar.toml": "seed = 1\n"}, 1, "repo"),
        ({"repo/p/.texscholar.toml": "", "repo/.texscholar.toml": "seed = 1\n"}, 0, "repo/p"),
    ],
)
def test_find_settings(files: dict[str, str], seed: int, directory: str | None, tmp_path: Path) -> None:
    """The nearest settings up to the top of the work tree count, alone, a file of our own before pyproject.toml."""
    write_files(tmp_path / "repo", {".git/HEAD": "", "p/main.tex": ""})
    write_files(tmp_path / "around", {})
    write_files(tmp_path, {name.removeprefix("../"): text for name, text in files.items()})
    found = disk.find_settings(disk.locate(tmp_path / "repo" / "p" / "main.tex"))
    assert found == (Settings(seed=seed), tmp_path / directory if directory else None)


def test_settings_without_repository(tmp_path: Path) -> None:
    """Without a work tree only the paper's own directory is looked into."""
    write_files(tmp_path, {".texscholar.toml": "seed = 1\n", "p/main.tex": ""})
    assert disk.find_settings(disk.locate(tmp_path / "p" / "main.tex")) == (Settings(), None)


def test_broken_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken settings are named as the user would name them, with the line."""
    monkeypatch.chdir(home.parent)
    write_files(home, {"pyproject.toml": "[tool.texscholar]\nseed =\n"})
    with pytest.raises(TexscholarError, match=r"^paper/pyproject\.toml:2: is no valid TOML"):
        disk.find_settings(disk.locate(home / "main.tex"))


def test_settings_behind_a_link(home: Path) -> None:
    """Settings that a link takes from outside the boundary do not count."""
    write_files(home.parent, {"outside.toml": "seed = 1\n"})
    (home / ".texscholar.toml").symlink_to("../outside.toml")
    assert disk.find_settings(disk.locate(home / "main.tex")) == (Settings(), None)
