# SPDX-License-Identifier: BSD-2-Clause
#
# The tests, and all that is built for them only. Included by the Makefile. tests/README.md says which
# test is for what.

# One job more than there are CPUs: a test waits for its guest now and then.
JOBS  := $(shell expr $(CPUS) + 1)
PROVE  = CMOCKA_MESSAGE_OUTPUT=TAP prove --timer $(or $(PROVE_FLAGS),-j$(JOBS))

# --- Unit tests, on the host ---------------------------------------------------------------------

HOST_CFLAGS := \
	-std=gnu11 \
	-O1 \
	-g \
	$(WARNINGS) \
	-fno-omit-frame-pointer \
	-fsanitize=address,undefined \
	-fno-sanitize-recover=all \
	-Iinclude \
	-Imm \
	-Imm/check \
	-Iefi \
	-Ibuild \
	-Itests/payload

# mm/ once for the host as it is, and once with the geometry so small that all of it can be tried.
TINY_CFLAGS := $(HOST_CFLAGS) -DMM_INDEX_BITS=2 -DMM_PLAIN_C

$(eval $(call compile,host,HOSTCC,HOST_CFLAGS))
$(eval $(call compile,tiny,TINYCC,TINY_CFLAGS))

build/host/tools/keelmap/options.o: build/version.h

