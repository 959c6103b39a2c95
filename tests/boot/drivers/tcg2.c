/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TPM 2.0 as the firmware offers it, made up: EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification
 * 1.00, 6) that measures nothing, with a log of one event. Variants:
 *
 *	absent		it says that there is no TPM
 *	mute		it does not even say that
 *	failing		nothing can be measured
 *	truncated	the log was full
 *	no-log		there is no log
 *	garbage		the log makes no sense
 *	no-registers	the registers cannot be read
 *	final		two final events: one that is in the log already, and one that comes after
 *			it was asked for
 */
#include "hooks.h"

#define DEVICE_ERROR EFIERR(7)

struct capability {
	UINT8 size, versions[4];
	UINT32 algorithms, formats;
	BOOLEAN present;
	UINT16 command, response;
	UINT32 manufacturer, banks, active;
};

static const char *wanted;
static BOOLEAN is_asked; /* for the log */
static EFI_GET_MEMORY_MAP get_memory_map;

/* The log's first event, which lists SHA-256 only, and an event of register 0. */
static struct {
	UINT32 pcr, type;
	UINT8 sha1[20];
	UINT32 event_bytes;
	char signature[16];
	UINT32 platform;
	UINT8 versions[4];
	UINT32 algorithms;
	UINT16 id, digest_bytes;
	UINT8 vendor_bytes;
} __attribute__((packed))
first = { 0, 3, { 0 }, 33, "Spec ID Event03", 0, { 0, 2, 0, 2 }, 1, 11, 32, 0 };

struct event {
	UINT32 pcr, type, digests;
	UINT16 id;
	UINT8 digest[32];
	UINT32 event_bytes;
	char text[4];
} __attribute__((packed));

static struct {
	UINT8 first[sizeof(first)];
	struct event event;
} __attribute__((packed)) tpm_log;

static struct {
	UINT64 version, count;
	struct event events[2];
} __attribute__((packed)) final = { 1, 1, { { 0 } } };

static EFI_STATUS EFIAPI get_capability(void *this, struct capability *to)
{
	(void)this;
	if (text_is(wanted, "mute"))
		return DEVICE_ERROR;
	to->present = !text_is(wanted, "absent");
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_event_log(void *this, UINT32 format, UINT64 *from, UINT64 *last,
				       BOOLEAN *truncated)
{
	(void)this;
	if (text_is(wanted, "no-log") || format != 2)
		return DEVICE_ERROR;
	is_asked = TRUE;
	*from = (UINT64)&tpm_log;
	*last = (UINT64)&tpm_log.event;
	*truncated = text_is(wanted, "truncated");
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI hash_log_extend_event(void *this, UINT64 flags, UINT64 data, UINT64 bytes,
					       void *event)
{
	UINT32 pcr;

	(void)this, (void)flags, (void)data, (void)bytes;
	memcpy(&pcr, (UINT8 *)event + 10, sizeof(pcr));
	/* The firmware measures the images that it loads, and loads none where that fails. */
	return text_is(wanted, "failing") && pcr >= 8 ? DEVICE_ERROR : EFI_SUCCESS;
}

/* Registers of zeros, whatever was asked for. */
static EFI_STATUS EFIAPI submit_command(void *this, UINT32 bytes, UINT8 *command, UINT32 room,
					UINT8 *response)
{
	(void)this, (void)bytes;
	if (text_is(wanted, "no-registers") || room < 96)
		return DEVICE_ERROR;
	for (UINTN n = 0; n < 96; n++)
		response[n] = 0;
	memcpy(response + 14, command + 10, 10);
	response[27] = 2;
	response[29] = response[63] = 32;
	return EFI_SUCCESS;
}

/* Something of the firmware's is measured, after the log was asked for. */
static EFI_STATUS EFIAPI log_late(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
				  UINTN *stride, UINT32 *version)
{
	if (is_asked)
		final.count = 2;
	return get_memory_map(bytes, map, key, stride, version);
}

static void *protocol[] = {
	get_capability, get_event_log, hash_log_extend_event, submit_command, NULL, NULL, NULL
};

static struct event event_of(const char *text)
{
	struct event e = { 0, 0xd, 1, 11, { 0 }, 4, { 0 } };

	memcpy(e.text, text, 4);
	return e;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	static EFI_GUID guid = {
		0x607f766c, 0x7455, 0x42be, { 0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f }
	};
	static EFI_GUID final_guid = {
		0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 }
	};
	EFI_HANDLE handle = NULL;

	launch_init(image, system);
	wanted = variant(image);
	memcpy(tpm_log.first, &first, sizeof(first));
	tpm_log.event = event_of("old");
	final.events[0] = event_of("old");
	final.events[1] = event_of("new");
	if (text_is(wanted, "garbage"))
		tpm_log.first[40] = 'x';
	if (EFI_ERROR(boot_services->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE,
							      protocol)))
		complain("the protocol cannot be installed");
	if (text_is(wanted, "final")) {
		boot_services->InstallConfigurationTable(&final_guid, &final);
		HOOK(boot_services, GetMemoryMap, log_late, &get_memory_map);
	}
	launch("tcg2", NULL, NULL);
	return finish();
}
