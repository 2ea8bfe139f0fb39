#include "checking/stand_in.h"

#include "os/clock.h"

enum {
    SAMPLES_PER_PATIENCE = 5,
    MIN_SAMPLES = 4, /* however far apart a busy machine lets them be */
};

void
stand_in_init(struct stand_in *stand_in, const struct gil *gil, uint64_t patience_ns)
{
    *stand_in = (struct stand_in){.gil = *gil, .patience_ns = patience_ns};
}

void
stand_in_free(struct stand_in *stand_in)
{
    core_delays_free(&stand_in->delays);
}

uint64_t
stand_in_interval_ns(const struct stand_in *stand_in)
{
    return stand_in->patience_ns / SAMPLES_PER_PATIENCE;
}

/* -- requests ------------------------------------------------------------------------------- */

static bool
is_impatient(const struct stand_in *stand_in, uint64_t now_ns)
{
    const struct standstill *standstill = &stand_in->standstill;
    return standstill->last.gil.holder != 0 && standstill->samples >= MIN_SAMPLES &&
           now_ns - standstill->since_ns >= stand_in->patience_ns &&
           gil_state_waiters(&stand_in->gil) == 0;
}

/* Few samples in a long time don't show that the holder stood still for all of it; and where
   frames are unknown, nothing does. */
static uint64_t
certainly_since(const struct stand_in *stand_in, uint64_t now_ns)
{
    uint64_t longest_ns = 2 * stand_in->patience_ns;
    uint64_t since_ns = stand_in->standstill.since_ns;
    if (stand_in->standstill.last.place.frame == NULL) {
        return now_ns;
    }
    return now_ns - since_ns > longest_ns ? now_ns - longest_ns : since_ns;
}

static void
begin_request(struct stand_in *stand_in)
{
    uint64_t now_ns = clock_monotonic_ns();
    stand_in->is_pending = true;
    stand_in->pending_switches = stand_in->standstill.last.gil.switches;
    stand_in->pending = (struct stand_in_request){
        .since_ns = certainly_since(stand_in, now_ns),
        .requested_ns = now_ns,
    };
}

/* CPython tells the holder when somebody has waited for a switch interval; Python code then gives
   the GIL away as soon as it has a core. */
static void
look_whether_it_is_refused(struct stand_in *stand_in, const struct gil_sample *sample)
{
    if (stand_in->pending.refused_ns == 0 && sample->switches == stand_in->pending_switches &&
        gil_state_is_requested(&stand_in->gil, sample->holder)) {
        stand_in->pending.refused_ns = clock_monotonic_ns();
    }
}

bool
stand_in_sample(struct stand_in *stand_in)
{
    struct standing standing = {
        clock_monotonic_ns(), gil_state_sample(&stand_in->gil), {NULL, NULL}};
    if (standing.gil.holder != 0) {
        frame_state_find_place(standing.gil.holder, &standing.place);
    }
    standstill_note(&stand_in->standstill, &standing);
    core_delays_note(&stand_in->delays, &stand_in->gil, standing.gil.holder, standing.now_ns);
    if (stand_in->is_pending) {
        look_whether_it_is_refused(stand_in, &standing.gil);
    }
    else if (is_impatient(stand_in, standing.now_ns)) {
        begin_request(stand_in);
        return true;
    }
    return false;
}

static uint64_t
length(const struct stand_in_request *request)
{
    return request->granted_ns - request->since_ns;
}

static struct stand_in_request *
place_for(struct stand_in *stand_in)
{
    struct stand_in_request *shortest = stand_in->requests;
    if (stand_in->request_count < STAND_IN_MAX_REQUESTS) {
        return &stand_in->requests[stand_in->request_count++];
    }
    for (size_t i = 1; i < STAND_IN_MAX_REQUESTS; i++) {
        if (length(&stand_in->requests[i]) < length(shortest)) {
            shortest = &stand_in->requests[i];
        }
    }
    return shortest;
}

void
stand_in_note_grant(struct stand_in *stand_in, uint64_t granted_ns)
{
    stand_in->pending.granted_ns = granted_ns;
    stand_in->is_pending = false;
    struct stand_in_request *place = place_for(stand_in);
    if (length(place) < length(&stand_in->pending)) {
        *place = stand_in->pending;
    }
}
