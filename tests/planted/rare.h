/* The functions of rare.c, and how both files list a leak and its twin. */

#ifndef PLANTED_RARE_H
#define PLANTED_RARE_H

#define TWINS(name, flags)                                                     \
    {"leak_" #name, (PyCFunction)(void (*)(void))leak_##name, flags, NULL},    \
    {"sound_" #name, (PyCFunction)(void (*)(void))sound_##name, flags, NULL}

int add_rare(PyObject *module);

#endif
