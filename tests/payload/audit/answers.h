/* SPDX-License-Identifier: BSD-2-Clause */
/* Right answers to wrong arguments, as a set of EFI_STATUS values: in some cases there are two. */
#ifndef PAYLOAD_AUDIT_ANSWERS_H
#define PAYLOAD_AUDIT_ANSWERS_H

#include <stdint.h>
#include "audit/finding.h"
#include "audit/service.h"

#define ANSWER_INVALID	   (1u << 2)
#define ANSWER_UNSUPPORTED (1u << 3)
#define ANSWER_TOO_SMALL   (1u << 5)
#define ANSWER_NOT_FOUND   (1u << 14)

static inline void judge_answer(enum service service, const char *what, uint32_t answers,
				efi_status found)
{
	const uint64_t error = found & ~EFI_ERROR(0);

	if (found == SERVICE_FAULTED)
		return;
	if (!(found & EFI_ERROR(0)) || error > 31 || !(answers >> error & 1))
		finding(KEEL_FINDING_WRONG_ARGUMENTS, "%s, %s: EFI status 0x%lx",
			service_name(service), what, found);
}

#endif
