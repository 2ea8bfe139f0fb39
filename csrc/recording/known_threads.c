#include "recording/known_threads.h"

#include <string.h>

#include "os/thread_name.h"

void
known_threads_init(struct known_threads *known)
{
    os_mutex_init(&known->mutex);
    known->count = 0;
}

void
known_threads_destroy(struct known_threads *known)
{
    os_mutex_destroy(&known->mutex);
}

void
known_threads_set(struct known_threads *known, const struct live_thread *threads, size_t count)
{
    os_mutex_lock(&known->mutex);
    known->count = count < MAX_KNOWN_THREADS ? count : MAX_KNOWN_THREADS;
    memcpy(known->items, threads, known->count * sizeof *threads);
    os_mutex_unlock(&known->mutex);
}

/* Numbers of threads are used again, but not both at once. */
static bool
find_by_numbers(struct known_threads *known, struct live_thread *thread)
{
    bool is_found = false;
    os_mutex_lock(&known->mutex);
    for (size_t i = 0; i < known->count && !is_found; i++) {
        const struct live_thread *item = &known->items[i];
        if (item->ident == thread->ident && item->native_id == thread->native_id) {
            *thread = *item;
            is_found = true;
        }
    }
    os_mutex_unlock(&known->mutex);
    return is_found;
}

void
known_threads_find_name(struct known_threads *known, struct live_thread *thread)
{
    _Static_assert((int)LIVE_NAME_BYTES >= (int)THREAD_NAME_BYTES, "either name fits");
    if (!find_by_numbers(known, thread) && !thread_name_read(thread->native_id, thread->name)) {
        thread->name[0] = '\0';
    }
}
