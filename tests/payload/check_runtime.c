/* SPDX-License-Identifier: BSD-2-Clause */
/* Runtime services, called at their virtual addresses. UEFI 2.10, chapter 8. */
#include <stddef.h>
#include "checks.h"
#include "efi.h"
#include "fault.h"
#include "firmware.h"
#include "found.h"
#include "report.h"

/* More variables than any board has; without an end, a broken store would never let go. */
#define VARIABLES_AT_MOST 20000
#define NAME_BYTES	  4096

static const struct efi_runtime_services *services;

/* 3.3: the vendor of the firmware's own variables. */
static const struct efi_guid global_vendor = {
	0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
};
/* Made for this kernel. */
static const struct efi_guid own_vendor = {
	0x6b65656c, 0x5c1f, 0x4a7e, { 0x9d, 0x32, 0x84, 0x1c, 0x70, 0xe5, 0xb2, 0x9f }
};
static const uint16_t own_name[] = u"KeelSelfCheckProbe";

#define OWN_ATTRIBUTES \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

/* Opens a point about a service; returns whether it can be called, and closes the point if not. */
static bool begin(const char *service, uint32_t supported, const char *what)
{
	point_begin("runtime services: %s %s", service, what);
	if (!services) {
		point_skip("runtime services cannot be used");
		return false;
	}
	if ((boot->runtime_supported & supported) != supported) {
		point_skip("EFI_RT_PROPERTIES_TABLE does not offer it");
		return false;
	}
	fault_activity = service;
	return true;
}

static void end(void)
{
	fault_activity = NULL;
	point_end();
}

static void expect_status(const char *what, efi_status expected, efi_status found)
{
	expect(what, 0, expected, found);
}

static void expect_code(const char *what, const void *function)
{
	const uint64_t virt = (uint64_t)function;
	const uint64_t n = found_first_run(virt);
	const bool mapped = n < found_run_count && found_runs[n].virt <= virt;

	expect("lies in the EFI region", virt, KEEL_REGION_EFI, mapped ? found_runs[n].row : 0);
	if (mapped)
		expect(what, virt, RIGHT_X, found_runs[n].rights & RIGHT_X);
}

static void check_place(void)
{
	const struct efi_system_table *system = (const void *)boot->efi_system_table_virt;

	point_begin("runtime services: tables and functions have their virtual addresses");
	if (boot->runtime_state == KEEL_RUNTIME_UNSUPPORTED) {
		point_skip("the firmware does not offer SetVirtualAddressMap");
		return;
	}
	expect("state", 0, KEEL_RUNTIME_VIRTUAL, boot->runtime_state);
	expect("status of SetVirtualAddressMap", 0, EFI_SUCCESS, boot->runtime_status);
	services = efi_runtime_services();
	expect_text("runtime services table", (uint64_t)system, "in the EFI region",
		    services ? "in the EFI region" : "elsewhere");
	if (services) {
		expect("system table's signature", (uint64_t)system, EFI_SYSTEM_TABLE_SIGNATURE,
		       system->header.signature);
		expect("runtime services table's signature", (uint64_t)services,
		       EFI_RUNTIME_SERVICES_SIGNATURE, services->header.signature);
		expect_code("GetTime is executable", services->get_time);
		expect_code("SetTime is executable", services->set_time);
		expect_code("GetVariable is executable", services->get_variable);
		expect_code("GetNextVariableName is executable", services->get_next_variable_name);
		expect_code("SetVariable is executable", services->set_variable);
		expect_code("ResetSystem is executable", services->reset_system);
		expect_code("QueryVariableInfo is executable", services->query_variable_info);
	}
	point_end();
}

static void check_time(void)
{
	struct efi_time t = { 0 };

	if (!begin("GetTime", EFI_RT_SUPPORTED_GET_TIME, "gives a time"))
		return;
	expect_status("status", EFI_SUCCESS, services->get_time(&t, NULL));
	expect("year", t.year, true, t.year >= 1900 && t.year <= 9999);
	expect("month", t.month, true, t.month >= 1 && t.month <= 12);
	expect("day", t.day, true, t.day >= 1 && t.day <= 31);
	expect("hour, minute and second", 0, true,
	       t.hour <= 23 && t.minute <= 59 && t.second <= 59);
	end();
	comment("GetTime %04u-%02u-%02u %02u:%02u:%02u", t.year, t.month, t.day, t.hour, t.minute,
		t.second);
}

static efi_status get(const uint16_t *name, const struct efi_guid *vendor, void *data,
		      uint64_t *bytes, uint32_t *attributes)
{
	return services->get_variable(name, vendor, attributes, bytes, data);
}

