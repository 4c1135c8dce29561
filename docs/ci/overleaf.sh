#!/bin/sh
# Suggestions for a paper that Overleaf syncs: a patch, and a branch where a remote takes one. What Overleaf syncs is
# never pushed to.
#     sh texscholar-overleaf.sh PAPER            leaves texscholar-suggestions.patch
#     sh texscholar-overleaf.sh PAPER REMOTE     also makes texscholar/suggestions on REMOTE: what lies here, and the patch
# Overleaf's own git takes no other branch than its own: give no REMOTE there, or that of a copy on GitHub or GitLab.
# Never forced; a branch that somebody else committed to is left alone. docs/overleaf.md walks through it.
# `texscholar init --ci overleaf-git` puts it into ci/.
set -eu
paper=${1:?name the main .tex file}
remote=${2-}
branch=texscholar/suggestions
patch=${TEXSCHOLAR_PATCH:-texscholar-suggestions.patch}
name=texscholar
email=texscholar@invalid
git() { command git -c core.hooksPath=/dev/null -c commit.gpgSign=false -c core.quotePath=false "$@"; }

texscholar fill --model-variant=none --output="$patch" -- "$paper"
if [ ! -s "$patch" ]; then
    rm -f "$patch"
    echo "nothing to suggest"
    exit 0
fi
echo "suggestions are in $patch; \`git apply $patch\` takes them"
[ -n "$remote" ] || exit 0

# The patch is made in a work tree and an index of its own: neither the files here nor the checked out branch change.
head=$(git rev-parse HEAD)
case $patch in /*) ;; *) patch=$PWD/$patch ;; esac
GIT_DIR=$(git rev-parse --absolute-git-dir)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$(
    mkdir "$scratch/tree"
    cd "$scratch/tree"
    export GIT_DIR GIT_WORK_TREE="$scratch/tree" GIT_INDEX_FILE="$scratch/index"
    git read-tree "$head"
    git checkout-index --quiet --all
    git apply --whitespace=nowarn "$patch"
    git add --update
    git write-tree
)

set -- -p "$head"
if git fetch --quiet "$remote" "refs/heads/$branch" 2>/dev/null; then
    tip=$(git rev-parse FETCH_HEAD)
    if ! git merge-base --is-ancestor "$tip" "$head"; then    # else it was merged, and begins anew
        if [ "$(git log -1 --format=%ce "$tip")" != "$email" ]; then
            echo "$branch holds commits of somebody else and is left alone; merge or delete it" >&2
            exit 0
        fi
        if [ "$(git rev-parse "$tip^{tree}")" = "$tree" ]; then
            echo "$branch is up to date"
            exit 0
        fi
        set -- -p "$head" -p "$tip"                             # so that the push needs no force
    fi
fi
commit=$(echo "Suggestions of texscholar for $paper" |
    GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$email GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$email \
        git commit-tree "$@" "$tree")
# This one branch by its whole name, whatever push.default and the remote's own settings say.
if git push --quiet --no-follow-tags "$remote" "$commit:refs/heads/$branch"; then
    echo "$branch has them too"
else
    echo "$remote takes no branch of ours; the patch has the suggestions" >&2
fi
