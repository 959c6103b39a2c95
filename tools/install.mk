# SPDX-License-Identifier: BSD-2-Clause
#
# Putting Keel where other projects find it, and taking it away again. Included by the Makefile.
#
#	make install PREFIX=/usr/local DESTDIR=
#
# Files go below $(DESTDIR)$(PREFIX). They find each other by where they stand, so the tree can be moved,
# but for keel.pc, which has PREFIX in it.

PREFIX	?= /usr/local
DESTDIR ?=

# FOLDER:MODE:FILE...
INSTALLED := \
	include/keel:644:$(subst $() ,:,$(wildcard include/keel/*.h)) \
	lib/keel:644:build/audit.efi:build/keel.efi:build/keel.so:build/selfcheck.elf \
	lib/keel/ovmf:644:ovmf/CommandLine.pm:ovmf/Console.pm:ovmf/KernelDisk.pm:ovmf/Qemu.pm:ovmf/SelfCheck.pm \
	lib/keel/ovmf:755:ovmf/debug:ovmf/firmware:ovmf/image:ovmf/run:ovmf/screenshot \
	lib/keel/tools:644:tools/Pe.pm \
	lib/keel/tools:755:build/bundle-check:tools/finish-pe:tools/keel-bundle \
	bin:755:build/keelmap \
	share/man/man1:644:tools/keel-bundle.1:tools/keelmap/keelmap.1

# By these names; each stands for ovmf/ and the rest of its name.
INSTALLED_PROGRAMS := keel-debug keel-image keel-run keel-screenshot

# Those that are Keel's alone, from the inside out.
INSTALLED_FOLDERS := lib/keel/ovmf lib/keel/tools lib/keel include/keel

installed_to  = $(DESTDIR)$(PREFIX)
installed_row = $(subst :, ,$1)

.PHONY: install
install: build/keel.efi build/audit.efi build/bundle-check build/keelmap build/selfcheck.elf ## put headers, keel.efi, keelmap, keel-bundle, keel-run and more below DESTDIR and PREFIX (/usr/local)
	@$(foreach row,$(INSTALLED),install -d '$(installed_to)/$(word 1,$(call installed_row,$(row)))'; \
		install -m $(word 2,$(call installed_row,$(row))) \
			$(wordlist 3,99,$(call installed_row,$(row))) \
			'$(installed_to)/$(word 1,$(call installed_row,$(row)))';)
	@install -d '$(installed_to)/share/pkgconfig'
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' tools/keel.pc.in \
		>'$(installed_to)/share/pkgconfig/keel.pc'
	@for program in $(INSTALLED_PROGRAMS); do \
		ln -sf "../lib/keel/ovmf/$${program#keel-}" '$(installed_to)/bin'/$$program; \
	done
	@ln -sf ../lib/keel/tools/keel-bundle '$(installed_to)/bin'/keel-bundle

# What install puts there, and folders that are empty then.
.PHONY: uninstall
uninstall: ## remove what make install with the same PREFIX and DESTDIR has put there
	@$(foreach row,$(INSTALLED),rm -f $(patsubst %, \
		'$(installed_to)/$(word 1,$(call installed_row,$(row)))/'%, \
		$(notdir $(wordlist 3,99,$(call installed_row,$(row)))));)
	@rm -f $(INSTALLED_PROGRAMS:%='$(installed_to)/bin/'%) '$(installed_to)/bin/keel-bundle' '$(installed_to)/share/pkgconfig/keel.pc'
	@for folder in $(INSTALLED_FOLDERS); do \
		rmdir '$(installed_to)'/$$folder 2>/dev/null || test ! -d '$(installed_to)'/$$folder || \
			echo "$(installed_to)/$$folder is left: there are other files in it"; \
	done
