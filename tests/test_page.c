/* test_page.c - the page to explore: what is in the file.  What a browser makes of it is tested
 * in plots/page/test/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/page.h"
#include "plots/page_parts.h"
#include "tests/support.h"

/* ---- tapes ------------------------------------------------------------------------------------ */

/* Reads a tape back, as the page does. */
struct reader {
    const struct tape_piece *piece;
    size_t at;
    struct trace_rec before[TR_COUNT];
    sim_time t;
    int32_t task;
};

static uint64_t read_varint(struct reader *r)
{
    uint64_t value = 0;

    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte;

        if (r->at == r->piece->len) {
            r->piece = r->piece->next;
            r->at = 0;
        }
        ck_assert_ptr_nonnull(r->piece);
        ck_assert_uint_lt(shift, 70);
        byte = r->piece->bytes[r->at++];
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
    }
}

static int64_t read_zigzag(struct reader *r)
{
    uint64_t value = read_varint(r);

    return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

static struct trace_rec read_record(struct reader *r, const struct tape *tape)
{
    uint64_t head = read_varint(r);
    struct trace_rec *rec = &r->before[head >> TAPE_FLAG_BITS];

    rec->kind = (uint8_t)(head >> TAPE_FLAG_BITS);
    if (head & TAPE_TIME)
        r->t += (sim_time)read_varint(r);
    if (head & TAPE_PLACE)
        rec->place = (int32_t)read_zigzag(r);
    if (head & TAPE_TASK)
        r->task += (int32_t)read_zigzag(r);
    if (head & TAPE_ARG)
        rec->arg = read_zigzag(r);
    if (head & TAPE_EXTRA)
        rec->extra = read_zigzag(r);
    rec->text = head & TAPE_TEXT ? tape->texts[read_varint(r)] : NULL;
    rec->at = r->t;
    rec->task = r->task;
    return *rec;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Numbers of every size and sign, now and then the greatest. */
static int64_t any_number(uint64_t *state)
{
    static const int64_t ends[] = {INT64_MAX, INT64_MIN, -1, 0};
    uint64_t size = next_random(state) % 40;

    if (size < 4)
        return ends[size];
    return (int64_t)(next_random(state) << (size % 30)) * (next_random(state) % 2 ? 1 : -1);
}

START_TEST(test_records_come_back)
{
    enum { N = 6000 };
    struct trace_rec *told = sim_calloc(N, sizeof(*told));
    struct tape *tape = tape_new(NULL);
    struct reader r = {0};
    uint64_t state = 7;
    char texts[400][16];

    for (int i = 0; i < N; i++) {
        struct trace_rec *rec = &told[i];

        rec->at =
            (i > 0 ? told[i - 1].at : 0) + (sim_time)(next_random(&state) % 3 * 12345678901);
        rec->kind = (uint8_t)(next_random(&state) % TR_COUNT);
        rec->place = (int32_t)(next_random(&state) % 9) - 1;
        rec->task = (int32_t)(next_random(&state) % 1000) - 1;
        rec->arg = any_number(&state);
        rec->extra = any_number(&state);
        if (i % 7 == 0) {
            int n = (int)(next_random(&state) % 400);

            (void)snprintf(texts[n], sizeof(texts[n]), "text %d", n);
            rec->text = texts[n];
        }
        tape->sink.record(&tape->sink, rec);
    }
    ck_assert_uint_eq(tape->records, N);
    ck_assert_uint_le(tape->ntexts, 400);
    ck_assert_ptr_ne(tape->first, tape->last);
    r.piece = tape->first;
    for (int i = 0; i < N; i++) {
        struct trace_rec rec = read_record(&r, tape);

        ck_assert_int_eq(rec.at, told[i].at);
        ck_assert_int_eq(rec.kind, told[i].kind);
        ck_assert_int_eq(rec.place, told[i].place);
        ck_assert_int_eq(rec.task, told[i].task);
        ck_assert_int_eq(rec.arg, told[i].arg);
        ck_assert_int_eq(rec.extra, told[i].extra);
        ck_assert_pstr_eq(rec.text, told[i].text);
    }
    ck_assert_ptr_eq(r.piece, tape->last);
    ck_assert_uint_eq(r.at, tape->last->len);
    tape_free(tape);
    free(told);
}
END_TEST

/* ---- pages --------------------------------------------------------------------------------------- */

/* Keeps what it is given; fails once that are more than `room` bytes. */
struct keeper {
    struct quanta_writer writer;
    struct text kept;
    size_t room;
    int calls_after; /* it has failed */
};

static bool keep(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct keeper *k = container_of(w, struct keeper, writer);

    ck_assert_int_eq(file, 0);
    if (k->kept.len + n > k->room) {
        k->calls_after++;
        return false;
    }
    text_add_len(&k->kept, bytes, n);
    return true;
}

static bool make_page(struct keeper *k, const char *config, size_t room)
{
    char *text = with_quotes(config), *errors = NULL;
    struct quanta_config *cfg = quanta_parse("page", text, strlen(text), &errors);
    struct quanta_options options = {.page = true, .numbers = true};
    struct quanta_run *run;
    bool fine;

    ck_assert_msg(cfg, "%s", errors);
    memset(k, 0, sizeof(*k));
    k->writer.write = keep;
    k->room = room;
    run = quanta_run(cfg, 0, &options);
    fine = quanta_page((const struct quanta_run *const *)&run, 1, &k->writer);
    quanta_run_free(run);
    quanta_config_free(cfg);
    free(text);
    return fine;
}

static int count_of(const char *text, const char *what)
{
    int n = 0;

    for (const char *s = strstr(text, what); s; s = strstr(s + 1, what))
        n++;
    return n;
}

START_TEST(test_nothing_ends_its_element)
{
    static const char config[] =
        "{'name': '</script></title><!--&', 'devices': {'</style>': {'service': '1ms'}},"
        " 'tasks': [{'name': '</script>', 'do': [{'io': '</style>'}, {'log': ']]> "
        "</SCRIPT>'}]}]}";
    struct keeper k;
    char *facts, *end;
    cJSON *json, *run;

    ck_assert(make_page(&k, config, SIZE_MAX));
    ck_assert_int_eq(count_of(k.kept.data, "</script"), 3);
    ck_assert_int_eq(count_of(k.kept.data, "</SCRIPT"), 0);
    ck_assert_int_eq(count_of(k.kept.data, "</style"), 1);
    ck_assert_int_eq(count_of(k.kept.data, "</title"), 1);
    ck_assert_int_eq(count_of(k.kept.data, "<!--"), 0);
    facts = strchr(strstr(k.kept.data, "id=\"facts\""), '>') + 1;
    end = strstr(facts, "</script>");
    json = cJSON_ParseWithLength(facts, (size_t)(end - facts));
    ck_assert_ptr_nonnull(json);
    run = cJSON_GetArrayItem(member(json, "runs"), 0);
    ck_assert_str_eq(member(run, "name")->valuestring, "</script></title><!--&");
    ck_assert_str_eq(member(cJSON_GetArrayItem(member(run, "specs"), 0), "name")->valuestring,
                     "</script>");
    ck_assert_int_eq(cJSON_GetArraySize(member(run, "texts")), 1);
    cJSON_Delete(json);
    text_release(&k.kept);
}
END_TEST

START_TEST(test_a_writer_that_fails_is_not_asked_again)
{
    static const char config[] = "{'tasks': [{'name': 'a', 'do': [{'cpu': '1ms'}]}]}";
    struct keeper whole, part;
    size_t rooms[] = {0, 100, 2000, 60000, 0};

    ck_assert(make_page(&whole, config, SIZE_MAX));
    rooms[4] = whole.kept.len - 1;
    for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
        ck_assert(!make_page(&part, config, rooms[i]));
        ck_assert_int_eq(part.calls_after, 1);
        ck_assert(part.kept.len == 0 ||
                  memcmp(part.kept.data, whole.kept.data, part.kept.len) == 0);
        text_release(&part.kept);
    }
    text_release(&whole.kept);
}
END_TEST

START_TEST(test_texts_in_json)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c\n\x01", "\"a\\\"b\\\\c\\u000a\\u0001\""},
        {"<>&", "\"\\u003c\\u003e\\u0026\""},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        /* Cut off, overlong, a surrogate, beyond U+10FFFF, a lonely tail. */
        {"\xC3", "\"\xEF\xBF\xBD\""},
        {"\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"x\x80y", "\"x\xEF\xBF\xBDy\""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text t = {0};

        json_text(&t, cases[i].text);
        ck_assert_str_eq(t.data, cases[i].json);
        text_release(&t);
    }
}
END_TEST

