#include "made_up_gil.h"

#include <string.h>

#include "cpython/frame_state.h"
#include "cpython/gil_state.h"
#include "os/os_threads.h"

atomic_uintptr_t made_up_holder;
atomic_uint_fast64_t made_up_switches;
atomic_uint_fast64_t made_up_generation;
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

bool
gil_state_is_requested(const struct gil *gil, gil_holder holder)
{
    (void)gil;
    (void)holder;
    return false;
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
frame_state_find(gil_holder holder, struct frame_addresses *places)
{
    static const char code[2];
    places->count = 2;
    places->places[0] = (struct frame_address){&code[0], (const void *)holder, 0};
    places->places[1] = (struct frame_address){&code[1], (const void *)holder, 0};
    return true;
}

bool
frame_state_describe(const struct frame_address *place, struct frame_names *words)
{
    strcpy(words->file, "made_up.py");
    strcpy(words->function, "f");
    words->line = (int)(gil_holder)place->instruction;
    return true;
}
