/* SPDX-License-Identifier: BSD-2-Clause */
/* keel.conf: what it gives, and every sentence with which it is refused. */
#include "config_case.h"

static const char good[] = "# two entries\n"
			   "timeout 5\n"
			   "default Self-check\n"
			   "\n"
			   "title My kernel\n"
			   "kernel \\boot\\my.elf\n"
			   "options root=/dev/x  quiet\n"
			   "module /boot/initrd.img  compressed yes \n"
			   "  # indented\n"
			   "options\tdebug\n"
			   "module \"\\a b.img\"\n"
			   "symbols yes\n"
			   "\ttitle Self-check\t \n"
			   "selfcheck\n"
			   "module \"x y\" \"z\"\n"
			   "symbols no";

static void check_good(const struct config *config)
{
	const struct config_entry *entry = config->entries;
	const struct config_module *module = config->modules;

	assert_int_equal(config->entry_count, 2);
	assert_int_equal(config->module_count, 3);
	assert_int_equal(config->timeout_seconds, 5);
	assert_int_equal(config->default_entry, 1);
	assert_null(config->chosen);
	assert_string_equal(entry->title, "My kernel");
	assert_string_equal(entry->kernel, "\\boot\\my.elf");
	assert_string_equal(entry->options, "root=/dev/x  quiet debug");
	assert_int_equal(entry->first_module, 0);
	assert_int_equal(entry->module_count, 2);
	assert_int_equal(entry->line, 5);
	assert_true(entry->symbols);
	entry++;
	assert_string_equal(entry->title, "Self-check");
	assert_null(entry->kernel);
	assert_string_equal(entry->options, "");
	assert_int_equal(entry->first_module, 2);
	assert_int_equal(entry->module_count, 1);
	assert_int_equal(entry->line, 13);
	assert_false(entry->symbols);
	assert_string_equal(module[0].path, "/boot/initrd.img");
	assert_string_equal(module[0].options, "compressed yes");
	assert_string_equal(module[1].path, "\\a b.img");
	assert_string_equal(module[1].options, "");
	assert_string_equal(module[2].path, "x y");
	assert_string_equal(module[2].options, "\"z\"");
}

static void good_file(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, good);
	expect_ok(&c);
	check_good(&c.config);
	assert_memory_equal(c.input, good, strlen(good));
	case_free(&c);
}

/* The ways in which editors save the same text. */
static void line_ends_and_marks(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 8; way++) {
		char text[2 * sizeof(good) + 8] = "";
		char *to = text;
		struct config_case c = { .trust = CONFIG_FREE };

		if (way & 1)
			to = stpcpy(to, "\xef\xbb\xbf");
		for (const char *from = good; *from; from++) {
			if (way & 2 && *from == '\n')
				*to++ = '\r';
			*to++ = *from;
		}
		if (way & 4)
			to = stpcpy(to, way & 2 ? "\r\n" : "\n");
		case_file(&c, text);
		expect_ok(&c);
		check_good(&c.config);
		case_free(&c);
	}
}

/* Cut off anywhere: refused with a sentence, or a shorter file that holds what it holds. */
static void truncated(void **state)
{
	unsigned taken = 0;

	(void)state;
	for (uint64_t bytes = 0; bytes < strlen(good); bytes++) {
		struct config_case c = { .trust = CONFIG_FREE };

		case_file_bytes(&c, good, bytes);
		if (c.result == CONFIG_OK) {
			taken++;
			assert_true(bytes > 200);
			assert_int_equal(c.config.entry_count, 2);
		} else {
			assert_int_equal(c.result, CONFIG_WRONG);
			assert_true(c.error.line >= 1 && c.error.line <= 16);
			assert_int_equal(strlen(c.error.text), c.error.text_bytes);
			assert_true(c.error.text_bytes > 20);
		}
		case_free(&c);
	}
	/* Within and right after the last entry's lines with all they need. */
	assert_int_equal(taken, 8);
}

