#!/bin/sh
# man.sh ROOT ALIASES [PROGRAM]: the pages are clean, every exported name has one, and every option of the program is told.
set -eu
root=$1
aliases=$2
program=${3:-}
failed=0

complain() {
    echo "$1"
    failed=1
}

mandoc -T lint -W warning "$root"/man/*.[135] || failed=1
for name in $(sed -n 's/^    \([a-z_0-9]*\);$/\1/p' "$root/lib/pkg/assay.map"); do
    if [ -e "$root/man/$name.3" ]; then
        page=$root/man/$name.3
    elif [ -e "$aliases/$name.3" ]; then
        page=$root/man/$(sed 's,^\.so man3/,,' "$aliases/$name.3")
    else
        complain "$name has no page"
        continue
    fi
    grep -q "^\.Fo $name\$\|^\.Fn $name\( \|\$\)" "$page" || complain "$page: no synopsis of $name"
done
[ -n "$program" ] || exit "$failed"

for verb in $("$program" --list-commands); do
    page=$root/man/assay-$verb.1
    grep -q "^\.It Cm $verb\( \|\$\)" "$root/man/assay.1" || complain "assay.1: no command $verb"
    [ -e "$page" ] || page=$root/man/assay.1
    "$program" --list-options "$verb" | grep . >/dev/null || continue
    [ "$verb" != inspect ] || page=$root/man/assay-verify.1
    told=$(sed -n 's/^\.It\( Fl [a-z] ,\)\{0,1\} Fl Fl \([a-z-]*\).*/--\2/p' "$page")
    for option in $("$program" --list-options "$verb"); do
        echo "$told" | grep -qx -e "$option" || complain "$page: no option $option"
    done
    for option in $told; do
        "$program" --list-options "$verb" | grep -qx -e "$option" || complain "$page: $option is no option of $verb"
    done
done
if ! "$program" formats | awk '{ print $1 }' | while read -r name; do
    grep -q "^\.It Cm $name\$" "$root/man/assay.1" || { echo "assay.1: no format $name"; exit 1; }
done; then
    failed=1
fi
exit "$failed"
