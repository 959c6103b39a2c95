/* SPDX-License-Identifier: BSD-2-Clause */
/* Watched calls of runtime services; see service.h. */
#include <stddef.h>
#include "audit/cost.h"
#include "audit/cpu_state.h"
#include "audit/efi_2.h"
#include "audit/finding.h"
#include "audit/firmware_root.h"
#include "audit/resume.h"
#include "audit/service.h"
#include "audit/service_stack.h"
#include "audit/watch.h"
#include "cpu.h"
#include "follow_tables.h"
#include "other_cpu.h"
#include "report.h"

uint64_t service_enter(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
		       uint64_t e);

/* Written by service_call.S. */
uint64_t service_flags, service_changed;

bool service_arguments_are_wrong;

#define SERVICE(id, name, member, works, needs)         \
	[SERVICE_##id] = { name, EFI_RT_SUPPORTED_##id, \
			   (uint16_t)offsetof(struct efi_runtime_services, member), works, needs }
#define NEEDS(id) (1u << SERVICE_##id)

/*
 * Of some, EFI_UNSUPPORTED says something of their arguments; of the others it says that the
 * firmware does not have them.
 */
static const struct {
	const char *name;
	uint16_t supported; /* its bit in EFI_RT_PROPERTIES_TABLE */
	uint16_t offset;    /* in the table of services */
	bool works;	    /* EFI_UNSUPPORTED says that it is not there */
	uint16_t needs;	    /* a bit for each service that has to work */
} table[SERVICE_COUNT] = {
	SERVICE(GET_TIME, "GetTime", get_time, true, 0),
	SERVICE(SET_TIME, "SetTime", set_time, true, NEEDS(GET_TIME)),
	SERVICE(GET_WAKEUP_TIME, "GetWakeupTime", get_wakeup_time, true, 0),
	SERVICE(SET_WAKEUP_TIME, "SetWakeupTime", set_wakeup_time, true, NEEDS(GET_WAKEUP_TIME)),
	SERVICE(GET_VARIABLE, "GetVariable", get_variable, true, 0),
	SERVICE(GET_NEXT_VARIABLE_NAME, "GetNextVariableName", get_next_variable_name, true, 0),
	SERVICE(SET_VARIABLE, "SetVariable", set_variable, false, NEEDS(GET_VARIABLE)),
	SERVICE(SET_VIRTUAL_ADDRESS_MAP, "SetVirtualAddressMap", set_virtual_address_map, false, 0),
	SERVICE(GET_NEXT_HIGH_MONOTONIC_COUNT, "GetNextHighMonotonicCount",
		get_next_high_monotonic_count, true, NEEDS(SET_VARIABLE)),
	SERVICE(QUERY_CAPSULE_CAPABILITIES, "QueryCapsuleCapabilities", query_capsule_capabilities,
		false, 0),
	SERVICE(QUERY_VARIABLE_INFO, "QueryVariableInfo", query_variable_info, false, 0),
};

static struct {
	struct cost cost;
	bool dead;
} record[SERVICE_COUNT];

/* The call that is under way, and the CPU that makes it. There is one at a time. */
static const char *running;	     /* NULL: none */
static enum service running_service; /* SERVICE_COUNT: none of the table's */
static uint64_t running_cpu;

const char *service_name(enum service service)
{
	return table[service].name;
}

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

static bool is_dead(enum service service)
{
	if (record[service].dead)
		return true;
	for (unsigned other = 0; other < SERVICE_COUNT; other++)
		if (table[service].needs >> other & 1 && is_dead(other))
			return true;
	return false;
}

/* NULL where nothing speaks against a call. */
static const char *reason_against(enum service service)
{
	if (!efi_runtime_services())
		return "runtime services cannot be used";
	if (!service_exists(service))
		return "the firmware's table of services has no such one";
	if (!service_address(service))
		return "its address is zero";
	if (is_efi_2(service) && efi_2_hangs())
		return "this vendor's firmware hangs in it";
	if (is_dead(service))
		return "it, or what it depends on, ended with an exception";
	return NULL;
}

bool service_is_excluded(enum service service)
{
	return !(boot->runtime_supported & table[service].supported);
}

bool service_is_offered(enum service service)
{
	return !reason_against(service) && !service_is_excluded(service);
}

bool service_begin(enum service service, const char *what)
{
	const char *reason = reason_against(service);

	point_begin_firmware("%s %s", table[service].name, what);
	if (!reason && service_is_excluded(service))
		reason = "EFI_RT_PROPERTIES_TABLE does not offer it";
	if (reason)
		point_skip(reason);
	return !reason;
}

/* Without the table nothing is promised. */
static bool has_properties(void)
{
	static const struct efi_guid guid = {
		0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
	};

	return config_table(&guid) != 0;
}

static bool ready;

void service_init(void)
{
	if (ready)
		return;
	efi_prepare_cpu();
	cost_counts_smis();
	firmware_root_init();
	service_stack_init();
	ready = true;
}

/* It ends here, and is never called again. */
static void end_call(struct fault_frame *frame, enum service service)
{
	if (service < SERVICE_COUNT)
		record[service].dead = true;
	finding(KEEL_FINDING_SERVICE_FAULTS, "%s: exception %lu error 0x%lx CR2 %lx RIP %lx",
		running, frame->vector, frame->error, probe_fault.cr2, frame->rip);
}

