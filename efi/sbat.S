/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What shim wants to know before it starts an image (shim, SBAT.md): lines of component,
 * generation, vendor, package, version, and where to look or to report. The generation grows when a
 * hole is closed through which something unsigned could be started; whoever revokes what came
 * before names the generation.
 */
#include "version.h"

	.section .sbat, "a", @progbits
	.ascii "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii "keel,1,Keel,keel,", KEEL_VERSION_TEXT, ",docs/secure-boot.md\n"

	.section .note.GNU-stack, "", @progbits