# The rooms of efi/ that know no firmware are tested on the host like mm/.
PURE_C	 := $(wildcard efi/lib/*.c efi/config/*.c efi/elf/*.c)
TEST_C	 := $(wildcard tests/unit/test_*.c)
TINY_C	 := $(wildcard tests/unit/tiny_*.c)
UNIT	 := $(basename $(TEST_C:%=build/%) $(TINY_C:%=build/%))
UNIT_T	 := $(sort $(wildcard tests/unit/*.t)) tests/fuzz/replay.t

MM_HOST_O   := $(call objects,host,$(MM_C) $(MM_CHECK_C))
MM_TINY_O   := $(call objects,tiny,$(MM_C) $(MM_CHECK_C))
PURE_HOST_O := $(call objects,host,$(PURE_C))

build/tests/unit/test_%: build/host/tests/unit/test_%.o $(MM_HOST_O) $(PURE_HOST_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ -lcmocka

build/tests/unit/tiny_%: build/tiny/tests/unit/tiny_%.o $(MM_TINY_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(TINY_CFLAGS) -o $@ $^ -lcmocka

# Loads kernels with the code of keel.efi.
build/elfcheck: build/host/tests/kernels/elfcheck.o $(PURE_HOST_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^

# keelmap with sanitizers.
build/host/keelmap: $(call objects,host,$(TOOL_C)) $(MM_HOST_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^

# --- Fuzzing -------------------------------------------------------------------------------------

FUZZ	     := memory_map plan parse config elf tables image
FUZZ_SECONDS ?= 60
FUZZ_FLAGS   := -Itests/unit -Itools/keelmap -Itests/fuzz
FUZZ_C	     := \
	$(MM_C) \
	$(PURE_C) \
	tools/keelmap/cursor.c \
	tools/keelmap/dumps.c \
	tools/keelmap/linux_log.c \
	tools/keelmap/notations.c \
	tools/keelmap/parse.c \
	tools/keelmap/pick.c \
	tools/keelmap/type_names.c \
	tools/keelmap/words.c

build/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_C)
	$(call say,FUZZ)
	$(Q)clang $(HOST_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^

# The inputs that were worth keeping, without the fuzzer.
build/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(FUZZ_C) Makefile
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) $(FUZZ_FLAGS) -o $@ $(filter %.c,$^)

.PHONY: fuzz
fuzz: ## fuzz mm/ and all parsers, FUZZ_SECONDS (60) each; new findings stay in build/
	@ovmf/deps dev
	@$(submake) $(FUZZ:%=build/fuzz_%)
	@for name in $(FUZZ); do \
		mkdir -p build/corpus/$$name; \
		echo "  FUZZ     $$name, $(FUZZ_SECONDS) s"; \
		build/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
			-artifact_prefix=build/ build/corpus/$$name tests/fuzz/corpus/$$name tests/maps tests/logs; \
	done

# --- What the unit tests are worth ---------------------------------------------------------------

# mm/ built to count which lines and branches the tests reach; the tests themselves as always.
COVER_CFLAGS	  := -std=gnu11 -O0 -g --coverage $(WARNINGS) -Iinclude -Imm -Imm/check -Itests/unit
COVER_TINY_CFLAGS := $(COVER_CFLAGS) -DMM_INDEX_BITS=2 -DMM_PLAIN_C

$(eval $(call compile,cov,COVCC,COVER_CFLAGS))
$(eval $(call compile,cov-tiny,COVCC,COVER_TINY_CFLAGS))

COVERED_O	:= $(call objects,cov,$(MM_C) $(MM_CHECK_C))
COVERED_TINY_O	:= $(call objects,cov-tiny,$(MM_C) $(MM_CHECK_C))
COVERED_UNIT	:= $(basename $(TEST_C:%=build/cov/%) $(TINY_C:%=build/cov-tiny/%))

build/cov/tests/unit/%: build/host/tests/unit/%.o $(COVERED_O) $(PURE_HOST_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) --coverage -o $@ $^ -lcmocka

build/cov-tiny/tests/unit/%: build/tiny/tests/unit/%.o $(COVERED_TINY_O)
	$(call say,HOSTLD)
	$(Q)$(CC) $(HOST_CFLAGS) --coverage -o $@ $^ -lcmocka

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

# --- Kernels -------------------------------------------------------------------------------------

# tell, by either compiler, at fixed addresses (exec) and position-independent (pie), linked for a
# place so many MB into the text window: tell-gcc-pie-16.elf.
TELL := $(foreach c,gcc clang,$(foreach k,exec pie,$(foreach m,1 2 16 256, \
		build/tests/kernels/tell-$c-$k-$m.elf)))

TELL_CFLAGS  := \
	$(BARE) \
	-O1 \
	-fno-builtin \
	$(WARNINGS) \
	-Iinclude \
	-nostdlib \
	-Wl,-n,-z,max-page-size=4096,--build-id=none

tell_exec    := -fno-pie -static -mcmodel=kernel
tell_pie     := -fpie -static-pie -Wl,--no-dynamic-linker,-z,text -DPIE
tell_gcc     := gcc
# It is told options for linking that it has no use for, and objects to that.
tell_clang   := clang -fuse-ld=lld -Wno-unused-command-line-argument
tell_part     = $(word $1,$(subst -, ,$(basename $(notdir $@))))

$(TELL): tests/kernels/tell/tell.c tests/kernels/tell/tell.lds.S include/keel/boot_info.h \
		include/keel/layout.h Makefile tests/tests.mk
	$(call say,KERNEL)
	$(Q)$(CC) -E -P -undef -x assembler-with-cpp -D__ASSEMBLER__ -Iinclude \
		$(tell_$(call tell_part,3)) -DBASE_MB=$(call tell_part,4) \
		tests/kernels/tell/tell.lds.S -o $@.lds
	$(Q)$(tell_$(call tell_part,2)) $(TELL_CFLAGS) $(tell_$(call tell_part,3)) -T $@.lds \
		-o $@ tests/kernels/tell/tell.c

# The self-check, position-independent, without a checksum: what is relocated is in no file.
PIE_CFLAGS := $(filter-out -fno-pic -fno-pie -mcmodel=%,$(PAYLOAD_CFLAGS)) -fpie -fvisibility=hidden
$(eval $(call compile,pie,CC,PIE_CFLAGS))

PIE_O := $(PAYLOAD_O:build/payload/%=build/pie/%)

build/pie/tests/payload/module_image.o: build/module/tests/payload/module/module.o

build/tests/kernels/selfcheck-pie.elf: tests/payload/kernel.lds.S include/keel/layout.h $(PIE_O)
	$(call say,LD)
	$(Q)$(CC) -E -P -undef -x assembler-with-cpp -D__ASSEMBLER__ -Iinclude -DPIE $< -o $@.lds
	$(Q)$(CC) $(PIE_CFLAGS) -static-pie -nostdlib -Wl,--no-dynamic-linker,-z,text,-n \
		-Wl,-z,max-page-size=4096,-z,noexecstack,--build-id=none,-T,$@.lds -o $@ $(PIE_O)

# Kernels that need no more than the example does, each in one file.
SMALL := $(patsubst %,build/tests/kernels/%.elf,late listen reclaim sti)

$(SMALL): build/tests/kernels/%.elf: examples/hello/kernel.mk examples/hello/hello.lds \
		$(wildcard include/keel/*.h tests/kernels/*/*.c)
	$(call say,KERNEL)
	$(Q)$(MAKE) -s -C tests/kernels/$* -f '$(CURDIR)/examples/hello/kernel.mk' CC='$(CC)' \
		CFLAGS='-O2 -g $(WARNINGS)' KERNEL=$* OBJECTS=$*.o KEEL='$(CURDIR)' \
		LDS='$(CURDIR)/examples/hello/hello.lds' OUT='$(CURDIR)/$(@D)/$*'
	$(Q)cp $(@D)/$*/$*.elf $@

