/* For how long threads were attached, of samples that the test makes up. */

#include "check.h"
#include "recording/attachments.h"

enum { US = 1000, GAP_NS = 100 * US, MAX_GAP_NS = 1000 * US };

static struct attachments attachments;
static struct recorder recorder;
static uint64_t now_ns;

static void
begin(void)
{
    recorder_init(&recorder, NULL, MAX_GAP_NS, 0, 0);
    attachments_init(&attachments);
    now_ns = 1;
    for (int32_t slot = 0; slot < 3; slot++) {
        recorder_add_holder(&recorder, slot);
    }
}

/* After a gap: bits for the slots whose threads are attached. */
static void
sample(uint64_t gap_ns, unsigned slots)
{
    struct attached_thread found[3];
    struct attached_sighting sighting = {.now_ns = now_ns += gap_ns, .found = found};
    for (int32_t slot = 0; slot < 3; slot++) {
        if (slots & (1U << slot)) {
            found[sighting.count++] = (struct attached_thread){
                .slot = slot,
                .number = recorder.holders[slot].number,
            };
        }
    }
    attachments_note(&attachments, &recorder, &sighting);
}

static void
sample_with_gil(uint64_t gap_ns)
{
    const struct attached_sighting sighting = {.now_ns = now_ns += gap_ns, .has_gil = true};
    attachments_note(&attachments, &recorder, &sighting);
}

static uint64_t
attached_ns(int32_t slot)
{
    return recorder.holders[slot].attached.sum_ns;
}

static void
several_threads_are_attached_at_once(void)
{
    begin();
    sample(GAP_NS, 3);
    sample(GAP_NS, 3);
    sample(GAP_NS, 3);
    CHECK(attached_ns(0) == 2 * GAP_NS && attached_ns(1) == 2 * GAP_NS && attached_ns(2) == 0);
    CHECK(attachments.time.without_gil.sum_ns == 2 * GAP_NS &&
          attachments.time.samples_with_gil == 0);
    CHECK(attachments.time.observed_pairs == 2 && attachments.time.observed_ns == 2 * GAP_NS);
    CHECK(recorder.holders[0].attached.jumps == 0);
}

static void
between_two_samples_that_differ_the_change_is_halfway(void)
{
    begin();
    sample(GAP_NS, 1);
    sample(GAP_NS, 2);
    sample(GAP_NS, 2);
    sample(GAP_NS, 0);
    CHECK(attached_ns(0) == GAP_NS / 2 && attached_ns(1) == 2 * GAP_NS);
    CHECK(recorder.holders[0].attached.jumps == 1 && recorder.holders[1].attached.jumps == 2);
}

static void
samples_far_apart_say_less_and_count_all_the_same(void)
{
    begin();
    sample(GAP_NS, 1);
    sample(2 * MAX_GAP_NS, 1);
    CHECK(attached_ns(0) == 2 * MAX_GAP_NS);
    CHECK(attachments.time.observed_pairs == 0);
    CHECK(attachments.time.unseen_ns2 == (double)(2 * MAX_GAP_NS) * (2 * MAX_GAP_NS));
}

static void
a_gil_that_comes_back_ends_it_halfway(void)
{
    begin();
    sample_with_gil(GAP_NS);
    sample(GAP_NS, 1);
    sample(GAP_NS, 1);
    sample_with_gil(GAP_NS);
    sample_with_gil(GAP_NS);
    CHECK(attached_ns(0) == 2 * GAP_NS && attachments.time.without_gil.sum_ns == 2 * GAP_NS);
    CHECK(attachments.time.samples == 5 && attachments.time.samples_with_gil == 3);
    CHECK(attachments.count == 0 && attachments.time.observed_pairs == 1);
}

static void
with_a_gil_nobody_counts(void)
{
    begin();
    sample_with_gil(GAP_NS);
    sample_with_gil(GAP_NS);
    CHECK(attachments.time.without_gil.sum_ns == 0 && attachments.time.samples_with_gil == 2);
}

/* The thread that made room keeps what it had, and the new one begins with half a gap. */
static void
a_slot_that_another_thread_gets_begins_anew(void)
{
    begin();
    sample(GAP_NS, 1);
    sample(GAP_NS, 1);
    recorder_fold_holder(&recorder, 0);
    recorder_add_holder(&recorder, 0);
    sample(GAP_NS, 1);
    CHECK(attached_ns(0) == GAP_NS / 2 && recorder.folded.attached.sum_ns == GAP_NS);
    CHECK(attachments.threads[0].is_new && attachments.threads[0].number == 3);
}

static void
a_thread_is_new_when_it_attaches(void)
{
    begin();
    sample(GAP_NS, 1);
    CHECK(attachments.threads[0].is_new);
    sample(GAP_NS, 3);
    CHECK(!attachments.threads[0].is_new && attachments.threads[1].is_new);
    sample(GAP_NS, 2);
    sample(GAP_NS, 3);
    CHECK(attachments.threads[0].is_new && !attachments.threads[1].is_new);
}

int
main(void)
{
    several_threads_are_attached_at_once();
    between_two_samples_that_differ_the_change_is_halfway();
    samples_far_apart_say_less_and_count_all_the_same();
    a_gil_that_comes_back_ends_it_halfway();
    with_a_gil_nobody_counts();
    a_slot_that_another_thread_gets_begins_anew();
    a_thread_is_new_when_it_attaches();
    return 0;
}
