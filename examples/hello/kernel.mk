# SPDX-License-Identifier: BSD-2-Clause
#
# Compiling and linking a kernel for Keel with gcc or clang. A Makefile that includes this says
# KERNEL (name of the result, without .elf) and OBJECTS, and may say KEEL (where Keel's sources
# are), OUT (where results go) and LDS (the linker script).

KEEL   ?= ../..
OUT    ?= build
CFLAGS ?= -O2 -g -Wall -Wextra

# -mno-red-zone: an interrupt or exception in the kernel pushes its frame right below RSP, where the
#	ABI would let a function keep data without moving RSP.
# -mgeneral-regs-only: SSE works at kernel entry, but a kernel that uses it has to save its state at
#	every interrupt. This keeps the compiler from using it unasked.
# -mcmodel=kernel, -fno-pic: code and data lie in the top 2 GB of the address space, where signed
#	32-bit addresses reach them.
# -ffreestanding, -fno-stack-protector, -fcf-protection=none: there is no library, no canary, and
#	CET is off.
# -fno-asynchronous-unwind-tables: nobody reads them.
KERNEL_CFLAGS := -std=gnu11 -ffreestanding -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-pic -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-I$(KEEL)/include

# -n: segments need no page alignment in the file, which is read and never mapped.
KERNEL_LDFLAGS := -nostdlib -static -Wl,-n -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
	-Wl,--build-id=none

$(OUT)/$(KERNEL).elf: $(OBJECTS:%=$(OUT)/%) $(OUT)/kernel.lds
	$(CC) $(KERNEL_LDFLAGS) -T $(OUT)/kernel.lds -o $@ $(OBJECTS:%=$(OUT)/%)

$(OUT)/%.o: %.c $(MAKEFILE_LIST)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/kernel.lds: $(LDS) $(MAKEFILE_LIST)
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -D__ASSEMBLER__ -I$(KEEL)/include -MMD -MP -MT $@ \
		-MF $@.d -o $@ $<

.PHONY: clean
clean:
	rm -rf $(OUT)

-include $(wildcard $(OUT)/*.d)