bool service_exception(struct fault_frame *frame)
{
	const bool is_page_fault = frame->vector == VECTOR_PF;

	if (!running || cpu_number() != running_cpu || frame->vector == VECTOR_NMI ||
	    frame->vector == VECTOR_MC)
		return false;
	probe_fault = (struct fault){ frame->vector, frame->error, is_page_fault ? read_cr2() : 0,
				      frame->rip };
	if (is_page_fault && service_arguments_are_wrong && probe_fault.cr2 < KEEL_PAGE_SIZE)
		finding(KEEL_FINDING_WRONG_ARGUMENTS, "%s: page fault at %lx by %lx", running,
			probe_fault.cr2, frame->rip);
	else if (is_page_fault && resume_fault(&probe_fault, running))
		return true;
	else
		end_call(frame, running_service);
	running = NULL;
	frame->rip = probe_resume;
	frame->rsp = probe_rsp;
	probe_resume = 0;
	return true;
}

static void judge_call(enum service service, const uint64_t state[STATE_COUNT])
{
	const char *name = table[service].name;

	cpu_state_expect(state, name);
	if (service_changed)
		finding(KEEL_FINDING_REGISTERS, "%s: differences 0x%lx", name, service_changed);
	if (service_flags & RFLAGS_IF)
		finding(KEEL_FINDING_INTERRUPTS_ON, "%s: RFLAGS 0x%lx", name, service_flags);
	if (service_flags & RFLAGS_DF)
		finding(KEEL_FINDING_DIRECTION_FLAG, "%s: RFLAGS 0x%lx", name, service_flags);
}

/* The rate of the counter is not known everywhere. */
static void judge_time(enum service service, uint64_t ticks)
{
	if (boot->tsc_hz && ticks > boot->tsc_hz)
		finding(KEEL_FINDING_SLOW, "%s: %lu ms", table[service].name,
			ticks / (boot->tsc_hz / 1000 + 1));
}

/* On page tables of its own, on a stack of its own. */
static efi_status enter(enum service service, uint64_t address, const uint64_t *a)
{
	uint64_t state[STATE_COUNT], ticks;
	efi_status status;

	firmware_root_enter();
	cpu_state_take(state);
	service_flags = service_changed = 0;
	running_service = service;
	running_cpu = cpu_number();
	running = table[service].name;
	cost_begin();
	status = service_enter(address, a[0], a[1], a[2], a[3], a[4]);
	ticks = cost_end(&record[service].cost);
	running = NULL;
	judge_call(service, state);
	judge_time(service, ticks);
	firmware_root_leave();
	return status;
}

/* Named on screen and serial port, and with its stack looked at. */
static efi_status call(enum service service, uint64_t address, const uint64_t *arguments)
{
	efi_status status;

	fault_activity = table[service].name;
	watch_begin(table[service].name);
	service_stack_fill();
	status = enter(service, address ? address : service_address(service), arguments);
	service_stack_judge(table[service].name, status != SERVICE_FAULTED);
	watch_end();
	fault_activity = NULL;
	return status;
}

efi_status service_call_at(enum service service, uint64_t address,
			   const uint64_t arguments[SERVICE_ARGUMENTS])
{
	efi_status status;

	if (!service_is_offered(service))
		return SERVICE_FAULTED;
	status = call(service, address, arguments);
	if (status == EFI_UNSUPPORTED && table[service].works && has_properties() &&
	    !service_arguments_are_wrong)
		finding(KEEL_FINDING_PROPERTIES_OFFERED, "%s", table[service].name);
	return status;
}

efi_status service_call_excluded(enum service service)
{
	static const uint64_t nothing[SERVICE_ARGUMENTS];
	efi_status status;

	if (reason_against(service))
		return SERVICE_FAULTED;
	service_arguments_are_wrong = true;
	status = call(service, 0, nothing);
	service_arguments_are_wrong = false;
	return status;
}

void service_reset(uint32_t type)
{
	const struct efi_runtime_services *services = efi_runtime_services();

	if (!services || !(boot->runtime_supported & EFI_RT_SUPPORTED_RESET_SYSTEM))
		return;
	service_init();
	fault_activity = "ResetSystem";
	watch_begin(fault_activity);
	running_service = SERVICE_COUNT;
	running_cpu = 0;
	running = fault_activity;
	firmware_root_enter();
	service_enter((uint64_t)services->reset_system, type, EFI_SUCCESS, 0, 0, 0);
	firmware_root_leave();
	running = NULL;
}

static struct {
	enum service service;
	const uint64_t *arguments;
	efi_status status;
} elsewhere;

static void call_here(void)
{
	elsewhere.status = call(elsewhere.service, 0, elsewhere.arguments);
}

bool service_call_elsewhere(enum service service, const uint64_t arguments[SERVICE_ARGUMENTS],
			    efi_status *status)
{
	elsewhere.service = service;
	elsewhere.arguments = arguments;
	if (!service_is_offered(service) || !watch_change_places(call_here))
		return false;
	*status = elsewhere.status;
	return true;
}

void service_show(void)
{
	for (unsigned n = 0; n < SERVICE_COUNT; n++) {
		const struct cost *cost = &record[n].cost;
		char gap[40] = "", smis[40] = "";

		if (!cost->calls)
			continue;
		if (watch_is_there())
			format(gap, sizeof(gap), " gap_most=%lu", cost->gap_most);
		if (cost_counts_smis())
			format(smis, sizeof(smis), " smis_most=%lu", cost->smis_most);
		comment("call %s times=%u ticks_most=%lu%s%s", table[n].name, cost->calls,
			cost->ticks_most, gap, smis);
	}
	comment("call stack_most=%lu pages_given=%u", service_stack_most(), resume_pages());
}
