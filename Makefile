# SPDX-License-Identifier: BSD-2-Clause
#
# The build. `make help` lists the targets; everything that is made lies under build/, and every file
# there is a target of its own: `make build/keel.efi`. What is only for tests is in tests/tests.mk.

SHELL	    := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:
# Keep what lies between a source and a target.
.SECONDARY:

.PHONY: all
all: build/keel.efi build/audit.efi build/keel.img build/keel.iso build/qemu.img build/bundle-check ## build keel.efi, the audit's driver, the disk images, and what tools/keel-bundle needs (the default)

# Reproducible images: time stamps come from here. FAT begins in 1980.
export SOURCE_DATE_EPOCH ?= 315532800
# Emulation, unless the caller asks for something else: /dev/kvm can open and yet be unusable.
export ACCEL ?= tcg

CC	:= $(if $(filter default,$(origin CC)),gcc,$(CC))
LD	:= ld
OBJCOPY	?= objcopy

# V=1 shows the commands themselves.
Q	:= $(if $(V),,@)
say	 = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$@';) mkdir -p $(@D)

# How many things to do at a time where the caller did not say: compilers, tests.
CPUS	 := $(shell nproc 2>/dev/null || echo 1)
PARALLEL  = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(CPUS))
submake	  = $(MAKE) --no-print-directory $(PARALLEL)

# The version, and in a git checkout the commit, unless that is the one that was released:
# build/version.h changes only when they do. A checkout around this folder is another project's.
COMMIT	:= $(shell export GIT_CEILING_DIRECTORIES='$(patsubst %/,%,$(dir $(CURDIR)))'; \
		git describe --exact-match --match "v$$(cat VERSION)" >/dev/null 2>&1 || \
		git rev-parse --short=8 HEAD 2>/dev/null)
VERSION	:= $(shell cat VERSION)$(if $(COMMIT),+$(COMMIT))

build/version.h: FORCE
	@mkdir -p $(@D)
	@echo '#define KEEL_VERSION_TEXT "$(VERSION)"' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

.PHONY: FORCE
FORCE:

# --- gnu-efi, where Debian and Ubuntu, Fedora, and Arch put it -----------------------------------

GNU_EFI_FOLDERS := \
	/usr/lib \
	/usr/lib/gnuefi \
	/usr/lib64/gnuefi \
	/usr/lib64 \
	/usr/local/lib

EFI_INCLUDE := $(firstword $(wildcard /usr/include/efi /usr/local/include/efi))
EFI_CRT0    := $(firstword $(wildcard $(GNU_EFI_FOLDERS:%=%/crt0-efi-x86_64.o)))
EFI_LIB	    := $(firstword $(wildcard $(GNU_EFI_FOLDERS:%=%/libgnuefi.a)))

# --- Flags ---------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror
DEPEND	  = -MMD -MP

# For code that runs with no operating system below it: no SSE (firmware need not have turned it
# on), no red zone (interrupts).
BARE := \
	-std=gnu11 \
	-O2 \
	-g \
	-ffreestanding \
	-fno-stack-protector \
	-mno-red-zone \
	-mgeneral-regs-only \
	-fno-asynchronous-unwind-tables \
	-fcf-protection=none

# gnu-efi's headers are not ours: -isystem keeps their warnings out.
EFI_CFLAGS := \
	$(BARE) \
	$(WARNINGS) \
	-fpic \
	-fvisibility=hidden \
	-fshort-wchar \
	-DGNU_EFI_USE_MS_ABI \
	-Iinclude \
	-Imm \
	-Iefi \
	-Ibuild \
	$(if $(EFI_INCLUDE),-isystem $(EFI_INCLUDE) -isystem $(EFI_INCLUDE)/x86_64)

PAYLOAD_CFLAGS := \
	$(BARE) \
	$(WARNINGS) \
	-fno-pic \
	-fno-pie \
	-mcmodel=kernel \
	-Iinclude \
	-Itests/payload
