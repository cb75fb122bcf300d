#!/bin/sh
# Makes OCI image layouts with python3(1).
set -eu
cd "$(dirname "$0")"
rm -rf valid invalid PINS
python3 layouts.py .
