#!/bin/sh
# Checks the sentences that changed since a revision, in any CI: sh texscholar.sh origin/main
# Exits with 0 for nothing found, 1 for findings, 2 where it could not run; suggestions lie in suggestions.patch then.
# `texscholar init --ci shell` puts it into ci/texscholar.sh.
set -eu
since=${1:?name the revision that the change begins at, such as origin/main}
paths=.

command -v texscholar >/dev/null || {
    python3 -m venv .texscholar-venv
    .texscholar-venv/bin/pip install --quiet "git+https://example.org/texscholar@v0.1.0"
    PATH=$PWD/.texscholar-venv/bin:$PATH
}

base=$(git merge-base "$since" HEAD) || {
    if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
        echo "this clone is too shallow to tell what changed since $since; let CI fetch the whole history" >&2
    else
        echo "git knows no commit that $since and HEAD come from; fetch $since first" >&2
    fi
    exit 2
}
status=0
texscholar check --from-ref="$base" --to-ref=HEAD -- "$paths" || status=$?
if [ "$status" -gt 1 ]; then exit "$status"; fi
# Of several papers in a folder it asks for one; the findings count all the same.
texscholar fill --since="$base" --model-variant=none --output=suggestions.patch -- "$paths" || true
exit "$status"
