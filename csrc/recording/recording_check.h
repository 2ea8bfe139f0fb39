/* Whether what was read from a file can be a recording. No Python.h here. */

#ifndef GILEXT_RECORDING_CHECK_H
#define GILEXT_RECORDING_CHECK_H

#include "recording/sampler.h"

/* Check each number that anything is found by, or that has to agree with others; leave out what was
   being appended if the process was killed. NULL, or what is wrong. */
const char *recording_check(struct sampler *sampler, bool is_ended);

#endif