# A kernel of Limine's protocol, of each base revision, and one that is position-independent; with the
# adapter of examples/limine behind it.
LIMINE_REVISIONS := 0 1 2 3 4 5 6
LIMINE := $(patsubst %,build/tests/kernels/limine-%.elf,$(LIMINE_REVISIONS) pie)

limine_revision = $(filter $(LIMINE_REVISIONS),$1)$(if $(filter pie,$1),6)
limine_kind	= $(if $(filter pie,$1),-fpie -static-pie -Wl$(comma)--no-dynamic-linker$(comma)-z$(comma)text -DPIE,-fno-pie -static -mcmodel=kernel)
comma := ,

$(LIMINE): build/tests/kernels/limine-%.elf: $(wildcard tests/kernels/limine/* examples/limine/*) \
		include/keel/boot_info.h Makefile tests/tests.mk
	$(call say,KERNEL)
	$(Q)mkdir -p $(@D)/limine-$*
	$(Q)$(CC) -E -P -undef -x assembler-with-cpp $(filter -DPIE,$(call limine_kind,$*)) \
		tests/kernels/limine/limine.lds.S -o $(@D)/limine-$*/lds
	$(Q)$(CC) $(BARE) -O1 -fno-builtin $(WARNINGS) $(call limine_kind,$*) -nostdlib \
		-DREVISION=$(call limine_revision,$*) -Wl,-n,-z,max-page-size=4096,-z,norelro,--build-id=none \
		-T $(@D)/limine-$*/lds -o $(@D)/limine-$*/limine-$*.elf \
		tests/kernels/limine/limine.c tests/kernels/limine/entry.S
	$(Q)$(MAKE) -s -C examples/limine CC='$(CC)' KERNEL='$(CURDIR)/$(@D)/limine-$*/limine-$*.elf' \
		OUT='$(CURDIR)/$(@D)' CFLAGS='-O2 -g $(WARNINGS)'

# --- Drivers that change the world before keel.efi starts ----------------------------------------

DRIVER_CFLAGS := $(EFI_CFLAGS) -Itests/boot/drivers/lib -Itests/payload/driver
$(eval $(call compile,driver,CC,DRIVER_CFLAGS))

DRIVERS := $(patsubst %.c,build/%.efi,$(wildcard tests/boot/drivers/*.c))

build/tests/boot/drivers/%.so: build/driver/tests/boot/drivers/%.o \
		build/driver/tests/boot/drivers/lib/launch.o efi/keel.lds
	$(link_efi)

# A driver that stays for run time: the firmware relocates it like its own.
build/tests/boot/drivers/unruly.so: build/driver/tests/boot/drivers/lib/unruly_deeds.o \
		build/driver/tests/boot/drivers/lib/unruly_attributes.o \
		build/driver/tests/boot/drivers/lib/unruly_convert.o
build/tests/boot/drivers/unruly.efi: EFI_TARGET := efi-rtdrv-x86_64

# What keel.efi itself starts, before the kernel.
build/tests/boot/drivers/quits.efi build/tests/boot/drivers/stays.efi: EFI_TARGET := efi-bsdrv-x86_64

# The layout's rows and boot_info's offsets as text, for tests that are not written in C.
build/tests/boot/layout build/tests/boot/offsets: build/tests/boot/%: tests/boot/%.c
	$(call say,HOSTCC)
	$(Q)$(CC) -std=gnu11 -O1 $(WARNINGS) -Iinclude $(DEPEND) $< -o $@

# --- A stock Linux, started by way of Keel ---------------------------------------------------------

WITNESS_T := $(sort $(wildcard tests/witness/*.t))

# What apt has brought goes into it as far as it is there: see tests/witness/fetch.
WITNESS_FILES := build/linux.elf build/keel.efi build/bundle-check build/tests/boot/offsets \
		$(if $(wildcard build/witness/busybox),build/witness/initrd.img)

build/witness/services: tests/witness/services.c
	$(call say,HOSTCC)
	$(Q)$(CC) -std=gnu11 -O2 $(WARNINGS) -static -o $@ $<

build/witness/initrd.img: tests/witness/initrd tests/witness/init build/witness/services \
		$(wildcard build/witness/busybox build/witness/*.ko)
	$(call say,INITRD)
	$(Q)tests/witness/initrd $@ tests/witness/init build/witness/busybox build/witness/services \
		build/witness/efivarfs.ko build/witness/efi_test.ko

.PHONY: witness
witness: ## start Debian's kernel by way of Keel, and compare what it finds with what Keel has planned; once, it downloads 180 MB to build/witness
	@ovmf/deps test
	@tests/witness/fetch
	@$(submake) witness-files
	@$(PROVE) $(WITNESS_T)

.PHONY: witness-files
witness-files: $(WITNESS_FILES)

# --- All tests -----------------------------------------------------------------------------------

BOOT_T := $(sort $(wildcard tests/boot/*/*.t))

# Of each kind one or two files are in make test, which is to be short. These are further ones of a
# kind; make test-all and make boot have them, too.
FURTHER_T := $(addprefix tests/boot/, \
	audit/power-cut.t \
	audit/resets.t \
	configuration/chain-loaders.t \
	configuration/unsized.t \
	firmware/far-screen.t \
	firmware/file-reads.t \
	firmware/five-levels.t \
	firmware/moved-kernel.t \
	firmware/no-graphics.t \
	firmware/odd-screen.t \
	firmware/strict-firmware.t \
	firmware/two-screens.t \
	firmware/x2apic-ids.t \
	image/sectors.t \
	kernel/random-seed.t \
	kernel/reclaim.t \
	machine/large.t \
	machine/many-cpus.t \
	machine/no-1g-pages.t \
	machine/no-apic.t \
	machine/pc.t \
	machine/small.t \
	machine/smm.t \
	refusal/out-of-memory.t)

# These take longest, and begin first: at the end no CPU waits for another.
LONG_T := $(addprefix tests/boot/, \
	image/documents.t \
	selfcheck/notices-boot-info.t \
	selfcheck/notices-entry.t \
	selfcheck/notices-mapped.t \
	selfcheck/notices-tables.t \
	image/media.t \
	kernel/console.t \
	kernel/debug.t \
	kernel/template.t \
	matrix/matrix.t \
	selfcheck/report.t \
	selfcheck/screens.t)

long_first = $(filter $1,$(LONG_T)) $(filter-out $(LONG_T),$1)

# What the tests need, built in one go; then only prove runs.
UNIT_FILES := \
	$(UNIT) \
	$(FUZZ:%=build/replay_%) \
	$(TELL) \
	build/bundle-check \
	build/elfcheck \
	build/host/keelmap \
	build/keelmap \
	build/tests/boot/layout \
	build/tests/boot/offsets

# What a first start of the firmware leaves: see tests/boot/lib/Guest.pm.
build/used-vars.fd: tests/boot/used-store $(shell ovmf/firmware 2>/dev/null) | build/keel.img
	$(call say,STORE)
	$(Q)tests/boot/used-store $@

TEST_FILES := \
	$(UNIT_FILES) \
	$(DRIVERS) \
	$(EXAMPLES) \
	build/keel.efi \
	build/keel-4096.img \
	build/keel.img \
	build/keel.iso \
	build/qemu.img \
	build/selfcheck.elf \
	build/used-vars.fd \
	$(LIMINE) \
	build/tests/kernels/selfcheck-pie.elf \
	$(SMALL)

.PHONY: test
test: ## install what is missing, build, run tests of each kind: unit tests, the image, whole boots
	@ovmf/deps test
	@$(submake) check

.PHONY: check
check: $(TEST_FILES) ## the same without looking for packages
	@$(PROVE) $(call long_first,$(UNIT) $(UNIT_T) $(filter-out $(FURTHER_T),$(BOOT_T)))

# With EVERYTHING each of these starts 255 CPUs, which have a second to come: they run when all else is
# done, one after the other.
ALONE := --rules='seq=tests/boot/kernel/{limine,started-cpus}.t' --rules='par=**'

.PHONY: test-all
test-all: ## the same with everything that is tried, and the time of each file; prints the matrix (an hour)
	@ovmf/deps test
	@tests/witness/fetch
	@$(submake) $(TEST_FILES) witness-files
	@bad=; EVERYTHING=1 MATRIX=all MATRIX_TABLE=build/matrix.md $(PROVE) $(ALONE) $(call long_first,$(UNIT) $(UNIT_T) $(BOOT_T) $(WITNESS_T)) || bad=1; \
	echo; cat build/matrix.md; test -z "$$bad"

.PHONY: test-debian
test-debian: ## .ci/run in chroots of Debian 12, 13 and sid, as root: see tests/debian
	@tests/debian

.PHONY: unit
unit: $(UNIT_FILES) ## only the unit tests, on the host
	@$(PROVE) $(UNIT) $(UNIT_T)

.PHONY: boot
boot: $(TEST_FILES) ## only the image test and the boots
	@$(PROVE) $(call long_first,$(BOOT_T))

# --- What it costs -------------------------------------------------------------------------------

# The loader's own objects of mm/: what is measured is what ships.
build/mm_bench: build/tool/tests/bench/mm_bench.o $(call objects,loader,$(MM_C))
	$(call say,LD)
	$(Q)$(CC) $(TOOL_CFLAGS) -o $@ $^

BENCH_FILES := \
	build/mm_bench \
	build/keel.efi \
	build/tests/boot/drivers/timed.efi \
	build/tests/kernels/tell-gcc-exec-2.elf

.PHONY: audit
audit: $(TEST_FILES) ## the audit's verdict on each firmware for QEMU, with each kind of reset, and behind one; once, it downloads 50 MB to build/firmware
	@ovmf/deps test
	@EVERYTHING=1 prove -v -I ovmf -I tests/boot/lib \
		$(addprefix tests/boot/audit/,known.t resets.t after-reset.t)

.PHONY: bench
bench: $(BENCH_FILES) ## instructions of a boot's stages, of mm/, and of loading 576 MB, beside their limits
	@ovmf/deps dev
	@bad=; tests/bench/run --plot build/growth.svg build/mm_bench || bad=1; echo; \
	ovmf/bench || bad=1; echo; \
	tests/bench/start || bad=1; echo; \
	tests/bench/large || bad=1; test -z "$$bad"

# What the document shows is what a run has found, good or bad.
.PHONY: matrix
matrix: $(TEST_FILES) ## try every machine of tests/boot/lib/Matrix.pm, and put the result into docs/matrix.md
	@bad=; MATRIX=all MATRIX_TABLE=build/matrix.md prove -v tests/boot/matrix/matrix.t || bad=1; \
	perl -0777 -i -pe 'BEGIN { open(F, "<", "build/matrix.md") or die; $$t = <F> }' \
		-e 's/(<!-- make matrix -->\n).*?(<!-- end -->\n)/$$1$$t$$2/s or die' docs/matrix.md; \
	test -z "$$bad"

# --- Care ----------------------------------------------------------------------------------------

.PHONY: format
format: ## bring all C files into shape
	@tests/format

.PHONY: check-format
check-format: ## fail if make format would change anything, or where a line is too long
	@mkdir -p build
	@tests/format --check

.PHONY: lint
lint: build/tests/boot/layout build/tests/boot/offsets build/tests/kernels/limine-6.elf build/version.h ## static analysis of C, shell and perl files
	@EFI_CFLAGS='$(EFI_CFLAGS)' PAYLOAD_CFLAGS='$(PAYLOAD_CFLAGS)' TOOL_CFLAGS='$(TOOL_CFLAGS)' \
		tests/lint
