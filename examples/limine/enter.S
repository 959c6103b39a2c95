/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last instructions before a kernel of Limine's. Offsets are those of struct state, adapter.h.
 */
	.set GDTR, 6
	.set PAT, 16
	.set CR0_KEEP, 24
	.set CR4_KEEP, 32
	.set EFER_KEEP, 40
	.set ENTRY, 48
	.set ARRIVED, 56
	.set CPU_STACK, 8	/* struct limine_cpu: reserved */
	.set CPU_GO, 16		/* go */

	.text
/* Segments, PAT, control registers. Keeps RBX only. */
load_state:
	lgdt entry_state+GDTR(%rip)
	mov $0x30, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov %eax, %fs
	mov %eax, %gs
	lidt no_idt(%rip)

	/* SDM vol. 3A 11.12.4: nothing of the old memory types in caches and TLBs. */
	wbinvd
	mov $0x277, %ecx
	mov entry_state+PAT(%rip), %eax
	mov entry_state+PAT+4(%rip), %edx
	wrmsr
	wbinvd
	mov %cr4, %rax
	and entry_state+CR4_KEEP(%rip), %rax
	mov %rax, %cr4		/* PGE goes off: global entries, too, are forgotten */
	mov %cr0, %rax
	and entry_state+CR0_KEEP(%rip), %rax
	mov %rax, %cr0
	mov $0xc0000080, %ecx
	rdmsr
	and entry_state+EFER_KEEP(%rip), %eax
	and entry_state+EFER_KEEP+4(%rip), %edx
	wrmsr

	pop %rdx
	push $0x28
	push %rdx
	lretq

clear_registers:
	xor %eax, %eax
	xor %ecx, %ecx
	xor %edx, %edx
	xor %ebx, %ebx
	xor %esi, %esi
	xor %ebp, %ebp
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	xor %r15d, %r15d
	ret

/* _Noreturn void enter_kernel(uint64_t stack_virt) */
	.globl enter_kernel
	.hidden enter_kernel
enter_kernel:
	mov %rdi, %rbx
	call load_state
	mov %rbx, %rsp
	call clear_registers
	xor %edi, %edi
	push $2
	popf
	push $0			/* no return address */
	jmp *entry_state+ENTRY(%rip)

/* _Noreturn void wait_for_go(struct limine_cpu *cpu) */
	.globl wait_for_go
	.hidden wait_for_go
wait_for_go:
	mov %rdi, %rbx
	call load_state
	mov %rbx, %rdi
	mov CPU_STACK(%rdi), %rsp
	call clear_registers
	lock incq entry_state+ARRIVED(%rip)
1:	pause
	cmpq $0, CPU_GO(%rdi)
	je 1b
	push $2
	popf
	push $0
	jmp *CPU_GO(%rdi)

	.section .rodata
no_idt:	.word 0
	.quad 0

	.section .note.GNU-stack, "", @progbits
