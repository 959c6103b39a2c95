/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was measured into the TPM: the events of the log, replayed, come to what the registers held.
 * Only those that Keel extends: the firmware's own may hold what no log has.
 */
#include "checks.h"
#include "report.h"
#include "sha256.h"

#define PCRS	       0x300 /* registers 8 and 9, a bit each */
#define FIRST_PCR      8
#define ALG_SHA256     0xb
#define FIRST_AT_EVENT 28 /* TCG_PCR_EVENT: its event's size, and its event behind that */
#define ALGORITHMS_AT  56 /* the number of algorithms in that, and the list behind it */
#define MOST_DIGESTS   16

/* A text of bytes; `at` never passes its end. */
struct reader {
	const uint8_t *start;
	uint64_t bytes;
	uint64_t at;
	bool cut; /* there was less than was asked for */
};

static const uint8_t *take_bytes(struct reader *r, uint64_t bytes)
{
	const uint8_t *from = r->start + r->at;

	if (bytes > r->bytes - r->at) {
		r->cut = true;
		return NULL;
	}
	r->at += bytes;
	return from;
}

static uint32_t take_number(struct reader *r, unsigned bytes)
{
	const uint8_t *from = take_bytes(r, bytes);
	uint32_t value = 0;

	for (unsigned n = bytes; from && n--;)
		value = value << 8 | from[n];
	return value;
}

/* Of an algorithm, as the log's first event says; 0 if it does not. */
static uint32_t digest_size(uint32_t algorithm)
{
	struct reader r = { boot->tpm_log, boot->tpm_log_bytes, 0, false };
	uint32_t count;

	take_bytes(&r, ALGORITHMS_AT);
	for (count = take_number(&r, 4); count && !r.cut; count--) {
		const uint32_t id = take_number(&r, 2);
		const uint32_t bytes = take_number(&r, 2);

		if (id == algorithm)
			return bytes;
	}
	return 0;
}

/* One TCG_PCR_EVENT2; its SHA-256 digest goes into the register it is for, if that is ours. */
static void replay_event(struct reader *r, uint8_t registers[2][SHA256_BYTES])
{
	const uint32_t pcr = take_number(r, 4);
	uint32_t digests;

	take_number(r, 4); /* its type */
	digests = take_number(r, 4);
	if (digests > MOST_DIGESTS)
		r->cut = true;
	for (; digests && !r->cut; digests--) {
		const uint32_t algorithm = take_number(r, 2);
		const uint32_t bytes = digest_size(algorithm);
		const uint8_t *digest = take_bytes(r, bytes);

		if (!bytes)
			r->cut = true;
		if (digest && algorithm == ALG_SHA256 && bytes == SHA256_BYTES &&
		    pcr - FIRST_PCR < 2)
			sha256_of_pair(registers[pcr - FIRST_PCR], digest,
				       registers[pcr - FIRST_PCR]);
	}
	take_bytes(r, take_number(r, 4));
}

static void replay(const void *start, uint64_t bytes, uint64_t from,
		   uint8_t registers[2][SHA256_BYTES])
{
	struct reader r = { start, bytes, 0, false };

	take_bytes(&r, from);
	while (r.at < r.bytes && !r.cut)
		replay_event(&r, registers);
	expect("is cut off in an event", (uint64_t)start + r.at, false, r.cut);
}

static void expect_register(const char *what, const uint8_t *replayed, const uint8_t *told)
{
	for (unsigned n = 0; n < SHA256_BYTES; n++)
		if (!expect(what, (uint64_t)(told + n), replayed[n], told[n]))
			return;
}

static void check_replay(void)
{
	uint8_t registers[2][SHA256_BYTES] = { 0 };
	struct reader first = { boot->tpm_log, boot->tpm_log_bytes, 0, false };

	point_begin("measured boot: registers 8 and 9 are what the event log comes to");
	if (boot->measured == KEEL_MEASURED_NOT) {
		point_skip("there is no TPM 2.0");
		return;
	}
	if (boot->measured != KEEL_MEASURED_ALL || !boot->tpm_pcrs) {
		point_skip("the loader could not measure or read everything");
		return;
	}
	take_bytes(&first, FIRST_AT_EVENT);
	take_bytes(&first, take_number(&first, 4));
	replay(boot->tpm_log, boot->tpm_log_bytes, first.at, registers);
	replay(boot->tpm_final_events, boot->tpm_final_events_bytes, 0, registers);
	expect_register("tpm_pcr8", registers[0], boot->tpm_pcr8);
	expect_register("tpm_pcr9", registers[1], boot->tpm_pcr9);
	point_end();
}

/* What there is without a TPM: nothing. */
static void check_members(void)
{
	const bool has_tpm = boot->measured != KEEL_MEASURED_NOT;
	const bool has_log = boot->tpm_log_bytes != 0;
	uint8_t any = 0;

	for (unsigned n = 0; n < KEEL_PCR_BYTES; n++)
		any |= boot->tpm_pcr8[n] | boot->tpm_pcr9[n];
	point_begin("measured boot: what boot_info says of it fits together");
	expect("measured", 0, true, boot->measured <= KEEL_MEASURED_PARTLY);
	expect("tpm_pcrs", 0, true, !boot->tpm_pcrs || (boot->tpm_pcrs == PCRS && has_tpm));
	expect("registers that are not known are zero", 0, false, !boot->tpm_pcrs && any);
	expect("tpm_log", 0, has_log, boot->tpm_log != NULL);
	expect("a log without a TPM", 0, false, has_log && !has_tpm);
	expect("no log where everything was measured", 0, false,
	       !has_log && boot->measured == KEEL_MEASURED_ALL);
	expect("tpm_final_events", 0, boot->tpm_final_events_bytes != 0,
	       boot->tpm_final_events != NULL);
	expect("events after no log", 0, false, boot->tpm_final_events_bytes && !has_log);
	point_end();
}

void check_measured(void)
{
	check_members();
	check_replay();
}
