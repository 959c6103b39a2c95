# SPDX-License-Identifier: BSD-2-Clause
#
# All of the build. `make help` lists the targets; everything that is made lies under build/, and
# every file there is a target of its own: `make build/keel.efi`.

SHELL	:= /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:

# Reproducible images: time stamps come from here. FAT begins in 1980.
export SOURCE_DATE_EPOCH ?= 315532800
# Emulation, unless the caller asks for something else: /dev/kvm can open and yet be unusable.
export ACCEL ?= tcg

CC	?= cc
CC	:= $(if $(filter default,$(origin CC)),gcc,$(CC))
LD	:= ld
OBJCOPY	?= objcopy

# V=1 shows the commands themselves.
Q	:= $(if $(V),,@)
say	= $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$@')

# How many things to do at a time where the caller did not say: compilers, tests.
CPUS	 := $(shell nproc 2>/dev/null || echo 1)
PARALLEL  = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(CPUS))
PROVE	  = CMOCKA_MESSAGE_OUTPUT=TAP prove $(or $(PROVE_FLAGS),-j$(CPUS))

# Options of one boot by hand: make run RUN="--memory 6G --smp 4". See ovmf/run --help.
RUN	?=

# The version, and in a git checkout the commit: build/version.h changes only when they do.
COMMIT	:= $(shell git rev-parse --short=8 HEAD 2>/dev/null)
VERSION	:= $(shell cat VERSION)$(if $(COMMIT),+$(COMMIT))

build/version.h: FORCE
	@mkdir -p $(@D)
	@echo '#define KEEL_VERSION_TEXT "$(VERSION)"' | cmp -s - $@ || \
		echo '#define KEEL_VERSION_TEXT "$(VERSION)"' >$@

.PHONY: FORCE
FORCE:

# --- gnu-efi, where Debian and Ubuntu, Fedora, and Arch put it -----------------------------------

EFI_INCLUDE := $(firstword $(wildcard /usr/include/efi /usr/local/include/efi))
EFI_CRT0    := $(firstword $(wildcard $(addsuffix /crt0-efi-x86_64.o, \
		/usr/lib /usr/lib/gnuefi /usr/lib64/gnuefi /usr/lib64 /usr/local/lib)))
EFI_LIB	    := $(firstword $(wildcard $(addsuffix /libgnuefi.a, \
		/usr/lib /usr/lib/gnuefi /usr/lib64/gnuefi /usr/lib64 /usr/local/lib)))

# --- Flags ---------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror
DEPEND	 = -MMD -MP

# For code that runs with no operating system below it: no SSE (firmware need not have turned it
# on), no red zone (interrupts).
BARE	:= -std=gnu11 -O2 -g -ffreestanding -fno-stack-protector -mno-red-zone -mgeneral-regs-only \
	   -fno-asynchronous-unwind-tables -fcf-protection=none

EFI_CFLAGS     := $(BARE) $(WARNINGS) -fpic -fvisibility=hidden -fshort-wchar \
		  -DGNU_EFI_USE_MS_ABI -Iinclude -Imm -Iefi -Ibuild
# gnu-efi's headers are not ours: -isystem keeps their warnings out.
EFI_CFLAGS     += $(if $(EFI_INCLUDE),-isystem $(EFI_INCLUDE) -isystem $(EFI_INCLUDE)/x86_64)
PAYLOAD_CFLAGS := $(BARE) $(WARNINGS) -fno-pic -fno-pie -mcmodel=kernel -Iinclude
HOST_CFLAGS    := -std=gnu11 -O1 -g $(WARNINGS) -fno-omit-frame-pointer \
		  -fsanitize=address,undefined -fno-sanitize-recover=all -Iinclude -Imm -Iefi -Ibuild
TINY_CFLAGS    := $(HOST_CFLAGS) -DMM_INDEX_BITS=2 -DMM_PLAIN_C

# --- Sources -------------------------------------------------------------------------------------

