/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A service that does not return is never interrupted: it may be writing to flash, which took 28 s
 * here in one case. Another CPU, where there is one, shows its name and for how long it has been
 * running, and after five minutes ends the run without touching the CPU that it runs on.
 */
#ifndef PAYLOAD_AUDIT_WATCH_H
#define PAYLOAD_AUDIT_WATCH_H

#include <stdbool.h>

/* By the CPU that calls. The name is shown on the screen, too. */
void watch_begin(const char *name);
void watch_end(void);

/* What another CPU does from now on. */
_Noreturn void watch_calls(void);
bool watch_is_there(void);

/* That CPU does this, and this one watches it meanwhile. False where there is no other. */
bool watch_change_places(void (*work)(void));

#endif
