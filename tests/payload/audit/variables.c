/* SPDX-License-Identifier: BSD-2-Clause */
/* Variables at run time; see variables.h. */
#include <stddef.h>
#include <keel/report.h>
#include "audit/finding.h"
#include "audit/names.h"
#include "audit/service.h"
#include "audit/variables.h"

const struct efi_guid global_vendor = {
	0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
};
const struct efi_guid own_vendor = KEEL_VARIABLE_VENDOR;
/* The same but for its last byte: firmware that compares less than all of it mixes them up. */
static const struct efi_guid other_vendor = {
	0x6b65656c, 0x5c1f, 0x4a7e, { 0x9d, 0x32, 0x84, 0x1c, 0x70, 0xe5, 0xb2, 0xa0 }
};
static const uint16_t own_name[] = u"KeelSelfCheckProbe";

efi_status variable_get(const uint16_t *name, const struct efi_guid *vendor, void *data,
			uint64_t *bytes, uint32_t *attributes)
{
	return CALL(GET_VARIABLE, ADDRESS(name), ADDRESS(vendor), ADDRESS(attributes),
		    ADDRESS(bytes), ADDRESS(data));
}

efi_status variable_set(const uint16_t *name, const struct efi_guid *vendor, uint32_t attributes,
			uint64_t bytes, const void *data)
{
	return CALL(SET_VARIABLE, ADDRESS(name), ADDRESS(vendor), attributes, bytes, ADDRESS(data));
}

static void read_known(void)
{
	static const uint16_t *const names[] = { u"BootOrder", u"PlatformLang" };
	uint8_t data[256];
	uint32_t attributes;

	if (!service_begin(SERVICE_GET_VARIABLE, "reads BootOrder and PlatformLang"))
		return;
	for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		uint64_t bytes = sizeof(data);
		efi_status status =
			variable_get(names[n], &global_vendor, data, &bytes, &attributes);

		/* Neither has to be there; too small a buffer is an answer as well. */
		if (status != EFI_NOT_FOUND && status != EFI_BUFFER_TOO_SMALL)
			judge(KEEL_FINDING_VARIABLE_READ, "status", EFI_SUCCESS, status);
	}
	point_end();
}