# Reading tables back and checking them is for kernels and hosts: the loader does without.
MM_C	  := $(wildcard mm/*.c)
MM_CHECK_C := $(wildcard mm/check/*.c)
EFI_C	  := $(wildcard efi/*.c efi/*/*.c)
EFI_S	  := $(wildcard efi/*.S efi/*/*.S)
PAYLOAD_C := $(wildcard tests/payload/*.c)
PAYLOAD_S := $(filter-out %.lds.S,$(wildcard tests/payload/*.S))
TEST_C	  := $(wildcard tests/unit/test_*.c)
TINY_C	  := $(wildcard tests/unit/tiny_*.c)
DRIVER_C  := $(wildcard tests/boot/drivers/*.c)

TOOL_C	  := $(wildcard tools/keelmap/*.c)
UNIT_T	  := $(sort $(wildcard tests/unit/*.t)) tests/fuzz/replay.t

EFI_O	  := $(EFI_C:%.c=build/%.o) $(EFI_S:%.S=build/%.o) $(MM_C:%.c=build/%.o)
PAYLOAD_O := $(PAYLOAD_C:%.c=build/%.o) $(PAYLOAD_S:%.S=build/%.o)
UNIT	  := $(TEST_C:%.c=build/%) $(TINY_C:%.c=build/%)
DRIVERS	  := $(DRIVER_C:%.c=build/%.efi)
BOOT_T	  := $(sort $(wildcard tests/boot/*.t))

.PHONY: all
all: build/keel.efi build/keel.img build/keel.iso build/qemu.img ## build keel.efi and the disk images (the default)

# --- The self-check kernel -----------------------------------------------------------------------

# -n: the file is copied segment by segment and never mapped, so its offsets need no page alignment.
build/selfcheck.elf: build/tests/payload/kernel.lds $(PAYLOAD_O)
	$(call say,LD)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) -static -nostdlib -Wl,-n,-z,max-page-size=4096,-z,noexecstack \
		-Wl,--build-id=none,-T,$< -o $@ $(PAYLOAD_O)

build/tests/payload/kernel.lds: tests/payload/kernel.lds.S
	$(call say,CPP)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -E -P -undef -x assembler-with-cpp -D__ASSEMBLER__ -Iinclude \
		$(DEPEND) -MT $@ -MF $@.d $< -o $@

# What keel.efi carries is without symbols and debugging information.
build/selfcheck.stripped.elf: build/selfcheck.elf
	$(call say,STRIP)
	$(Q)$(OBJCOPY) --strip-all $< $@

build/tests/payload/%.o: tests/payload/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) $(DEPEND) -c $< -o $@

# The module that it loads: an object as it is, without debugging information.
build/tests/payload/module/%.o: tests/payload/module/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) -g0 -fno-ident $(DEPEND) -c $< -o $@

build/tests/payload/module_image.o: build/tests/payload/module/module.o

build/tests/payload/%.o: tests/payload/%.S
	$(call say,AS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) $(DEPEND) -Wa,-Ibuild -c $< -o $@

# --- keel.efi ------------------------------------------------------------------------------------

# A UEFI image is linked as a shared object and then rewritten as PE. gnu-efi's start-up code relocates
# it. In its newer versions that calls _entry, which would bring in a library that we do not use: it is
# efi_main here.
define link_efi
	$(if $(and $(EFI_INCLUDE),$(EFI_CRT0),$(EFI_LIB)),,\
		@echo 'gnu-efi is not installed; `ovmf/deps build` installs it' >&2; exit 1)
	$(call say,LD)
	$(Q)mkdir -p $(@D)
	$(Q)$(LD) -shared -nostdlib -Bsymbolic -z nocombreloc -z noexecstack --build-id=none \
		--no-undefined --defsym=_entry=efi_main -T efi/keel.lds -o $@ \
		$(EFI_CRT0) $(filter %.o,$^) $(EFI_LIB)
endef

build/keel.so: $(EFI_O) efi/keel.lds
	$(link_efi)

# After objcopy, three fields of the PE headers are set by hand (Microsoft PE format, "Optional
# Header"; e_lfanew, at 0x3c, leads to the signature, from which the offsets count): NX_COMPAT,
# 0x100, in DllCharacteristics at 0x5e, because objcopy has no option for it; zero, which means
# none, in CheckSum at 0x58, which is wrong after that; zero in TimeDateStamp at 8, so that the same
# sources give the same bytes.
pe_sections := $(addprefix -j ,.text .reloc .rodata .data .got .dynamic .rela .kernel)
pe_fields   := my $$pe = unpack "x60V", $$_; \
	       substr($$_, $$pe + 0x5e, 2) |= pack "v", 0x100; \
	       substr($$_, $$pe + 0x58, 4) = substr($$_, $$pe + 8, 4) = pack "V", 0

build/%.efi: build/%.so
	$(call say,EFI)
	$(Q)$(OBJCOPY) --strip-all $(pe_sections) --target=efi-app-x86_64 --file-alignment=4096 \
		--section-alignment=4096 $< $@
	$(Q)perl -0777 -i -pe '$(pe_fields)' $@

build/efi/%.o: efi/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(DEPEND) -c $< -o $@

build/efi/%.o: efi/%.S
	$(call say,AS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(DEPEND) -I. -Ibuild -Wa,-I. -Wa,-Ibuild -c $< -o $@

# Those that need it say so here: a first build knows no dependencies yet.
build/efi/main.o build/efi/report/file.o build/tools/keelmap/options.o \
	build/host/tools/keelmap/options.o: build/version.h

# What it includes is not in the compiler's dependency output.
build/efi/builtin_kernel.o: build/selfcheck.stripped.elf

build/mm/%.o: mm/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) $(DEPEND) -c $< -o $@

# --- Disk image ----------------------------------------------------------------------------------

.PHONY: image
image: ## make build/keel.img, the disk image for a stick, and build/keel.iso, the same for a CD
	@ovmf/deps build
	@$(MAKE) --no-print-directory $(PARALLEL) build/keel.img build/keel.iso

# make usb DEV=/dev/sdX
DEV ?=

.PHONY: usb
usb: ## write build/keel.img to the stick DEV (/dev/sdX), after asking, and compare
	@ovmf/deps build
	@$(MAKE) --no-print-directory $(PARALLEL) build/keel.img
	@ovmf/usb build/keel.img $(if $(DEV),'$(DEV)')

# With that for a stick the report stays on the screen, with that for QEMU the machine goes off.
build/keel.img: conf := ovmf/keel.conf
build/qemu.img: conf := ovmf/qemu.conf
build/keel.img build/qemu.img: build/%.img: build/keel.efi ovmf/image ovmf/keel.conf ovmf/qemu.conf
	$(call say,IMAGE)
	$(Q)ovmf/image $@ $<:/EFI/BOOT/BOOTX64.EFI $(conf):/EFI/BOOT/keel.conf

build/keel.iso: build/keel.img ovmf/iso
	$(call say,IMAGE)
	$(Q)ovmf/iso $@ $<

# --- Host tests ----------------------------------------------------------------------------------

# mm/ once for the host as it is, and once with the geometry so small that all of it can be tried.
# Those rooms of efi/ that know no firmware are tested on the host like mm/.
EFI_PURE_C := $(wildcard efi/lib/*.c efi/config/*.c efi/elf/*.c)
MM_HOST_O := $(MM_C:%.c=build/host/%.o) $(MM_CHECK_C:%.c=build/host/%.o)
EFI_HOST_O := $(EFI_PURE_C:%.c=build/host/%.o)
MM_TINY_O := $(MM_C:%.c=build/tiny/%.o) $(MM_CHECK_C:%.c=build/tiny/%.o)

build/host/%.o: %.c
	$(call say,HOSTCC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(DEPEND) -c $< -o $@

build/tiny/%.o: %.c
	$(call say,TINYCC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TINY_CFLAGS) $(DEPEND) -c $< -o $@

build/tests/unit/test_%: build/host/tests/unit/test_%.o $(MM_HOST_O) $(EFI_HOST_O)
	$(call say,HOSTLD)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $(filter %.o,$^) -lcmocka

build/tests/unit/tiny_%: build/tiny/tests/unit/tiny_%.o $(MM_TINY_O)
	$(call say,HOSTLD)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TINY_CFLAGS) -o $@ $(filter %.o,$^) -lcmocka

# Loads kernels with the code of keel.efi, for tests.
build/elfcheck: build/host/tests/kernels/elfcheck.o $(EFI_HOST_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $(filter %.o,$^)

# --- keelmap: what Keel would build on a machine, shown on the host ---------------------------------

TOOL_CFLAGS := -std=gnu11 -O2 -g $(WARNINGS) -Iinclude -Imm -Ibuild
TOOL_O	    := $(MM_C:%.c=build/tools/%.o) $(MM_CHECK_C:%.c=build/tools/%.o) \
		$(TOOL_C:tools/%.c=build/tools/%.o)
# The same with sanitizers, for the tests.
TOOL_HOST_O := $(MM_HOST_O) $(TOOL_C:%.c=build/host/%.o)

build/keelmap: $(TOOL_O)
	$(call say,LD)
	$(Q)$(CC) $(TOOL_CFLAGS) -o $@ $^

build/host/keelmap: $(TOOL_HOST_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^

build/tools/mm/%.o: mm/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(DEPEND) -c $< -o $@

build/tools/%.o: tools/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(DEPEND) -c $< -o $@

# --- Fuzzing -------------------------------------------------------------------------------------

FUZZ	     := memory_map plan parse config elf
FUZZ_SECONDS ?= 60
FUZZ_FLAGS   := -Itests/unit -Itools/keelmap -Itests/fuzz
FUZZ_C	     := $(MM_C) $(EFI_PURE_C) $(addprefix tools/keelmap/, \
		parse.c notations.c words.c cursor.c type_names.c)

build/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_C)
	$(call say,FUZZ)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(HOST_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

# The inputs that were worth keeping, without the fuzzer: for make test.
build/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(FUZZ_C)
	$(call say,HOSTLD)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(FUZZ_FLAGS) -o $@ $(filter %.c,$^)

# mm/ built to count which lines and branches the tests reach; the tests themselves as always.
COVERED	      := $(MM_C:%.c=build/cov/%.o) $(MM_CHECK_C:%.c=build/cov/%.o)
COVERED_TINY  := $(MM_C:%.c=build/cov-tiny/%.o) $(MM_CHECK_C:%.c=build/cov-tiny/%.o)
COVERED_UNIT  := $(TEST_C:%.c=build/cov/%) $(TINY_C:%.c=build/cov-tiny/%)
COVER_CFLAGS  := -std=gnu11 -O0 -g --coverage $(WARNINGS) -Iinclude -Imm -Itests/unit

build/cov/mm/%.o: mm/%.c
	$(call say,COVCC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COVER_CFLAGS) $(DEPEND) -c $< -o $@

build/cov-tiny/mm/%.o: mm/%.c
	$(call say,COVCC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COVER_CFLAGS) -DMM_INDEX_BITS=2 -DMM_PLAIN_C $(DEPEND) -c $< -o $@

build/cov/tests/unit/%: build/host/tests/unit/%.o $(COVERED) $(EFI_HOST_O)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) --coverage -o $@ $(filter %.o,$^) -lcmocka

build/cov-tiny/tests/unit/%: build/tiny/tests/unit/%.o $(COVERED_TINY)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) --coverage -o $@ $(filter %.o,$^) -lcmocka

.PHONY: coverage
coverage: $(COVERED_UNIT) ## lines and branches of mm/ that the unit tests reach; fails below 100 % of lines
	@ovmf/deps dev
	@find build/cov build/cov-tiny -name '*.gcda' -delete
	@for program in $(COVERED_UNIT); do \
		$$program >/dev/null 2>&1 || { echo "$$program has failed" >&2; exit 1; }; \
	done
	@tests/coverage/report

.PHONY: mutate
mutate: $(UNIT) ## break mm/ in many ways and show that the unit tests notice (a quarter of an hour)
	@tests/mutate/run

.PHONY: prove
prove: ## show with Frama-C that tables are written and read inside the pool only
	@ovmf/deps prove
	@tests/prove

.PHONY: fuzz
fuzz: ## fuzz mm/ and all parsers, FUZZ_SECONDS (60) each; new findings stay in build/
	@ovmf/deps dev
	@$(MAKE) --no-print-directory $(FUZZ:%=build/fuzz_%)
	@for name in $(FUZZ); do \
		mkdir -p build/corpus/$$name; \
		echo "  FUZZ     $$name, $(FUZZ_SECONDS) s"; \
		build/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
			-artifact_prefix=build/ build/corpus/$$name tests/fuzz/corpus/$$name tests/maps; \
	done

# --- What mm/ costs ------------------------------------------------------------------------------

# The loader's own objects: what is measured is what ships.
build/mm_bench: build/tools/bench/mm_bench.o $(MM_C:%.c=build/%.o)
	$(call say,LD)
	$(Q)$(CC) $(TOOL_CFLAGS) -o $@ $^

build/tools/bench/%.o: tests/bench/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TOOL_CFLAGS) $(DEPEND) -c $< -o $@

# --- Kernels for tests ---------------------------------------------------------------------------------

# tell, by either compiler, at fixed addresses (exec) and position-independent (pie), linked for a
# place so many MB into the text window: tell-gcc-pie-16.elf.
TELL	     := $(foreach c,gcc clang,$(foreach k,exec pie,$(foreach m,1 2 16 256, \
		build/tests/kernels/tell-$c-$k-$m.elf)))
TELL_CFLAGS  := $(BARE) -O1 -fno-builtin $(WARNINGS) -Iinclude -nostdlib -Wl,-n,-z,max-page-size=4096,--build-id=none
tell_exec    := -fno-pie -static -mcmodel=kernel
tell_pie     := -fpie -static-pie -Wl,--no-dynamic-linker,-z,text -DPIE
tell_gcc     := gcc
# It is told options for linking that it has no use for, and objects to that.
tell_clang   := clang -fuse-ld=lld -Wno-unused-command-line-argument
tell_part     = $(word $1,$(subst -, ,$(basename $(notdir $@))))

$(TELL): tests/kernels/tell/tell.c tests/kernels/tell/tell.lds.S include/keel/boot_info.h \
		include/keel/layout.h Makefile
	$(call say,KERNEL)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -E -P -undef -x assembler-with-cpp -D__ASSEMBLER__ -Iinclude \
		$(tell_$(call tell_part,3)) -DBASE_MB=$(call tell_part,4) \
		tests/kernels/tell/tell.lds.S -o $@.lds
	$(Q)$(tell_$(call tell_part,2)) $(TELL_CFLAGS) $(tell_$(call tell_part,3)) -T $@.lds \
		-o $@ tests/kernels/tell/tell.c

# A kernel that needs no more than the example does, in one file.
build/tests/kernels/reclaim.elf: tests/kernels/reclaim/reclaim.c examples/hello/kernel.mk examples/hello/hello.lds \
		$(wildcard include/keel/*.h)
	$(call say,KERNEL)
	$(Q)$(MAKE) -s -C $(<D) -f '$(CURDIR)/examples/hello/kernel.mk' CC='$(CC)' \
		CFLAGS='-O2 -g $(WARNINGS)' KERNEL=reclaim OBJECTS=reclaim.o KEEL='$(CURDIR)' \
		LDS='$(CURDIR)/examples/hello/hello.lds' OUT='$(CURDIR)/$(@D)'

# --- Example kernels --------------------------------------------------------------------------------

# Their own Makefiles know how; nothing of this one is needed to build them.
EXAMPLES      := build/hello.elf build/mapper.elf
EXAMPLE_FILES := $(wildcard examples/*/*.[ch] examples/*/*.lds examples/*/*.mk examples/*/Makefile \
		 include/keel/*.h mm/*.[ch])

.PHONY: examples
examples: $(EXAMPLES) ## build the example kernels build/hello.elf and build/mapper.elf

$(EXAMPLES): build/%.elf: $(EXAMPLE_FILES)
	$(call say,EXAMPLE)
	$(Q)mkdir -p build/examples
	$(Q)$(MAKE) -s -C examples/$* CC='$(CC)' OUT='$(CURDIR)/build/examples/$*' \
		CFLAGS='-O2 -g $(WARNINGS)'
	$(Q)cp build/examples/$*/$*.elf $@

# --- Drivers that change the world before keel.efi starts ----------------------------------------

build/tests/boot/drivers/%.so: build/tests/boot/drivers/%.o build/tests/boot/drivers/lib/launch.o \
		efi/keel.lds
	$(link_efi)

build/tests/boot/drivers/%.o: tests/boot/drivers/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EFI_CFLAGS) -Itests/boot/drivers/lib $(DEPEND) -c $< -o $@

