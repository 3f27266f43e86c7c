#!/usr/bin/env bash
# Installs zizmor and actionlint, known by their hashes, into a new folder: its bin belongs on the PATH.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")"

python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
GOBIN="$folder/bin" go install tool
