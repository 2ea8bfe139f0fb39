#include "recording/pace.h"

#include "os/clock.h"

enum {
    SAMPLES_PER_CHECK = 16,
    THROTTLED_SAMPLES_PER_CHECK = 4,
    /* What a sample takes from the thread whose core it comes to beyond its own CPU time, two
       switches of context and cold caches: a loop over 16 KB to 1 MB lost 10 to 13 µs more than the
       sampler's own 15 each time, on a virtual Xeon. The loop can't be asked how much it is. */
    DISPLACEMENT_NS = 12000,
    ASSUMED_COST_NS = 33000, /* of a sample, if the thread's CPU time can't be read */
};

static const uint64_t MAX_PAUSE_NS = 1000000000;

void
pace_init(struct pace *pace, uint64_t interval_ns, uint64_t budget_ns, uint64_t switches)
{
    *pace = (struct pace){
        .interval_ns = interval_ns,
        .budget_ns = budget_ns,
        .pause_ns = interval_ns,
        .all_cores_busy = true,
        .checked_switches = switches,
    };
}

static bool
is_throttled(const struct pace *pace)
{
    return pace->pause_ns != pace->interval_ns;
}

bool
pace_count_sample(struct pace *pace)
{
    pace->samples++;
    return pace->samples >= (is_throttled(pace) ? THROTTLED_SAMPLES_PER_CHECK : SAMPLES_PER_CHECK);
}

void
pace_count_backup_sample(struct pace *pace)
{
    pace->backup_samples++;
}

static void
measure_cost(struct pace *pace, uint64_t cpu_ns)
{
    if (cpu_ns > pace->checked_cpu_ns && pace->samples > 0) {
        uint64_t cost_ns = (cpu_ns - pace->checked_cpu_ns) / pace->samples;
        uint64_t before_ns = pace->sample_cost_ns;
        pace->sample_cost_ns = before_ns == 0 ? cost_ns : (3 * before_ns + cost_ns) / 4;
    }
    pace->checked_cpu_ns = cpu_ns;
}

/* So long that the samples take what the budget allows, and no core is left alone for longer than
   anybody wants to know nothing. */
static uint64_t
find_busy_pause(const struct pace *pace)
{
    uint64_t own_ns = pace->sample_cost_ns;
    uint64_t cost_ns = own_ns == 0 ? ASSUMED_COST_NS : own_ns + DISPLACEMENT_NS;
    if (pace->budget_ns == 0) {
        return pace->interval_ns;
    }
    double pause_ns = (double)cost_ns * (double)NS_PER_SECOND / (double)pace->budget_ns;
    uint64_t rounded_ns = pause_ns < (double)MAX_PAUSE_NS ? (uint64_t)pause_ns : MAX_PAUSE_NS;
    return rounded_ns > pace->interval_ns ? rounded_ns : pace->interval_ns;
}

static void
set_pause(struct pace *pace, uint64_t now_ns, uint64_t pause_ns)
{
    if (is_throttled(pace)) {
        pace->throttled_total_ns += now_ns - pace->throttled_since_ns;
    }
    pace->throttled_since_ns = now_ns;
    pace->pause_ns = pause_ns;
}

/* Between the two limits, what the last check said stays. */
void
pace_check(struct pace *pace, uint64_t now_ns, uint64_t switches, uint64_t cpu_ns)
{
    measure_cost(pace, cpu_ns);
    uint64_t displaced = switches - pace->checked_switches;
    uint64_t by_samples = displaced > pace->backup_samples ? displaced - pace->backup_samples : 0;
    if (2 * by_samples > pace->samples) {
        pace->all_cores_busy = true;
    }
    else if (4 * by_samples < pace->samples) {
        pace->all_cores_busy = false;
    }
    set_pause(pace, now_ns, pace->all_cores_busy ? find_busy_pause(pace) : pace->interval_ns);
    pace->samples = 0;
    pace->backup_samples = 0;
    pace->checked_switches = switches;
}

uint64_t
pace_throttled_ns(const struct pace *pace, uint64_t now_ns)
{
    uint64_t since_ns = is_throttled(pace) ? now_ns - pace->throttled_since_ns : 0;
    return pace->throttled_total_ns + since_ns;
}
