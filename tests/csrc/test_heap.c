/* What malloc() has given out is counted, small and large, where the C library tells. */

#include "references/heap.h"

#include "check.h"

static void
check_block(size_t size)
{
    uint64_t before, with, after;
    if (!heap_bytes_in_use(&before)) {
        return;
    }
    char *volatile block = malloc(size);
    CHECK(block != NULL);
    CHECK(heap_bytes_in_use(&with));
    CHECK(with - before >= size);
    free(block);
    CHECK(heap_bytes_in_use(&after));
    CHECK(after < with);
}

/* A sanitizer brings a malloc() of its own, of which the C library knows nothing. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

int
main(void)
{
    if (IS_SANITIZED) {
        return EXIT_SUCCESS;
    }
    check_block(2000);    /* of the heap */
    check_block(8 << 20); /* mapped for itself */
    return EXIT_SUCCESS;
}
