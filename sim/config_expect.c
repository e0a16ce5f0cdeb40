/* config_expect.c - "expect": is it of the form that can be compared? */
#include <string.h>

#include "sim/config_read.h"

static void read_near(struct reader *r, const cJSON *at)
{
    static const char *const keys[] = {"near", "within"};

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!json_member(at, keys[i]))
            wrong(r, at, "as { \"near\": \"20ms\", \"within\": \"1ms\" }",
                  "a tolerance needs \"%s\"", keys[i]);
    for (const cJSON *m = at->child; m; m = m->next) {
        if (is_comment(m))
            continue;
        if (strcmp(m->string, "near") != 0 && strcmp(m->string, "within") != 0)
            wrong_name(r, m, "key", m->string, keys, ARRAY_LEN(keys));
        else if (cJSON_IsString(m)) {
            sim_time time;

            (void)read_time(r, m, &time);
        } else if (!cJSON_IsNumber(m)) {
            wrong_type(r, m, "3, or \"3ms\"", "a number or a duration");
        }
    }
}

static bool valid_pointer(const char *s)
{
    if (*s && *s != '/')
        return false;
    for (; *s; s++)
        if (*s == '~' && s[1] != '0' && s[1] != '1')
            return false;
    return true;
}

void read_expect(struct reader *r, const cJSON *at)
{
    if (!want_object(r, at))
        return;
    for (const cJSON *m = at->child; m; m = m->next) {
        if (is_comment(m))
            continue;
        if (!valid_pointer(m->string))
            wrong_key(r, m, "as \"/summary/makespan\"", "\"%.80s\" is no JSON Pointer",
                      m->string);
        else if (cJSON_IsObject(m))
            read_near(r, m);
    }
}
