/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's variables, read and written at run time. UEFI 2.10, 8.2. */
#include <stddef.h>
#include <keel/report.h>
#include "checks.h"
#include "report.h"
#include "service.h"

/* More variables than any board has; without an end, a broken store would never let go. */
#define VARIABLES_AT_MOST 20000
#define NAME_BYTES	  4096

/* 3.3: the vendor of the firmware's own variables. */
static const struct efi_guid global_vendor = {
	0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
};
static const struct efi_guid own_vendor = KEEL_VARIABLE_VENDOR;
static const uint16_t own_name[] = u"KeelSelfCheckProbe";

#define OWN_ATTRIBUTES \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

static efi_status get(const uint16_t *name, const struct efi_guid *vendor, void *data,
		      uint64_t *bytes, uint32_t *attributes)
{
	return CALL(GET_VARIABLE, ADDRESS(name), ADDRESS(vendor), ADDRESS(attributes),
		    ADDRESS(bytes), ADDRESS(data));
}

static efi_status set(uint64_t bytes, const void *data)
{
	return CALL(SET_VARIABLE, ADDRESS(own_name), ADDRESS(&own_vendor), OWN_ATTRIBUTES, bytes,
		    ADDRESS(data));
}

static void check_get_variable(void)
{
	static const uint16_t *const names[] = { u"BootOrder", u"PlatformLang" };
	uint8_t data[256];
	uint32_t attributes;

	if (!service_begin(SERVICE_GET_VARIABLE, "reads BootOrder and PlatformLang"))
		return;
	for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		uint64_t bytes = sizeof(data);
		efi_status status = get(names[n], &global_vendor, data, &bytes, &attributes);

		/* Neither has to be there; too small a buffer is an answer as well. */
		if (status != EFI_NOT_FOUND && status != EFI_BUFFER_TOO_SMALL)
			expect_status("status", EFI_SUCCESS, status);
	}
	point_end();
}

/* A variable of one byte; -1 if it is not there. */
static int flag(const uint16_t *name)
{
	uint8_t value = 0;
	uint64_t bytes = sizeof(value);
	uint32_t attributes;

	return get(name, &global_vendor, &value, &bytes, &attributes) ? -1 : value;
}

/* UEFI 2.10, 3.3: as the firmware says at run time, which is what it said when it started Keel. */
static void check_secure_boot(void)
{
	enum keel_secure_boot expected = KEEL_SECURE_BOOT_ON;
	int on, setup;

	if (!service_begin(SERVICE_GET_VARIABLE, "agrees with boot_info about Secure Boot"))
		return;
	on = flag(u"SecureBoot");
	setup = flag(u"SetupMode");
	if (on <= 0)
		expected = on ? KEEL_SECURE_BOOT_ABSENT : KEEL_SECURE_BOOT_OFF;
	else if (setup == 1)
		expected = KEEL_SECURE_BOOT_SETUP;
	expect("secure_boot", 0, expected, boot->secure_boot);
	expect("reserved", 0, 0, boot->reserved);
	point_end();
}

/* The variable is there, and nothing but a large enough buffer gets it. */
static void expect_content(const char *text, uint64_t text_bytes)
{
	char back[64] = { 0 };
	uint64_t bytes = sizeof(back);
	uint32_t attributes = 0;

	expect_status("status of reading back", EFI_SUCCESS,
		      get(own_name, &own_vendor, back, &bytes, &attributes));
	expect("bytes", 0, text_bytes, bytes);
	expect("attributes", 0, OWN_ATTRIBUTES, attributes);
	expect("content is the same", 0, 0,
	       (uint64_t)(__builtin_memcmp(text, back, text_bytes) != 0));
	bytes = text_bytes - 1;
	expect_status("status for a buffer one byte too small", EFI_BUFFER_TOO_SMALL,
		      get(own_name, &own_vendor, back, &bytes, &attributes));
	expect("bytes that are needed", 0, text_bytes, bytes);
	bytes = 0;
	expect_status("status for no buffer", EFI_BUFFER_TOO_SMALL,
		      get(own_name, &own_vendor, NULL, &bytes, NULL));
	expect("bytes that are needed", 0, text_bytes, bytes);
}

bool variables_have_room(uint64_t bytes)
{
	uint64_t maximum = 0, remaining = 0, largest = 0;

	return service_is_offered(SERVICE_QUERY_VARIABLE_INFO) &&
	       CALL(QUERY_VARIABLE_INFO, KEEL_REPORT_ATTRIBUTES, ADDRESS(&maximum),
		    ADDRESS(&remaining), ADDRESS(&largest)) == EFI_SUCCESS &&
	       keel_report_fits(bytes, remaining, largest);
}

static void check_set_variable(void)
{
	static const char text[] = "left by the self-check of Keel";
	char back[sizeof(text)];
	uint64_t bytes = sizeof(back);
	efi_status status;
	uint32_t attributes;

	if (!service_begin(SERVICE_SET_VARIABLE,
			   "creates a variable, which reads back and is deleted"))
		return;
	if (!service_is_offered(SERVICE_GET_VARIABLE)) {
		point_skip("EFI_RT_PROPERTIES_TABLE does not offer GetVariable");
		return;
	}
	status = set(sizeof(text), text);
	if (status == EFI_OUT_OF_RESOURCES && !variables_have_room(sizeof(text))) {
		point_skip("too little room for variables");
		return;
	}
	expect_status("status of creation", EFI_SUCCESS, status);
	expect_content(text, sizeof(text));
	expect_status("status of deletion", EFI_SUCCESS, set(0, NULL));
	expect_status("status after deletion", EFI_NOT_FOUND,
		      get(own_name, &own_vendor, back, &bytes, &attributes));
	point_end();
}

static void check_next_name(void)
{
	static uint16_t name[NAME_BYTES / sizeof(uint16_t)];
	struct efi_guid vendor = { 0 };
	efi_status status = EFI_SUCCESS;
	unsigned count = 0;

	if (!service_begin(SERVICE_GET_NEXT_VARIABLE_NAME, "comes to an end"))
		return;
	for (; status == EFI_SUCCESS && count < VARIABLES_AT_MOST; count++) {
		uint64_t bytes = sizeof(name);

		status = CALL(GET_NEXT_VARIABLE_NAME, ADDRESS(&bytes), ADDRESS(name),
			      ADDRESS(&vendor));
	}
	expect_status("last status", EFI_NOT_FOUND, status);
	point_end();
	comment("%u variables", count ? count - 1 : 0);
}

static void check_query_info(void)
{
	uint64_t maximum = 0, remaining = 0, largest = 0;

	if (!service_begin(SERVICE_QUERY_VARIABLE_INFO, "gives sizes"))
		return;
	expect_status("status", EFI_SUCCESS,
		      CALL(QUERY_VARIABLE_INFO, OWN_ATTRIBUTES, ADDRESS(&maximum),
			   ADDRESS(&remaining), ADDRESS(&largest)));
	expect("there is room for variables", maximum, true, maximum > 0);
	expect("what remains is not more than there is", remaining, true, remaining <= maximum);
	point_end();
}

void check_variables(void)
{
	check_get_variable();
	check_secure_boot();
	check_set_variable();
	check_next_name();
	check_query_info();
}
