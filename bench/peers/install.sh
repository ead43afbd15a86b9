#!/bin/sh
# Installs the peers that figures are measured beside, each in its own Python environment below .esteira/peers.
# Needs Python 3.11 or newer with venv. `bench/peers/install.sh [dbt] [sqlmesh] [dagster] [dlt] [dlt-kafka] [fastapi] [lightgbm] [sklearn] [onnx] [statsmodels] [evidently]`, default: all of them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../../.esteira/peers
mkdir -p "$target"
for name in ${*:-dbt sqlmesh dagster dlt dlt-kafka fastapi lightgbm sklearn onnx statsmodels evidently}; do
  if cmp -s "$here/requirements/$name.txt" "$target/$name/installed.txt"; then
    echo "$name: installed"
    continue
  fi
  rm -rf "${target:?}/$name"
  python3 -m venv "$target/$name"
  "$target/$name/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements/$name.txt"
  # Its library is called from Node, too.
  if [ "$name" = lightgbm ]; then npm install --silent --ignore-scripts --no-save --prefix "$target/$name" koffi@3.3.4; fi
  cp "$here/requirements/$name.txt" "$target/$name/installed.txt"
  echo "$name: installed now"
done
