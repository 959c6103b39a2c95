/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report is kept for the next boot, which writes it to a file: see keel/report.h. Flash wears
 * out, so whichever of these comes first is the only one that writes.
 */
#ifndef PAYLOAD_KEEP_H
#define PAYLOAD_KEEP_H

/* The last point. */
void keep_report(void);

/* No point, no words: for a run that ends early. */
void keep_what_there_is(void);

#endif
