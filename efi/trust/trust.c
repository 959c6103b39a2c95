/* SPDX-License-Identifier: BSD-2-Clause */
#include "trust/trust.h"
#include "lib/text.h"
#include "trust/secure_boot.h"

#define EV_IPL 0xd /* TCG PC Client Platform Firmware Profile 1.05, 10.4.1 */

static const EFI_GUID tcg2_guid = TCG2_PROTOCOL_GUID;

/* What cannot be measured: whether that is an error. */
static EFI_STATUS cannot_measure(const struct firmware *fw, struct trust *trust, EFI_STATUS status,
				 const char *what)
{
	trust->failed = true;
	if (trust->secure_boot == KEEL_SECURE_BOOT_ON)
		return fail(fw, status,
			    "%s cannot be measured: the TPM refuses, and Secure Boot is on", what);
	note(fw, "%s is not measured: EFI status %p", what, (uint64_t)status);
	return EFI_SUCCESS;
}

EFI_STATUS trust_examine(const struct firmware *fw, struct trust *trust)
{
	struct tcg2_protocol *protocol = protocol_first(fw, &tcg2_guid);
	struct tcg2_capability capability = { .size = sizeof(capability) };
	EFI_STATUS status;

	*trust = (struct trust){ .secure_boot = secure_boot_state(fw) };
	if (!protocol)
		return EFI_SUCCESS;
	status = protocol->get_capability(protocol, &capability);
	if (EFI_ERROR(status))
		return cannot_measure(fw, trust, status, "what is started");
	if (capability.tpm_present)
		trust->tpm = protocol;
	return EFI_SUCCESS;
}

EFI_STATUS trust_measure(const struct firmware *fw, struct trust *trust, uint32_t pcr,
			 const void *data, uint64_t bytes, const char *what)
{
	const uint64_t size = sizeof(struct tcg2_event) + text_bytes(what) + 1;
	struct tcg2_event *event;
	EFI_STATUS status;

	if (!trust->tpm)
		return EFI_SUCCESS;
	status = fw->boot->AllocatePool(EfiLoaderData, size, (void **)&event);
	if (EFI_ERROR(status))
		return cannot_measure(fw, trust, status, what);
	*event = (struct tcg2_event){
		.size = (UINT32)size,
		.header_size = sizeof(*event) - sizeof(event->size),
		.header_version = 1,
		.pcr = pcr,
		.type = EV_IPL,
	};
	memcpy(event + 1, what, text_bytes(what) + 1);
	/* An empty file is nowhere, and firmware refuses an address of 0. */
	status = trust->tpm->hash_log_extend_event(trust->tpm, 0, (uintptr_t)(bytes ? data : event),
						   bytes, event);
	fw->boot->FreePool(event);
	return EFI_ERROR(status) ? cannot_measure(fw, trust, status, what) : EFI_SUCCESS;
}
