/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runtime driver unruly.c can do, and what it needs for that. */
#ifndef UNRULY_H
#define UNRULY_H

#include <efi.h>

#define RET 0xc3

/* The name of each deed is its variant, in small letters with hyphens. */
#define DEEDS(DEED)                                                     \
	/* Around GetTime, which then does its work: unruly_deeds.h. */ \
	DEED(NOTHING, "nothing")                                        \
	DEED(UNLISTED_CODE, "unlisted-code")                            \
	DEED(READS_BOOT, "reads-boot")                                  \
	DEED(WRITES_BOOT, "writes-boot")                                \
	DEED(RUNS_BOOT, "runs-boot")                                    \
	DEED(READS_OLD, "reads-old")                                    \
	DEED(WRITES_OLD, "writes-old")                                  \
	DEED(READS_PAGE_ZERO, "reads-page-zero")                        \
	DEED(WRITES_LOADER, "writes-loader")                            \
	DEED(WRITES_NVS, "writes-nvs")                                  \
	DEED(READS_UNLISTED, "reads-unlisted")                          \
	DEED(WRITES_CODE, "writes-code")                                \
	DEED(CHANGES_CODE, "changes-code")                              \
	DEED(RUNS_DATA, "runs-data")                                    \
	DEED(DEEP_STACK, "deep-stack")                                  \
	DEED(OVERRUNS_STACK, "overruns-stack")                          \
	DEED(LOSES_STACK, "loses-stack")                                \
	DEED(INTERRUPTS_ON, "interrupts-on")                            \
	DEED(DIRECTION, "direction")                                    \
	DEED(CR0_CHANGED, "cr0")                                        \
	DEED(CR4_CHANGED, "cr4")                                        \
	DEED(DR7_CHANGED, "dr7")                                        \
	DEED(EFER_CHANGED, "efer")                                      \
	DEED(PAT_CHANGED, "pat")                                        \
	DEED(GS_CHANGED, "gs-base")                                     \
	DEED(GDT_CHANGED, "gdt")                                        \
	DEED(IDT_CHANGED, "idt")                                        \
	DEED(FCW_CHANGED, "fcw")                                        \
	DEED(MXCSR_CHANGED, "mxcsr")                                    \
	DEED(SPOILS_REGISTER, "spoils-register")                        \
	DEED(NEVER_RETURNS, "never-returns")                            \
	DEED(UNDEFINED, "undefined")                                    \
	DEED(GENERAL_PROTECTION, "general-protection")                  \
	DEED(DIVIDES, "divides")                                        \
	DEED(READS_NOWHERE, "reads-nowhere")                            \
	DEED(READS_KERNEL_HOLE, "reads-kernel-hole")                    \
	/* In the event of SetVirtualAddressMap. */                     \
	DEED(SVAM_READS_PAGE_ZERO, "svam-reads-page-zero")              \
	DEED(SVAM_READS_BOOT, "svam-reads-boot")                        \
	DEED(SVAM_WRITES_ACPI, "svam-writes-acpi")                      \
	DEED(SVAM_READS_NEW, "svam-reads-new")                          \
	DEED(SVAM_WRITES_NEW, "svam-writes-new")                        \
	/* What a service answers. */                                   \
	DEED(TIME_FAILS, "time-fails")                                  \
	DEED(TIME_RUBBISH, "time-rubbish")                              \
	DEED(TIME_BACKWARDS, "time-backwards")                          \
	DEED(FIRST_CPU_ONLY, "first-cpu-only")                          \
	DEED(NO_RESOLUTION, "no-resolution")                            \
	DEED(TAKES_NULL, "takes-null")                                  \
	DEED(SET_TIME_FAILS, "set-time-fails")                          \
	DEED(SET_TIME_LOST, "set-time-lost")                            \
	DEED(WAKEUP_FAILS, "wakeup-fails")                              \
	DEED(OFFERED_AND_MISSING, "offered-and-missing")                \
	DEED(EXCLUDED_AND_THERE, "excluded-and-there")                  \
	DEED(NOT_TO_BE_ASKED, "not-to-be-asked")                        \
	DEED(REFUSED, "refused")                                        \
	DEED(OUT_OF_ROOM, "out-of-room")                                \
	DEED(LOST, "lost")                                              \
	DEED(NOT_DELETED, "not-deleted")                                \
	DEED(NO_APPENDING, "no-appending")                              \
	DEED(MIXES_VENDORS, "mixes-vendors")                            \
	DEED(WRONG_ATTRIBUTES, "wrong-attributes")                      \
	DEED(WRONG_CONTENT, "wrong-content")                            \
	DEED(WRONG_SIZE, "wrong-size")                                  \
	DEED(TWICE, "twice")                                            \
	DEED(LEAVES_OUT, "leaves-out")                                  \
	DEED(NEVER_ENDS, "never-ends")                                  \
	DEED(INFO_RUBBISH, "info-rubbish")                              \
	DEED(NO_ROOM, "no-room")                                        \
	DEED(COUNT_STANDS, "count-stands")                              \
	DEED(TWICE_VIRTUAL, "twice-virtual")                            \
	DEED(POINTERS_STAY, "pointers-stay")                            \
	DEED(CAPSULE_FAILS, "capsule-fails")                            \
	/* What a driver beside it gets: unruly_convert.c. */           \
	DEED(EVENT_LOST, "event-lost")                                  \
	DEED(EVENT_TWICE, "event-twice")                                \
	DEED(CONVERTS_NOTHING, "converts-nothing")                      \
	DEED(CONVERTS_WRONGLY, "converts-wrongly")                      \
	DEED(REFUSES_TO_CONVERT, "refuses-to-convert")                  \
	DEED(CONVERTS_NOWHERE, "converts-nowhere")                      \
	/* What is not the same any more behind a reset. */             \
	DEED(FORGETS, "forgets")                                        \
	DEED(ALTERS, "alters")                                          \
	DEED(COUNT_RESTARTS, "count-restarts")                          \
	/* Its Memory Attributes Table: unruly_attributes.c. */         \
	DEED(MAT_ABSENT, "mat-absent")                                  \
	DEED(MAT_EMPTY, "mat-empty")                                    \
	DEED(MAT_STRIDE, "mat-stride")                                  \
	DEED(MAT_UNALIGNED, "mat-unaligned")                            \
	DEED(MAT_NO_PAGES, "mat-no-pages")                              \
	DEED(MAT_UNSORTED, "mat-unsorted")                              \
	DEED(MAT_OVERLAPS, "mat-overlaps")                              \
	DEED(MAT_OUTSIDE, "mat-outside")                                \
	DEED(MAT_OTHER_TYPE, "mat-other-type")                          \
	DEED(MAT_NO_RIGHTS, "mat-no-rights")                            \
	DEED(MAT_LEAVES_OUT, "mat-leaves-out")

