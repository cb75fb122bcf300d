# Helpers of the tests that run the program: sh, one temporary directory, a count of what went wrong.
set -u
assay=$1
data=$2
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
wrong=0
ran=0

# expect STATUS WORDS COMMAND...: the exit status, and that the output has the words (an extended regular expression)
expect() {
    status=$1 words=$2
    shift 2
    out=$(timeout 20 "$@" 2>&1 </dev/null) && code=0 || code=$?
    ran=$((ran + 1))
    if [ "$code" != "$status" ] || ! printf '%s\n' "$out" | grep -qE -- "$words"; then
        wrong=$((wrong + 1))
        printf 'WRONG: %s\n  exit %s, expected %s, with "%s"\n%s\n' "$*" "$code" "$status" "$words" "$out"
    fi
}

finish() {
    echo "$ran checks, $wrong wrong"
    [ "$ran" -gt 0 ] && [ "$wrong" = 0 ]
}
