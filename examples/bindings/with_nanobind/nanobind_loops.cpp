/* The loop through nanobind: held, which is the default, and released by a call guard. */

#include <nanobind/nanobind.h>

extern "C" {
#include "loops/loops.h"
}

namespace nb = nanobind;

NB_MODULE(nanobind_loops, module)
{
    module.def("spin_held", &gilext_spin);
    module.def("spin_released", &gilext_spin, nb::call_guard<nb::gil_scoped_release>());
}
