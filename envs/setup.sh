#!/usr/bin/env bash
# Makes .venv from requirements.lock. usage: envs/setup.sh PYTHON
set -euo pipefail
python=${1:-}

stop() { printf '\n%s\n\n' "$*" >&2; exit 1; }

[ -n "$python" ] || stop "No python3 was found. Install Python 3.11 (Debian 12: apt-get install python3) and type make again."
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
[ "$version" = 3.11 ] || stop "$python is Python $version; the pinned packages are for 3.11. Try: make PYTHON=/path/to/python3.11"

# What the wheels of open3d and Python's venv module need of the system, as (test, Debian package)
missing=()
library() { "$python" -c "import ctypes; ctypes.CDLL('$1')" 2>/dev/null || missing+=("$2"); }
library libGL.so.1 libgl1
library libEGL.so.1 libegl1
library libX11.so.6 libx11-6
library libgomp.so.1 libgomp1
"$python" -c 'import ensurepip' 2>/dev/null || missing+=(python3.11-venv)
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null ||
    stop "System packages are missing. Ask for: apt-get install ${missing[*]}
then type make again."
  echo "installing system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Without the mark of a finished set-up what lies there may be half of one: begin anew
ready=.venv/.ready
clear=--clear
if [ -e "$ready" ]; then clear=; rm "$ready"; fi
"$python" -m venv $clear .venv
echo "installing $(grep -c == requirements.lock) packages into .venv; the first time this takes some minutes"
.venv/bin/pip install -qq --disable-pip-version-check --no-deps -r requirements.lock
.venv/bin/pip install -qq --no-index --no-deps --no-build-isolation --editable .
.venv/bin/python -c 'from ffnet.geometry.raycast import import_open3d; import_open3d(); import cv2, dlib, torch' ||
  stop "The packages are installed, but one of them does not load: the last line above names what it lacks. On Debian: apt-get install the package that holds it, then type make again."
touch "$ready"