static void defaults(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, "title a\nselfcheck\ntitle b\nkernel \"x\"");
	expect_ok(&c);
	assert_int_equal(c.config.timeout_seconds, 0);
	assert_int_equal(c.config.default_entry, 0);
	assert_int_equal(c.config.module_count, 0);
	assert_string_equal(c.config.entries[1].kernel, "x");
	assert_string_equal(c.config.entries[1].options, "");
	assert_false(c.config.entries[1].symbols);
	case_free(&c);
	case_file(&c, "timeout 3600\ntitle a\nselfcheck\n");
	expect_ok(&c);
	assert_int_equal(c.config.timeout_seconds, 3600);
	case_free(&c);
	case_file(&c, "timeout 0000\ndefault \xc3\xa4 \xe2\x82\xac\ntitle a\nselfcheck\n"
		      "title \xc3\xa4 \xe2\x82\xac\nselfcheck\n");
	expect_ok(&c);
	assert_int_equal(c.config.timeout_seconds, 0);
	assert_int_equal(c.config.default_entry, 1);
	case_free(&c);
}

static void quiet(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, "title a\nselfcheck\noptions quiet\n");
	expect_ok(&c);
	assert_false(c.config.quiet);
	case_free(&c);
	case_file(&c, "timeout 1\nquiet\ntitle a\nselfcheck\n");
	expect_ok(&c);
	assert_true(c.config.quiet);
	case_free(&c);
	refused_file("quiet\nquiet\n", 2, "'quiet' cannot follow the 'quiet' before it");
	refused_file("quiet yes\n", 1, "takes no value: expected 'quiet', found 'quiet yes'");
	refused_file(
		"title a\nselfcheck\nquiet\n", 3,
		"'quiet' is no key of an entry, expected: title TITLE, kernel PATH, selfcheck, "
		"options TEXT, module PATH [TEXT], driver PATH, symbols yes|no, version NUMBER, "
		"cpus left|started, random no|place, screen WIDTHxHEIGHT");
}

static void screen(void **state)
{
	static const char *const wrong[] = { "1280",	 "1280x",      "x800",	  "0x800",
					     "1280x0",	 "16385x1",    "1x16385", "1280x800x32",
					     "1280*800", "1280 x 800", "-1x800",  "1280X800" };
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, "title a\nselfcheck\nscreen 1280x800\ntitle b\nscreen 1x16384\nselfcheck\n"
		      "title c\nselfcheck\n");
	expect_ok(&c);
	assert_int_equal(c.config.entries[0].screen.width, 1280);
	assert_int_equal(c.config.entries[0].screen.height, 800);
	assert_int_equal(c.config.entries[1].screen.width, 1);
	assert_int_equal(c.config.entries[1].screen.height, 16384);
	assert_int_equal(c.config.entries[2].screen.width, 0);
	assert_int_equal(c.config.entries[2].screen.height, 0);
	case_free(&c);
	for (unsigned n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		char file[80];
		char text[160];

		sprintf(file, "title a\nscreen %s\nselfcheck\n", wrong[n]);
		sprintf(text,
			"not two numbers from 1 to 16384: expected 'screen WIDTHxHEIGHT', "
			"found 'screen %s'",
			wrong[n]);
		refused_file(file, 2, text);
	}
	refused_file("title a\nscreen 1x1\nselfcheck\nscreen 1x1\n", 4,
		     "'screen' cannot follow the 'screen' before it");
}

static void driver(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, "title a\ndriver \\a.efi\nselfcheck\ntitle b\nkernel k\n"
		      "title c\nselfcheck\ndriver \"a b.efi\"\n");
	expect_ok(&c);
	assert_string_equal(c.config.entries[0].driver, "\\a.efi");
	assert_null(c.config.entries[0].kernel);
	assert_null(c.config.entries[1].driver);
	assert_string_equal(c.config.entries[2].driver, "a b.efi");
	case_free(&c);
	refused_file("title a\ndriver x\nselfcheck\ndriver y\n", 4,
		     "'driver' cannot follow the 'driver' before it");
	refused_file("title a\ndriver x y\n", 2,
		     "text after the path (put \"\" around blanks): "
		     "expected 'driver PATH', found 'driver x y'");
	refused_file("title a\ndriver\n", 2, "no value: expected 'driver PATH', found 'driver'");
	refused_file("title a\ndriver x\n", 1,
		     "entry 'a' starts nothing: expected 'kernel PATH' or 'selfcheck'");
	refused_file("driver x\n", 1,
		     "'driver' is no key before the first title, expected: timeout SECONDS, "
		     "default TITLE, quiet, options from outside, title TITLE");
}

