#!/usr/bin/env bash
# Makes .venv from requirements.lock and installs ffnet into it. usage: envs/setup.sh [PYTHON]
set -euo pipefail

stop() { printf '\n%s\n\n' "$*" >&2; exit 1; }

[ "$(uname -sm)" = "Linux x86_64" ] || stop "The pinned packages are for Linux x86_64; this is $(uname -sm)."

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
candidates=("$@")
[ -n "${1:-}" ] || candidates=(python3 python3.13 python3.12 python3.11)
for python in "${candidates[@]}" ""; do
  fits "$python" && break
done
[ -n "$python" ] || stop "Expected Python 3.11, 3.12 or 3.13, found ${1:-python3}: $("${1:-python3}" --version 2>&1 || true)
Install one (Debian, Ubuntu: apt-get install python3) and type make again, or name one: make PYTHON=/path/to/python3.12"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# A .venv without the mark of a finished setup may be incomplete, and one of another Python cannot be reused: start again
ready=.venv/.ready
clear=--clear
[ "$(cat $ready 2>/dev/null)" != "$version" ] || clear=
pip_options=
if [ -n "$clear" ]; then pip_options=$("$python" envs/free_space.py); fi

# What the wheels of open3d and Python's venv module need of the system, as (test, Debian package)
missing=()
library() { "$python" -c "import ctypes; ctypes.CDLL('$1')" 2>/dev/null || missing+=("$2"); }
library libGL.so.1 libgl1
library libEGL.so.1 libegl1
library libX11.so.6 libx11-6
library libgomp.so.1 libgomp1
library libidn2.so.0 libidn2-0
"$python" -c 'import ensurepip' 2>/dev/null || missing+=("python$version-venv")
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null ||
    stop "System packages are missing, and only root may install them. Ask for: apt-get install ${missing[*]}
then type make again."
  echo "installing system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

unfinished() {
  if [ -n "$clear" ]; then
    rm -rf .venv
    state="The unfinished .venv was deleted."
  else
    state="The old .venv may be incomplete; the next make replaces it."
  fi
  stop "Setup failed; the lines above say why. $state
If the disk is full, make room (df -h shows what is free); if the network failed, wait for it. Then type make again."
}
trap unfinished EXIT
trap 'exit 1' HUP TERM
rm -f $ready
"$python" -m venv $clear .venv
echo "installing $(grep -c == requirements.lock) packages for Python $version into .venv; this takes a few minutes the first time"
.venv/bin/pip install -qq $pip_options --disable-pip-version-check --no-deps -r requirements.lock
.venv/bin/pip install -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
trap - EXIT
.venv/bin/python -c 'from ffnet.geometry.raycast import import_open3d; import_open3d(); import cv2, dlib, torch' ||
  stop "The packages are installed, but one of them does not load: the last line above names what it lacks. On Debian: apt-get install the package that holds it, then type make again."
echo "$version" >$ready
