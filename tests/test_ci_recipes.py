"""The CI recipes run as the services run them: every `run:` step as plain shell, in a clean checkout, and what comes of it.

What a service does by itself is played here: checkouts are real clones, artifacts are looked at where they lie. `pip` and
`reviewdog` are stand-ins that write down what they are asked; the texscholar in PATH is the one that is tested.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ADAM, PAPER, REPOSITORY, git, write_files
from texscholar import __repository__, __version__

RECIPES = REPOSITORY / "docs" / "ci"
WORKFLOWS = ("github.yml", "github-review.yml", "overleaf.yml")
UNCITED = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
CITED = UNCITED.replace("optimization.", "optimization~\\citep{kingma2015adam}.")
NOBODY = "0" * 40
LENIENT = {".texscholar.toml": "min-confidence = 0.2\n"}
"""Shows both sentences of the paper: the less sure one stands near the default, on either side of it."""
FORMATS = subprocess.run(
    [sys.executable, "-m", "texscholar", "check", "--help"], capture_output=True, check=True, cwd=Path(__file__).parent
).stdout.decode()


def needs(*formats: str) -> Callable[[Any], Any]:
    """A test of what `check` can write in these formats."""

    def mark(test: Any) -> Any:
        test.__test__ = all(re.search(rf"\b{form}\b", FORMATS) for form in formats)
        return test

    return mark


def with_line(*lines: str) -> str:
    return PAPER.replace("\\bibliography", f"{''.join(lines)}\\bibliography")


def loaded(name: str) -> Any:
    return yaml.safe_load((REPOSITORY / name).read_text("utf-8"))


def kept_in(folder: str) -> list[str]:
    """The files that an artifact keeps."""
    return sorted(file.name for file in Path(folder).iterdir())


# -- the services


def looked_up(expression: str, context: Mapping[str, Any]) -> str:
    """What an expression of GitHub's stands for: the first of its alternatives that is not empty, or a comparison."""
    for alternative in expression.split("||"):
        left, operator, right = re.fullmatch(r"\s*(\S+)(?:\s*(==|!=)\s*(\S+))?\s*", alternative).groups()  # type: ignore[union-attr]
        value = _one(left, context)
        if operator:
            return str((value == _one(right, context)) is (operator == "==")).lower()
        if value:
            return value
    return ""


def _one(word: str, context: Mapping[str, Any]) -> str:
    if word.startswith("'"):
        return word[1:-1]
    value: Any = context
    for name in word.split("."):
        value = value.get(name, "") if isinstance(value, dict) else ""
    return str(value)


def filled(text: object, context: Mapping[str, Any]) -> str:
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: looked_up(match[1], context), str(text))


