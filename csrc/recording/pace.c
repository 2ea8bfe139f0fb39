#include "recording/pace.h"

enum { SAMPLES_PER_CHECK = 16, THROTTLED_SAMPLES_PER_CHECK = 4 };

void
pace_init(struct pace *pace, uint64_t interval_ns, uint64_t busy_interval_ns, uint64_t switches)
{
    *pace = (struct pace){
        .interval_ns = interval_ns,
        .busy_interval_ns = busy_interval_ns,
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
set_pause(struct pace *pace, uint64_t now_ns, uint64_t pause_ns)
{
    if (pause_ns == pace->pause_ns) {
        return;
    }
    if (is_throttled(pace)) {
        pace->throttled_total_ns += now_ns - pace->throttled_since_ns;
    }
    pace->throttled_since_ns = now_ns;
    pace->pause_ns = pause_ns;
}

/* Between the two limits, what the last check said stays. */
void
pace_check(struct pace *pace, uint64_t now_ns, uint64_t switches)
{
    uint64_t displaced = switches - pace->checked_switches;
    uint64_t by_samples = displaced > pace->backup_samples ? displaced - pace->backup_samples : 0;
    if (2 * by_samples > pace->samples) {
        pace->all_cores_busy = true;
    }
    else if (4 * by_samples < pace->samples) {
        pace->all_cores_busy = false;
    }
    if (pace->busy_interval_ns > pace->interval_ns) {
        set_pause(pace, now_ns, pace->all_cores_busy ? pace->busy_interval_ns : pace->interval_ns);
    }
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
