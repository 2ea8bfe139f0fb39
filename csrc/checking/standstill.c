#include "checking/standstill.h"

static bool
is_same(const struct standing *one, const struct standing *other)
{
    return one->gil.holder == other->gil.holder && one->gil.switches == other->gil.switches &&
           one->place.frame == other->place.frame &&
           one->place.instruction == other->place.instruction;
}

void
standstill_note(struct standstill *standstill, const struct standing *standing)
{
    if (!is_same(&standstill->last, standing)) {
        standstill->since_ns = standing->now_ns;
        standstill->samples = 0;
    }
    standstill->samples++;
    standstill->last = *standing;
}
