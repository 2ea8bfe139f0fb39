/* CHECK(condition): end the test program with a message when the condition is false. */

#ifndef GILEXT_CHECK_H
#define GILEXT_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void
check(bool condition, const char *text, const char *file, int line)
{
    if (!condition) {
        fprintf(stderr, "%s:%d: %s\n", file, line, text);
        exit(EXIT_FAILURE);
    }
}

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

#endif