#define DEED_ID(id, name)   id,
#define DEED_NAME(id, name) name,
enum deed {
	DEEDS(DEED_ID) DEED_COUNT,
	FIRST_IN_EVENT = SVAM_READS_PAGE_ZERO,
	FIRST_ANSWER = TIME_FAILS
};
#define DEED_NAMES               \
	{                        \
		DEEDS(DEED_NAME) \
	}

/* The firmware's own functions, and pages of different types: physical addresses for all time. */
struct state {
	UINT64 hits;
	enum deed deed;
	BOOLEAN virtual;
	void *large_boot_page, *large_acpi_page; /* 2 MB of one type: a leaf of their own */
	void *boot_page, *loader_page, *nvs_page, *own_page;
	UINT64 own_phys;
	UINT32 apic_id; /* of the CPU that it was started on */
	const EFI_LOADED_IMAGE *loaded;
	EFI_GET_TIME get_time;
	EFI_SET_TIME set_time;
	EFI_GET_WAKEUP_TIME get_wakeup_time;
	EFI_GET_VARIABLE get_variable;
	EFI_SET_VARIABLE set_variable;
	EFI_GET_NEXT_VARIABLE_NAME get_next_name;
	EFI_QUERY_VARIABLE_INFO query_info;
	EFI_QUERY_CAPSULE_CAPABILITIES query_capsule;
	EFI_GET_NEXT_HIGH_MONO_COUNT monotonic;
	EFI_SET_VIRTUAL_ADDRESS_MAP set_virtual;
	EFI_CONVERT_POINTER convert_pointer;
	EFI_CREATE_EVENT create_event; /* of boot services */
};

extern struct state state;

/* A deed of the first kind, then GetTime. What is left changed is changed when it returns. */
EFI_STATUS do_around(enum deed deed, EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities);

/* A deed of the second kind. */
void do_in_event(enum deed deed, UINT64 own_virt);

/* Hooks what a driver's event and its pointers depend on, if the deed is of that kind. */
void convert_hook(void);

/*
 * Installs a Memory Attributes Table that has the sections of this image, or what the deed makes of
 * that.
 */
void attributes_publish(void);

#endif