/* As many entries and modules as fit into the bytes, in a workspace of just the right size. */
static void many(void **state)
{
	char *text = zalloc(1 << 20);
	char *to = text;
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	for (unsigned n = 0; n < 1000; n++)
		to += sprintf(to, "title %x\nkernel k\nmodule m\nmodule %x\noptions o\n", n, n);
	case_file(&c, text);
	expect_ok(&c);
	assert_int_equal(c.config.entry_count, 1000);
	assert_int_equal(c.config.module_count, 2000);
	for (unsigned n = 0; n < 1000; n++) {
		const struct config_entry *e = c.config.entries + n;

		assert_int_equal(strtoul(e->title, NULL, 16), n);
		assert_int_equal(strtoul(c.config.modules[e->first_module + 1].path, NULL, 16), n);
		assert_int_equal(e->module_count, 2);
		assert_string_equal(e->options, "o");
	}
	case_free(&c);
	to = text + sprintf(text, "title a\nselfcheck\n");
	for (unsigned n = 0; n < 10000; n++)
		to = stpcpy(to, n % 2 ? "module m\n" : "options o\n");
	to[-1] = 0;
	case_file(&c, text);
	expect_ok(&c);
	assert_int_equal(c.config.module_count, 5000);
	assert_int_equal(strlen(c.config.entries->options), 9999);
	case_free(&c);
	to = text + sprintf(text, "title a\nselfcheck\n");
	for (unsigned n = 0; n < 10000; n++)
		to = stpcpy(to, "module m\n");
	to[-1] = 0;
	case_file(&c, text);
	expect_ok(&c);
	assert_int_equal(c.config.module_count, 10000);
	assert_true((char *)(c.config.modules + 10000) <= c.work + c.work_bytes - 2 * c.bytes);
	for (unsigned n = 0; n < 10000; n++)
		assert_string_equal(c.config.modules[n].path, "m");
	case_free(&c);
	free(text);
}

#define HEAD_KEYS "timeout SECONDS, default TITLE, quiet, options from outside, title TITLE"
#define ENTRY_KEYS                                                                             \
	"title TITLE, kernel PATH, selfcheck, options TEXT, module PATH [TEXT], driver PATH, " \
	"symbols yes|no, version NUMBER, cpus left|started, random no|place, screen WIDTHxHEIGHT"

static void refused_keys(void **state)
{
	(void)state;
	refused_file("foo bar\n", 1,
		     "'foo' is no key before the first title, expected: " HEAD_KEYS);
	refused_file("\n\nkernel x\n", 3,
		     "'kernel' is no key before the first title, expected: " HEAD_KEYS);
	refused_file("entry x\n", 1,
		     "'entry' is no key before the first title, expected: " HEAD_KEYS);
	refused_file("screen 1x1\n", 1,
		     "'screen' is no key before the first title, expected: " HEAD_KEYS);
	refused_file("title a\nselfcheck\ntimeout 3\n", 3,
		     "'timeout' is no key of an entry, expected: " ENTRY_KEYS);
	refused_file("title a\nkernle x\n", 2,
		     "'kernle' is no key of an entry, expected: " ENTRY_KEYS);
	refused_file("title a\nentry x\n", 2,
		     "'entry' is no key of an entry, expected: " ENTRY_KEYS);
	refused_file("Title a\n", 1,
		     "'Title' is no key before the first title, expected: " HEAD_KEYS);
	refused_file("timeout 1\ntimeout 1\n", 2,
		     "'timeout' cannot follow the 'timeout' before it");
	refused_file("default a\ntimeout 1\ndefault a\n", 3,
		     "'default' cannot follow the 'default' before it");
	refused_file("title a\nkernel x\nkernel x\n", 3,
		     "'kernel' cannot follow the 'kernel' before it");
	refused_file("title a\nkernel x\nselfcheck\n", 3,
		     "'selfcheck' cannot follow the 'kernel' before it");
	refused_file("title a\nselfcheck\nkernel x\n", 3,
		     "'kernel' cannot follow the 'selfcheck' before it");
	refused_file("title a\nsymbols no\nkernel x\nsymbols no\n", 4,
		     "'symbols' cannot follow the 'symbols' before it");
}

