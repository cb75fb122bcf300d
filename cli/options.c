#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATEST 253402300799LL /* 9999-12-31T23:59:59Z */

bool option_is(const struct command *command, int index, const char *name)
{
    return strcmp(command->options[index].name, name) == 0;
}

static int find_long(const struct command *command, const char *name, size_t len)
{
    for (int i = 0; command->options != NULL && command->options[i].name != NULL; i++) {
        if (strlen(command->options[i].name) == len && strncmp(command->options[i].name, name, len) == 0)
            return i;
    }
    return OPTION_BAD;
}

static int find_letter(const struct command *command, char letter)
{
    for (int i = 0; command->options != NULL && command->options[i].name != NULL; i++) {
        if (command->options[i].letter == letter)
            return i;
    }
    return OPTION_BAD;
}

static int take_value(struct option_walk *walk, int index, const char *inline_value, const char **value)
{
    const struct option_spec *option = &walk->command->options[index];

    if (option->argument == NULL && inline_value != NULL) {
        complain("--%s takes no value", option->name);
        return OPTION_BAD;
    }
    *value = inline_value;
    if (option->argument == NULL || inline_value != NULL)
        return index;
    if (walk->at >= walk->argc) {
        complain("--%s needs %s", option->name, option->argument);
        return OPTION_BAD;
    }
    *value = walk->argv[walk->at++];
    return index;
}

/* The first of letters that stand together, "-qv"; one that takes a value takes the rest, "-j2". */
static int next_letter(struct option_walk *walk, const char *letters, const char **value)
{
    int index = find_letter(walk->command, letters[0]);

    walk->letters = NULL;
    if (index == OPTION_BAD) {
        complain("%s has no option -%c; see assay help %s", walk->command->name, letters[0], walk->command->name);
        return OPTION_BAD;
    }
    if (walk->command->options[index].argument != NULL)
        return take_value(walk, index, letters[1] == '\0' ? NULL : letters + 1, value);
    if (letters[1] != '\0')
        walk->letters = letters + 1;
    return index;
}

int option_next(struct option_walk *walk, const char **value)
{
    const char *word, *equals;
    int index;

    if (walk->letters != NULL)
        return next_letter(walk, walk->letters, value);
    if (walk->at >= walk->argc)
        return OPTION_END;
    word = walk->argv[walk->at++];
    *value = word;
    if (walk->only_operands || word[0] != '-' || word[1] == '\0')
        return OPTION_OPERAND;
    if (strcmp(word, "--") == 0) {
        walk->only_operands = true;
        return option_next(walk, value);
    }
    if (word[1] != '-')
        return next_letter(walk, word + 1, value);
    equals = strchr(word, '=');
    index = find_long(walk->command, word + 2, equals == NULL ? strlen(word + 2) : (size_t)(equals - word - 2));
    if (index == OPTION_BAD) {
        complain("%s has no option %s; see assay help %s", walk->command->name, word, walk->command->name);
        return OPTION_BAD;
    }
    return take_value(walk, index, equals == NULL ? NULL : equals + 1, value);
}

long long number_of(const char *text, long long most)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    return text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n > most ? -1 : n;
}

bool parse_time(const char *text, int64_t *seconds)
{
    struct tm tm = { 0 };
    char *end = strptime(text, strlen(text) == 10 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm);

    if (text[0] == '@' && number_of(text + 1, LATEST) >= 0) {
        *seconds = number_of(text + 1, LATEST);
        return true;
    }
    if (end == NULL || *end != '\0') {
        complain("\"%s\" is no time: expected 2026-11-23T21:00:00Z, 2026-11-23 or @SECONDS", text);
        return false;
    }
    *seconds = timegm(&tm);
    return true;
}

void print_usage(const struct command *command)
{
    (void)printf("usage: assay %s%s %s\n\n%s\n", command->name, command->options == NULL ? "" : " [options]",
                 command->arguments, command->summary);
    for (const struct option_spec *o = command->options; o != NULL && o->name != NULL; o++) {
        char left[64];

        (void)snprintf(left, sizeof left, "%c%c%c --%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                       o->letter ? ',' : ' ', o->name, o->argument == NULL ? "" : " ",
                       o->argument == NULL ? "" : o->argument);
        (void)printf("%s  %-34s %s", o == command->options ? "\n" : "", left, o->help);
        (void)printf("\n");
    }
}
