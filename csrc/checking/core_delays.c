#include "checking/core_delays.h"

#include <stdbool.h>
#include <stdlib.h>

enum { MIN_DELAY_NS = 500000, MAX_DELAYS = 1 << 16 };

static void
keep(struct core_delays *delays, const struct core_delay *delay)
{
    if (delays->item_count == delays->item_room) {
        size_t room = delays->item_room == 0 ? 64 : 2 * delays->item_room;
        struct core_delay *longer =
            room > MAX_DELAYS ? NULL : realloc(delays->items, room * sizeof *longer);
        if (longer == NULL) {
            return;
        }
        delays->items = longer;
        delays->item_room = room;
    }
    delays->items[delays->item_count++] = *delay;
}

/* Linux counts a delay when it is over: that was after the last reading, and it may have begun
   before. */
static void
read_current(struct core_delays *delays, uint64_t now_ns)
{
    struct followed_thread *thread = &delays->threads[delays->current];
    uint64_t total_ns = run_delay_ns(&thread->delay, thread->delay_ns);
    uint64_t delay_ns = total_ns - thread->delay_ns;
    if (delay_ns >= MIN_DELAY_NS) {
        keep(delays, &(struct core_delay){thread->read_ns - delay_ns, now_ns, delay_ns});
    }
    thread->read_ns = now_ns;
    thread->delay_ns = total_ns;
}

/* Those that held it before are remembered: what delayed them since then shows when they hold it
   again. */
static void
follow(struct core_delays *delays, uint64_t native_id, uint64_t now_ns)
{
    for (size_t i = 0; i < MAX_FOLLOWED && delays->threads[i].native_id != 0; i++) {
        if (delays->threads[i].native_id == native_id) {
            delays->current = i;
            return;
        }
    }
    delays->current = delays->count++ % MAX_FOLLOWED;
    struct followed_thread *thread = &delays->threads[delays->current];
    if (thread->native_id != 0) {
        run_delay_close(&thread->delay);
    }
    thread->native_id = native_id;
    run_delay_open(&thread->delay, native_id);
    thread->read_ns = now_ns;
    thread->delay_ns = run_delay_ns(&thread->delay, 0);
}

void
core_delays_note(struct core_delays *delays, const struct gil *gil, gil_holder holder,
                 uint64_t now_ns)
{
    uint64_t generation = gil_state_generation(gil);
    bool is_followed = holder == delays->holder && generation == delays->generation;
    struct gil_thread thread;
    if (delays->count > 0) {
        read_current(delays, now_ns);
    }
    if (holder != 0 && !is_followed && gil_state_identify(holder, &thread)) {
        delays->holder = holder;
        delays->generation = generation;
        follow(delays, thread.native_id, now_ns);
        read_current(delays, now_ns);
    }
}

void
core_delays_free(struct core_delays *delays)
{
    for (size_t i = 0; i < MAX_FOLLOWED && delays->threads[i].native_id != 0; i++) {
        run_delay_close(&delays->threads[i].delay);
    }
    free(delays->items);
    *delays = (struct core_delays){.items = NULL};
}
