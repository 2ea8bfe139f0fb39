/* One sample, and what each part of a sampler makes of it. No Python.h here. */

#ifndef GILEXT_TAKE_SAMPLE_H
#define GILEXT_TAKE_SAMPLE_H

#include "recording/sampler.h"

enum sample_taker { FIRST_THREAD, BACKUP_THREAD, CALLER };

/* Once the recording has ended, nothing is recorded. */
void take_sample(struct sampler *sampler, enum sample_taker who);

/* End the recording; a second time, nothing happens. */
void take_last_sample(struct sampler *sampler);

#endif