static void refused_values(void **state)
{
	(void)state;
	refused_file("timeout\n", 1, "no value: expected 'timeout SECONDS', found 'timeout'");
	refused_file("title a\noptions \t\n", 2,
		     "no value: expected 'options TEXT', found 'options'");
	refused_file("title \r\n", 1, "no value: expected 'title TITLE', found 'title'");
	refused_file("title a\nselfcheck yes\n", 2,
		     "takes no value: expected 'selfcheck', found 'selfcheck yes'");
#define TIMEOUT "not a number from 0 to 3600: expected 'timeout SECONDS', found 'timeout "
	refused_file("timeout 3601\n", 1, TIMEOUT "3601'");
	refused_file("timeout 5s\n", 1, TIMEOUT "5s'");
	refused_file("timeout -1\n", 1, TIMEOUT "-1'");
	refused_file("timeout 4294967296\n", 1, TIMEOUT "4294967296'");
	refused_file("timeout 1 2\n", 1, TIMEOUT "1 2'");
	refused_file("title a\nsymbols maybe\n", 2,
		     "neither yes nor no: expected 'symbols yes|no', found 'symbols maybe'");
	refused_file("title a\nkernel \"\\my k\n", 2,
		     "no closing quote: expected 'kernel PATH', found 'kernel \"\\my k'");
	refused_file("title a\nmodule \"\n", 2,
		     "no closing quote: expected 'module PATH [TEXT]', found 'module \"'");
	refused_file("title a\nkernel \"\"\n", 2,
		     "no path: expected 'kernel PATH', found 'kernel \"\"'");
	refused_file("title a\nmodule \"\" x\n", 2,
		     "no path: expected 'module PATH [TEXT]', found 'module \"\" x'");
	refused_file("title a\nmodule \"b\"c\n", 2,
		     "no blank after the closing quote: expected "
		     "'module PATH [TEXT]', found 'module \"b\"c'");
#define AFTER "text after the path (put \"\" around blanks): expected 'kernel PATH', found 'kernel "
	refused_file("title a\nkernel my k.elf\n", 2, AFTER "my k.elf'");
	refused_file("title a\nkernel \"my\" k.elf\n", 2, AFTER "\"my\" k.elf'");
}

static void refused_entries(void **state)
{
	static const char nothing[] =
		"no entry: expected 'title TITLE', and below it 'kernel PATH' or 'selfcheck'";

	(void)state;
	refused_file("", 1, nothing);
	refused_file("# only\n\n", 2, nothing);
	refused_file("timeout 3\ndefault a", 2, nothing);
	refused_file("\n title a \n\n#\n", 2,
		     "entry 'a' starts nothing: expected 'kernel PATH' or 'selfcheck'");
	refused_file("title a\noptions x\ntitle b\nselfcheck\n", 1,
		     "entry 'a' starts nothing: expected 'kernel PATH' or 'selfcheck'");
	refused_file("title a\nselfcheck\ntitle b\nselfcheck\ntitle a", 5,
		     "line 1 has an entry titled 'a' already");
	refused_file("\ndefault c\ntitle a\nselfcheck\n", 2, "no entry is titled 'c'");
	refused_file("default a\ntitle a b\nselfcheck\n", 1, "no entry is titled 'a'");
}

static void refused_bytes(const void *file, uint64_t bytes, uint32_t line, const char *text)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_file_bytes(&c, file, bytes);
	expect_refused(&c, line, text);
	case_free(&c);
}

#define UTF16 "the file is UTF-16: save it as UTF-8"

static void refused_text(void **state)
{
	(void)state;
	refused_bytes("title a\0b\n", 10, 1, "byte 8 of the line is 0x0: expected UTF-8 text");
	refused_bytes("t\0i\0t\0", 6, 1, "byte 2 of the line is 0x0: expected UTF-8 text");
	refused_bytes("#\n#\x1b\n", 5, 2, "byte 2 of the line is 0x1b: expected UTF-8 text");
	refused_bytes("#\x7f", 2, 1, "byte 2 of the line is 0x7f: expected UTF-8 text");
	refused_bytes("# \xc2\x85", 4, 1, "byte 3 of the line is 0xc2: expected UTF-8 text");
	refused_bytes("# \xc2\x9f", 4, 1, "byte 3 of the line is 0xc2: expected UTF-8 text");
	refused_bytes("# \xe4 latin 1", 11, 1, "byte 3 of the line is 0xe4: expected UTF-8 text");
	refused_bytes("# \xe2\x82", 4, 1, "byte 3 of the line is 0xe2: expected UTF-8 text");
	refused_bytes("# \xed\xa0\x80", 5, 1, "byte 3 of the line is 0xed: expected UTF-8 text");
	refused_bytes("title a\rb\n", 10, 1, "byte 8 of the line is 0xd: expected UTF-8 text");
	refused_bytes("title a\r\r\n", 10, 1, "byte 8 of the line is 0xd: expected UTF-8 text");
	refused_bytes("\xff\xfet\0", 4, 1, UTF16);
	refused_bytes("\xfe\xff\0t", 4, 1, UTF16);
	refused_bytes("\xfe\xff", 2, 1, UTF16);
	refused_bytes("\xff\xff", 2, 1, "byte 1 of the line is 0xff: expected UTF-8 text");
	refused_bytes("\xff", 1, 1, "byte 1 of the line is 0xff: expected UTF-8 text");
	refused_bytes("\xef\xbb", 2, 1, "byte 1 of the line is 0xef: expected UTF-8 text");
}

