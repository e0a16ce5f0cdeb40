/* test_json.c - the tree, and where its nodes stand. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/json.h"
#include "tests/support.h"

static const char text[] = "{\n"
                           "  \"a\": [ 1, -2.50e1, \"x\\u00e9\\n\" ],\n"
                           "  \"b/c~d\": { \"deep\": { \"er\": null } },\n"
                           "  \"\": true\n"
                           "}\n";

static void parse(struct json *j, const char *s, struct diags *diags)
{
    diags_init(diags);
    diags_source(diags, "test.json", s, strlen(s));
    ck_assert_msg(json_parse(j, s, strlen(s), diags), "%s", diags_text(diags));
}

static void check_node(const struct json *j, const cJSON *node, const char *at,
                       const char *pointer, int line)
{
    char *p = json_pointer(j, node);

    ck_assert_str_eq(p, pointer);
    ck_assert_uint_eq(json_offset(j, node), (size_t)(strstr(text, at) - text));
    ck_assert_int_eq(json_line(j, node), line);
    free(p);
}

START_TEST(nodes_know_their_place)
{
    struct json j;
    struct diags diags;
    const cJSON *a, *deep;
    size_t len;
    const char *source;

    parse(&j, text, &diags);
    a = json_member(j.root, "a");
    deep = json_member(json_member(j.root, "b/c~d"), "deep");
    check_node(&j, j.root, "{", "", 1);
    check_node(&j, a, "[ 1", "/a", 2);
    check_node(&j, a->child->next, "-2.5", "/a/1", 2);
    check_node(&j, json_member(deep, "er"), "null", "/b~1c~0d/deep/er", 3);
    check_node(&j, json_member(j.root, ""), "true", "/", 4);
    ck_assert_uint_eq(json_key_offset(&j, deep), (size_t)(strstr(text, "\"deep") - text));
    source = json_source(&j, a->child->next, &len);
    ck_assert_uint_eq(len, 7);
    ck_assert_mem_eq(source, "-2.50e1", 7);
    ck_assert_str_eq(a->child->next->next->valuestring, "x\xc3\xa9\n");
    ck_assert_ptr_null(json_member(j.root, "A"));
    ck_assert_ptr_null(json_member(NULL, "a"));
    json_release(&j);
    diags_release(&diags);
}
END_TEST

START_TEST(copies_keep_their_place)
{
    struct json j;
    struct diags diags;
    cJSON *copy;

    parse(&j, text, &diags);
    copy = cJSON_Duplicate(json_member(j.root, "a"), 1);
    check_node(&j, copy->child->next, "-2.5", "/a/1", 2);
    cJSON_Delete(copy);
    json_release(&j);
    diags_release(&diags);
}
END_TEST

START_TEST(added_values_have_a_pointer_but_no_position)
{
    struct json j;
    struct diags diags;
    cJSON *added, *member;
    char *pointer;

    parse(&j, text, &diags);
    added = json_add(&j, j.root, "new", 0, "{ \"k\": [ 7 ] }", &diags);
    ck_assert_ptr_nonnull(added);
    member = json_member(added, "k")->child;
    pointer = json_pointer(&j, member);
    ck_assert_str_eq(pointer, "/new/k/0");
    ck_assert(json_offset(&j, member) == SIZE_MAX);
    ck_assert_int_eq(json_line(&j, member), 0);
    free(pointer);
    cJSON_Delete(added);
    ck_assert_ptr_null(json_add(&j, j.root, "new", 0, "{ wrong", &diags));
    ck_assert_uint_eq(diags.n, 1);
    ck_assert_ptr_null(json_add(&j, j.root, "new", 0, "1 2", &diags));
    json_release(&j);
    diags_release(&diags);
}
END_TEST

/* What RFC 8259 does not allow, and what it does. */
START_TEST(json_is_taken_by_the_letter)
{
    static const struct {
        const char *text;
        bool fine;
    } cases[] = {
        {"[]", true},
        {" { } ", true},
        {"[1,2]", true},
        {"[1,]", false},
        {"[,1]", false},
        {"[1 2]", false},
        {"{\"a\":1,}", false},
        {"{\"a\" 1}", false},
        {"{a:1}", false},
        {"[01]", false},
        {"[-]", false},
        {"[1.]", false},
        {"[.5]", false},
        {"[1e]", false},
        {"[1e+5,1E-5,-0,0.0]", true},
        {"[0x10]", false},
        {"[Infinity]", false},
        {"[True]", false},
        {"[true,false,null]", true},
        {"[\"\\u12g4\"]", false},
        {"[\"\\x41\"]", false},
        {"[\"\\ud83d\\ude00\"]", true},
        {"[\"\\ude00\"]", false},
        {"[\"tab\there\"]", false},
        {"[\"\\u0000\"]", false}, /* cJSON would end the text there */
        {"[1]]", false},
        {"[1", false},
        {"\xef\xbb\xbf[]", false}, /* a byte order mark: told so */
        {"[\"\xc0\xaf\"]", false},
        {"[\"\xed\xa0\x80\"]", false},
        {"[\"\xf4\x90\x80\x80\"]", false},
        {"[\"\xf0\x9f\x98\x80\"]", true},
        {"{\"a\":1,\"a\":2}", false},
        {"{\"a\":1,\"\\u0061\":2}", false},
        {"[[{\"a\":1},{\"a\":1}]]", true},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json j;
        struct diags diags;
        bool fine;

        diags_init(&diags);
        diags_source(&diags, "test.json", cases[i].text, strlen(cases[i].text));
        fine = json_parse(&j, cases[i].text, strlen(cases[i].text), &diags);
        ck_assert_msg(fine == cases[i].fine, "%s", cases[i].text);
        ck_assert(fine || diags.n > 0);
        json_release(&j);
        diags_release(&diags);
    }
}
END_TEST

START_TEST(every_beginning_of_a_text_is_a_message_not_a_crash)
{
    for (size_t n = 0; n < sizeof(text) - 2; n++) {
        struct json j;
        struct diags diags;
        char *cut = sim_strndup(text, n);

        diags_init(&diags);
        diags_source(&diags, "test.json", cut, n);
        ck_assert(!json_parse(&j, cut, n, &diags));
        ck_assert_uint_ge(diags.n, 1);
        json_release(&j);
        diags_release(&diags);
        free(cut);
    }
}
END_TEST

Suite *json_suite(void)
{
    Suite *s = suite_create("json");
    TCase *tc = tcase_create("texts");

    tcase_add_test(tc, nodes_know_their_place);
    tcase_add_test(tc, copies_keep_their_place);
    tcase_add_test(tc, added_values_have_a_pointer_but_no_position);
    tcase_add_test(tc, json_is_taken_by_the_letter);
    tcase_add_test(tc, every_beginning_of_a_text_is_a_message_not_a_crash);
    suite_add_tcase(s, tc);
    return s;
}
