#include "made_up_gil.h"

#include <string.h>

#include "cpython/frame_state.h"
#include "cpython/gil_state.h"
#include "os/os_threads.h"

atomic_uintptr_t made_up_holder;
atomic_uint_fast64_t made_up_switches;
atomic_uint_fast64_t made_up_generation;
atomic_bool made_up_request;
atomic_uint made_up_waiters;
atomic_uint_fast64_t made_up_switch_interval_ns;
atomic_uint_fast64_t made_up_stack_depth;
atomic_uint_fast64_t made_up_stacks;
atomic_bool made_up_finalizing;
atomic_uint_fast64_t made_up_delay_ns;

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

bool
frame_state_find(gil_holder holder, struct frame_addresses *addresses)
{
    static const char code[MAX_FRAMES];
    size_t depth = atomic_load(&made_up_stack_depth);
    depth = depth == 0 ? 2 : depth;
    addresses->is_truncated = depth > MAX_FRAMES;
    addresses->count = depth < MAX_FRAMES ? depth : MAX_FRAMES;
    for (size_t i = 0; i < addresses->count; i++) {
        addresses->items[i] = (struct frame_address){&code[i], (const void *)holder, 0};
    }
    atomic_fetch_add(&made_up_stacks, 1);
    return true;
}

bool
frame_state_describe(const struct frame_address *address, struct frame_names *names)
{
    strcpy(names->file, "made_up.py");
    strcpy(names->function, "f");
    names->line = (int)(gil_holder)address->instruction;
    return true;
}