@dataclass
class Job:
    """One run of a job: its checkout, what it printed, and what it handed to the service."""

    scratch: Path
    origin: Path
    event: dict[str, Any]
    commit: str
    context: dict[str, Any] = field(default_factory=dict)
    log: str = ""
    code: int = 0
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    depth: str = ""

    @property
    def workspace(self) -> Path:
        return self.scratch / "work space"

    @property
    def asked(self) -> list[str]:
        """What the stand-ins were called with."""
        file = self.scratch / "asked"
        return file.read_text().splitlines() if file.exists() else []

    def given(self, action: str) -> dict[str, str] | None:
        """What the step that uses an action was given; None where it did not run."""
        return next((given for name, given in self.used if name.startswith(action)), None)

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            "CI": "true",
            "PATH": f"{self.scratch / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.scratch / "temp é"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(REPOSITORY),
            "GITHUB_OUTPUT": str(self.scratch / "output"),
            "GITHUB_STEP_SUMMARY": str(self.scratch / "summary"),
            **more,
        }

    def sh(self, script: str, shell: tuple[str, ...], more: Mapping[str, str]) -> int:
        done = subprocess.run(
            [*shell, "-c", script],
            cwd=self.workspace,
            env=self.environment(more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        self.log += done.stdout.decode()
        return done.returncode

    def checkout(self, ref: str, depth: str) -> None:
        """What actions/checkout and GitLab's runner do: one commit, with as much of the history as is asked for."""
        self.workspace.mkdir()
        git(self.workspace, "init", "-q")
        git(self.workspace, "remote", "add", "origin", self.origin.as_uri())
        options = [] if depth == "0" else ["--depth", depth]
        git(self.workspace, "fetch", "-q", "--no-tags", *options, "origin", "+refs/heads/*:refs/remotes/origin/*")
        git(self.workspace, "fetch", "-q", "--no-tags", *options, "origin", ref)
        git(self.workspace, "checkout", "-q", ref)

    def step(self, step: dict[str, Any], environment: Mapping[str, str]) -> None:
        """One step, unless an earlier one failed or its condition does not hold."""
        if self.code or ("if" in step and looked_up(step["if"], self.context) != "true"):
            return
        given = {name: filled(value, self.context) for name, value in step.get("with", {}).items()}
        if "run" in step:
            assert "${{" not in step["run"]
            # As in https://docs.github.com/actions/reference/workflow-syntax, `defaults.run.shell`
            shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail") if "shell" in step else ("bash", "-e")
            more = {name: filled(value, self.context) for name, value in step.get("env", {}).items()}
            self.code = self.sh(step["run"], shell, {**environment, **more})
            file = self.scratch / "output"
            if "id" in step and file.exists():
                outputs = dict(line.split("=", 1) for line in file.read_text().splitlines())
                self.context.setdefault("steps", {})[step["id"]] = {"outputs": outputs}
            return
        self.used.append((step["uses"], given))
        if step["uses"].startswith("actions/checkout@"):
            self.checkout(given.get("ref", self.commit), self.depth or given.get("fetch-depth", "1"))
        elif step["uses"].startswith("OWNER/texscholar@"):
            self.action(given, environment)

    def action(self, given: Mapping[str, str], environment: Mapping[str, str]) -> None:
        """The steps of action.yml with some inputs."""
        action = loaded("action.yml")
        inputs = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
        assert set(given) <= set(inputs)
        outer, self.context = self.context, {**self.context, "inputs": {**inputs, **given}}
        for step in action["runs"]["steps"]:
            self.step(step, environment)
        self.context = outer

    def workflow(self, name: str, **changed: str) -> Job:
        """The one job of a workflow; ``changed`` are inputs of our action that a user writes differently."""
        ((_, job),) = loaded(f"docs/ci/{name}")["jobs"].items()
        if "if" in job and looked_up(job["if"], self.context) != "true":
            return self
        environment = {key: filled(value, self.context) for key, value in job.get("env", {}).items()}
        for step in job["steps"]:
            ours = step.get("uses", "").startswith("OWNER/")
            self.step({**step, "with": {**step["with"], **changed}} if ours else step, environment)
        return self

    def gitlab(self, **variables: str) -> Job:
        """The job of the recipe for GitLab, whose script runs as one."""
        job = loaded("docs/ci/gitlab.yml")["texscholar"]
        self.checkout(self.commit, self.depth or job["variables"]["GIT_DEPTH"])
        script = "\n".join(job["script"])
        more = {**{name: str(value) for name, value in job["variables"].items()}, **variables}
        self.code = self.sh(script, ("bash", "-eo", "pipefail"), more)
        return self


@dataclass
class Service:
    """A repository on a server, and somebody's clone of it."""

    folder: Path
    clone: Path
    runs: int = 0

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    def commit(self, **files: str) -> str:
        write_files(self.clone, {f"{name}.tex": text for name, text in files.items()})
        git(self.clone, "add", ".")
        git(self.clone, "commit", "-qm", "a change")
        return self.at("HEAD")

    def at(self, ref: str, where: Path | None = None) -> str:
        done = git(where or self.clone, "rev-parse", "--verify", "-q", ref, check=False)
        return done.stdout.decode().strip()

    def there(self, branch: str) -> str:
        """The commit of a branch on the server; empty where there is none."""
        return self.at(f"refs/heads/{branch}", self.origin)

    def job(self, commit: str, ref: str = "main", **event: Any) -> Job:
        git(self.clone, "push", "-q", "--force", "origin", "HEAD:refs/heads/work" if ref == "work" else f"HEAD:{ref}")
        self.runs += 1
        scratch = self.folder / f"run {self.runs}"
        for name, script in STAND_INS.items():
            write_files(scratch, {f"bin/{name}": f"#!/bin/sh\n{script}\n"})
            (scratch / "bin" / name).chmod(0o755)
        (scratch / "temp é").mkdir()
        payload = {"repository": {"default_branch": "main"}, **event}
        context = {"github": {"event": payload, "ref_name": ref, "token": "a token"}}
        return Job(scratch, self.origin, payload, commit, context)

    def pull_request(self, commit: str) -> Job:
        """The job of a pull request from the clone's branch to main; GitHub checks out the merge, here the same."""
        base = self.there("main")
        return self.job(commit, "work", pull_request={"base": {"sha": base}, "head": {"sha": commit}})


STAND_INS = {
    "texscholar": f'exec {sys.executable} -m texscholar "$@"',
    "pip": 'echo "pip $*" >> "$(dirname "$0")/../asked"',
    "reviewdog": 'echo "reviewdog $*" >> "$(dirname "$0")/../asked"; cat > "$(dirname "$0")/../reviewed"',
}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(tmp_path, "clone", "-q", str(tmp_path / "origin.git"), "clone")
    made = Service(tmp_path, tmp_path / "clone")
    write_files(made.clone, {"main.tex": PAPER, "refs.bib": ADAM})
    git(made.clone, "checkout", "-qb", "main")
    git(made.clone, "add", ".")
    git(made.clone, "commit", "-qm", "a paper")
    git(made.clone, "push", "-q", "origin", "main")
    return made


# -- what the files say


@pytest.mark.parametrize(
    ("schema", "file"),
    [("github-actions", "action.yml"), *(("github-workflows", f"docs/ci/{name}") for name in WORKFLOWS), ("gitlab-ci", "docs/ci/gitlab.yml")],
)  # fmt: skip
def test_schemas(schema: str, file: str) -> None:
    """Each file is what its service reads, by the schemas of SchemaStore that check-jsonschema brings along."""
    transform = ["--data-transform", schema] if schema == "gitlab-ci" else []
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            f"vendor.{schema}",
            *transform,
            REPOSITORY / file,
        ],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()


def steps() -> list[tuple[str, dict[str, Any]]]:
    """Every step of action.yml and of the workflows, with the file that it stands in."""
    ours = [("action.yml", step) for step in loaded("action.yml")["runs"]["steps"]]
    jobs = [(name, job) for name in WORKFLOWS for job in loaded(f"docs/ci/{name}")["jobs"].values()]
    return [*ours, *((name, step) for name, job in jobs for step in job["steps"])]


@pytest.mark.parametrize(("file", "step"), steps())
def test_steps(file: str, step: dict[str, Any]) -> None:
    """What comes from outside never becomes text of a script; an action is pinned to a major version, a commit or our tag."""
    assert "${{" not in step.get("run", ""), file
    if "uses" in step:
        assert re.fullmatch(rf"[\w.-]+(?:/[\w.-]+)+@(?:v\d+|[0-9a-f]{{40}}|v{re.escape(__version__)})", step["uses"])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_may_do_no_more_than_they_need(name: str) -> None:
    """Permissions are named, a time limit is set, and nothing runs with secrets for a stranger's pull request."""
    workflow = loaded(f"docs/ci/{name}")
    allowed = {"github.yml": {"contents": "read"}, "overleaf.yml": {"contents": "write"}}
    assert workflow["permissions"] == allowed.get(name, {"contents": "read", "pull-requests": "write"})
    assert all(job["timeout-minutes"] <= 10 for job in workflow["jobs"].values())
    assert "pull_request_target" not in workflow[True]  # which is what YAML 1.1 makes of `on`
    assert "secrets." not in (RECIPES / name).read_text("utf-8")


# -- GitHub


@needs("github")
def test_a_pull_request_is_annotated(service: Service) -> None:
    """The touched sentence is annotated, the job fails, and the artifact holds a patch that mends it."""
    service.commit(main=with_line("An old one: they train their networks with Adam, a method of optimization.\n"))
    git(service.clone, "push", "-q", "origin", "HEAD:main")
    commit = service.commit(
        main=with_line("An old one: they train their networks with Adam, a method of optimization.\n", UNCITED)
    )
    job = service.pull_request(commit).workflow("github.yml")
    annotations = [line for line in job.log.splitlines() if re.match(r"::(notice|warning|error) file=", line)]
    assert len(annotations) == 1, job.log
    assert annotations[0].startswith("::notice file=main.tex,line=7,")
    assert job.code == 1
    assert job.asked == [f"pip install --quiet {REPOSITORY}"]
    kept = job.given("actions/upload-artifact@")
    assert kept is not None
    assert kept_in(kept["path"]) == ["suggestions.patch"]
    assert "Suggestions for `.`: `suggestions.patch` in the artifact" in (job.scratch / "summary").read_text()
    git(job.workspace, "apply", kept["path"] + "/suggestions.patch")
    changed = git(job.workspace, "diff", "-U0").stdout.decode()
    assert re.findall(r"^\+.*\\citep", changed, re.MULTILINE) == [f"+{CITED.partition('{')[0]}"]
    assert job.given("github/codeql-action/upload-sarif@") is None


@needs("github")
def test_a_pull_request_whose_base_went_on(service: Service) -> None:
    """GitHub checks out a merge with what the main branch has become; what came from there is not the pull request's."""
    service.commit(
        main=PAPER.replace("\\section{Training}", "\\section{Training}\n" + "Filler that tells nothing.\n" * 9)
    )
    git(service.clone, "push", "-q", "origin", "HEAD:main")
    git(service.clone, "checkout", "-qb", "topic")
    text = (service.clone / "main.tex").read_text()
    service.commit(main=text.replace("\\bibliography", f"{UNCITED}\\bibliography"))
    git(service.clone, "checkout", "-q", "main")
    theirs = "Theirs: large networks are mostly trained with Adam, a method for stochastic optimization.\n"
    service.commit(main=text.replace("\\section{Training}\n", f"\\section{{Training}}\n{theirs}"))
    git(service.clone, "push", "-q", "origin", "HEAD:main")
    git(service.clone, "merge", "-q", "-m", "merge", "topic")
    job = service.pull_request(service.at("HEAD")).workflow("github.yml")
    line = (service.clone / "main.tex").read_text().splitlines().index(UNCITED.strip()) + 1
    assert re.findall(r"file=main.tex,line=(\d+)", job.log) == [str(line)], job.log


@needs("github")
@pytest.mark.parametrize("text", [with_line(CITED), PAPER + "% the end\n"])
def test_a_pull_request_without_findings(service: Service, text: str) -> None:
    """The job succeeds, and nothing is kept."""
    job = service.pull_request(service.commit(main=text)).workflow("github.yml")
    kept = job.given("actions/upload-artifact@")
    assert (job.code, "::notice file" in job.log, kept_in((kept or {})["path"])) == (0, False, [])


@needs("github", "sarif")
def test_code_scanning(service: Service) -> None:
    """With `sarif` the findings are uploaded, and with `fail-on-findings: false` they fail nothing."""
    job = service.pull_request(service.commit(main=with_line(UNCITED)))
    job.workflow("github.yml", **{"sarif": "true", "fail-on-findings": "false", "artifact": ""})
    uploaded = job.given("github/codeql-action/upload-sarif@")
    assert (job.code, job.given("actions/upload-artifact@")) == (0, None)
    assert uploaded is not None
    sarif = json.loads(Path(uploaded["sarif_file"]).read_bytes())
    (result,) = sarif["runs"][0]["results"]
    assert (sarif["version"], result["ruleId"]) == ("2.1.0", "missing-citation")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 6


@needs("github")
def test_a_shallow_clone_is_told(service: Service) -> None:
    """Where the history is missing, one annotation tells what to set, and the job fails."""
    service.commit(main=with_line(CITED))
    git(service.clone, "push", "-q", "origin", "HEAD:main")
    commit = service.commit(main=with_line(CITED, UNCITED))
    job = service.pull_request(commit)
    git(service.clone, "push", "-q", "--force", "origin", f"{commit}~2:main")  # so that the base is in no branch's tip
    job.depth = "1"
    job.workflow("github.yml")
    assert job.code == 2
    assert "::error title=texscholar::this clone is too shallow to tell what changed; give actions/checkout" in job.log


@needs("github")
@pytest.mark.parametrize(
    ("ref", "before", "lines"),
    [
        ("main", "the one before", [6]),
        ("work", NOBODY, [6]),
        ("work", "f" * 40, [6]),
        ("main", "", [5, 6]),
        ("main", "f" * 40, []),
    ],
    ids=["a push", "a new branch", "a forced push of a branch", "no push", "a forced push of the main branch"],
)
def test_what_a_push_changed(service: Service, ref: str, before: str, lines: list[int]) -> None:
    """What counts begins where the push began; else where the branch left the main one; without a push it is the whole paper."""
    first = service.at("HEAD")
    commit = service.commit(main=with_line(UNCITED))
    job = service.job(commit, ref, before=first if before == "the one before" else before)
    job.workflow("github.yml", **{"min-confidence": "0.2"})
    assert [int(line) for line in re.findall(r"^::\w+ file=main.tex,line=(\d+)", job.log, re.MULTILINE)] == lines, (
        job.log
    )


@needs("github")
def test_inputs_are_text(service: Service) -> None:
    """Whatever stands in the inputs, no part of it is run, nor taken for an option."""
    folder = "a $(touch run1) `touch run2`; touch run3"
    write_files(service.clone, {f"{folder}/main.tex": PAPER, f"{folder}/refs.bib": ADAM, "--version.bib": ADAM})
    git(service.clone, "add", ".")
    commit = service.commit(**{f"{folder}/main": with_line(UNCITED)})
    job = service.pull_request(commit)
    job.workflow("github.yml", paths=f"\n{folder}\n", libraries="--version.bib\n", **{"min-confidence": "0.1"})
    assert (job.code, list(service.folder.rglob("run?"))) == (1, []), job.log
    assert re.findall(r"file=([^,]*),line=6", job.log) == [f"{folder}/main.tex"]


@needs("github")
def test_a_patch_for_each_paper(service: Service) -> None:
    """Papers that are named get a patch each; of a folder with several there are annotations only."""
    for name in ("one", "two"):
        write_files(service.clone, {f"{name}/main.tex": PAPER, f"{name}/refs.bib": ADAM})
    git(service.clone, "rm", "-q", "main.tex", "refs.bib")
    service.commit()
    git(service.clone, "push", "-q", "origin", "HEAD:main")
    commit = service.commit(**{"one/main": with_line(UNCITED), "two/main": with_line(UNCITED)})
    named = service.pull_request(commit)
    named.workflow("github.yml", paths="one\ntwo\n")
    kept = named.given("actions/upload-artifact@")
    assert kept_in((kept or {})["path"]) == ["suggestions.patch", "suggestions1.patch"]
    both = service.pull_request(commit).workflow("github.yml")
    kept = both.given("actions/upload-artifact@")
    assert (both.code, kept_in((kept or {})["path"])) == (1, []), both.log
    assert len(re.findall(r"^::\w+ file=(?:one|two)/main.tex,line=6", both.log, re.MULTILINE)) == 2


@needs("github")
def test_a_broken_paper_fails_the_job(service: Service) -> None:
    """What texscholar cannot do is not taken for nothing found."""
    write_files(service.clone, {".texscholar.toml": "colour = 1\n"})
    job = service.pull_request(service.commit(main=with_line(UNCITED))).workflow("github.yml")
    assert (job.code, "unknown setting 'colour'" in job.log, job.given("actions/upload-artifact@")) == (2, True, None)


@needs("rdjsonl")
def test_review_comments(service: Service) -> None:
    """reviewdog gets the findings of the pull request's own commit, each with its suggestion, and findings fail nothing."""
    job = service.pull_request(service.commit(main=with_line(UNCITED))).workflow("github-review.yml")
    assert (job.code, (job.given("actions/checkout@") or {})["ref"]) == (0, job.commit), job.log
    found = [json.loads(line) for line in (job.scratch / "reviewed").read_text().splitlines()]
    assert [(each["location"]["path"], each["location"]["range"]["start"]["line"]) for each in found] == [
        ("main.tex", 6)
    ]
    assert "\\citep{kingma2015adam}" in found[0]["suggestions"][0]["text"]
    assert job.asked == [
        f"pip install --quiet git+{__repository__}@v{__version__}",
        "reviewdog -f=rdjsonl -name=texscholar -reporter=github-pr-review -filter-mode=added -fail-level=none",
    ]


@needs("rdjsonl")
def test_no_review_of_a_broken_paper(service: Service) -> None:
    """Where texscholar could not run, the job fails, and reviewdog is not asked."""
    write_files(service.clone, {".texscholar.toml": "colour = 1\n"})
    job = service.pull_request(service.commit(main=with_line(UNCITED))).workflow("github-review.yml")
    assert (job.code, (job.scratch / "reviewed").exists()) == (1, False)


# -- GitLab


@needs("gitlab")
@pytest.mark.parametrize(("line", "code"), [(UNCITED, 1), (CITED, 0)])
def test_a_merge_request(service: Service, line: str, code: int) -> None:
    """Findings are in the log and in the report, suggestions in the patch; findings alone end in a warning."""
    base = service.at("HEAD")
    commit = service.commit(main=with_line(line))
    job = service.job(commit, "work").gitlab(CI_MERGE_REQUEST_DIFF_BASE_SHA=base, CI_COMMIT_SHA=commit)
    report = json.loads((job.workspace / "gl-code-quality-report.json").read_bytes())
    assert job.code == code, job.log
    assert [each["location"]["lines"]["begin"] for each in report] == [6] * code
    assert ("main.tex:6:1: missing-citation" in job.log) == bool(code)
    assert (b"+Earlier work" in (job.workspace / "suggestions.patch").read_bytes()) == bool(code)
    recipe = loaded("docs/ci/gitlab.yml")["texscholar"]
    assert recipe["allow_failure"] == {"exit_codes": 1}
    kept = [*recipe["artifacts"]["paths"], *recipe["artifacts"]["reports"].values()]
    assert all((job.workspace / name).exists() for name in kept)


@needs("gitlab")
def test_a_merge_request_of_a_broken_paper(service: Service) -> None:
    """It fails with another code than that of findings, which is no mere warning."""
    write_files(service.clone, {".texscholar.toml": "colour = 1\n"})
    base, commit = service.at("HEAD"), service.commit(main=with_line(UNCITED))
    job = service.job(commit, "work").gitlab(CI_MERGE_REQUEST_DIFF_BASE_SHA=base, CI_COMMIT_SHA=commit)
    assert job.code == 2


# -- any shell


def run_check(job: Job, *arguments: str, shell: str = "dash", **variables: str) -> Job:
    words = " ".join(f"'{word}'" for word in (str(RECIPES / "check.sh"), *arguments))
    job.code = job.sh(f"{shell} {words}", ("bash",), variables)
    return job


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize(("line", "code"), [(UNCITED, 1), (CITED, 0)])
def test_any_shell(service: Service, line: str, code: int, shell: str) -> None:
    """The script exits as `check` does, and leaves the patch."""
    job = service.job(service.commit(main=with_line(line)), "work")
    job.checkout(job.commit, "0")
    run_check(job, "origin/main", shell=shell)
    assert (job.code, "main.tex:6:1: missing-citation" in job.log) == (code, bool(code)), job.log
    assert (b"+Earlier work" in (job.workspace / "suggestions.patch").read_bytes()) == bool(code)


def test_any_shell_without_texscholar(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, it goes into an environment of its own, at the pinned version."""
    job = service.job(service.commit(main=with_line(CITED)), "work")
    job.checkout(job.commit, "0")
    kept = job.scratch / "kept"
    (job.scratch / "bin").rename(kept)
    # An environment is made of the stand-ins, so that nothing is fetched.
    write_files(
        job.scratch,
        {
            "bin/python3": f'#!/bin/sh\necho "python3 $*" >> "{job.scratch}/asked"\nmkdir -p "$3" && cp -r "{kept}" "$3/bin"\n'
        },
    )
    (job.scratch / "bin" / "python3").chmod(0o755)
    write_files(kept, {"pip": f'#!/bin/sh\necho "pip $*" >> "{job.scratch}/asked"\n'})
    (kept / "pip").chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path(shutil.which('git') or '').parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    run_check(job, "origin/main")
    assert job.code == 0, job.log
    assert job.asked == ["python3 -m venv .texscholar-venv", f"pip install --quiet git+{__repository__}@v{__version__}"]


@pytest.mark.parametrize(
    ("depth", "since", "told"),
    [
        ("1", "origin/main", "this clone is too shallow to tell what changed since origin/main"),
        ("0", "origin/gone", "git knows no commit that origin/gone and HEAD come from; fetch origin/gone first"),
    ],
)
def test_any_shell_without_the_history(service: Service, depth: str, since: str, told: str) -> None:
    """One line tells what is missing."""
    job = service.job(service.commit(main=with_line(UNCITED)), "work")
    job.checkout(job.commit, depth)
    run_check(job, since)
    assert (job.code, told in job.log) == (2, True), job.log


# -- Overleaf

BRANCH = "texscholar/suggestions"


@pytest.fixture
def published(tmp_path: Path) -> None:
    """The address that recipes fetch texscholar from leads to its files here, at this version's tag."""
    copy = tmp_path / "published"
    shutil.copytree(RECIPES, copy / "docs" / "ci")
    git(copy, "init", "-q")
    git(copy, "add", ".")
    git(copy, "commit", "-qm", "a version")
    git(copy, "tag", f"v{__version__}")
    instead(copy, __repository__)


def instead(path: Path, address: str) -> None:
    git(path, "config", "--global", f"url.{path.as_uri()}.insteadOf", address)


def synced(service: Service, ref: str = "main", **files: str) -> Job:
    """Overleaf pushes a change to the synced branch, and the workflow runs."""
    return service.job(service.commit(**files) if files else service.at("HEAD"), ref).workflow("overleaf.yml")


def ours(service: Service) -> str:
    return git(service.origin, "show", f"{BRANCH}:main.tex").stdout.decode()


@pytest.mark.usefixtures("published")
def test_overleaf_suggestions_have_a_branch_of_their_own(service: Service) -> None:
    """The branch is what was checked out and the patch, as one commit; the synced branch stays, the patch is kept."""
    job = synced(service, main=with_line(UNCITED))
    assert (job.code, service.there("main")) == (0, job.commit), job.log
    assert git(service.origin, "log", "--format=%P", "-1", BRANCH).stdout.decode().split() == [job.commit]
    assert git(service.origin, "diff", "--stat", "--name-only", "main", BRANCH).stdout == b"main.tex\n"
    assert CITED in ours(service)
    kept = (job.given("actions/upload-artifact@") or {})["path"]
    git(job.workspace, "apply", kept)
    assert (job.workspace / "main.tex").read_text() == ours(service)
    assert job.asked == [f"pip install --quiet {job.scratch}/temp é/texscholar"]


@pytest.mark.usefixtures("published")
def test_overleaf_the_branch_goes_on_without_force(service: Service) -> None:
    """Nothing new leaves it; a change of the paper is followed by a commit on top; both are on the branch's history."""
    git(service.origin, "config", "receive.denyNonFastForwards", "true")
    synced(service, main=with_line(UNCITED))
    first = service.there(BRANCH)
    again = synced(service)
    assert (again.code, service.there(BRANCH), f"{BRANCH} is up to date" in again.log) == (0, first, True), again.log
    job = synced(service, main=with_line(UNCITED, "A last word.\n"))
    assert (job.code, service.there("main")) == (0, job.commit)
    assert git(service.origin, "log", "--format=%P", "-1", BRANCH).stdout.decode().split() == [job.commit, first]
    assert CITED in ours(service)
    assert "A last word." in ours(service)


@pytest.mark.usefixtures("published")
def test_overleaf_a_merged_branch_begins_anew(service: Service) -> None:
    """After a merge the next suggestions are one commit on top of the synced branch."""
    write_files(service.clone, LENIENT)
    synced(service, main=with_line(UNCITED))
    git(service.clone, "fetch", "-q")
    git(service.clone, "merge", "-q", "--no-ff", "-m", "taken over", f"origin/{BRANCH}")
    taken = service.at("HEAD")
    assert "nothing to suggest" in synced(service).log
    assert service.there("main") == taken
    job = synced(service, main=with_line(UNCITED, "A last word.\n"))
    assert git(service.origin, "log", "--format=%P", "-1", BRANCH).stdout.decode().split() == [job.commit], job.log


@pytest.mark.usefixtures("published")
def test_overleaf_commits_of_others_are_left_alone(service: Service) -> None:
    """A branch that somebody worked on is not written over, nor extended."""
    synced(service, main=with_line(UNCITED))
    git(service.clone, "fetch", "-q")
    git(service.clone, "checkout", "-q", "-b", "theirs", f"origin/{BRANCH}")
    service.commit(main="% theirs\n" + ours(service))
    git(service.clone, "push", "-q", "origin", f"HEAD:{BRANCH}")
    theirs = service.there(BRANCH)
    git(service.clone, "checkout", "-q", "main")
    job = synced(service, main=with_line(UNCITED, "A last word.\n"))
    assert (job.code, service.there(BRANCH)) == (0, theirs)
    assert f"{BRANCH} holds commits of somebody else and is left alone; merge or delete it" in job.log


@pytest.mark.usefixtures("published")
def test_overleaf_only_the_synced_branch_counts(service: Service) -> None:
    """A push of another branch starts nothing, and neither does ours."""
    job = synced(service, ref="work", main=with_line(UNCITED))
    assert (job.log, service.there(BRANCH)) == ("", "")
    assert loaded("docs/ci/overleaf.yml")[True]["push"]["branches-ignore"][0] == "texscholar/**"


BRIDGE = """#!/bin/sh
# As Overleaf's git does: one branch, and no forced push.
[ "$1" = refs/heads/master ] || { echo "You can't push any new branches. Please use the master branch." >&2; exit 1; }
git merge-base --is-ancestor "$2" "$3" || { echo "forced push prohibited" >&2; exit 1; }
"""


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    """A project behind what plays Overleaf's git, at its address."""
    there = tmp_path / "bridge.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "master", str(there))
    git(tmp_path, "init", "-q", "-b", "master", "author")
    write_files(tmp_path / "author", {"main.tex": with_line(UNCITED), "refs.bib": ADAM})
    git(tmp_path / "author", "add", ".")
    git(tmp_path / "author", "commit", "-qm", "in Overleaf")
    git(tmp_path / "author", "push", "-q", str(there), "master")
    write_files(there, {"hooks/update": BRIDGE})
    (there / "hooks" / "update").chmod(0o755)
    instead(there, "https://git@git.overleaf.com/PROJECT")
    return there


def refs(repository: Path) -> str:
    return git(repository, "for-each-ref", "--format=%(refname) %(objectname)").stdout.decode()


def sh_blocks() -> list[str]:
    """The commands of docs/overleaf.md."""
    return re.findall(
        r"^```sh\n(.*?)^```", (REPOSITORY / "docs" / "overleaf.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


def run_block(folder: Path, script: str) -> str:
    """Commands of the page, with texscholar and the script in reach."""
    write_files(folder, {"bin/texscholar": f"#!/bin/sh\n{STAND_INS['texscholar']}\n"})
    (folder / "bin" / "texscholar").chmod(0o755)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode()


def test_overleaf_git_by_hand(bridge: Path, tmp_path: Path) -> None:
    """The page's commands: clone, patch, then a push of one's own that Overleaf takes, though others wrote meanwhile."""
    clone, take = sh_blocks()[1:3]
    run_block(tmp_path, clone)
    before = refs(bridge)
    write_files(tmp_path / "author", {"notes.tex": "written meanwhile\n"})
    git(tmp_path / "author", "add", ".")
    git(tmp_path / "author", "commit", "-qm", "in Overleaf")
    git(tmp_path / "author", "push", "-q", str(bridge), "master")
    run_block(tmp_path, f"cd paper\n{take}")
    assert refs(bridge) != before
    assert CITED in git(bridge, "show", "master:main.tex").stdout.decode()
    assert git(bridge, "show", "master:notes.tex").stdout == b"written meanwhile\n"


def test_overleaf_git_in_ci(bridge: Path, tmp_path: Path) -> None:
    """The page's script leaves a patch, makes the branch on a copy that takes one, and Overleaf's side is not touched."""
    git(tmp_path, "init", "-q", "--bare", "copy.git")
    git(tmp_path, "clone", "-q", "https://git@git.overleaf.com/PROJECT", "paper")
    git(tmp_path / "paper", "remote", "add", "copy", str(tmp_path / "copy.git"))
    run_block(
        tmp_path, "cd paper; texscholar init --hooks none --ci overleaf-git --apply; git add .; git commit -qm ci"
    )
    before, head = refs(bridge), git(tmp_path / "paper", "rev-parse", "HEAD").stdout
    script = sh_blocks()[3]
    said = run_block(tmp_path, f"cd paper\n{script}")
    assert f"{BRANCH} has them too" in said
    assert CITED in git(tmp_path / "copy.git", "show", f"{BRANCH}:main.tex").stdout.decode()
    assert refs(tmp_path / "copy.git").split()[0::2] == [f"refs/heads/{BRANCH}"]
    assert (refs(bridge), git(tmp_path / "paper", "rev-parse", "HEAD").stdout) == (before, head)
    assert git(tmp_path / "paper", "status", "--porcelain").stdout == b"?? texscholar-suggestions.patch\n"
    assert f"{BRANCH} is up to date" in run_block(tmp_path, f"cd paper\n{script}")


@pytest.mark.parametrize(
    "settings", [{}, {"remote.origin.push": "+HEAD:master", "push.default": "matching", "push.followTags": "true"}]
)
def test_overleaf_git_refuses_the_branch(bridge: Path, tmp_path: Path, settings: dict[str, str]) -> None:
    """Told to push there all the same, the script pushes its own branch alone, is refused, and the patch remains."""
    git(tmp_path, "clone", "-q", "https://git@git.overleaf.com/PROJECT", "paper")
    for name, value in settings.items():
        git(tmp_path / "paper", "config", name, value)
    git(tmp_path / "paper", "commit", "-q", "--allow-empty", "-m", "not pushed")
    before = refs(bridge)
    said = run_block(tmp_path, f"cd paper\nsh '{RECIPES / 'overleaf.sh'}' main.tex origin")
    assert (refs(bridge), "You can't push any new branches" in said) == (before, True)
    assert "origin takes no branch of ours; the patch has the suggestions" in said
    git(tmp_path / "paper", "apply", "--check", "texscholar-suggestions.patch")


HOSTILE = {
    "apply.whitespace": "error",
    "color.ui": "always",
    "commit.gpgSign": "true",
    "core.autocrlf": "true",
    "core.hooksPath": "/dev/full",
    "core.pager": "false",
    "core.quotePath": "true",
    "diff.external": "false",
    "diff.noprefix": "true",
    "fetch.prune": "true",
    "log.showSignature": "true",
    "push.default": "nothing",
    "user.useConfigOnly": "true",
}


@pytest.mark.parametrize("attributes", ["", "*.tex text eol=crlf\n", "*.tex -text\n"])
def test_overleaf_suggestions_for_any_repository(tmp_path: Path, attributes: str) -> None:
    """Settings of git, line ends, blanks and accents change nothing: on the branch only suggested lines differ."""
    paper = tmp_path / "un papier"
    files = {
        "été/main.tex": with_line(UNCITED).replace("\n", "\r\n"),
        "été/refs.bib": ADAM,
        ".gitattributes": attributes,
        **{f"été/{name}": text for name, text in LENIENT.items()},
    }
    write_files(paper, files)
    git(tmp_path, "init", "-q", "--bare", "copy é.git")
    git(paper, "init", "-q")
    git(paper, "add", ".")
    git(paper, "commit", "-qm", "a paper")
    git(paper, "remote", "add", "copy", "../copy é.git")
    for name, value in HOSTILE.items():
        git(paper, "config", name, value)
    before = git(paper, "status", "--porcelain").stdout
    for said in (f"{BRANCH} has them too", f"{BRANCH} is up to date"):
        assert said in run_block(tmp_path, f"cd 'un papier'\nsh '{RECIPES / 'overleaf.sh'}' été/main.tex copy")
    names = ["-c", "diff.external=", "-c", "diff.noprefix=false", "-c", "color.ui=never"]
    diff = git(paper, *names, "diff", "--numstat", "-z", "HEAD", "FETCH_HEAD").stdout.decode()
    assert diff == "2\t2\tété/main.tex\0"
    assert git(paper, "status", "--porcelain").stdout == b"?? texscholar-suggestions.patch\n" + before


@pytest.mark.usefixtures("published")
def test_overleaf_setting_up(service: Service) -> None:
    """The page's first commands put the workflow into the synced repository."""
    run_block(service.clone, sh_blocks()[0])
    assert (
        b"texscholar for Overleaf"
        in git(service.origin, "show", "main:.github/workflows/texscholar-overleaf.yml").stdout
    )
