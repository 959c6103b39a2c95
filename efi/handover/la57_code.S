/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From 5-level paging to 4-level paging: CR4.LA57 can only be changed outside long mode (SDM vol.
 * 3A 4.1.1), and CR3 has 32 bits there. la57.c copies this code below 4 GB, where paging maps it to
 * its own address, and calls it with the physical address of the 4-level root, also below 4 GB.
 *
 * Outside long mode the GDT has to lie below 4 GB, too, so the code brings one along. It leaves
 * GDTR and CS as it found them; the other segment registers are not touched.
 */
#define CR0_PG_BIT   31
#define CR4_LA57_BIT 12

/* Selectors in that GDT. */
#define CODE32 0x08
#define CODE64 0x10

	.section .rodata
	.balign 8
	.globl la57_code, la57_code_end
la57_code:
begin:
	/* Outside 64-bit mode half of these registers is lost, and the stack is out of reach. */
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%cs, %eax
	push	%rax
	lea	back(%rip), %rax
	push	%rax
	sgdt	gdtr_before(%rip)
	mov	%rsp, stack(%rip)
	lea	begin(%rip), %rbx
	add	%rbx, gdtr + 2(%rip)
	add	%ebx, far_resume(%rip)
	lgdt	gdtr(%rip)
	pushq	$CODE32
	lea	compatibility_mode(%rip), %rax
	push	%rax
	lretq

	.code32
compatibility_mode:
	mov	%cr0, %eax
	btr	$CR0_PG_BIT, %eax
	mov	%eax, %cr0
	mov	%cr4, %ecx
	btr	$CR4_LA57_BIT, %ecx
	mov	%ecx, %cr4
	mov	%edi, %cr3
	bts	$CR0_PG_BIT, %eax
	mov	%eax, %cr0
	ljmp	*%cs:(far_resume - begin)(%ebx)

	.code64
resume:
	mov	stack(%rip), %rsp
	lgdt	gdtr_before(%rip)
	lretq
back:
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	/* Flat code; "accessed", so that the CPU has nothing to write. */
	.balign 8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00af9b000000ffff
gdt_end:

	/* What begins as an offset becomes an address above. */
stack:
	.quad	0
far_resume:
	.long	resume - begin
	.word	CODE64
gdtr:
	.word	gdt_end - gdt - 1
	.quad	gdt - begin
gdtr_before:
	.word	0
	.quad	0
la57_code_end:

	.section .note.GNU-stack, "", @progbits
