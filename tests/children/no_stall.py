"""Hold the GIL for long, and again and again, in the only thread there is: nobody waits."""

from gilext import hold_for, release_for, watch

with watch() as long:
    release_for(0.005)
    hold_for(0.06)
    release_for(0.005)
assert long.stalls == (), long.stalls

with watch(stalls=0.02) as often:
    for _ in range(2000):
        hold_for(1e-4)
        release_for(1e-6)
assert often.stalls == (), often.stalls
assert not any(hold.requested for hold in [*long.holds, *often.holds])
print("fine")
