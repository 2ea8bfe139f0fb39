/* The time of day, for what people read: no span is measured with it, since it may be set. */

#ifndef GILEXT_WALL_CLOCK_H
#define GILEXT_WALL_CLOCK_H

#include <stdint.h>

enum { WALL_CLOCK_BYTES = 32 };

/* time.time_ns(). */
uint64_t wall_clock_ns(void);

/* As ISO 8601 has it, in UTC: 2026-11-25T19:40:01.123Z. */
void wall_clock_write(uint64_t wall_ns, char text[WALL_CLOCK_BYTES]);

#endif
