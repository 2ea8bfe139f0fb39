/* Signals that end a process by default, noticed before they do: SIGHUP, SIGINT, SIGTERM, SIGALRM
   and SIGXCPU, each only while its action is the default one. Python's own table of handlers
   doesn't show it, and a handler that the program sets takes the place of ours.

   What a handler needs is in static variables: a process has one table of handlers, too. A
   forked child inherits the handlers; there they do what the default action does. */

#ifndef GILEXT_ENDING_SIGNALS_H
#define GILEXT_ENDING_SIGNALS_H

#include <stdbool.h>

/* Notice them from now on. False if somebody in this process does so already.

   The first process of a container notices none: Linux keeps from it what it doesn't handle, so
   python would not end by it. */
bool ending_signals_begin(void);

/* Notice also those whose action has become the default one since. */
void ending_signals_renew(void);

/* In one thread: wait until a signal comes, and return it; 0 after ending_signals_end(). The
   thread that was interrupted goes on when ending_signals_let_go() is called, or soon after. */
int ending_signals_wait(void);
void ending_signals_let_go(void);

/* Leave them to their default action again; also in a forked child. */
void ending_signals_end(void);

/* End this process as a signal does by default. It doesn't return. */
void end_by_signal(int number);

/* "SIGTERM" */
const char *ending_signal_name(int number);

#endif
