/* The loop through pybind11: held, which is the default, and released by a call guard. */

#include <pybind11/pybind11.h>

extern "C" {
#include "loops/loops.h"
}

namespace py = pybind11;

PYBIND11_MODULE(pybind11_loops, module)
{
    module.def("spin_held", &gilext_spin);
    module.def("spin_released", &gilext_spin, py::call_guard<py::gil_scoped_release>());
}
