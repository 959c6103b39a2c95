# SPDX-License-Identifier: BSD-2-Clause
#
# The sections of docs/protocol.md that say what a kernel finds, cut into pieces: from the first word
# to the last, in order, without what makes a table of it. A piece is its name, the text, and perhaps a
# kind with a reason:
#
#	(nothing)	something is promised: the changes that a test makes under this name show that a
#			point of the self-check fails when it is not so
#	unknowable	something is promised, and no kernel can see whether it is kept
#	advice		nothing is promised: what a kernel may do, what follows, headings
#
# tests/unit/promises.t compares the text with the document, and the names with those that the tests of
# boot/selfcheck/ use.
package Promises;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(@promises %members);

# The kind of a piece that promises nothing.
sub advice {
	return (advice => '');
}

our @promises = (
	'State at entry' => [
		[ 'running CPU', 'One CPU runs: the one that the firmware started on, element 0 of `cpus`.' ],
		[ 'other CPUs', 'All others are as the firmware left them,', unknowable =>
			'they cannot be asked: what brings them to where they can, INIT and SIPI, ends it' ],
		[ 'waiting CPUs', 'or wait for the kernel if it has asked for that.' ],
		[ 'exit', 'Boot services are gone;' ],
		[ 'SetVirtualAddressMap',
			'SetVirtualAddressMap has been called, unless `runtime_state` is 1.' ],
		[ '', 'register value', advice ],
		[ 'RIP', 'RIP the entry, `entry_virt`' ],
		[ 'RDI', 'RDI address of `struct keel_boot_info`, in the direct map, a multiple of 8' ],
		[ 'RSP', "RSP ffffea000000fff8: the top of CPU 0's stack less 8, as after a call." ],
		[ 'stack', 'The 32 KiB of that stack are there, all zero;' ],
		[ 'guard', 'below them is an absent guard.' ],
		[ '', 'There is no return address: do not return', advice ],
		[ 'RAX', 'RAX the same as CR3;' ],
		[ 'last instruction', 'the last instruction before the kernel was `mov %rax, %cr3`',
			unknowable => 'it was under another root; what it did is seen in RAX and CR3' ],
		[ 'zero registers', 'RBX, RCX, RDX, RSI, RBP, R8 to R15 0' ],
		[ 'RFLAGS', 'RFLAGS 2: IF, DF, TF, NT, AC, IOPL and all others are 0;' ],
		[ '', 'but the arithmetic flags are undefined', advice ],
		[ 'CS', 'CS 10: 64-bit code, ring 0' ],
		[ 'data segments', 'SS, DS, ES 18: data' ],
		[ 'FS, GS', 'FS, GS 0;' ],
		[ 'bases', 'IA32_FS_BASE, IA32_GS_BASE and IA32_KERNEL_GS_BASE are 0, too' ],
		[ 'LDTR', 'LDTR 0' ],
		[ 'TR', "TR 40: CPU 0's TSS at fffffe0000003000, limit 67 (103), busy" ],
		[ 'GDTR', 'GDTR fffffe0000001000, limit 7f' ],
		[ 'IDTR', 'IDTR fffffe0000000000, limit fff:' ],
		[ 'gates', '256 gates, all zero, so that none is present.' ],
		[ '', 'Any exception or NMI before the kernel has written its own is a triple fault', advice ],
		[ 'CR0', 'CR0 80010033: PE, MP, ET, NE, WP, PG; not EM, TS, AM, CD, NW' ],
		[ '', 'CR2 undefined', advice ],
		[ 'CR3', 'CR3 `kernel_root_phys`; PWT and PCD are 0' ],
		[ 'CR4', 'CR4 PAE, PGE, OSFXSR, OSXMMEXCPT, and SMEP, SMAP, UMIP where the CPU has them;' ],
		[ 'CR4 of the firmware', 'MCE and VMXE as the firmware had them;', unknowable =>
			'either value can be' ],
		[ 'CR4 off', 'all others are 0, among them TSD, DE, PSE, PCE, LA57, PCIDE, FSGSBASE, OSXSAVE, '
			. 'PKE, CET' ],
		[ 'CR8', 'CR8 0: no interrupt is held back' ],
		[ 'EFER', 'IA32_EFER LME, LMA, NXE;' ],
		[ 'EFER of the firmware', 'other bits as the firmware left them', unknowable =>
			'either value can be' ],
		[ 'PAT', 'IA32_PAT 0407050600070106: WB, WC, UC-, UC, WB, WP, UC-, WT' ],
		[ 'MSRs', 'MTRRs, all other MSRs as the firmware left them', unknowable =>
			'any value can be; where MTRRs spoil a type, the points "memory type" say so' ],
		[ 'x87', 'x87, SSE FCW, FSW and tags as after FNINIT (37f, 0, all empty);' ],
		[ 'MXCSR', 'MXCSR 1f80;' ],
		[ '', 'registers are undefined', advice ],
		[ 'DR7', 'DR7 400: no breakpoint is on' ],
		[ 'other DRs', 'DR0 to DR3, DR6 as the firmware left them', unknowable =>
			'any value can be' ],
		[ 'descriptors', 'The GDT has, besides null: 10 kernel code, 18 kernel data, 23 user code of '
			. '32 bits, 2b user data, 33 user code of 64 bits, 40 the TSS.' ],
		[ 'flat', 'Segments are flat, base 0 and limit 4 GB, and have the accessed bit set.' ],
		[ 'busy', "A TSS is busy where its CPU has loaded it: CPU 0's, and that of each CPU that waits." ],
		[ 'TSS', 'The TSS has RSP0 and IST 1 to 4 (#DF, NMI, #DB, #MC) filled in, and an I/O map base '
			. 'beyond its limit, so that there is no map;' ],
		[ 'rest of the TSS', 'the rest of it is zero, and so is what follows GDT and TSS in their '
			. 'pages.' ],
		[ 'zero stacks', 'Kernel stacks, entry stacks, IST stacks and ministacks are all zero.' ],
		[ 'read-only tables', 'All of it, for every CPU, is read-only in the cpu_entry_area;' ],
		[ 'writable tables', 'the kernel writes to it through the direct map, at '
			. '`KEEL_DIRECT_MAP(gdt_phys)` and so on.' ],
		[ 'writable IDT', 'So it does with the IDT, `idt_phys`.' ],
		[ '', 'The machine is quiet: the first `sti` meets no interrupt.', advice ],
		[ 'vectors of the 8259s', 'The 8259s are initialized, at vectors 20 and 28,', unknowable =>
			'they do not tell, and with every line masked nothing comes' ],
		[ '8259s', 'with all lines masked.' ],
		[ 'pins', "I/O APIC pins and the local APIC's LVT entries are masked, but for those that deliver "
			. 'SMI or NMI.' ],
		[ 'pending', 'What was pending or in service is gone: IRR, ISR and the task priority are 0.' ],
		[ '', 'Not covered are MSIs, bus masters and IOMMUs, and timers: a PIT or HPET that runs goes '
			. 'on, behind its mask. What a device still sends straight to a CPU, its driver has to '
			. 'stop. (Before `version` 3 all of this was as the firmware had left it.)', advice ],
		[ '', '`tests/boot/kernel/entry-state.t` reads these registers from outside and compares; the '
			. 'self-check does so from inside. `tests/boot/lib/Promises.pm` has this section and '
			. 'the next one sentence by sentence, and says of each what shows that the self-check '
			. 'looks at it, or why no kernel can.', advice ],
	],
	'What is mapped' => [
		[ 'lower half', 'The lower half, PML4 entries 0 to 255, is empty.' ],
		[ 'mappings', 'The upper half, by region (all of it in `layout.h`), as `mappings` lists it:' ],
		[ '', 'region from rights memory type', advice ],
		[ 'direct map', 'direct map ffff800000000000 RW; R where the frame is executable in another '
			. 'region' ],
		[ 'type of the direct map', 'WB, or the best that the attributes offer' ],
		[ 'framebuffer', '- framebuffers in it RW WC' ],
		[ 'firmware tables', "- the firmware's tables that are no memory R; RW where a FACS lies, unless "
			. 'the frame is executable elsewhere' ],
		[ 'type of firmware tables', "WB; UC where the firmware's map calls the page a device's" ],
		[ 'kernel stacks', 'kernel stacks ffffea0000000000 RW;' ],
		[ 'guards of stacks', 'the lower half of each 64 KiB slot is absent.' ],
		[ 'PDPTs of stacks', 'All 36 PDPTs are in place' ],
		[ 'type of stacks', 'WB' ],
		[ 'area', 'cpu_entry_area fffffe0000000000 IDT, GDTs, TSSs R; entry and IST stacks RW,' ],
		[ 'guards of the area', 'each over a guard' ],
		[ 'type of the area', 'WB' ],
		[ 'waiting page', '- its last page, fffffe7ffffff000 the waiting page, RX, if other CPUs were '
			. 'asked for; else absent' ],
		[ 'type of the waiting page', 'WB' ],
		[ 'fixup stacks', '%esp fixup stacks ffffff0000000000 R' ],
		[ 'type of fixup stacks', 'WB' ],
		[ 'EFI region', 'EFI region ffffffef00000000 by the Memory Attributes Table: RX, R or RW.' ],
		[ 'RWX', 'Runtime code that no usable table calls read-only or not executable is RWX, and '
			. '`flags` bit 0 is set: all of it where there is no such table, else what it leaves '
			. 'out' ],
		[ 'type of the EFI region', 'WB for memory, UC for MMIO; what else has RUNTIME as good as its '
			. 'attributes offer, WB first' ],
		[ 'text', 'kernel text ffffffff80000000 as the segments say: R, RW, RX' ],
		[ 'type of text', 'WB' ],
		[ 'modules', 'modules ffffffffa0000000 nothing is mapped;' ],
		[ 'PDs of modules', 'tables are in place down to the PDs' ],
		[ 'fixmap', 'fixmap ffffffffff000000 local APIC, I/O APICs, early console: RW.' ],
		[ 'PTs of the fixmap', 'All page tables are in place' ],
		[ 'type of the fixmap', 'UC' ],
		[ 'vsyscall', 'vsyscall ffffffffff600000 R, reachable from ring 3' ],
		[ 'type of vsyscall', 'WB' ],
		[ 'order', 'The EFI region is filled from its end down, in order of physical addresses, '
			. "whatever order the firmware's map has: the highest runtime range stands on top." ],
		[ 'modulo 2 MB', 'Each keeps its physical address modulo 2 MB, with less than 2 MB free above '
			. 'it.' ],
		[ '', 'So ranges that are neighbours in physical memory are neighbours there, on which runtime '
			. 'images rely that lie in several of them.', advice ],
		[ 'executable', 'Only kernel text, runtime code and the waiting page are executable,' ],
		[ 'frames', 'and no frame is both writable and executable through any two mappings, but for '
			. 'runtime code that is RWX.' ],
		[ 'global', 'All leaves are global,' ],
		[ 'accessed', 'with the Accessed bit set,' ],
		[ 'dirty', 'and Dirty where they are writable;' ],
		[ 'used by firmware', 'but in the EFI region both bits begin clear, and so tell what the firmware '
			. 'has used.' ],
		[ 'upper entries', 'Entries above the leaves permit everything, and have Accessed and Dirty '
			. 'set;' ],
		[ 'user bit', 'US is set only on the way to the vsyscall page.' ],
		[ 'other bits', 'All other bits are 0,' ],
		[ 'absent entries', 'and so is every entry that is not present.' ],
		[ '', 'A kernel that makes a frame executable somewhere has to make its direct-map alias '
			. 'read-only first if it wants to keep that.', advice ],
		[ 'large leaves', "The direct map's leaves are as large as `largest_leaf_level`, alignment and "
			. 'the MTRRs allow:' ],
		[ '', 'to change one page, fill a table with what the leaf says, for each part of it, put it '
			. "in the leaf's place, then clear RW *and* Dirty of that page (Dirty without RW stands "
			. 'for a shadow stack, SDM vol. 3A, 4.6), and INVLPG on every CPU: a load of CR3 leaves '
			. 'global entries alone.', advice ],
		[ 'memory', "The direct map holds *memory*: types 1 to 7, 9, 10, 14 and Keel's own," ],
		[ '105 TB', 'up to 105 TB.', unknowable => 'not on this machine: it would have to have more '
			. 'memory than that. tests/unit/test_direct_map.c gives it such a map' ],
		[ 'no memory', "It does not hold reserved ranges, MMIO (but for framebuffers and the "
			. "firmware's tables) and what has a type of an OEM's or OS loader's: a "
			. '`keel_memory_range` with `virt` 0 is not mapped;' ],
		[ 'crossing', 'one that crosses 105 TB is mapped up to there.', unknowable => 'as before' ],
		[ '', 'To reach devices, map them in a free slot of the fixmap or in the modules region. '
			. 'To map more at run time, write entries into the tables that are in place', advice ],
		[ 'tables', '(they are memory of type TABLES, writable in the direct map),' ],
		[ '', "or build an address space with Keel's own code, as "
			. '[`examples/mapper/`](../examples/mapper) does. A new root that copies PML4 entries '
			. '256 to 511 shares all of the upper half, and what is added below them later.', advice ],
	],
	"The firmware's tables" => [
		[ '', 'The firmware puts its tables where it likes: into memory, into reserved ranges, into the '
			. 'BIOS area below 1 MB, which need not be in the memory map. A kernel reaches these, at '
			. '`KEEL_DIRECT_MAP(address)`:', advice ],
		[ 'configuration table', '1. the configuration table;' ],
		[ 'SMBIOS', '2. the SMBIOS entry points, 32-bit and 64-bit, each with the structures that it '
			. 'leads to;' ],
		[ 'ESRT', '3. the ESRT (UEFI 2.10, 23.4);' ],
		[ 'final events', "4. the TPM's final events, `EFI_TCG2_FINAL_EVENTS_TABLE`, as many as there "
			. 'were when Keel looked;' ],
		[ 'RSDP', '5. the RSDP;' ],
		[ 'XSDT', '6. the XSDT,' ],
		[ 'RSDT', 'or the RSDT where there is no XSDT that can be used,', unknowable =>
			'this machine has an XSDT; tests/unit/test_table_walk.c has what has none' ],
		[ 'ACPI tables', 'and every table in it.' ],
		[ 'FADT', 'What a FADT leads to: FACS and DSDT, by the address of 64 bits,' ],
		[ 'FADT of 32 bits', 'or that of 32 where the other is 0.' ],
		[ 'event log', 'What a TPM2 table leads to: the area for the event log.' ],
		[ 'bitmap', 'What a BGRT leads to: the bitmap.' ],
		[ 'no further', 'Nothing further: neither what ACPI code reads, nor other tables of the '
			. 'configuration table.' ],
		[ 'virtual addresses', 'Of the first five, `efi_config_table_virt`, `smbios_virt`, '
			. '`smbios3_virt` and `rsdp_virt` are the addresses in the direct map.' ],
		[ 'physical addresses', 'Addresses *in* tables are physical.' ],
		[ '', 'Before it follows one, a kernel that has to live on any board looks whether a range of '
			. '`memory_ranges` with `virt` holds it.', advice ],
		[ 'tables in memory', 'What is memory is mapped anyway, writable, and keeps its type.' ],
		[ 'ranges of tables', 'All other pages of these tables are ranges of type FIRMWARE_TABLE,' ],
		[ 'attributes of tables', 'split from the range that holds them, whose attributes they keep, or '
			. 'new where no descriptor is; then the attributes are 0.' ],
		[ 'leaves of tables', 'Their leaves are 4 KiB, but for 2 MB that are aligned and all of them '
			. 'tables.' ],
		[ 'FACS', 'A FACS is writable, as its lock is.' ],
		[ '', 'Keel believes none of it.', advice ],
		[ 'signatures', 'A table is left out, and so is what it leads to, if its signature is not the '
			. 'one that its place asks for,' ],
		[ 'lengths', 'if its length is less than its own header or leads to where nothing is,' ],
		[ 'sum of the RSDP', 'and an RSDP if its first 20 bytes do not sum up to 0.' ],
		[ 'not followed', 'Addresses in page 0, and those above 4 GB that no descriptor holds, are not '
			. 'followed.' ],
		[ 'most tables', 'It looks at 1,024 tables in the order of the list, depth first, and maps 64 MB '
			. 'of them.', unknowable => 'this machine has fewer; tests/unit/test_table_walk.c has '
			. 'more, and so has tests/boot/firmware/firmware-tables.t' ],
		[ 'tables beyond 105 TB', 'Beyond 105 TB nothing is mapped.', unknowable =>
			'nothing is there on this machine' ],
		[ '', 'Each of these is a note of the loader. The tables are found once, before the kernel is '
			. 'loaded.', advice ],
		[ 'late tables', 'What the configuration table gains later is in `boot_info`, but it is mapped '
			. 'only if it is memory: otherwise its `..._virt` is 0.', unknowable => 'a kernel does '
			. 'not learn what came when; tests/boot/firmware/firmware-tables.t has such tables' ],
		[ '', 'The loader says so.', advice ],
	],
);

