/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of the audit; see audit.h. */
#include "audit/audit.h"
#include "audit/clock.h"
#include "audit/code.h"
#include "audit/finding.h"
#include "audit/handed_over.h"
#include "audit/mark.h"
#include "audit/service.h"
#include "audit/strict.h"
#include "audit/variables.h"
#include "keep.h"

static void call_services(enum audit_depth depth)
{
	audit_clock();
	audit_variables();
	audit_capsule_query();
	if (depth == AUDIT_DEFAULT) {
		mark_delete();
		return;
	}
	keep_what_is_known();
	audit_strict(depth == AUDIT_AGAIN);
}

void audit(enum audit_depth depth)
{
	audit_handed_over();
	if (!efi_runtime_services())
		return;
	service_init();
	code_remember();
	/* Each call may be the last one. */
	if (depth == AUDIT_DEFAULT)
		keep_what_is_known();
	call_services(depth);
	code_judge();
	service_show();
}
