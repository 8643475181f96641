#!/usr/bin/env bash
# Run by Snakemake in the new conda environment, from the working directory of the workflow.
set -euo pipefail
pip install --quiet --no-deps -r requirements.lock
