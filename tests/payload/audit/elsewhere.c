/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls on another CPU; see elsewhere.h. */
#include <stddef.h>
#include "audit/elsewhere.h"
#include "audit/finding.h"
#include "audit/service.h"
#include "audit/variables.h"
#include "audit/watch.h"

/* The arguments are for both calls; a service that works in neither says nothing of CPUs. */
static void compare(enum service service, const uint64_t arguments[SERVICE_ARGUMENTS])
{
	const efi_status here = service_call_at(service, 0, arguments);
	efi_status there = here;

	if (!service_call_elsewhere(service, arguments, &there) || here == there)
		return;
	/* An exception has a finding of its own. */
	if (there != SERVICE_FAULTED)
		finding(KEEL_FINDING_OTHER_CPU, "%s: EFI status 0x%lx, on the first CPU 0x%lx",
			service_name(service), there, here);
}

static bool begin(enum service service)
{
	if (!service_begin(service, "answers on another CPU as on the first"))
		return false;
	if (!watch_is_there())
		point_skip("there is no other CPU");
	return watch_is_there();
}

static void read_time(void)
{
	struct efi_time time;

	if (!begin(SERVICE_GET_TIME))
		return;
	compare(SERVICE_GET_TIME, (const uint64_t[SERVICE_ARGUMENTS]){ ADDRESS(&time) });
	point_end();
}

/* Whether it is there does not matter: the answer has to be the same. */
static void read_variable(void)
{
	static const uint16_t name[] = u"PlatformLang";
	uint8_t data[256];
	uint64_t bytes = sizeof(data);

	if (!begin(SERVICE_GET_VARIABLE))
		return;
	compare(SERVICE_GET_VARIABLE,
		(const uint64_t[SERVICE_ARGUMENTS]){ ADDRESS(name), ADDRESS(&global_vendor), 0,
						     ADDRESS(&bytes), ADDRESS(data) });
	point_end();
}

void audit_elsewhere(void)
{
	read_time();
	read_variable();
}
