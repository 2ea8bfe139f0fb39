#include "real_threads.h"

#ifdef __linux__

#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "os/condition_waiters.h"

static uint64_t
own_number(void)
{
    return (uint64_t)syscall(SYS_gettid);
}

static void
wait_on_the_condition(void *opaque_threads)
{
    struct real_threads *threads = opaque_threads;
    os_mutex_lock(&threads->mutex);
    atomic_store(&threads->waiting, own_number());
    while (!threads->is_over) {
        os_condition_wait_until(&threads->condition, &threads->mutex, OS_FOREVER);
    }
    os_mutex_unlock(&threads->mutex);
}

static void
spin(void *opaque_threads)
{
    struct real_threads *threads = opaque_threads;
    atomic_store(&threads->spinning, own_number());
    while (!atomic_load(&threads->is_over_for_spinner)) {
    }
}

static void
read_from_the_pipe(void *opaque_threads)
{
    struct real_threads *threads = opaque_threads;
    char byte;
    atomic_store(&threads->reading, own_number());
    CHECK(read(threads->pipe_ends[0], &byte, 1) == 1);
}

uintptr_t
real_thread_await(atomic_uint_fast64_t *number, enum thread_block expected)
{
    uintptr_t address = 0;
    while (atomic_load(number) == 0 || thread_futex(atomic_load(number), &address) != expected) {
        os_sleep_ns(100000);
    }
    return address;
}

void
real_threads_start(struct real_threads *threads)
{
    *threads = (struct real_threads){.is_over = false};
    os_mutex_init(&threads->mutex);
    os_condition_init(&threads->condition);
    CHECK(pipe(threads->pipe_ends) == 0);
    CHECK(os_thread_start(&threads->threads[0], wait_on_the_condition, threads));
    CHECK(os_thread_start(&threads->threads[1], spin, threads));
    CHECK(os_thread_start(&threads->threads[2], read_from_the_pipe, threads));
    while (condition_waiters(&threads->condition) == 0) {
        os_sleep_ns(100000);
    }
    real_thread_await(&threads->waiting, THREAD_BLOCK_ON_FUTEX);
    real_thread_await(&threads->spinning, THREAD_RUNS);
    real_thread_await(&threads->reading, THREAD_BLOCK_OTHER);
}

void
real_threads_stop(struct real_threads *threads)
{
    os_mutex_lock(&threads->mutex);
    threads->is_over = true;
    os_condition_broadcast(&threads->condition);
    os_mutex_unlock(&threads->mutex);
    atomic_store(&threads->is_over_for_spinner, true);
    CHECK(write(threads->pipe_ends[1], "x", 1) == 1);
    for (int i = 0; i < 3; i++) {
        os_thread_join(&threads->threads[i]);
    }
    close(threads->pipe_ends[0]);
    close(threads->pipe_ends[1]);
    os_condition_destroy(&threads->condition);
    os_mutex_destroy(&threads->mutex);
}

#endif
