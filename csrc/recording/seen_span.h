/* How long a hold was certainly one, of samples that may lie far apart: between two of these its
   thread may have released the GIL and taken it again. No Python.h here. */

#ifndef GILEXT_SEEN_SPAN_H
#define GILEXT_SEEN_SPAN_H

#include <stdint.h>

struct span {
    uint64_t start_ns;
    uint64_t end_ns;
};

static inline uint64_t
span_length(const struct span *span)
{
    return span->end_ns - span->start_ns;
}

/* The spans of one hold in which no doubt came up. */
struct seen_span {
    uint64_t since_ns;   /* the one that goes on */
    struct span longest; /* of those that are over */
};

static inline void
seen_span_begin(struct seen_span *seen, uint64_t now_ns)
{
    *seen = (struct seen_span){now_ns, {now_ns, now_ns}};
}

/* The longest, if the one that goes on has lasted until `now_ns`. */
static inline struct span
seen_span_until(const struct seen_span *seen, uint64_t now_ns)
{
    struct span going_on = {seen->since_ns, now_ns};
    return span_length(&going_on) > span_length(&seen->longest) ? going_on : seen->longest;
}

/* Nothing is known of the time from `end_ns` to `start_ns`. */
static inline void
seen_span_break(struct seen_span *seen, uint64_t end_ns, uint64_t start_ns)
{
    seen->longest = seen_span_until(seen, end_ns);
    seen->since_ns = start_ns;
}

#endif
