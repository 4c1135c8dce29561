#!/bin/sh
# Suggestions for a paper that Overleaf syncs: a patch, and a branch where a remote takes one. What Overleaf syncs is
# never pushed to.
#     sh overleaf.sh PAPER            leaves texscholar-suggestions.patch
#     sh overleaf.sh PAPER REMOTE     also makes texscholar/suggestions on REMOTE: what is checked out, with the patch
# Overleaf's own git takes no other branch than its own: give no REMOTE there, or that of a copy on GitHub or GitLab.
# Never forced; a branch that somebody else committed to is left alone. docs/overleaf.md walks through it.
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

# The suggested files, made in an index of their own: neither the work tree nor the checked out branch changes.
GIT_INDEX_FILE=$(mktemp)
export GIT_INDEX_FILE
trap 'rm -f "$GIT_INDEX_FILE"' EXIT
git read-tree HEAD
git apply --cached --whitespace=nowarn "$patch"
tree=$(git write-tree)
head=$(git rev-parse HEAD)

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
        set -- -p "$tip" -p "$head"                             # so that the push needs no force
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
