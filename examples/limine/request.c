/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel with an MP request wants of Keel; without one, the other CPUs stay as they are. */
#include "kernel.h"
#include <keel/request.h>

#if WANTS_CPUS
KEEL_REQUEST(KEEL_REQUEST_CPUS, KEEL_CPUS_STARTED);
#endif
