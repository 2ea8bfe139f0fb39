/* The threads of this process, by the numbers that threading.get_native_id() gives. Linux;
   elsewhere they aren't known. */

#ifndef GILEXT_THREAD_LIST_H
#define GILEXT_THREAD_LIST_H

#include <stddef.h>
#include <stdint.h>

/* Ascending; the caller frees them. NULL if they can't be had. */
uint64_t *list_threads(size_t *count);

#endif
