#!/bin/sh
# exports.sh MAP LIBRARY HEADERS...: the shared library exports what the map names, and the headers declare the same.
set -eu
map=$1
library=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n 's/^    \([a-z_0-9]*\);$/\1/p' "$map" | sort >"$work/map"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exports"
sed -n 's/^ASSAY_API [^(]*[ *]\(assay_[a-z_0-9]*\)(.*/\1/p' "$@" | sort >"$work/headers"
[ -s "$work/map" ]
diff "$work/map" "$work/exports" >&2 || { echo "the library does not export what the map names" >&2; exit 1; }
diff "$work/map" "$work/headers" >&2 || { echo "the headers do not declare what the map names" >&2; exit 1; }
echo "$(wc -l <"$work/map") names in the map, the library and the headers"
