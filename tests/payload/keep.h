/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report is kept for the next boot, which writes it to a file: see keel/report.h. Flash wears
 * out, and each write is a risk of its own, so a run writes twice at most: what is known before the
 * audit's last part begins, and all of it at the end.
 */
#ifndef PAYLOAD_KEEP_H
#define PAYLOAD_KEEP_H

/* Before a risk is taken: no point, no words. */
void keep_what_is_known(void);

/* The last point. */
void keep_report(void);

/* No point, no words: for a run that ends early. */
void keep_what_there_is(void);

#endif
