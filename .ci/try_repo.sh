#!/usr/bin/env bash
# Real pre-commit builds a hook from this repository and meets a paper: try_repo.sh SCRATCH_FOLDER [HOOK]
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
hook=${2:-texscholar-check}
mkdir -p "$1/paper"
cd "$1/paper"
export PRE_COMMIT_HOME="$1/pre-commit" GIT_CONFIG_GLOBAL=/dev/null
git init -q .
git config user.name somebody
git config user.email somebody@example.org
cat > refs.bib <<'BIB'
@inproceedings{kingma2015adam,
  title = {Adam: A Method for Stochastic Optimization},
  author = {Kingma, Diederik P. and Ba, Jimmy},
  booktitle = {International Conference on Learning Representations},
  year = {2015},
}
BIB
cat > main.tex <<'TEX'
\documentclass{article}
\usepackage{natbib}
\begin{document}
\section{Training}
Some earlier networks were trained with Adam, a stochastic optimizer.
\bibliography{refs}
\end{document}
TEX
git add . && git commit -qm "A paper"

expect() { echo "try-repo, $hook: $1"; }

sed -i 's/^\\bibliography/Earlier work optimised such networks with Adam, a method for stochastic optimization.\n&/' main.tex
git add main.tex
if pre-commit try-repo "$repository" "$hook" > log 2>&1; then cat log; echo "an uncited sentence passed"; exit 1; fi
grep -q '^main.tex:6:1: missing-citation: .*kingma2015adam' log || { cat log; exit 1; }
if grep -q '^main.tex:5:' log; then cat log; echo "an untouched line was reported"; exit 1; fi
expect "an uncited sentence is refused with its place: $(grep '^main.tex:6' log)"
if [ "$hook" = texscholar ]; then
  git apply --check .texscholar/suggestions.patch
  rm .texscholar/suggestions.patch
  expect "what is ready lies in a patch that applies"
fi

sed -i 's/stochastic optimization\./stochastic optimization. % texscholar: ignore/' main.tex
git add main.tex
pre-commit try-repo "$repository" "$hook" > log 2>&1 || { cat log; exit 1; }
expect "ignored, it passes"

sed -i 's/stochastic optimization\. % texscholar: ignore/stochastic optimization~\\citep{kingma2015adam}./' main.tex
git add main.tex
pre-commit try-repo "$repository" "$hook" > log 2>&1 || { cat log; exit 1; }
expect "cited, it passes"
