/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the self-check can find out about a board's firmware, one row a finding. A report names a
 * finding by its identifier, which never changes its meaning once it was released. Programs that
 * read reports take the rest of a row from here; docs/audit.md is the same for people.
 *
 *	FINDING(ID, identifier, severity, section, meaning, advice)
 *
 * section: where the specification says what this firmware does not do. advice: what a kernel has
 * to do on such a board.
 */
#ifndef KEEL_FINDINGS_H
#define KEEL_FINDINGS_H

/* In rising order. */
enum keel_severity {
	KEEL_SEVERITY_REMARK, /* of use to know; nothing breaks */
	KEEL_SEVERITY_FAULT,  /* breaks the specification; no kernel needs to think of it */
	KEEL_SEVERITY_GRAVE,  /* a kernel that does not know of it crashes, hangs or loses data */
	KEEL_SEVERITY_COUNT
};

/* The words of a report. */
#define KEEL_SEVERITY_WORDS                 \
	{                                   \
		"remark", "fault", "grave", \
	}

/* clang-format off */
#define KEEL_FINDINGS(FINDING)                                                               \
	/* Memory that a runtime service touches. */                                         \
	FINDING(TOUCHES_BOOT_SERVICES, "touches-boot-services", GRAVE, "UEFI 2.10, 7.2.1", \
		"a runtime service uses boot services memory, which is the kernel's "        \
		"by then",                                                                   \
		"keep boot services memory, and map it 1:1 in the page tables for "          \
		"runtime calls")                                                             \
	FINDING(TOUCHES_OLD_ADDRESS, "touches-old-address", GRAVE, "UEFI 2.10, 8.4.2",       \
		"a runtime service uses a physical address of its own memory: it was "       \
		"not converted",                                                             \
		"map runtime memory 1:1 as well in the page tables for runtime calls")       \
	FINDING(TOUCHES_PAGE_ZERO, "touches-page-zero", GRAVE, "UEFI 2.10, 8.4.2",           \
		"a runtime service follows a null pointer of its own",                       \
		"map page 0 1:1 in the page tables for runtime calls")                       \
	FINDING(TOUCHES_FREE_MEMORY, "touches-free-memory", GRAVE, "UEFI 2.10, 7.2.1",       \
		"a runtime service uses memory that its own map calls free",                 \
		"do not use that page, and map it 1:1 for runtime calls")                    \
	FINDING(TOUCHES_RESERVED, "touches-reserved", GRAVE, "UEFI 2.10, 7.2.1",             \
		"a runtime service uses reserved memory, a device or ACPI's memory "         \
		"without asking for its mapping",                                            \
		"map that range 1:1 in the page tables for runtime calls")                   \
	FINDING(TOUCHES_UNLISTED, "touches-unlisted", GRAVE, "UEFI 2.10, 7.2.3",             \
		"a runtime service uses an address that the memory map does not have",       \
		"map that page 1:1, uncached, in the page tables for runtime calls")         \
	FINDING(EXCEEDS_RIGHTS, "exceeds-rights", GRAVE, "UEFI 2.10, 4.6.4",                 \
		"a runtime service writes to or executes what its Memory Attributes "        \
		"Table forbids",                                                             \
		"do not apply the Memory Attributes Table on this board")                    \
	FINDING(CODE_CHANGED, "code-changed", FAULT, "UEFI 2.10, 4.6.4",                     \
		"runtime code is not the same after the calls",                              \
		"do not measure runtime code, and do not map it read-only")                  \
	/* How a call ends. */                                                               \
	FINDING(SERVICE_FAULTS, "service-faults", GRAVE, "UEFI 2.10, 8",                     \
		"a runtime service ends with an exception that cannot be helped",            \
		"never call it, nor what depends on it")                                     \
	FINDING(DOES_NOT_RETURN, "does-not-return", GRAVE, "UEFI 2.10, 8",                   \
		"a runtime service did not return within five minutes",                      \
		"never call it")                                                             \
	FINDING(SLOW, "slow", REMARK, "UEFI 2.10, 8",                                        \
		"a runtime service took longer than a second",                               \
		"call it where nobody waits, with interrupts as the kernel can afford "      \
		"it")                                                                        \
	FINDING(OTHER_CPU, "other-cpu", FAULT, "UEFI 2.10, 8.1",                             \
		"a runtime service answers otherwise on another CPU than the first",         \
		"call runtime services on the first CPU only")                               \
	FINDING(STACK_DEEP, "stack-deep", FAULT, "UEFI 2.10, 2.3.4",                         \
		"a runtime service needs more stack than the 4 KiB that it may count "       \
		"on",                                                                        \
		"give runtime calls a stack of their own of at least 64 KiB")                \
	FINDING(REGISTERS, "registers", GRAVE, "UEFI 2.10, 2.3.4.2",                         \
		"a runtime service changes registers that it has to keep",                   \
		"save RBX, RBP, RDI, RSI, R12 to R15 around each call")                      \
	FINDING(INTERRUPTS_ON, "interrupts-on", GRAVE, "UEFI 2.10, 2.3.4.2",                 \
		"a runtime service returns with interrupts on",                              \
		"clear IF after each call, and be ready for interrupts in it")               \
	FINDING(DIRECTION_FLAG, "direction-flag", GRAVE, "UEFI 2.10, 2.3.4.2",               \
		"a runtime service returns with the direction flag set",                     \
		"clear DF after each call")                                                  \
	FINDING(CONTROL_REGISTERS, "control-registers", GRAVE, "UEFI 2.10, 2.3.4",           \
		"a runtime service changes CR0, CR3 or CR4",                                 \
		"save and restore them around each call")                                    \
	FINDING(DEBUG_REGISTERS, "debug-registers", FAULT, "UEFI 2.10, 2.3.4",               \
		"a runtime service changes DR7",                                             \
		"save and restore the debug registers around each call")                     \
	FINDING(MSRS, "msrs", GRAVE, "UEFI 2.10, 2.3.4",                                     \
		"a runtime service changes EFER, the PAT, the MTRRs or a segment's "         \
		"base",                                                                      \
		"save and restore them around each call")                                    \
	FINDING(DESCRIPTOR_TABLES, "descriptor-tables", GRAVE, "UEFI 2.10, 2.3.4",           \
		"a runtime service changes GDTR, IDTR or TR",                                \
		"load them again after each call")                                           \
	FINDING(FPU, "fpu", FAULT, "UEFI 2.10, 2.3.4",                                       \
		"a runtime service changes the x87 control word or MXCSR",                   \
		"save and restore them around each call")                                    \
	/* SetVirtualAddressMap. */                                                          \
	FINDING(SVAM_FAILS, "svam-fails", GRAVE, "UEFI 2.10, 8.4.1",                         \
		"SetVirtualAddressMap fails, or says that it succeeded and did "             \
		"nothing",                                                                   \
		"call runtime services at physical addresses, or not at all")                \
	FINDING(SVAM_FAULTS, "svam-faults", GRAVE, "UEFI 2.10, 8.4.1",                       \
		"SetVirtualAddressMap ends with an exception",                               \
		"call runtime services at physical addresses, or not at all")                \
	FINDING(SVAM_POINTERS, "svam-pointers", FAULT, "UEFI 2.10, 8.4.2",                   \
		"SetVirtualAddressMap leaves a pointer of the system table as it was",       \
		"find what it points to by its physical address")                            \
	FINDING(SVAM_TWICE, "svam-twice", FAULT, "UEFI 2.10, 8.4.1",                         \
		"a second SetVirtualAddressMap is not refused",                              \
		"never call it a second time")                                               \
	FINDING(SVAM_PAGE_ZERO, "svam-page-zero", GRAVE, "UEFI 2.10, 8.4.1",                 \
		"SetVirtualAddressMap follows a null pointer",                               \
		"map page 0 1:1 while it runs")                                              \
	FINDING(SVAM_BOOT_SERVICES, "svam-boot-services", GRAVE, "UEFI 2.10, 8.4.1",         \
		"SetVirtualAddressMap uses boot services memory",                            \
		"keep boot services memory until it has returned, mapped 1:1 while it "      \
		"runs, as Linux does (efi_reserve_boot_services)")                           \
	FINDING(SVAM_OTHER_MEMORY, "svam-other-memory", GRAVE, "UEFI 2.10, 8.4.1",           \
		"SetVirtualAddressMap uses memory that is neither runtime nor boot "         \
		"services'",                                                                 \
		"map all memory 1:1 while it runs, and do not use that page before")         \
	FINDING(SVAM_NEW_ADDRESS, "svam-new-address", GRAVE, "UEFI 2.10, 8.4.1",             \
		"SetVirtualAddressMap writes to a new address before it has returned",       \
		"map runtime memory at old and new addresses while it runs, as Linux does "  \
		"(esx-boot: EFI_RTS_OLD_AND_NEW)")                                           \
	FINDING(SVAM_NEW_LOOKED_UP, "svam-new-looked-up", REMARK, "UEFI 2.10, 8.4.1",        \
		"while SetVirtualAddressMap ran, the CPU looked up a new address: it was "   \
		"read, or the CPU guessed that it would be",                                 \
		"map runtime memory at old and new addresses while it runs, as Linux does "  \
		"(esx-boot: EFI_RTS_OLD_AND_NEW)")                                           \
	FINDING(CRC_STALE, "crc-stale", FAULT, "UEFI 2.10, 4.2",                             \
		"SetVirtualAddressMap leaves a checksum of system table or services "        \
		"stale",                                                                     \
		"do not check these checksums after the call")                               \
	/* Answers. */                                                                       \
	FINDING(PROPERTIES_OFFERED, "properties-offered", FAULT, "UEFI 2.10, 4.6.2",         \
		"a service that EFI_RT_PROPERTIES_TABLE offers says that it is not "         \
		"supported",                                                                 \
		"believe the answer, not the table")                                         \
	FINDING(PROPERTIES_EXCLUDED, "properties-excluded", FAULT, "UEFI 2.10, 4.6.2",       \
		"a service that EFI_RT_PROPERTIES_TABLE excludes does not return "           \
		"EFI_UNSUPPORTED",                                                           \
		"do not call what the table excludes")                                       \
	FINDING(WRONG_ARGUMENTS, "wrong-arguments", FAULT, "UEFI 2.10, 8",                   \
		"a service takes wrong arguments, or answers them otherwise than it "        \
		"should",                                                                    \
		"check arguments before the call")                                           \
	FINDING(TIME_FAILS, "time-fails", FAULT, "UEFI 2.10, 8.3.1",                         \
		"GetTime returns an error",                                                  \
		"read the clock in another way: CMOS, ACPI's time and alarm device")         \
	FINDING(TIME_RANGE, "time-range", FAULT, "UEFI 2.10, 8.3",                           \
		"GetTime gives a time that does not exist",                                  \
		"check what it gives, and read the clock in another way")                    \
	FINDING(TIME_CAPABILITIES, "time-capabilities", REMARK, "UEFI 2.10, 8.3.1",          \
		"what GetTime says of the clock's resolution cannot be",                     \
		"do not ask for it")                                                         \
	FINDING(TIME_BACKWARDS, "time-backwards", FAULT, "UEFI 2.10, 8.3.1",                 \
		"two times that were read one after the other run backwards",                \
		"check what it gives, and read the clock in another way")                    \
	FINDING(SET_TIME_FAILS, "set-time-fails", FAULT, "UEFI 2.10, 8.3.2",                 \
		"SetTime refuses the time that GetTime gave",                                \
		"set the clock in another way, or not at all")                               \
	FINDING(SET_TIME_LOST, "set-time-lost", FAULT, "UEFI 2.10, 8.3.2",                   \
		"SetTime says that it succeeded, and GetTime gives another time",            \
		"set the clock in another way")                                              \
	FINDING(WAKEUP_FAILS, "wakeup-fails", FAULT, "UEFI 2.10, 8.3.3",                     \
		"GetWakeupTime or SetWakeupTime fails in a way that is not among its "       \
		"answers",                                                                   \
		"use ACPI's alarm")                                                          \
	FINDING(MONOTONIC_COUNT, "monotonic-count", FAULT, "UEFI 2.10, 8.5.2",               \
		"the high monotonic count does not rise",                                    \
		"do not use it")                                                             \
	FINDING(MONOTONIC_RESET, "monotonic-reset", FAULT, "UEFI 2.10, 8.5.2",               \
		"a reset does not raise the high monotonic count",                           \
		"do not use it to tell one boot from another")                               \
	FINDING(VARIABLE_READ, "variable-read", FAULT, "UEFI 2.10, 8.2.1",                   \
		"GetVariable fails for a variable in a way that is not among its "           \
		"answers",                                                                   \
		"do not rely on variables at run time")                                      \
	FINDING(VARIABLE_REFUSED, "variable-refused", REMARK, "UEFI 2.10, 8.2.3",            \
		"the firmware refuses to create a variable at run time, as locked "          \
		"boards do",                                                                 \
		"do not rely on variables at run time")                                      \
	FINDING(VARIABLE_FULL, "variable-full", REMARK, "UEFI 2.10, 8.2.4",                  \
		"the store of variables is nearly full",                                     \
		"write no variables: some boards do not start again with a full store")      \
	FINDING(VARIABLE_CONTENT, "variable-content", GRAVE, "UEFI 2.10, 8.2",               \
		"a variable is lost, or reads back with other content, size or "             \
		"attributes",                                                                \
		"do not use variables on this board")                                        \
	FINDING(VARIABLE_RESET, "variable-reset", GRAVE, "UEFI 2.10, 8.2.3",                 \
		"a non-volatile variable is lost, or has another content, behind a reset",   \
		"do not use variables on this board")                                        \
	FINDING(VARIABLE_SIZE, "variable-size", FAULT, "UEFI 2.10, 8.2.1",                   \
		"GetVariable gives a wrong size where the buffer is too small",              \
		"ask with a buffer that is large enough")                                    \
	FINDING(VARIABLE_DELETE, "variable-delete", FAULT, "UEFI 2.10, 8.2.3",               \
		"a variable is still there after it was deleted",                            \
		"do not count on deletion at run time")                                      \
	FINDING(VARIABLE_MIXED, "variable-mixed", GRAVE, "UEFI 2.10, 8.2",                   \
		"variables with similar names or with other vendors are taken for "          \
		"each other",                                                                \
		"do not use variables on this board")                                        \
	FINDING(VARIABLE_NAMES, "variable-names", FAULT, "UEFI 2.10, 8.2.2",                 \
		"GetNextVariableName leaves a variable out, or gives one twice",             \
		"bound the enumeration, and take a name that comes twice for its end")       \
	FINDING(VARIABLE_ENDLESS, "variable-endless", GRAVE, "UEFI 2.10, 8.2.2",             \
		"GetNextVariableName comes to no end",                                       \
		"bound the enumeration")                                                     \
	FINDING(VARIABLE_INFO, "variable-info", FAULT, "UEFI 2.10, 8.2.4",                   \
		"QueryVariableInfo fails, or gives sizes that cannot be",                    \
		"do not rely on it; write little")                                           \
	FINDING(VARIABLE_ATTRIBUTES, "variable-attributes", FAULT, "UEFI 2.10, 8.2.3",       \
		"appending, deleting by attributes 0, or attributes that are to be "         \
		"refused do not work as specified",                                          \
		"use plain non-volatile variables only")                                     \
	FINDING(SECURE_BOOT_VARIABLES, "secure-boot-variables", FAULT, "UEFI 2.10, 3.3",    \
		"SecureBoot or SetupMode have attributes that let them be written, or "      \
		"change at run time",                                                        \
		"do not believe them")                                                       \
	FINDING(CAPSULE_QUERY, "capsule-query", FAULT, "UEFI 2.10, 8.5.3",                   \
		"QueryCapsuleCapabilities fails in a way that is not among its "             \
		"answers",                                                                   \
		"do not use capsules at run time")                                           \
	/* A driver of the audit's own, in the event of SetVirtualAddressMap. */             \
	FINDING(EVENT_LOST, "event-lost", GRAVE, "UEFI 2.10, 7.1.1",                         \
		"SetVirtualAddressMap does not notify a runtime driver of the new "          \
		"addresses",                                                                 \
		"map runtime memory 1:1 as well in the page tables for runtime calls")       \
	FINDING(EVENT_TWICE, "event-twice", FAULT, "UEFI 2.10, 7.1.1",                       \
		"SetVirtualAddressMap notifies a runtime driver more than once",             \
		"in a driver, convert pointers only the first time")                         \
	FINDING(CONVERT_POINTER, "convert-pointer", GRAVE, "UEFI 2.10, 8.4.2",               \
		"ConvertPointer fails, or gives a runtime driver an address that is not "    \
		"the new one",                                                               \
		"map runtime memory 1:1 as well in the page tables for runtime calls")       \
	/* Tables. */                                                                        \
	FINDING(MAT_ABSENT, "mat-absent", REMARK, "UEFI 2.10, 4.6.4",                        \
		"there is no Memory Attributes Table: runtime code stays writable",          \
		"map runtime memory writable and executable")                                \
	FINDING(MAT_SIZE, "mat-size", FAULT, "UEFI 2.10, 4.6.4",                             \
		"the Memory Attributes Table has no entries, or entries of an odd "          \
		"size",                                                                      \
		"do not apply it")                                                           \
	FINDING(MAT_ALIGNMENT, "mat-alignment", FAULT, "UEFI 2.10, 4.6.4",                   \
		"an entry of the Memory Attributes Table is empty or not aligned to "        \
		"pages",                                                                     \
		"do not apply it")                                                           \
	FINDING(MAT_ORDER, "mat-order", REMARK, "UEFI 2.10, 4.6.4",                          \
		"the Memory Attributes Table is not sorted by address",                      \
		"sort it")                                                                   \
	FINDING(MAT_OVERLAP, "mat-overlap", FAULT, "UEFI 2.10, 4.6.4",                       \
		"entries of the Memory Attributes Table overlap",                            \
		"do not apply it")                                                           \
	FINDING(MAT_OUTSIDE, "mat-outside", FAULT, "UEFI 2.10, 4.6.4",                       \
		"an entry of the Memory Attributes Table does not lie in one runtime "       \
		"descriptor",                                                                \
		"do not apply it")                                                           \
	FINDING(MAT_TYPE, "mat-type", FAULT, "UEFI 2.10, 4.6.4",                             \
		"an entry of the Memory Attributes Table is neither runtime code nor "       \
		"runtime data",                                                              \
		"do not apply it")                                                           \
	FINDING(MAT_RIGHTS, "mat-rights", FAULT, "UEFI 2.10, 4.6.4",                         \
		"an entry of the Memory Attributes Table leaves memory writable and "        \
		"executable",                                                                \
		"treat it as data where nothing is executed")                                \
	FINDING(MAT_COVERAGE, "mat-coverage", FAULT, "UEFI 2.10, 4.6.4",                     \
		"the Memory Attributes Table leaves out a piece of runtime code",            \
		"map what it leaves out writable and executable")                            \
	FINDING(MAT_FORBIDS_CODE, "mat-forbids-code", GRAVE, "UEFI 2.10, 4.6.4",             \
		"the Memory Attributes Table forbids to execute a runtime service",          \
		"map runtime code executable whatever the table says of it")                 \
	FINDING(MAP_OVERLAP, "map-overlap", GRAVE, "UEFI 2.10, 7.2.3",                       \
		"descriptors of the memory map overlap",                                     \
		"let the most restrictive type win")                                         \
	FINDING(MAP_EMPTY, "map-empty", FAULT, "UEFI 2.10, 7.2.3",                           \
		"a descriptor of the memory map has no pages",                               \
		"leave it out")                                                              \
	FINDING(MAP_UNALIGNED, "map-unaligned", FAULT, "UEFI 2.10, 7.2.3",                   \
		"a descriptor of the memory map is not aligned, or ends beyond the "         \
		"address space",                                                             \
		"leave it out")                                                              \
	FINDING(MAP_TYPE, "map-type", FAULT, "UEFI 2.10, 7.2.1",                             \
		"a descriptor of the memory map has a type that has no meaning",             \
		"take it for reserved")                                                      \
	FINDING(MAP_UNCACHED, "map-uncached", FAULT, "UEFI 2.10, 7.2.3",                     \
		"a runtime descriptor says nothing of how it may be cached",                 \
		"map it uncached")                                                           \
	FINDING(MAP_RUNTIME_BIT, "map-runtime-bit", FAULT, "UEFI 2.10, 7.2.3",               \
		"runtime services memory lacks the attribute EFI_MEMORY_RUNTIME",            \
		"treat it as if it had it")                                                  \
	FINDING(ECAM_IN_MEMORY, "ecam-in-memory", GRAVE, "PCI Firmware 3.3, 4.1.2",          \
		"the PCI configuration space of ACPI's MCFG table lies in what the "         \
		"memory map calls memory",                                                   \
		"take it out of memory before any is given away")                            \
	FINDING(ECAM_NOT_RESERVED, "ecam-not-reserved", REMARK, "PCI Firmware 3.3, 4.1.2",   \
		"the PCI configuration space of MCFG is not in the memory map",              \
		"ask ACPI's motherboard resources before it is used")                        \
	FINDING(ACPI_CHECKSUM, "acpi-checksum", FAULT, "ACPI 6.5, 5.2.6",                    \
		"a table of ACPI's has a wrong checksum",                                    \
		"use it, as every system does, or leave it out")                             \
	FINDING(ACPI_PLACE, "acpi-place", GRAVE, "UEFI 2.10, 2.3.4",                         \
		"a table of ACPI's lies in memory that the kernel may take",                 \
		"copy it before memory is given away")                                       \
	FINDING(SMBIOS_CHECKSUM, "smbios-checksum", FAULT, "SMBIOS 3.6, 5.2",                \
		"the entry point of SMBIOS has a wrong checksum",                            \
		"do not believe the table")                                                  \
	FINDING(SMBIOS_PLACE, "smbios-place", GRAVE, "UEFI 2.10, 2.3.4",                     \
		"a table of SMBIOS lies in memory that the kernel may take",                 \
		"copy it before memory is given away")                                       \
	FINDING(ESRT, "esrt", FAULT, "UEFI 2.10, 23.4",                                      \
		"the EFI System Resource Table has counts or a version that cannot be",      \
		"leave it out")                                                              \
	/* The machine, as the firmware set it up. */                                        \
	FINDING(MTRRS_DIFFER, "mtrrs-differ", GRAVE, "SDM vol. 3A 12.11.8",                  \
		"the MTRRs of the CPUs differ",                                              \
		"write those of the first CPU to all")                                       \
	FINDING(MTRRS_SPOIL, "mtrrs-spoil", FAULT, "SDM vol. 3A 12.11",                      \
		"the MTRRs give memory another type than the memory map offers",             \
		"expect it to be slow, or write the MTRRs")                                  \
	FINDING(IO_APIC_ABSENT, "io-apic-absent", FAULT, "ACPI 6.5, 5.2.12.3",               \
		"an I/O APIC of the MADT reads as all ones: it is not there",                \
		"leave it out")                                                              \
	FINDING(APIC_ID, "apic-id", FAULT, "ACPI 6.5, 5.2.12.2",                             \
		"a CPU's APIC ID is not the one that the MADT says",                         \
		"read it from each CPU")
/* clang-format on */

#define KEEL_FINDING_ID(id, identifier, severity, section, meaning, advice) KEEL_FINDING_##id,
enum keel_finding { KEEL_FINDINGS(KEEL_FINDING_ID) KEEL_FINDING_COUNT };
#undef KEEL_FINDING_ID

struct keel_finding_row {
	const char *identifier;
	enum keel_severity severity;
	const char *section, *meaning, *advice;
};

/* The rows, as an initializer of an array of KEEL_FINDING_COUNT. */
/* clang-format off */
#define KEEL_FINDING_ROW(id, identifier, severity, section, meaning, advice) \
	[KEEL_FINDING_##id] = { identifier, KEEL_SEVERITY_##severity, section, meaning, advice },
#define KEEL_FINDING_ROWS \
	{ KEEL_FINDINGS(KEEL_FINDING_ROW) }
/* clang-format on */

#endif
