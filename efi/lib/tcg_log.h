/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TPM's event log in its crypto-agile form (TCG PC Client Platform Firmware Profile 1.05, 10.2):
 * a TCG_PCR_EVENT that lists the algorithms, and TCG_PCR_EVENT2 after it. Here only how long such
 * events are. Pure C.
 */
#ifndef EFI_LIB_TCG_LOG_H
#define EFI_LIB_TCG_LOG_H

#include <stdint.h>

#define TCG_MOST_ALGORITHMS 8
#define TCG_MOST_EVENT	    (1 << 20) /* bytes of one event: what is longer makes no sense */

struct tcg_algorithms {
	uint32_t count;	      /* 0: the log makes no sense */
	uint32_t first_bytes; /* of the event that lists them */
	struct {
		uint16_t id;
		uint16_t digest_bytes;
	} list[TCG_MOST_ALGORITHMS];
};

/* What the log's first event says, of which no more than `bytes` bytes are read. */
struct tcg_algorithms tcg_log_algorithms(const void *log, uint64_t bytes);

/*
 * Bytes of the TCG_PCR_EVENT2 at `event`, of which no more than `bytes` are read; 0 if it makes no
 * sense, or does not end there.
 */
uint64_t tcg_event_bytes(const struct tcg_algorithms *algorithms, const void *event,
			 uint64_t bytes);

#endif
