/* SPDX-License-Identifier: BSD-2-Clause */
/* Watched calls of runtime services; see service.h. */
#include <stddef.h>
#include "cpu.h"
#include "efi_2.h"
#include "fault.h"
#include "firmware.h"
#include "report.h"
#include "service.h"

uint64_t service_enter(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
		       uint64_t e);

/* Written by service_call.S. */
uint64_t service_flags, service_changed;

/* Its name, its bit in EFI_RT_PROPERTIES_TABLE, and where its address is. */
#define SERVICE(id, name, member)                       \
	[SERVICE_##id] = { name, EFI_RT_SUPPORTED_##id, \
			   (uint16_t)offsetof(struct efi_runtime_services, member) }

static const struct {
	const char *name;
	uint16_t supported, offset;
} table[SERVICE_COUNT] = {
	SERVICE(GET_TIME, "GetTime", get_time),
	SERVICE(SET_TIME, "SetTime", set_time),
	SERVICE(GET_WAKEUP_TIME, "GetWakeupTime", get_wakeup_time),
	SERVICE(SET_WAKEUP_TIME, "SetWakeupTime", set_wakeup_time),
	SERVICE(GET_VARIABLE, "GetVariable", get_variable),
	SERVICE(GET_NEXT_VARIABLE_NAME, "GetNextVariableName", get_next_variable_name),
	SERVICE(SET_VARIABLE, "SetVariable", set_variable),
	SERVICE(SET_VIRTUAL_ADDRESS_MAP, "SetVirtualAddressMap", set_virtual_address_map),
	SERVICE(GET_NEXT_HIGH_MONOTONIC_COUNT, "GetNextHighMonotonicCount",
		get_next_high_monotonic_count),
	SERVICE(UPDATE_CAPSULE, "UpdateCapsule", update_capsule),
	SERVICE(QUERY_CAPSULE_CAPABILITIES, "QueryCapsuleCapabilities", query_capsule_capabilities),
	SERVICE(QUERY_VARIABLE_INFO, "QueryVariableInfo", query_variable_info),
};

/* Over all calls; the address of the first that is to blame. */
static struct {
	unsigned calls, faults, registers, flags;
	uint64_t fault_virt, registers_virt, flags_virt;
} seen;

static bool is_efi_2(enum service service)
{
	return table[service].supported & EFI_2_SUPPORTED;
}

/* EFI 1.10 has a shorter table; what comes behind it is something else. */
bool service_exists(enum service service)
{
	const struct efi_runtime_services *services = efi_runtime_services();

	return services &&
	       table[service].offset + sizeof(uint64_t) <= services->header.header_bytes &&
	       (!is_efi_2(service) || efi_2_exists());
}

uint64_t service_address(enum service service)
{
	const struct efi_runtime_services *services = efi_runtime_services();

	if (!service_exists(service))
		return 0;
	return *(const uint64_t *)((const char *)services + table[service].offset);
}

bool service_is_offered(enum service service)
{
	return service_address(service) && boot->runtime_supported & table[service].supported &&
	       !(is_efi_2(service) && efi_2_hangs());
}

bool service_begin(enum service service, const char *what)
{
	point_begin("runtime services: %s %s", table[service].name, what);
	if (service_is_offered(service))
		return true;
	if (!efi_runtime_services())
		point_skip("runtime services cannot be used");
	else if (!service_exists(service))
		point_skip("the firmware's table of services has no such one");
	else if (!service_address(service))
		point_skip("its address is zero");
	else if (is_efi_2(service) && efi_2_hangs())
		point_skip("this vendor's firmware hangs in it");
	else
		point_skip("EFI_RT_PROPERTIES_TABLE does not offer it");
	return false;
}

void expect_status(const char *what, efi_status expected, efi_status found)
{
	expect(what, 0, expected, found);
}

void expect_answer(const char *what, uint32_t answers, efi_status found)
{
	const uint64_t error = found & ~EFI_ERROR(0);

	if (!(found & EFI_ERROR(0)) || error > 31 || !(answers >> error & 1))
		expect_status(what, EFI_ERROR((uint64_t)__builtin_ctz(answers)), found);
}

/* An address that was not converted is a physical one: what is there says which one was missed. */
static void show_descriptor(uint64_t address)
{
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *d = firmware_descriptor(n);

		if (!d)
			continue;
		if (address - d->phys < firmware_bytes(d))
			comment("physical %lx is in descriptor %lu: type %u, %lx-%lx, attribute %lx",
				address, n, d->type, d->phys, d->phys + firmware_bytes(d) - 1,
				d->attribute);
		else if (d->virt && address - d->virt < firmware_bytes(d))
			comment("%lx is in descriptor %lu: type %u, physical %lx, attribute %lx",
				address, n, d->type, d->phys + (address - d->virt), d->attribute);
	}
}

static void note_fault(enum service service, const struct fault *fault)
{
	comment("%s: exception %lu error 0x%lx CR2 %016lx RIP %016lx", table[service].name,
		fault->vector, fault->error, fault->cr2, fault->rip);
	show_descriptor(fault->rip);
	if (fault->vector == VECTOR_PF)
		show_descriptor(fault->cr2);
	/*
	 * A NULL that was passed in: a wrong answer, but nothing that the map could be blamed for.
	 */
	if (fault->vector == VECTOR_PF && fault->cr2 < KEEL_PAGE_SIZE)
		return;
	if (!seen.faults++)
		seen.fault_virt = fault->vector == VECTOR_PF ? fault->cr2 : fault->rip;
}

static void note(unsigned *count, uint64_t *first, uint64_t address)
{
	if (!(*count)++)
		*first = address;
}

efi_status service_call_at(enum service service, uint64_t address,
			   const uint64_t arguments[SERVICE_ARGUMENTS])
{
	const uint64_t *a = arguments;
	efi_status status;

	if (!address)
		address = service_address(service);
	seen.calls++;
	fault_activity = table[service].name;
	status = service_enter(address, a[0], a[1], a[2], a[3], a[4]);
	fault_activity = NULL;
	if (status == SERVICE_FAULTED) {
		note_fault(service, &probe_fault);
		return status;
	}
	if (service_changed)
		note(&seen.registers, &seen.registers_virt, address);
	if (service_flags & (RFLAGS_IF | RFLAGS_DF))
		note(&seen.flags, &seen.flags_virt, address);
	return status;
}

void service_check_calls(void)
{
	point_begin("runtime services: %u calls touched nothing that is not mapped", seen.calls);
	expect("calls that faulted", seen.fault_virt, 0, seen.faults);
	point_end();
	point_begin("runtime services: %u calls kept registers and flags", seen.calls);
	expect("calls that changed registers", seen.registers_virt, 0, seen.registers);
	expect("calls that changed IF or DF", seen.flags_virt, 0, seen.flags);
	point_end();
}