/* A variable of one byte; -1 if it is not there. Its attributes must not let it be written. */
static int flag(const uint16_t *name)
{
	uint8_t value = 0;
	uint64_t bytes = sizeof(value);
	uint32_t attributes = 0;

	if (variable_get(name, &global_vendor, &value, &bytes, &attributes))
		return -1;
	judge_true(KEEL_FINDING_SECURE_BOOT_VARIABLES,
		   !(attributes & EFI_VARIABLE_NON_VOLATILE) &&
			   attributes & EFI_VARIABLE_RUNTIME_ACCESS,
		   "attributes of SecureBoot or SetupMode", attributes);
	return value;
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

bool variables_have_room(uint64_t bytes)
{
	uint64_t maximum = 0, remaining = 0, largest = 0;

	return service_is_offered(SERVICE_QUERY_VARIABLE_INFO) &&
	       CALL(QUERY_VARIABLE_INFO, KEEL_REPORT_ATTRIBUTES, ADDRESS(&maximum),
		    ADDRESS(&remaining), ADDRESS(&largest)) == EFI_SUCCESS &&
	       keel_report_fits(bytes, remaining, largest);
}

bool variable_begin(const char *what)
{
	if (!service_begin(SERVICE_SET_VARIABLE, what))
		return false;
	if (!service_is_offered(SERVICE_GET_VARIABLE)) {
		point_skip("EFI_RT_PROPERTIES_TABLE does not offer GetVariable");
		return false;
	}
	/* T2 Macs: what may not be asked must not be filled. */
	if (!service_is_offered(SERVICE_QUERY_VARIABLE_INFO)) {
		point_skip("the firmware cannot be asked how much room there is");
		return false;
	}
	return true;
}

bool variable_create(const uint16_t *name, const struct efi_guid *vendor, const void *data,
		     uint64_t bytes)
{
	efi_status status;

	if (!variables_have_room(bytes)) {
		finding(KEEL_FINDING_VARIABLE_FULL,
			"no room for %lu bytes beside the reserve of %u", bytes,
			KEEL_REPORT_SPARE_BYTES);
		return false;
	}
	status = variable_set(name, vendor, OWN_ATTRIBUTES, bytes, data);
	if (status == EFI_OUT_OF_RESOURCES)
		finding(KEEL_FINDING_VARIABLE_FULL,
			"SetVariable: EFI status 0x%lx, though there was room", status);
	else
		judge(KEEL_FINDING_VARIABLE_REFUSED, "status of SetVariable", EFI_SUCCESS, status);
	return status == EFI_SUCCESS;
}

void variable_delete(const uint16_t *name, const struct efi_guid *vendor)
{
	uint8_t data[64];
	uint64_t bytes = sizeof(data);
	uint32_t attributes;

	judge(KEEL_FINDING_VARIABLE_DELETE, "status of deletion", EFI_SUCCESS,
	      variable_set(name, vendor, OWN_ATTRIBUTES, 0, NULL));
	judge(KEEL_FINDING_VARIABLE_DELETE, "status after deletion", EFI_NOT_FOUND,
	      variable_get(name, vendor, data, &bytes, &attributes));
}

bool variable_judge(const uint16_t *name, const struct efi_guid *vendor, const void *data,
		    uint64_t bytes)
{
	char back[64] = { 0 };
	uint64_t found_bytes = sizeof(back);
	uint32_t attributes = 0;

	if (!judge(KEEL_FINDING_VARIABLE_CONTENT, "status of reading back", EFI_SUCCESS,
		   variable_get(name, vendor, back, &found_bytes, &attributes)))
		return false;
	judge(KEEL_FINDING_VARIABLE_CONTENT, "bytes", bytes, found_bytes);
	judge(KEEL_FINDING_VARIABLE_CONTENT, "attributes", OWN_ATTRIBUTES, attributes);
	judge_true(KEEL_FINDING_VARIABLE_CONTENT, !__builtin_memcmp(data, back, bytes),
		   "content differs, first byte", (uint8_t)back[0]);
	return true;
}

/* Nothing but a large enough buffer gets it. */
static void judge_size(const struct efi_guid *vendor, uint64_t expected)
{
	char back[64];
	uint32_t attributes = 0;
	uint64_t bytes = expected - 1;

	judge(KEEL_FINDING_VARIABLE_SIZE, "status for a buffer one byte too small",
	      EFI_BUFFER_TOO_SMALL, variable_get(own_name, vendor, back, &bytes, &attributes));
	judge(KEEL_FINDING_VARIABLE_SIZE, "bytes that are needed", expected, bytes);
	bytes = 0;
	judge(KEEL_FINDING_VARIABLE_SIZE, "status for no buffer", EFI_BUFFER_TOO_SMALL,
	      variable_get(own_name, vendor, NULL, &bytes, NULL));
	judge(KEEL_FINDING_VARIABLE_SIZE, "bytes that are needed", expected, bytes);
}

static const char text[] = "left by the self-check of Keel";
static const char longer[] = "left by the self-check of Keel, overwritten";
static const char other_text[] = "the other one";

/* The other vendor's reads as this one's where the firmware does not compare vendors whole. */
static bool is_mixed(void)
{
	char back[64];
	uint64_t bytes = sizeof(back);

	if (variable_get(own_name, &other_vendor, back, &bytes, NULL) != EFI_SUCCESS ||
	    bytes != sizeof(text) || __builtin_memcmp(back, text, sizeof(text)))
		return false;
	finding(KEEL_FINDING_VARIABLE_MIXED, "one vendor's variable reads as another's");
	return true;
}

/* Of the same name, while the first one is there. */
static void try_other_vendor(void)
{
	struct own_variable own[] = { { own_name, &own_vendor, 0 },
				      { own_name, &other_vendor, 0 } };

	if (!variable_create(own_name, &other_vendor, other_text, sizeof(other_text)))
		return;
	if (!is_mixed() && variable_judge(own_name, &other_vendor, other_text, sizeof(other_text)))
		names_enumerate(own, 2);
	variable_delete(own_name, &other_vendor);
}

/* Of a run whose power failed between creation and deletion. */
static void delete_left(const struct efi_guid *vendor)
{
	char back[64];
	uint64_t bytes = sizeof(back);

	if (variable_get(own_name, vendor, back, &bytes, NULL) == EFI_SUCCESS)
		variable_delete(own_name, vendor);
}

static void try_two(void)
{
	delete_left(&own_vendor);
	delete_left(&other_vendor);
	if (!variable_create(own_name, &own_vendor, text, sizeof(text)))
		return;
	if (variable_judge(own_name, &own_vendor, text, sizeof(text))) {
		judge_size(&own_vendor, sizeof(text));
		try_other_vendor();
		if (variable_create(own_name, &own_vendor, longer, sizeof(longer)))
			variable_judge(own_name, &own_vendor, longer, sizeof(longer));
	}
	variable_delete(own_name, &own_vendor);
}

static void check_set_variable(void)
{
	if (!variable_begin("creates two variables, which read back, are overwritten and deleted"))
		return;
	try_two();
	point_end();
}

static void check_next_name(void)
{
	if (!service_begin(SERVICE_GET_NEXT_VARIABLE_NAME, "comes to an end"))
		return;
	names_enumerate(NULL, 0);
	point_end();
	comment("%u variables", names_count());
}

static void check_query_info(void)
{
	uint64_t maximum = 0, remaining = 0, largest = 0;

	if (!service_begin(SERVICE_QUERY_VARIABLE_INFO, "gives sizes"))
		return;
	if (judge(KEEL_FINDING_VARIABLE_INFO, "status", EFI_SUCCESS,
		  CALL(QUERY_VARIABLE_INFO, OWN_ATTRIBUTES, ADDRESS(&maximum), ADDRESS(&remaining),
		       ADDRESS(&largest)))) {
		judge_true(KEEL_FINDING_VARIABLE_INFO, maximum > 0, "room for variables", maximum);
		judge_true(KEEL_FINDING_VARIABLE_INFO, remaining <= maximum,
			   "more remains than there is", remaining);
	}
	point_end();
}

void audit_variables(void)
{
	check_query_info();
	read_known();
	check_secure_boot();
	check_next_name();
	check_set_variable();
}
