/* 22: the slot that gives up the GIL.

   stamp(number, server) makes a text of a number, sends it to a server, waits for the answer with
   the GIL released, and returns the text.

   A free-threaded Python switches its GIL back on for this module, as it doesn't say that it can
   do without. Before it says so, it has to be true: at times stamp() returns another call's text.
   Mend that, then declare it; Python has a slot for that since 3.13. */

#include <Python.h>
#include <unistd.h>

enum { MAX_TEXT = 32 };

/* Sends a text to a server, and waits for an answer of one byte; returns 0, or the error. */
static int
ask(int server, const char *text)
{
    char answer;
    if (write(server, text, strlen(text)) < 0 || read(server, &answer, 1) < 0) {
        return errno;
    }
    return 0;
}

static PyObject *
stamp(PyObject *Py_UNUSED(module), PyObject *args)
{
    int number;
    int server;
    if (!PyArg_ParseTuple(args, "ii:stamp", &number, &server)) {
        return NULL;
    }
    char text[MAX_TEXT];
    snprintf(text, sizeof text, "no. %d", number);
    int error;
    error = ask(server, text);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyUnicode_FromString(text);
}

static PyMethodDef methods[] = {
    {"stamp", stamp, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil /* since 3.13 */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