static char *page_file(const char *build, const char *name)
{
    struct text path = {0};
    char *page;

    text_addf(&path, "%s/%s", build, name);
    page = read_file(path.data);
    text_release(&path);
    return page;
}

/* The same bytes each time; and where it cannot be written, a message and no file. */
START_TEST(test_the_command)
{
    const char *build = getenv("QUANTA_BUILD") ? getenv("QUANTA_BUILD") : "build";
    struct text line = {0};
    struct command_result r;
    char *one, *other;

    text_addf(&line,
              "c=configs/lessons/19-a-deadlock.json; for f in a b; do %s plot -o "
              "%s/page-$f.html $c || exit 9; done; %s plot -o %s/none/x.html $c",
              quanta_path(), build, quanta_path(), build);
    r = run_command(line.data);
    ck_assert_int_eq(r.code, 4);
    ck_assert_ptr_nonnull(strstr(r.err, "none/x.html"));
    command_result_free(&r);
    text_release(&line);
    one = page_file(build, "page-a.html");
    other = page_file(build, "page-b.html");
    ck_assert_str_eq(one, other);
    ck_assert_int_eq(count_of(one, "class=\"tape\""), 3);
    free(one);
    free(other);
}
END_TEST

Suite *page_suite(void)
{
    Suite *s = suite_create("page");
    TCase *tc = tcase_create("page");

    tcase_add_test(tc, test_records_come_back);
    tcase_add_test(tc, test_nothing_ends_its_element);
    tcase_add_test(tc, test_a_writer_that_fails_is_not_asked_again);
    tcase_add_test(tc, test_texts_in_json);
    tcase_add_test(tc, test_the_command);
    suite_add_tcase(s, tc);
    return s;
}
