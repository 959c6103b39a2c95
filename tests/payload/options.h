/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line asks of the self-check. */
#ifndef PAYLOAD_OPTIONS_H
#define PAYLOAD_OPTIONS_H

#include <stdint.h>
#include "audit/audit.h"

#define FINISH_HALT (~0u) /* none of ResetSystem's types */

struct options {
	uint32_t finish; /* ResetSystem's type, or FINISH_HALT */
	enum audit_depth depth;
};

/* Of words that exclude each other the last one counts. A word that is none is told of. */
struct options options_read(void);

#endif
