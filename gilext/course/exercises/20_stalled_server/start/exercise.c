/* 20: the stalled server.

   closest(text, words) returns the index of the word, in a sequence of bytes, that has the
   smallest edit distance to a text. A server calls it in a worker thread, and stops answering until
   it is done.

   Let the other threads run while it compares. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

enum { MAX_LETTERS = 400 };

/* Returns how many letters have to be changed, added or removed to make one word of another. */
static int
distance(const char *left, Py_ssize_t left_size, const char *right, Py_ssize_t right_size)
{
    int row[MAX_LETTERS + 1];
    for (Py_ssize_t j = 0; j <= right_size; j++) {
        row[j] = (int)j;
    }
    for (Py_ssize_t i = 1; i <= left_size; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (Py_ssize_t j = 1; j <= right_size; j++) {
            int changed = diagonal + (left[i - 1] != right[j - 1]);
            int shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = changed < shorter ? changed : shorter;
        }
    }
    return row[right_size];
}

static PyObject *
closest(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *text;
    Py_ssize_t text_size;
    PyObject *words;
    if (!PyArg_ParseTuple(args, "y#O:closest", &text, &text_size, &words)) {
        return NULL;
    }
    Py_ssize_t count = PySequence_Size(words);
    if (count < 0) {
        return NULL;
    }
    Py_ssize_t best = -1;
    int smallest = INT_MAX;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *word = PySequence_GetItem(words, i);
        if (word == NULL) {
            return NULL;
        }
        char *letters;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(word, &letters, &size) < 0) {
            Py_DECREF(word);
            return NULL;
        }
        size = size < MAX_LETTERS ? size : MAX_LETTERS;
        int found = distance(text, text_size, letters, size);
        Py_DECREF(word);
        if (found < smallest) {
            smallest = found;
            best = i;
        }
    }
    return PyLong_FromSsize_t(best);
}

static PyMethodDef methods[] = {
    {"closest", closest, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