# The layout's rows and boot_info's offsets as text, for tests that are not written in C.
build/tests/boot/layout build/tests/boot/offsets: build/tests/boot/%: tests/boot/%.c
	$(call say,HOSTCC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 $(WARNINGS) -Iinclude $(DEPEND) $< -o $@

# --- Running -------------------------------------------------------------------------------------

# What the tests need, built in one go; then only prove runs.
TEST_FILES = $(UNIT) $(FUZZ:%=build/replay_%) build/keelmap build/host/keelmap build/elfcheck $(DRIVERS) build/keel.efi build/keel.img build/keel.iso build/qemu.img build/tests/boot/layout build/tests/boot/offsets $(TELL) $(EXAMPLES) build/tests/kernels/reclaim.elf

# The packages come first and decide what can be built, so the build is a make of its own.
# make run KERNEL=build/hello.elf RUN="--options 'a b' --module FILE --smp 2"
KERNEL ?=

.PHONY: run
run: ## install what is missing, build, boot in QEMU, show the map; fails unless every check passed. Or boot KERNEL; RUN: see ovmf/run
	@ovmf/deps run
	@$(MAKE) --no-print-directory $(PARALLEL) build/qemu.img $(filter build/%,$(KERNEL))
	@ovmf/run $(RUN) $(if $(KERNEL),--kernel $(KERNEL),--check build/qemu.img)

# make debug KERNEL=build/hello.elf DEBUG="--options 'a b' --smp 2"
DEBUG  ?=

.PHONY: debug
debug: ## boot with gdb, as far as the first instruction of KERNEL (the self-check); DEBUG: see ovmf/debug
	@ovmf/deps debug
	@$(MAKE) --no-print-directory $(PARALLEL) build/keel.efi build/selfcheck.elf
	@ovmf/debug $(if $(KERNEL),--kernel $(KERNEL)) $(DEBUG)

.PHONY: test
test: ## install what is missing, build, run all tests: unit tests, the image, whole boots
	@ovmf/deps test
	@$(MAKE) --no-print-directory $(PARALLEL) check

.PHONY: check
check: $(TEST_FILES) ## the same without looking for packages
	@$(PROVE) $(UNIT) $(UNIT_T) $(BOOT_T)

.PHONY: test-all
test-all: ## the same with every machine of tests/boot/Matrix.pm; prints them as a table (twenty minutes)
	@ovmf/deps test
	@$(MAKE) --no-print-directory $(PARALLEL) $(TEST_FILES)
	@bad=; MATRIX=all MATRIX_TABLE=build/matrix.md $(PROVE) $(UNIT) $(UNIT_T) $(BOOT_T) || bad=1; \
	echo; cat build/matrix.md; test -z "$$bad"

.PHONY: test-debian
test-debian: ## .ci/run in chroots of Debian 12, 13 and sid, as root: see tests/debian
	@tests/debian

.PHONY: unit
unit: $(UNIT) build/keelmap build/host/keelmap build/elfcheck $(TELL) $(FUZZ:%=build/replay_%) ## only the unit tests, on the host
	@$(PROVE) $(UNIT) $(UNIT_T)

.PHONY: boot
boot: $(TEST_FILES) ## only the image test and the boots
	@$(PROVE) $(BOOT_T)

.PHONY: bench
bench: build/qemu.img build/mm_bench build/tests/kernels/tell-gcc-exec-2.elf ## instructions of a boot's stages and of mm/, beside their limits; loading 576 MB (two minutes)
	@ovmf/deps dev
	@bad=; tests/bench/run --plot build/growth.svg build/mm_bench || bad=1; echo; \
	ovmf/bench build/qemu.img || bad=1; echo; \
	tests/bench/large || bad=1; test -z "$$bad"

# What the document shows is what a run has found, good or bad.
.PHONY: matrix
matrix: $(TEST_FILES) ## try every machine of tests/boot/Matrix.pm, and put the result into docs/matrix.md
	@bad=; MATRIX=all MATRIX_TABLE=build/matrix.md prove -v tests/boot/80-matrix.t || bad=1; \
	$(MAKE) --no-print-directory matrix-document; test -z "$$bad"

.PHONY: matrix-document
matrix-document:
	@perl -0777 -i -pe 'BEGIN { open(F, "<", "build/matrix.md") or die; $$t = <F> }' \
		-e 's/(<!-- make matrix -->\n).*?(<!-- end -->\n)/$$1$$t$$2/s or die' docs/matrix.md

# --- Documentation -------------------------------------------------------------------------------

.PHONY: screenshot
screenshot: build/qemu.img ## take the picture of the self-check's screen in docs/ anew
	@ovmf/screenshot build/qemu.img docs/selfcheck.png

.PHONY: pictures
pictures: screenshot build/keelmap build/mm_bench ## make all pictures in docs/ anew
	@build/keelmap --format=svg --attributes tests/maps/memattr-qemu-default.map \
		tests/maps/qemu-default.map >docs/map.svg
	@tests/bench/run --plot docs/growth.svg build/mm_bench

# --- Care ----------------------------------------------------------------------------------------

C_FILES = $(wildcard include/keel/*.h mm/*.[ch] mm/check/*.[ch] efi/*.[ch] efi/*/*.[ch] tests/payload/*.[ch] tests/payload/module/*.[ch] tests/unit/*.[ch] \
	    tools/keelmap/*.[ch] tests/bench/*.[ch] tests/fuzz/*.[ch] tests/kernels/*.c tests/kernels/*/*.c \
	    examples/*/*.[ch] \
	    tests/boot/*.c tests/boot/drivers/*.c tests/boot/drivers/lib/*.[ch])
SH_FILES = tests/prove tests/debian tests/fuzz/replay.t .ci/run ovmf/deps ovmf/firmware ovmf/image ovmf/iso
PERL_FILES = tests/boot/dump-maps tests/mutate/run tests/coverage/report ovmf/run ovmf/debug ovmf/usb ovmf/screenshot ovmf/bench tests/bench/large tests/bench/run tests/bench/Plot.pm tests/kernels/broken $(wildcard tests/kernels/*.pm ovmf/*.pm tests/boot/*.pm tests/boot/*.t tests/unit/*.t)

.PHONY: format
format: ## bring all C files into shape
	@clang-format -i $(C_FILES)

.PHONY: check-format
check-format: ## fail if make format would change anything
	@clang-format --dry-run --Werror $(C_FILES)

# For the code that runs on the machine. (gcc 12's -fanalyzer takes structures that functions return
# for uninitialized ones.) All of it is looked at before the result is: there may be more than one
# thing to mend.
TIDY_CHECKS := -*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.*,bugprone-*,$\
	       -bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,$\
	       -bugprone-macro-parentheses,-bugprone-assignment-in-if-condition,$\
	       -bugprone-suspicious-string-compare,-bugprone-narrowing-conversions,$\
	       -bugprone-implicit-widening-of-multiplication-result
analyze	     = for f in $(1); do echo "  LINT     $$f"; \
	       clang-tidy --quiet --warnings-as-errors='*' --checks='$(TIDY_CHECKS)' "$$f" -- \
			$(2) 2>/dev/null || bad=1; \
	       done

.PHONY: lint
lint: ## static analysis of C, shell and perl files
	@bad=; $(call analyze,$(MM_C) $(MM_CHECK_C) $(EFI_C),$(EFI_CFLAGS)); \
	$(call analyze,$(PAYLOAD_C),$(PAYLOAD_CFLAGS)); \
	$(call analyze,$(TOOL_C),$(TOOL_CFLAGS)); \
	$(call analyze,$(wildcard examples/*/*.c tests/kernels/reclaim/*.c),$(PAYLOAD_CFLAGS) -Imm); \
	shellcheck $(SH_FILES) || bad=1; \
	for f in $(PERL_FILES); do \
		text=$$(perl -wc -Iovmf -Itests/boot -Itests/bench "$$f" 2>&1) || { echo "$$text" >&2; bad=1; }; \
	done; \
	test -z "$$bad"

.PHONY: clean
clean: ## remove build/
	@rm -rf build

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

# Other flags are other objects.
$(EFI_O) $(PAYLOAD_O) build/tests/payload/module/module.o $(MM_HOST_O) $(EFI_HOST_O) $(MM_TINY_O) $(TOOL_O) $(TOOL_HOST_O) $(UNIT) $(FUZZ:%=build/replay_%): Makefile

# Keep what lies between a source and a target.
.SECONDARY:

-include $(shell find build -name '*.d' 2>/dev/null)
