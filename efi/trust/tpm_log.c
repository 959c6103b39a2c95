/* SPDX-License-Identifier: BSD-2-Clause */
#include "trust/tpm_log.h"

#define FINAL_ROOM (64 << 10) /* bytes for final events; there are a handful of 100 bytes each */

/* TPM2_PCR_Read of both registers in the SHA-256 bank (TPM 2.0 Part 3, 22.4); big-endian. */
static const uint8_t read_pcrs[] = {
	0x80, 0x01, 0, 0,    0, 20,   /* no sessions, size */
	0,    0,    1, 0x7e,	      /* TPM_CC_PCR_Read */
	0,    0,    0, 1,    0, 0x0b, /* one selection, TPM_ALG_SHA256 */
	3,    0,    3, 0,	      /* three bytes of bits: registers 8 and 9 */
};

struct pcrs_response {
	uint8_t tag_and_size[6];
	uint8_t code[4];
	uint8_t update_counter[4];
	uint8_t selection[10]; /* as in the command */
	uint8_t digest_count[4];
	struct {
		uint8_t bytes[2];
		uint8_t digest[KEEL_PCR_BYTES];
	} digests[2];
};

static bool is_number(const uint8_t *big_endian, unsigned bytes, uint8_t number)
{
	while (--bytes)
		if (*big_endian++)
			return false;
	return *big_endian == number;
}

static bool take_pcrs(const struct trust *trust, struct tpm_log *log)
{
	struct pcrs_response r = { .code = { 0xff } };
	const EFI_STATUS status = trust->tpm->submit_command(
		trust->tpm, sizeof(read_pcrs), (UINT8 *)read_pcrs, sizeof(r), (UINT8 *)&r);

	/* A bank that is not active is taken out of the selection, and gives no digests. */
	if (EFI_ERROR(status) || !is_number(r.code, 4, 0) ||
	    memcmp(r.selection, read_pcrs + 10, sizeof(r.selection)) != 0 ||
	    !is_number(r.digest_count, 4, 2))
		return false;
	for (unsigned n = 0; n < 2; n++) {
		if (!is_number(r.digests[n].bytes, 2, KEEL_PCR_BYTES))
			return false;
		memcpy(log->pcrs[n], r.digests[n].digest, KEEL_PCR_BYTES);
	}
	return true;
}

/* Bytes from the log's first event to the end of its last one; 0 if it makes no sense. */
static uint64_t log_bytes(const void *first, const void *last, struct tcg_algorithms *algorithms)
{
	const uint64_t offset = (uintptr_t)last - (uintptr_t)first;
	uint64_t last_bytes;

	*algorithms = tcg_log_algorithms(first, TCG_MOST_EVENT);
	if (!algorithms->count || last < first || offset >> 32)
		return 0;
	if (!offset)
		return algorithms->first_bytes;
	last_bytes = tcg_event_bytes(algorithms, last, TCG_MOST_EVENT);
	return last_bytes ? offset + last_bytes : 0;
}

static EFI_STATUS copy_log(const struct firmware *fw, const void *first, struct tpm_log *log)
{
	EFI_STATUS status;

	log->final_offset = (log->bytes + 15) & ~UINT64_C(15);
	status = block_allocate(fw, &log->block, BYTES_TO_PAGES(log->final_offset + FINAL_ROOM),
				"the TPM's event log");
	if (EFI_ERROR(status))
		return status;
	memset(block_memory(&log->block), 0, block_bytes(&log->block));
	memcpy(block_memory(&log->block), first, log->bytes);
	return EFI_SUCCESS;
}

static EFI_STATUS take_log(const struct firmware *fw, const struct trust *trust,
			   uint64_t final_phys, struct tpm_log *log)
{
	EFI_PHYSICAL_ADDRESS first = 0;
	EFI_PHYSICAL_ADDRESS last = 0;
	BOOLEAN truncated = FALSE;
	const EFI_STATUS status = trust->tpm->get_event_log(trust->tpm, TCG2_LOG_CRYPTO_AGILE,
							    &first, &last, &truncated);

	log->bytes =
		EFI_ERROR(status) || !first
			? 0
			: log_bytes((void *)first, (void *)(last ? last : first), &log->algorithms);
	if (!log->bytes) {
		note(fw, "the TPM's event log cannot be read: EFI status %p", (uint64_t)status);
		log->state = KEEL_MEASURED_PARTLY;
		return EFI_SUCCESS;
	}
	if (truncated) {
		note(fw, "the TPM's event log was full: the firmware has left events out");
		log->state = KEEL_MEASURED_PARTLY;
	}
	log->final = (const void *)final_phys;
	/* What was logged after an earlier call of GetEventLog stands in both. */
	log->logged_finals = log->final ? log->final->count : 0;
	return copy_log(fw, (const void *)first, log);
}

EFI_STATUS tpm_log_take(const struct firmware *fw, const struct trust *trust, uint64_t final_phys,
			struct tpm_log *log)
{
	*log = (struct tpm_log){ .state =
					 trust->failed ? KEEL_MEASURED_PARTLY : KEEL_MEASURED_NOT };
	if (!trust->tpm)
		return EFI_SUCCESS;
	if (!trust->failed)
		log->state = KEEL_MEASURED_ALL;
	log->has_pcrs = take_pcrs(trust, log);
	if (!log->has_pcrs)
		note(fw, "the TPM does not tell its registers 8 and 9 (SHA-256)");
	return take_log(fw, trust, final_phys, log);
}

void tpm_log_finish(struct tpm_log *log)
{
	char *to = (char *)block_memory(&log->block) + log->final_offset;
	const uint8_t *from;

	if (!log->block.pages || !log->final)
		return;
	from = log->final->events;
	for (uint64_t n = 0; n < log->final->count; n++) {
		const uint64_t left = FINAL_ROOM - log->final_bytes;
		const uint64_t bytes = tcg_event_bytes(&log->algorithms, from, TCG_MOST_EVENT);

		if (!bytes || bytes > left) {
			log->state = KEEL_MEASURED_PARTLY;
			return;
		}
		if (n >= log->logged_finals) {
			memcpy(to + log->final_bytes, from, bytes);
			log->final_bytes += bytes;
		}
		from += bytes;
	}
}

void tpm_log_free(const struct firmware *fw, struct tpm_log *log)
{
	block_free(fw, &log->block);
}
