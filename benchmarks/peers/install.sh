#!/usr/bin/env bash
# Installs a peer into an environment of its own, below FOLDER: benchmarks/peers/install.sh datatrove|trafilatura|nemo-curator|openai [FOLDER]
set -euo pipefail
peer=${1:?name a peer: datatrove, trafilatura, nemo-curator or openai}
folder=${2:-.peers}
case "$peer" in
    datatrove) packages=("datatrove[io,processing]==0.10.1" "spacy==3.8.18" "polars>=2.1,<3" aiofiles aiosqlite) ;;
    trafilatura) packages=("trafilatura>=2,<3" "lxml_html_clean") ;;
    nemo-curator) packages=("nemo-curator[text-cpu]>=1") ;;
    openai) packages=("openai>=2,<3") ;;
    *) echo "unknown peer: $peer" >&2; exit 2 ;;
esac
python3 -m venv "$folder/$peer"
"$folder/$peer/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
echo "$folder/$peer/bin/python"
