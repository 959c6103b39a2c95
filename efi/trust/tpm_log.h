/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the TPM has come to, for the kernel: a copy of its event log, of the events that follow that
 * in EFI_TCG2_FINAL_EVENTS_TABLE, and the registers that Keel has extended.
 */
#ifndef EFI_TRUST_TPM_LOG_H
#define EFI_TRUST_TPM_LOG_H

#include "lib/tcg_log.h"
#include "trust/trust.h"

struct tpm_log {
	struct block block; /* the log, and behind it room for final events */
	uint64_t bytes;
	uint64_t final_offset; /* in the block */
	uint64_t final_bytes;
	const struct tcg2_final_events *final; /* the firmware's; NULL: none */
	uint64_t logged_finals;		       /* of its events: in the log already */
	struct tcg_algorithms algorithms;
	enum keel_measured state;
	bool has_pcrs;
	uint8_t pcrs[2][KEEL_PCR_BYTES]; /* TPM_PCR_CONFIG, TPM_PCR_FILES: SHA-256 */
};

/*
 * After the last measurement. The firmware's final events are at that physical address, 0 if
 * nowhere. Without a TPM there is nothing, and that is no error; what the firmware does not give is
 * a note.
 */
EFI_STATUS tpm_log_take(const struct firmware *fw, const struct trust *trust, uint64_t final_phys,
			struct tpm_log *log);

/* Copies the final events, as late as possible before the exit. Says nothing, allocates nothing. */
void tpm_log_finish(struct tpm_log *log);

void tpm_log_free(const struct firmware *fw, struct tpm_log *log);

#endif