# The module that the self-check loads: an object as it is, without debugging information.
MODULE_CFLAGS  := $(PAYLOAD_CFLAGS) -g0 -fno-ident
TOOL_CFLAGS    := -std=gnu11 -O2 -g $(WARNINGS) -Iinclude -Imm -Imm/check -Iefi -Ibuild -Itests/payload

# --- Compiling -----------------------------------------------------------------------------------

# $(call compile,FOLDER,LABEL,FLAGS): objects of one kind, in build/FOLDER; their flags are what the
# variable FLAGS holds.
define compile
build/$(1)/%.o: %.c Makefile
	$$(call say,$(2))
	$$(Q)$$(CC) $$($(3)) $$(DEPEND) -c $$< -o $$@

build/$(1)/%.o: %.S Makefile
	$$(call say,$(2))
	$$(Q)$$(CC) $$($(3)) $$(DEPEND) -I. -Ibuild -Wa,-I. -Wa,-Ibuild -c $$< -o $$@
endef

$(eval $(call compile,loader,CC,EFI_CFLAGS))
$(eval $(call compile,payload,CC,PAYLOAD_CFLAGS))
$(eval $(call compile,module,CC,MODULE_CFLAGS))
$(eval $(call compile,tool,CC,TOOL_CFLAGS))

objects = $(patsubst %,build/$(1)/%.o,$(basename $(2)))

# --- The self-check kernel -----------------------------------------------------------------------