static void check_get_variable(void)
{
	static const uint16_t *const names[] = { u"BootOrder", u"PlatformLang" };
	uint8_t data[256];
	uint32_t attributes;
	uint64_t bytes = sizeof(data);

	if (!begin("GetVariable", EFI_RT_SUPPORTED_GET_VARIABLE, "does not find what is not there"))
		return;
	expect_status("status", EFI_NOT_FOUND,
		      get(u"KeelNoSuchVariable", &own_vendor, data, &bytes, &attributes));
	end();

	begin("GetVariable", EFI_RT_SUPPORTED_GET_VARIABLE, "reads BootOrder and PlatformLang");
	for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		efi_status status;

		bytes = sizeof(data);
		status = get(names[n], &global_vendor, data, &bytes, &attributes);
		/* Neither has to be there; too small a buffer is an answer as well. */
		if (status != EFI_NOT_FOUND && status != EFI_BUFFER_TOO_SMALL)
			expect_status("status", EFI_SUCCESS, status);
	}
	end();
}

static void check_set_variable(void)
{
	static const char text[] = "left by the self-check of Keel";
	char back[sizeof(text) + 8] = { 0 };
	uint64_t bytes = sizeof(back);
	uint32_t attributes = 0;

	if (!begin("SetVariable", EFI_RT_SUPPORTED_SET_VARIABLE | EFI_RT_SUPPORTED_GET_VARIABLE,
		   "creates a variable, which reads back and is deleted"))
		return;
	expect_status("status of creation", EFI_SUCCESS,
		      services->set_variable(own_name, &own_vendor, OWN_ATTRIBUTES, sizeof(text),
					     text));
	expect_status("status of reading back", EFI_SUCCESS,
		      get(own_name, &own_vendor, back, &bytes, &attributes));
	expect("bytes", 0, sizeof(text), bytes);
	expect("attributes", 0, OWN_ATTRIBUTES, attributes);
	expect("content is the same", 0, 0,
	       (uint64_t)(__builtin_memcmp(text, back, sizeof(text)) != 0));
	expect_status("status of deletion", EFI_SUCCESS,
		      services->set_variable(own_name, &own_vendor, OWN_ATTRIBUTES, 0, NULL));
	bytes = sizeof(back);
	expect_status("status after deletion", EFI_NOT_FOUND,
		      get(own_name, &own_vendor, back, &bytes, &attributes));
	end();
}

static void check_next_name(void)
{
	static uint16_t name[NAME_BYTES / sizeof(uint16_t)];
	struct efi_guid vendor = { 0 };
	efi_status status = EFI_SUCCESS;
	unsigned count = 0;

	if (!begin("GetNextVariableName", EFI_RT_SUPPORTED_GET_NEXT_VARIABLE_NAME,
		   "comes to an end"))
		return;
	for (; status == EFI_SUCCESS && count < VARIABLES_AT_MOST; count++) {
		uint64_t bytes = sizeof(name);

		status = services->get_next_variable_name(&bytes, name, &vendor);
	}
	expect_status("last status", EFI_NOT_FOUND, status);
	end();
	comment("%u variables", count ? count - 1 : 0);
}

static void check_query_info(void)
{
	uint64_t maximum = 0, remaining = 0, largest = 0;

	if (!begin("QueryVariableInfo", EFI_RT_SUPPORTED_QUERY_VARIABLE_INFO, "gives sizes"))
		return;
	expect_status("status", EFI_SUCCESS,
		      services->query_variable_info(OWN_ATTRIBUTES, &maximum, &remaining,
						    &largest));
	expect("there is room for variables", maximum, true, maximum > 0);
	expect("what remains is not more than there is", remaining, true, remaining <= maximum);
	end();
}

/*
 * The entry of SetVirtualAddressMap itself is not among those that the call converts, so it still
 * holds a physical address: its place in the EFI region is that of the descriptor around it.
 */
static uint64_t virtual_address(uint64_t address)
{
	if (address >= KEEL_EFI_START && address <= KEEL_EFI_LAST)
		return address;
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *d = firmware_descriptor(n);

		if (d && firmware_is_runtime(d) && d->phys <= address &&
		    address - d->phys < firmware_bytes(d))
			return d->virt + (address - d->phys);
	}
	return 0;
}

static void check_second_call(void)
{
	struct efi_runtime_services at;
	uint64_t virt;

	if (!begin("SetVirtualAddressMap", EFI_RT_SUPPORTED_SET_VIRTUAL_ADDRESS_MAP,
		   "refuses a second call"))
		return;
	virt = virtual_address((uint64_t)services->set_virtual_address_map);
	at.set_virtual_address_map = (__typeof__(at.set_virtual_address_map))virt;
	if (virt)
		expect_status("status", EFI_UNSUPPORTED,
			      at.set_virtual_address_map(boot->efi_map_bytes, boot->efi_map_stride,
							 boot->efi_map_version, boot->efi_map));
	else
		expect_text("its place", (uint64_t)services->set_virtual_address_map,
			    "a runtime descriptor", "none");
	end();
}

void check_runtime_services(void)
{
	efi_prepare_cpu();
	check_place();
	check_time();
	check_get_variable();
	check_set_variable();
	check_next_name();
	check_query_info();
	check_second_call();
}
