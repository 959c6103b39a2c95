/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit: what this board's firmware does against UEFI, as findings (keel/findings.h). Runs when
 * the map's own points are through. By default it does nothing that a board could be harmed by:
 * what is called, and what is left behind when power fails, is a table in docs/audit.md.
 */
#ifndef PAYLOAD_AUDIT_AUDIT_H
#define PAYLOAD_AUDIT_AUDIT_H

/* Each does what the one before it does, too. */
enum audit_depth {
	AUDIT_DEFAULT,
	/* Wrong arguments, other times, the alarm, and what else was asked for by name. */
	AUDIT_STRICT,
	/* The last run was strict and came to its end: what it left has to be there (mark.h). */
	AUDIT_AGAIN,
};

void audit(enum audit_depth depth);

#endif
