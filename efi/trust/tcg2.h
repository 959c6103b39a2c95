/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification 1.00, revision 00.13, 6), which gnu-efi lacks.
 */
#ifndef EFI_TRUST_TCG2_H
#define EFI_TRUST_TCG2_H

#include <efi.h>

#define TCG2_PROTOCOL_GUID                                             \
	{                                                              \
		0x607f766c, 0x7455, 0x42be,                            \
		{                                                      \
			0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f \
		}                                                      \
	}
#define TCG2_FINAL_EVENTS_GUID                                         \
	{                                                              \
		0x1e2ed096, 0x30e2, 0x4254,                            \
		{                                                      \
			0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 \
		}                                                      \
	}

#define TCG2_LOG_CRYPTO_AGILE 2 /* EFI_TCG2_EVENT_LOG_FORMAT_TCG_2 */

struct tcg2_capability {
	UINT8 size;
	UINT8 structure_version[2];
	UINT8 protocol_version[2];
	UINT32 hash_algorithms;
	UINT32 log_formats;
	BOOLEAN tpm_present;
	UINT16 max_command_bytes;
	UINT16 max_response_bytes;
	UINT32 manufacturer;
	UINT32 pcr_banks;
	UINT32 active_pcr_banks;
};

/* EFI_TCG2_EVENT up to the event itself. */
struct tcg2_event {
	UINT32 size; /* of all of it */
	UINT32 header_size;
	UINT16 header_version; /* 1 */
	UINT32 pcr;
	UINT32 type;
} __attribute__((packed));

struct tcg2_protocol {
	EFI_STATUS(EFIAPI *get_capability)(struct tcg2_protocol *this, struct tcg2_capability *to);
	EFI_STATUS(EFIAPI *get_event_log)
	(struct tcg2_protocol *this, UINT32 format, EFI_PHYSICAL_ADDRESS *first,
	 EFI_PHYSICAL_ADDRESS *last, BOOLEAN *truncated);
	EFI_STATUS(EFIAPI *hash_log_extend_event)
	(struct tcg2_protocol *this, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 bytes,
	 struct tcg2_event *event);
	EFI_STATUS(EFIAPI *submit_command)
	(struct tcg2_protocol *this, UINT32 command_bytes, UINT8 *command, UINT32 response_bytes,
	 UINT8 *response);
};

struct tcg2_final_events {
	UINT64 version;
	UINT64 count;
	UINT8 events[]; /* TCG_PCR_EVENT2, one after the other */
};

#endif
