/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of the audit; see audit.h. */
#include "audit/audit.h"
#include "audit/clock.h"
#include "audit/code.h"
#include "audit/finding.h"
#include "audit/handed_over.h"
#include "audit/service.h"
#include "audit/strict.h"
#include "audit/variables.h"
#include "keep.h"

static void call_services(bool strict)
{
	audit_clock();
	audit_variables();
	audit_capsule_query();
	if (!strict)
		return;
	keep_what_is_known();
	audit_strict();
}

void audit(bool strict)
{
	audit_handed_over();
	if (!efi_runtime_services())
		return;
	service_init();
	code_remember();
	/* Each call may be the last one. */
	if (!strict)
		keep_what_is_known();
	call_services(strict);
	code_judge();
	service_show();
}
