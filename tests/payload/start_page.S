/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of another CPU into the kernel root: the code of the page below 1 MB, which start_cpu.c
 * copies there, and from its end on in kernel text. No stack is used before the CPU's own.
 */
#include <keel/paging.h>
#include <keel/selectors.h>

#define CR0_PE	 1
#define MSR_EFER 0xc0000080

/* Selectors in the page's own GDT. */
#define CODE32 0x08
#define DATA32 0x10
#define CODE64 0x18

#define AT(label) (label - start_page)

	.section .rodata
	.balign 8
	.globl start_page, start_page_end
start_page:
	.code16
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	xorl %ebx, %ebx
	movw %ax, %bx
	shll $4, %ebx
	lgdtl AT(values_gdt)
	movl %cr0, %eax
	orb $CR0_PE, %al
	movl %eax, %cr0
	ljmpl *AT(values_protected)

	/* EBX is the address of the page. Everything goes on in one step that brings paging. */
	.code32
protected_mode:
	movl $DATA32, %eax
	movl %eax, %ds
	movl AT(values_cr4)(%ebx), %eax
	movl %eax, %cr4
	movl AT(values_cr3)(%ebx), %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	movl AT(values_efer)(%ebx), %eax
	xorl %edx, %edx
	wrmsr
	movl $KEEL_PAT_MSR, %ecx
	movl $(KEEL_PAT_VALUE & 0xffffffff), %eax
	movl $(KEEL_PAT_VALUE >> 32), %edx
	wrmsr
	movl AT(values_cr0)(%ebx), %eax
	movl %eax, %cr0
	ljmpl *AT(values_long)(%ebx)

	.code64
long_mode:
	/* The upper half is undefined after the change of modes. */
	movl %ebx, %ebx
	jmpq *AT(values_entry)(%rbx)

	/* Flat; accessed, because the page cannot be written from here on. */
	.balign 8
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
	.quad 0x00af9b000000ffff
gdt_end:

	/* struct start_values: what is not zero becomes an address when the page has one. */
values_cr0:
	.long 0
values_cr3:
	.long 0
values_cr4:
	.long 0
values_efer:
	.long 0
values_protected:
	.long AT(protected_mode)
	.word CODE32
values_long:
	.long AT(long_mode)
	.word CODE64
values_gdt:
	.word gdt_end - gdt - 1
	.long AT(gdt)
values_entry:
	.quad start_entry
start_page_end:

	/*
	 * Kernel text is the same under both roots. start_registers (struct start_registers of
	 * start_cpu.c) belongs to this CPU until other_cpu_main() says that it is here.
	 */
	.text
start_entry:
	movq start_registers + 0(%rip), %rax
	movq %rax, %cr3
	movq start_registers + 8(%rip), %rsp
	lidt start_registers + 44(%rip)
	lgdt start_registers + 24(%rip)
	xorl %eax, %eax
	lldt %ax
	movl %eax, %fs
	movl %eax, %gs
	movl $KEEL_KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	pushq $KEEL_KERNEL_CS
	leaq 1f(%rip), %rax
	pushq %rax
	lretq
1:
	/* LTR writes into the GDT: through its writable alias. */
	movl $KEEL_TSS_SEL, %eax
	ltr %ax
	lgdt start_registers + 34(%rip)
	movq start_registers + 16(%rip), %rdi
	xorl %ebp, %ebp
	call other_cpu_main
	.size start_entry, . - start_entry

	.section .note.GNU-stack, "", @progbits