/* A sentence that quotes more than it has room for ends with dots, and with a whole character. */
static void long_words(void **state)
{
	(void)state;
	for (unsigned lead = 0; lead < 8; lead++) {
		char text[1000] = "symbols ", *to = text + 8;
		struct config_case c = { .trust = CONFIG_FREE };

		memset(to, 'x', lead);
		to += lead;
		for (unsigned n = 0; n < 100; n++)
			to = stpcpy(to, "\xe2\x82\xac");
		memmove(text + 8, text, (size_t)(to - text) + 1);
		memcpy(text, "title a\n", 8);
		case_file(&c, text);
		assert_int_equal(c.result, CONFIG_WRONG);
		assert_true(strlen(c.error.text) > sizeof(c.error.text) - 8);
		assert_string_equal(c.error.text + strlen(c.error.text) - 6, "\xe2\x82\xac...");
		case_free(&c);
	}
}

/* Processor time of a file with so many entries, the last of which is another's double. */
static clock_t time_of_entries(unsigned count)
{
	char *text = zalloc(40 * (uint64_t)count);
	char *to = text;
	char message[96];
	struct config_case c = { .trust = CONFIG_FREE };
	clock_t start;

	for (unsigned n = 0; n < count; n++)
		to += sprintf(to, "title Kernel number %x\nselfcheck\n",
			      n == count - 1 ? count / 2 : n);
	case_input(&c, text, (uint64_t)(to - text));
	start = clock();
	c.result = config_parse(c.input, c.bytes, c.work, &c.config, &c.error);
	start = clock() - start;
	sprintf(message, "line %u has an entry titled 'Kernel number %x' already",
		2 * (count / 2) + 1, count / 2);
	expect_refused(&c, 2 * count - 1, message);
	case_free(&c);
	free(text);
	return start + 1;
}

/* 16 times the entries take 16 times as long; to look at all of them for each, 256 times. */
static void no_search_for_titles(void **state)
{
	const clock_t few = time_of_entries(2000);

	(void)state;
	assert_true(time_of_entries(16 * 2000) / few < 64);
}

static void choose(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, good);
	assert_int_equal(config_select(&c.config, "My kernel", &c.error), CONFIG_OK);
	assert_int_equal(c.config.default_entry, 0);
	assert_int_equal(c.config.timeout_seconds, 0);
	c.result = config_select(&c.config, "my kernel", &c.error);
	expect_refused(&c, 0, "no entry is titled 'my kernel'");
	case_free(&c);
}

static void options_may_come_from_outside(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };

	(void)state;
	case_file(&c, "options from outside\ntitle a\nselfcheck\noptions from outside\n");
	expect_ok(&c);
	assert_true(c.config.takes_options);
	assert_string_equal(c.config.entries->options, "from outside");
	case_free(&c);
	case_file(&c, "title a\nselfcheck\n");
	expect_ok(&c);
	assert_false(c.config.takes_options);
	case_free(&c);
	refused_file("options quiet\ntitle a\nselfcheck\n", 1,
		     "options of an entry belong below its title: expected 'options from outside', "
		     "found 'options quiet'");
	refused_file("options from outside\noptions from outside\n", 2,
		     "'options' cannot follow the 'options' before it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_come_from_outside),
		cmocka_unit_test(good_file),
		cmocka_unit_test(line_ends_and_marks),
		cmocka_unit_test(truncated),
		cmocka_unit_test(defaults),
		cmocka_unit_test(screen),
		cmocka_unit_test(driver),
		cmocka_unit_test(quiet),
		cmocka_unit_test(many),
		cmocka_unit_test(refused_keys),
		cmocka_unit_test(refused_values),
		cmocka_unit_test(refused_entries),
		cmocka_unit_test(refused_text),
		cmocka_unit_test(long_words),
		cmocka_unit_test(choose),
		cmocka_unit_test(no_search_for_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
