/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instruction of the kernel. Saves every register as it was found, before anything is
 * changed; entry.h describes the same structure for C. Then it looks at CPU 0's stack and at the
 * kernel's .bss, which are as they were found only now, and puts right what C could not run with.
 */
#include <keel/layout.h>
#include <keel/paging.h>
#include <keel/selectors.h>
#include "entry.h"

#define CR0_EM_TS      0xc
#define CR4_OSFXSR_BIT 9
#define MSR_EFER       0xc0000080
#define MSR_FS_BASE    0xc0000100
#define MSR_GS_BASE    0xc0000101
#define MSR_KERNEL_GS  0xc0000102
#define FRAME_BYTES    64 /* of an exception: SDM vol. 3A 6.14.2 */
#define STACK_START    (KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES)

#define STATE(n) entry_state + ENTRY_##n(%rip)

	.section .entry, "aw", @nobits
	.balign 16
	.skip FRAME_BYTES
	.globl entry_state
	.type entry_state, @object
entry_state:
	.skip ENTRY_BYTES
	.size entry_state, ENTRY_BYTES

	/* Of #GP and #PF only; filled in below, as nobody knows before where the kernel will be. */
	.balign 8
scan_idt:
	.skip 15 * 16
scan_idt_end:
scan_idtr:
	.skip 2 + 8

	/* EAX is lost. */
	.macro save_selector register, to
	xorl %eax, %eax
	movw \register, %ax
	movq %rax, \to
	.endm

	.macro save_control register, to
	movq \register, %rax
	movq %rax, \to
	.endm

	/* EAX, ECX and EDX are lost. */
	.macro save_msr number, to
	movl $\number, %ecx
	rdmsr
	shlq $32, %rdx
	orq %rdx, %rax
	movq %rax, \to
	.endm

	/*
	 * The first of RCX words from RDI on that is not zero, or cannot be read, or 0. RAX is 0;
	 * RBX, RCX and RDI are lost. RBX is where scan_fault goes on.
	 */
	.macro save_first_word to
	leaq 1f(%rip), %rbx
	repe scasq
	leaq -8(%rdi), %rdi
	cmoveq %rax, %rdi
1:
	movq %rdi, \to
	.endm

	/* SDM vol. 3A figure 6-8: an interrupt gate that leads to scan_fault. RAX is lost. */
	.macro fill_gate vector
	leaq scan_fault(%rip), %rax
	movw %ax, scan_idt + \vector * 16(%rip)
	movw $0x8e00, scan_idt + \vector * 16 + 4(%rip)
	movw $KEEL_KERNEL_CS, scan_idt + \vector * 16 + 2(%rip)
	shrq $16, %rax
	movw %ax, scan_idt + \vector * 16 + 6(%rip)
	shrq $16, %rax
	movl %eax, scan_idt + \vector * 16 + 8(%rip)
	.endm

	.text
	.globl kernel_entry
	.type kernel_entry, @function
kernel_entry:
	movq %rax, STATE(RAX)
	movq %rbx, STATE(RBX)
	movq %rcx, STATE(RCX)
	movq %rdx, STATE(RDX)
	movq %rsi, STATE(RSI)
	movq %rdi, STATE(RDI)
	movq %rbp, STATE(RBP)
	movq %rsp, STATE(RSP)
	movq %r8, STATE(R8)
	movq %r9, STATE(R9)
	movq %r10, STATE(R10)
	movq %r11, STATE(R11)
	movq %r12, STATE(R12)
	movq %r13, STATE(R13)
	movq %r14, STATE(R14)
	movq %r15, STATE(R15)

	/* Relative to where this code really runs, whatever it was linked for. */
	leaq kernel_entry(%rip), %rax
	movq %rax, STATE(RIP)
	/* Moves do not touch the flags. They are pushed to their place: the stack stays unused. */
	leaq entry_state + ENTRY_RFLAGS + 8(%rip), %rsp
	pushfq
	cli
	cld

	save_selector %cs, STATE(CS)
	save_selector %ss, STATE(SS)
	save_selector %ds, STATE(DS)
	save_selector %es, STATE(ES)
	save_selector %fs, STATE(FS)
	save_selector %gs, STATE(GS)
	sldt STATE(LDTR)
	str STATE(TR)
	sgdt STATE(GDTR)
	sidt STATE(IDTR)

	save_control %cr0, STATE(CR0)
	save_control %cr3, STATE(CR3)
	save_control %cr4, STATE(CR4)
	save_control %cr8, STATE(CR8)
	save_control %dr7, STATE(DR7)
	save_msr MSR_EFER, STATE(EFER)
	save_msr KEEL_PAT_MSR, STATE(PAT)
	save_msr MSR_FS_BASE, STATE(FS_BASE)
	save_msr MSR_GS_BASE, STATE(GS_BASE)
	save_msr MSR_KERNEL_GS, STATE(KERNEL_GS_BASE)

	/* With CR0.EM or TS set FXSAVE faults; without CR4.OSFXSR it leaves MXCSR out. */
	movq %cr0, %rax
	andq $~CR0_EM_TS, %rax
	movq %rax, %cr0
	movq %cr4, %rax
	btsq $CR4_OSFXSR_BIT, %rax
	movq %rax, %cr4
	fxsave64 STATE(FXSAVE)

	/* A page that is absent ends a scan. For the frame there is room below the registers. */
	fill_gate 13
	fill_gate 14
	leaq scan_idt(%rip), %rax
	movq %rax, scan_idtr + 2(%rip)
	movw $(scan_idt_end - scan_idt - 1), scan_idtr(%rip)
	lidt scan_idtr(%rip)
	leaq entry_state(%rip), %rsp
	xorl %eax, %eax
	movabsq $STACK_START, %rdi
	movl $(KEEL_STACK_BYTES / 8), %ecx
	save_first_word STATE(STACK_USED)
	leaq bss_start(%rip), %rdi
	leaq data_end(%rip), %rcx
	subq %rdi, %rcx
	shrq $3, %rcx
	save_first_word STATE(BSS_USED)
	lidt STATE(IDTR)

	/* An exception's IRET, to name one, faults with flags that may have been found. */
	leaq entry_state + ENTRY_SCRATCH + 8(%rip), %rsp
	pushq $2
	popfq
	movq STATE(RDI), %rdi
	movq STATE(RSP), %rsp
	/* RSP is as after a call. */
	xorl %ebp, %ebp
	jmp kernel_main
	.size kernel_entry, . - kernel_entry

	.globl scan_fault
scan_fault:
	leaq entry_state(%rip), %rsp
	jmpq *%rbx

	.section .note.GNU-stack, "", @progbits