PAYLOAD_O := $(call objects,payload,$(wildcard tests/payload/*.c tests/payload/audit/*.c) \
		$(filter-out %.lds.S,$(wildcard tests/payload/*.S tests/payload/audit/*.S)))

# -n: the file is copied segment by segment and never mapped, so its offsets need no page alignment.
build/selfcheck.linked.elf: build/payload/kernel.lds $(PAYLOAD_O)
	$(call say,LD)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) -static -nostdlib -Wl,-n,-z,max-page-size=4096,-z,noexecstack \
		-Wl,--build-id=none,-T,$< -o $@ $(PAYLOAD_O)

# It knows its own checksum.
build/selfcheck.elf: build/selfcheck.linked.elf tests/payload/checksum
	$(call say,CHECKSUM)
	$(Q)$(OBJCOPY) -O binary $< $@.image
	$(Q)tests/payload/checksum $@.image >$@.sum
	$(Q)$(OBJCOPY) --update-section .checksum=$@.sum $< $@

build/payload/kernel.lds: tests/payload/kernel.lds.S
	$(call say,CPP)
	$(Q)$(CC) -E -P -undef -x assembler-with-cpp -D__ASSEMBLER__ -Iinclude \
		$(DEPEND) -MT $@ -MF $@.d $< -o $@

# What keel.efi carries is without symbols and debugging information.
build/selfcheck.stripped.elf: build/selfcheck.elf
	$(call say,STRIP)
	$(Q)$(OBJCOPY) --strip-all $< $@

# --- keel.efi ------------------------------------------------------------------------------------

MM_C	   := $(wildcard mm/*.c)
MM_CHECK_C := $(wildcard mm/check/*.c)
EFI_C	   := $(wildcard efi/*.c efi/*/*.c)
EFI_S	   := $(wildcard efi/*.S efi/*/*.S)
EFI_O	   := $(call objects,loader,$(EFI_C) $(EFI_S) $(MM_C))

# A UEFI image is linked as a shared object and then rewritten as PE. gnu-efi's start-up code relocates
# it. In its newer versions that calls _entry, which would bring in a library that we do not use: it is
# efi_main here.
define link_efi
	$(if $(and $(EFI_INCLUDE),$(EFI_CRT0),$(EFI_LIB)),,\
		@echo 'gnu-efi is not installed; `ovmf/deps build` installs it' >&2; exit 1)
	$(call say,LD)
	$(Q)$(LD) -shared -nostdlib -Bsymbolic -z nocombreloc -z noexecstack --build-id=none \
		--no-undefined --defsym=_entry=efi_main -T efi/keel.lds -o $@ \
		$(EFI_CRT0) $(filter %.o,$^) $(EFI_LIB)
endef

build/keel.so: $(EFI_O) efi/keel.lds
	$(link_efi)

# Of a PE file: an application.
EFI_TARGET  := efi-app-x86_64
PE_SECTIONS := .text .reloc .rodata .data .got .dynamic .rela .sbat .kernel

build/%.efi: build/%.so tools/finish-pe tools/Pe.pm
	$(call say,EFI)
	$(Q)$(OBJCOPY) --strip-all $(PE_SECTIONS:%=-j %) --target=$(EFI_TARGET) \
		--file-alignment=4096 --section-alignment=4096 $< $@
	$(Q)tools/finish-pe $@

# --- audit.efi: the audit's runtime driver -------------------------------------------------------

build/audit.so: build/loader/tests/payload/driver/driver.o build/loader/efi/sbat.o efi/keel.lds
	$(link_efi)

build/audit.efi: EFI_TARGET := efi-rtdrv-x86_64

# What these include is not known before they were built once.
build/loader/efi/builtin_kernel.o: build/selfcheck.stripped.elf
build/payload/tests/payload/module_image.o: build/module/tests/payload/module/module.o
build/loader/efi/main.o build/loader/efi/report/file.o build/loader/efi/sbat.o \
	build/loader/efi/space/boot_info.o: build/version.h
build/tool/tools/keelmap/options.o: build/version.h

# --- Disk images ---------------------------------------------------------------------------------

# The disk's sectors, in bytes: 512, or 4096 for one that has such ("4Kn").
SECTOR	      ?= 512
KEEL_IMG_512  := build/keel.img
KEEL_IMG_4096 := build/keel-4096.img
KEEL_IMG       = $(or $(KEEL_IMG_$(SECTOR)),$(error SECTOR is '$(SECTOR)': 512 or 4096))

.PHONY: image
image: ## make build/keel.img, the disk image for a stick, and build/keel.iso, the same for a CD; with SECTOR=4096 build/keel-4096.img, for disks with such sectors
	@ovmf/deps build
	@$(submake) $(KEEL_IMG) build/keel.iso

# make usb DEV=/dev/sdX
DEV ?=

.PHONY: usb
usb: ## write that image to the stick DEV (/dev/sdX), after asking, and compare
	@ovmf/deps build
	@$(submake) $(KEEL_IMG)
	@ovmf/usb $(KEEL_IMG) $(if $(DEV),'$(DEV)')

# With that for a stick the report stays on the screen, with that for QEMU the machine goes off.
build/keel.img build/keel-4096.img: conf := ovmf/keel.conf
build/qemu.img: conf := ovmf/qemu.conf
build/keel-4096.img: sector := --sector 4096
build/keel.img build/keel-4096.img build/qemu.img: build/%.img: build/keel.efi build/audit.efi \
		ovmf/image ovmf/keel.conf ovmf/qemu.conf
	$(call say,IMAGE)
	$(Q)ovmf/image $(sector) $@ $<:/EFI/BOOT/BOOTX64.EFI \
		build/audit.efi:/EFI/BOOT/audit.efi $(conf):/EFI/BOOT/keel.conf

build/keel.iso: build/keel.img ovmf/iso
	$(call say,IMAGE)
	$(Q)ovmf/iso $@ $<

# --- keelmap: what Keel would build on a machine, shown on the host --------------------------------

TOOL_C := $(wildcard tools/keelmap/*.c) efi/lib/utf.c tests/payload/audit/map_rules.c

build/keelmap: $(call objects,tool,$(TOOL_C) $(MM_C) $(MM_CHECK_C))
	$(call say,LD)
	$(Q)$(CC) $(TOOL_CFLAGS) -o $@ $^

# --- What tools/keel-bundle asks: whether keel.efi would take a file -------------------------------

BUNDLE_CHECK_C := tools/bundle/check.c $(wildcard efi/lib/*.c efi/config/*.c efi/elf/*.c)

build/bundle-check: $(call objects,tool,$(BUNDLE_CHECK_C))
	$(call say,LD)
	$(Q)$(CC) $(TOOL_CFLAGS) -o $@ $^

# --- Example kernels -----------------------------------------------------------------------------

# Their own Makefiles know how; nothing of this one is needed to build them. KERNEL is said because it
# may stand on this make's command line, where it means another thing.
EXAMPLES      := build/hello.elf build/mapper.elf build/smp.elf build/linux.elf
EXAMPLE_FILES := $(wildcard \
	examples/*/*.[ch] \
	examples/*/*.lds \
	examples/*/*.mk \
	examples/*/Makefile \
	include/keel/*.h \
	mm/*.[ch])

.PHONY: examples
examples: $(EXAMPLES) ## build the example kernels: build/hello.elf, mapper.elf, smp.elf, linux.elf

$(EXAMPLES): build/%.elf: $(EXAMPLE_FILES)
	$(call say,EXAMPLE)
	$(Q)$(MAKE) -s -C examples/$* CC='$(CC)' KERNEL=$* OUT='$(CURDIR)/build/examples/$*' \
		CFLAGS='-O2 -g $(WARNINGS)'
	$(Q)cp build/examples/$*/$*.elf $@

# --- Running -------------------------------------------------------------------------------------

# The packages come first and decide what can be built, so the build is a make of its own.
# make run KERNEL=build/hello.elf RUN="--options 'a b' --module FILE --smp 2"
# make run CONF=my/keel.conf
KERNEL ?=
CONF   ?=
RUN    ?=

# $(value): a dollar sign in RUN and DEBUG is not for make.
.PHONY: run
run: ## install what is missing, build, boot in QEMU, show the map; fails unless every check passed. Or boot KERNEL, or what CONF (a keel.conf) names; RUN: see ovmf/run --help
	@ovmf/deps run
	@$(submake) build/qemu.img $(filter build/%,$(KERNEL))
	@ovmf/run $(if $(KERNEL),--kernel $(KERNEL),$(if $(CONF),--config $(CONF),--check build/qemu.img)) $(value RUN)

# make debug KERNEL=build/hello.elf DEBUG="--options 'a b' --smp 2"
DEBUG  ?=

.PHONY: debug
debug: ## boot with gdb, as far as the first instruction of KERNEL (the self-check); DEBUG: see ovmf/debug --help
	@ovmf/deps debug
	@$(submake) build/keel.efi build/selfcheck.elf $(filter build/%,$(KERNEL))
	@ovmf/debug $(if $(KERNEL),--kernel $(KERNEL)) $(if $(CONF),--config $(CONF)) $(value DEBUG)

# --- Releases ------------------------------------------------------------------------------------

.PHONY: dist
dist: ## make build/dist/keel-VERSION.tar.xz, the source, and keel-VERSION-x86_64.tar.xz, what is built from it, of HEAD (docs/releasing.md)
	@ovmf/deps build
	@CC='$(CC)' tools/dist '$(VERSION)' build/dist

.PHONY: deb
deb: dist ## make build/dist/keel_VERSION_amd64.deb from that source, for Debian and its family
	@tools/deb '$(VERSION)' build/dist

# --- Documentation -------------------------------------------------------------------------------

.PHONY: screenshot
screenshot: build/qemu.img ## take the picture of the self-check's screen in docs/ anew
	@ovmf/screenshot --at-end build/qemu.img docs/selfcheck.png

.PHONY: pictures
pictures: screenshot build/keelmap build/mm_bench ## make all pictures in docs/ anew
	@build/keelmap --format=svg --attributes tests/maps/memattr-qemu-default.map \
		tests/maps/qemu-default.map >docs/map.svg
	@tests/bench/run --plot docs/growth.svg build/mm_bench

.PHONY: clean
clean: ## remove build/
	@rm -rf build

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

include tools/install.mk
include tests/tests.mk

-include $(shell find build -name '*.d' 2>/dev/null)
