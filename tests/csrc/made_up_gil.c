#include "made_up_gil.h"

#include <stdio.h>
#include <stdlib.h>

#include "cpython/attachment.h"
#include "cpython/frame_state.h"
#include "cpython/gil_state.h"
#include "cpython/world.h"
#include "os/condition_waiters.h"
#include "os/os_threads.h"

atomic_uintptr_t made_up_holder;
atomic_uint_fast64_t made_up_switches;
atomic_uint_fast64_t made_up_generation;
atomic_bool made_up_request;
atomic_uint made_up_waiters;
atomic_bool made_up_taking;
atomic_bool made_up_tells_who;
atomic_bool made_up_wants[MADE_UP_THREADS + 1];
atomic_uint made_up_asked;
atomic_uint made_up_thread_count;
atomic_uint_fast64_t made_up_native_ids[MADE_UP_THREADS + 1];
const void *made_up_condition;
atomic_uint_fast64_t made_up_switch_interval_ns;
atomic_uint_fast64_t made_up_stack_depth;
atomic_uint_fast64_t made_up_stacks;
atomic_uintptr_t made_up_place;
_Atomic(const char *) made_up_task;
atomic_bool made_up_finalizing;
atomic_uint_fast64_t made_up_delay_ns;
atomic_bool made_up_no_gil;
atomic_bool made_up_attached[MADE_UP_THREADS + 1];
atomic_bool made_up_asked_to_park[MADE_UP_THREADS + 1];
atomic_uintptr_t made_up_asker;
atomic_bool made_up_stopped;
atomic_uint made_up_countdown;
atomic_bool made_up_list_locked;

bool
gil_state_is_enabled(const struct gil *gil)
{
    (void)gil;
    return !atomic_load(&made_up_no_gil);
}

bool
attachment_is_known(void)
{
    return true;
}

bool
attachment_is_attached(gil_holder thread)
{
    return atomic_load(&made_up_attached[thread]);
}

bool
world_waits_for(gil_holder thread)
{
    return atomic_load(&made_up_asked_to_park[thread]);
}

gil_holder
gil_state_holder(const struct gil *gil)
{
    (void)gil;
    return atomic_load(&made_up_holder);
}

uint64_t
gil_state_switches(const struct gil *gil)
{
    (void)gil;
    return atomic_load(&made_up_switches);
}

struct gil_sample
gil_state_sample(const struct gil *gil)
{
    return (struct gil_sample){gil_state_holder(gil), gil_state_switches(gil)};
}

bool
gil_state_is_requested(const struct gil *gil, gil_holder holder)
{
    return holder != 0 && gil_state_holder(gil) == holder && atomic_load(&made_up_request);
}

uint32_t
gil_state_waiters(const struct gil *gil)
{
    (void)gil;
    return atomic_load(&made_up_waiters);
}

bool
gil_state_is_being_taken(const struct gil *gil)
{
    (void)gil;
    return atomic_load(&made_up_taking);
}

bool
gil_state_is_waited_at(const struct gil *gil, uintptr_t address)
{
    (void)gil;
    return made_up_condition != NULL && condition_is_waited_at(made_up_condition, address);
}

bool
gil_state_can_see_wants(void)
{
    return atomic_load(&made_up_tells_who);
}

bool
gil_state_wants(gil_holder thread)
{
    atomic_fetch_add(&made_up_asked, 1);
    return atomic_load(&made_up_wants[thread]);
}

size_t
thread_states_list(const struct gil *gil, struct thread_state *states, size_t max)
{
    size_t count = 0;
    (void)gil;
    gil_holder last = atomic_load(&made_up_thread_count);
    last = last == 0 ? MADE_UP_THREADS : last;
    for (gil_holder state = 1; state <= last && count < max; state++, count++) {
        uint64_t native_id = atomic_load(&made_up_native_ids[state]);
        states[count].state = state;
        gil_state_identify(state, &states[count].thread);
        if (native_id != 0) {
            states[count].thread.native_id = native_id;
        }
    }
    return count;
}

bool
thread_states_list_attached(const struct gil *gil, struct thread_state *states, size_t max,
                            size_t *count)
{
    size_t all = thread_states_list(gil, states, max);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (atomic_load(&made_up_attached[states[i].state])) {
            states[(*count)++] = states[i];
        }
    }
    return !atomic_load(&made_up_list_locked);
}

bool
world_can_be_seen(void)
{
    return true;
}

struct world_sample
world_sample(const struct gil *gil)
{
    (void)gil;
    gil_holder asker = atomic_load(&made_up_asker);
    bool is_stopped = asker != 0 && atomic_load(&made_up_stopped);
    return (struct world_sample){
        .is_requested = asker != 0 && !is_stopped,
        .is_stopped = is_stopped,
        .requester = asker,
        .countdown = atomic_load(&made_up_countdown),
    };
}

uint64_t
gil_state_switch_interval_ns(const struct gil *gil)
{
    (void)gil;
    return atomic_load(&made_up_switch_interval_ns);
}

bool
runtime_is_finalizing(void)
{
    uint64_t delay_ns = atomic_exchange(&made_up_delay_ns, 0);
    if (delay_ns > 0) {
        os_sleep_ns(delay_ns);
    }
    return atomic_load(&made_up_finalizing);
}

bool
runtime_has_threads(void)
{
    return true;
}

uint64_t
gil_state_generation(const struct gil *gil)
{
    (void)gil;
    return atomic_load(&made_up_generation);
}

/* A holder's native number is its own number plus a thousand a generation. */
bool
gil_state_identify(gil_holder holder, struct gil_thread *thread)
{
    *thread = (struct gil_thread){holder, holder + 1000 * atomic_load(&made_up_generation)};
    return true;
}

struct frame_reader {
    gil_holder thread;
    struct named_stack stack;
};

struct frame_reader *
frame_reader_new(void)
{
    return calloc(1, sizeof(struct frame_reader));
}

void
frame_reader_free(struct frame_reader *reader)
{
    free(reader);
}

bool
frame_reader_find(struct frame_reader *reader, gil_holder thread)
{
    reader->thread = thread;
    atomic_fetch_add(&made_up_stacks, 1);
    return true;
}

/* The line of each frame is the number of its thread. */
const struct named_stack *
frame_reader_name(struct frame_reader *reader)
{
    size_t depth = atomic_load(&made_up_stack_depth);
    struct named_stack *stack = &reader->stack;
    depth = depth == 0 ? 2 : depth;
    stack->is_truncated = depth > MAX_FRAMES;
    stack->count = depth < MAX_FRAMES ? depth : MAX_FRAMES;
    for (size_t i = 0; i < stack->count; i++) {
        stack->frames[i] = (struct named_frame){.frame = i + 1,
                                                .file = "made_up.py",
                                                .function = "f",
                                                .location = {.line = (int)reader->thread}};
    }
    return stack;
}

bool
frame_reader_task(struct frame_reader *reader, char name[MAX_NAME_BYTES])
{
    (void)reader;
    const char *task = atomic_load(&made_up_task);
    return task != NULL && snprintf(name, MAX_NAME_BYTES, "%s", task) > 0;
}

bool
frame_state_find_place(gil_holder holder, struct frame_place *place)
{
    uintptr_t instruction = atomic_load(&made_up_place);
    if (instruction != 0) {
        *place = (struct frame_place){(const void *)holder, (const void *)instruction};
    }
    return instruction != 0;
}
