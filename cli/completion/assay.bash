# Completion of assay(1) in bash: the program itself says which commands and options there are.
_assay()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]}

    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --list-commands 2>/dev/null)" -- "$word")
        return
    fi
    case $before in
    --color)
        mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
        return
        ;;
    --purpose)
        mapfile -t COMPREPLY < <(compgen -W "codesign smime any" -- "$word")
        return
        ;;
    --kind)
        mapfile -t COMPREPLY < <(compgen -W "key anchor tsa-anchor intermediate crl allowed-signers krl npm-keys" -- "$word")
        return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W "$("$program" formats 2>/dev/null | cut -d ' ' -f 1)" -- "$word")
        return
        ;;
    esac
    case ${COMP_WORDS[1]}:$COMP_CWORD:$word in
    *:-*)
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --list-options "${COMP_WORDS[1]}" 2>/dev/null)" -- "$word")
        ;;
    explain:2:*)
        mapfile -t COMPREPLY < <(compgen -W "$("$program" explain 2>/dev/null | cut -d ' ' -f 1)" -- "$word")
        ;;
    trust:2:*)
        mapfile -t COMPREPLY < <(compgen -W "init add remove show tuf" -- "$word")
        ;;
    policy:2:*)
        mapfile -t COMPREPLY < <(compgen -W "init check explain test" -- "$word")
        ;;
    help:2:*)
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --list-commands 2>/dev/null)" -- "$word")
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    esac
}
complete -o filenames -F _assay assay