# Members of boot_info and of what it points to, and what no kernel can tell of them: either the value is
# the firmware's or the configuration's own, and nothing else says what it is, or it was measured once.
# Other wrong values can be told, but for `pad`; each member has a change.
our %members = (
	'efi_descriptor.pad' => 'all of it: the firmware says nothing with it, and Keel hands it on',
	'boot_info.random_seed' => 'one seed from another, but for one that is all zero',
	'boot_info.random_source' => 'one source from another; whether there was one is known',
	'boot_info.entry_tsc' => 'any value before the other times',
	'boot_info.jump_tsc' => 'any value between the others and now',
	'boot_info.stage_ticks' => 'any values that fit between entry and jump',
	'boot_info.read_ticks' => 'any value that fits into the stage',
	'boot_info.read_bytes' => 'any value, but whether it is 0',
	'boot_info.exit_tries' => 'any value but 0',
	'boot_info.command_line' => 'what the configuration says is not in memory any more',
	'boot_info.entry_title' => 'likewise',
	'boot_info.kernel_path' => 'likewise',
	'boot_info.boot_device' => 'likewise',
	'boot_info.loader_phys' => 'any place in memory of the type LOADER_CODE',
	'boot_info.loader_bytes' => 'any size that ends there',
	'mailbox.differed' => 'any of the bits that have a meaning: it is of the time before',
	'framebuffer.width' => 'the mode was boot services\' to tell: any value up to the stride',
	'framebuffer.height' => 'any value with which all lines have room',
	'framebuffer.stride' => 'any value from the width on with which all lines have room',
	'module.name' => 'what the configuration says is not in memory any more',
	'module.options' => 'likewise',
);

1;
