#define _GNU_SOURCE 1

#include "sampler.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "signals.h"

enum { MOST_STACK_REQUESTS = 1 << 16, MOST_STACK_BYTES = 16 << 20 };

void
sampler_init(struct sampler *sampler, const void *gil, uint64_t interval_ns, size_t most_holds)
{
    memset(sampler, 0, sizeof *sampler);
    sampler->gil = gil;
    sampler->interval_ns = interval_ns;
    sampler->random = clock_monotonic_ns() | 1;
    atomic_init(&sampler->is_stopping, false);
    os_mutex_init(&sampler->mutex);
    recorder_init(&sampler->recorder, 4 * interval_ns, most_holds);
}

void
sampler_destroy(struct sampler *sampler)
{
    recorder_free(&sampler->recorder);
    free(sampler->threads);
    free(sampler->requests);
    os_mutex_destroy(&sampler->mutex);
}

/* -- who holds it --------------------------------------------------------------------------- */

static int32_t
add_thread(struct sampler *sampler, const struct sighted_thread *seen)
{
    int32_t index = recorder_add_holder(&sampler->recorder);
    if (index == RECORDER_NOBODY) {
        return RECORDER_NOBODY;
    }
    size_t size = ((size_t)index + 1) * sizeof *seen;
    struct sighted_thread *grown = realloc(sampler->threads, size);
    if (grown == NULL) {
        sampler->recorder.holder_count--;
        return RECORDER_NOBODY;
    }
    sampler->threads = grown;
    sampler->threads[index] = *seen;
    return index;
}

/* Identify an entry (again). False when the address has become another thread's. */
static bool
refresh(struct sighted_thread *entry, uint64_t generation)
{
    struct gil_thread now;
    if (!gil_state_identify(entry->holder, &now)) {
        return true; /* the list is locked: the next sample tries again */
    }
    if (entry->is_identified && entry->thread.native_id != now.native_id) {
        return false;
    }
    *entry = (struct sighted_thread){entry->holder, generation, true, now};
    return true;
}

/* Threads are few, and the one that held it last is the likeliest: newest first. */
static int32_t
index_of(struct sampler *sampler, gil_holder holder)
{
    if (holder == 0) {
        return RECORDER_NOBODY;
    }
    uint64_t generation = gil_state_generation();
    for (size_t i = sampler->recorder.holder_count; i-- > 0;) {
        struct sighted_thread *entry = &sampler->threads[i];
        if (entry->holder != holder) {
            continue;
        }
        if ((entry->is_identified && entry->generation == generation) ||
            refresh(entry, generation)) {
            return (int32_t)i;
        }
        break;
    }
    struct sighted_thread seen = {.holder = holder};
    refresh(&seen, generation);
    return add_thread(sampler, &seen);
}

/* -- what it runs --------------------------------------------------------------------------- */

static bool
has_room_for_request(struct sampler *sampler, uint64_t offset)
{
    if (sampler->request_count == MOST_STACK_REQUESTS || offset > MOST_STACK_BYTES) {
        return false;
    }
    if (sampler->request_count < sampler->request_capacity) {
        return true;
    }
    size_t capacity = sampler->request_capacity == 0 ? 64 : 2 * sampler->request_capacity;
    struct stack_request *grown = realloc(sampler->requests, capacity * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    sampler->requests = grown;
    sampler->request_capacity = capacity;
    return true;
}

/* Ask the holder for its stack, first when the hold is half as long as a stall, then every so
   often, the seldomer the longer it lasts. */
static void
ask_for_stack(struct sampler *sampler, uint64_t now_ns, uint64_t hold_start_ns, int32_t holder)
{
    uint64_t age_ns = now_ns - hold_start_ns;
    uint64_t step_ns = sampler->stall_ns / 2;
    if (age_ns < step_ns || now_ns < sampler->next_request_ns) {
        return;
    }
    uint64_t offset = file_size(sampler->stack_file);
    const struct sighted_thread *entry = &sampler->threads[holder];
    if (!entry->is_identified || !has_room_for_request(sampler, offset)) {
        return;
    }
    if (send_signal(&entry->thread, sampler->signal_number)) {
        sampler->requests[sampler->request_count++] =
            (struct stack_request){hold_start_ns, now_ns, offset};
    }
    sampler->next_request_ns = now_ns + (age_ns / 16 > step_ns ? age_ns / 16 : step_ns);
}

/* -- the thread ----------------------------------------------------------------------------- */

static void
take_sample(struct sampler *sampler)
{
    os_mutex_lock(&sampler->mutex);
    uint64_t now_ns = clock_monotonic_ns();
    int32_t holder = index_of(sampler, gil_state_look(sampler->gil));
    uint64_t hold_start_ns = recorder_sample(&sampler->recorder, now_ns, holder);
    if (sampler->stall_ns > 0 && hold_start_ns > 0) {
        ask_for_stack(sampler, now_ns, hold_start_ns, holder);
    }
    os_mutex_unlock(&sampler->mutex);
}

static void
sample_until_stopped(void *opaque_sampler)
{
    struct sampler *sampler = opaque_sampler;
    keep_signals_away_from_this_thread();
    os_be_punctual();
    while (!atomic_load_explicit(&sampler->is_stopping, memory_order_relaxed)) {
        take_sample(sampler);
        os_sleep_ns(jittered_ns(sampler->interval_ns, &sampler->random));
    }
}

bool
sampler_start(struct sampler *sampler)
{
    atomic_store_explicit(&sampler->is_stopping, false, memory_order_relaxed);
    sampler->process = this_process();
    take_sample(sampler); /* so that the recording begins here, and is never empty */
    sampler->is_running = os_thread_start(&sampler->thread, sample_until_stopped, sampler);
    return sampler->is_running;
}

void
sampler_stop(struct sampler *sampler)
{
    if (!sampler->is_running) {
        return;
    }
    /* Joining is what orders the thread's last sample before whatever reads the recording. */
    atomic_store_explicit(&sampler->is_stopping, true, memory_order_relaxed);
    os_thread_join(&sampler->thread);
    sampler->is_running = false;
    recorder_finish(&sampler->recorder, clock_monotonic_ns());
}

void
sampler_notice_fork(struct sampler *sampler)
{
    if (sampler->is_running && sampler->process != this_process()) {
        sampler->is_running = false;
        os_mutex_init(&sampler->mutex); /* the thread that may have had it is not here */
    }
}
