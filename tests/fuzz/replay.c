/* Feeds every file below the directories named to a fuzz target, in memory of their very length. */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static unsigned files;

static int feed(const char *path, const struct stat *st, int kind)
{
    size_t len = kind == FTW_F && st->st_size < 1 << 24 ? (size_t)st->st_size : 0;
    uint8_t *bytes = len == 0 ? NULL : malloc(len);
    FILE *f = bytes == NULL ? NULL : fopen(path, "rb");

    if (f != NULL && fread(bytes, 1, len, f) == len) {
        (void)LLVMFuzzerTestOneInput(bytes, len);
        files++;
    }
    if (f != NULL)
        (void)fclose(f);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (ftw(argv[i], feed, 16) != 0)
            return 1;
    }
    (void)printf("%u files\n", files);
    return files == 0;
}
