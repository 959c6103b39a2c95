/* SPDX-License-Identifier: BSD-2-Clause */
/* Segment selectors at kernel entry. Usable from C and from assembly. */
#ifndef KEEL_SELECTORS_H
#define KEEL_SELECTORS_H

/* Selectors in the GDT that is loaded at kernel entry. */
#define KEEL_KERNEL_CS 0x10 /* 64-bit code, DPL 0 */
#define KEEL_KERNEL_DS 0x18 /* data, DPL 0 */
#define KEEL_USER_CS32 0x23 /* 32-bit code, DPL 3 */
#define KEEL_USER_DS   0x2b /* data, DPL 3 */
#define KEEL_USER_CS   0x33 /* 64-bit code, DPL 3 */
#define KEEL_TSS_SEL   0x40 /* 64-bit TSS, 16 bytes */
#define KEEL_GDT_BYTES 128  /* limit + 1 of the GDT; unnamed descriptors are null */

#endif
