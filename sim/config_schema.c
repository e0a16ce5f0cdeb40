#include "sim/config_schema.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/devices/device.h"
#include "models/executors/executor.h"
#include "models/ops/op.h"
#include "models/schedulers/sched.h"
#include "models/sync/sync.h"
#include "sim/config_read.h"

/* ---- pieces ------------------------------------------------------------------------- */

/* cJSON writes 15 digits where it thinks that they are enough: of 2^53 they are not. */
static void exact(cJSON *node)
{
    for (cJSON *m = node->child, *next; m; m = next) {
        double size = cJSON_IsNumber(m) ? m->valuedouble : 0;

        next = m->next;
        exact(m);
        if (size == 9007199254740992.0 || size == -9007199254740992.0)
            (void)cJSON_ReplaceItemInObjectCaseSensitive(
                node, m->string,
                cJSON_CreateRaw(size > 0 ? "9007199254740992" : "-9007199254740992"));
    }
}

static cJSON *parse(const char *text)
{
    cJSON *node = cJSON_ParseWithLengthOpts(text, strlen(text) + 1, NULL, 1);

    sim_assert(node); /* texts of ours */
    exact(node);
    return node;
}

static cJSON *ref(const char *name)
{
    cJSON *o = cJSON_CreateObject();
    char buf[64];

    (void)snprintf(buf, sizeof(buf), "#/$defs/%s", name);
    (void)cJSON_AddStringToObject(o, "$ref", buf);
    return o;
}

/* An object without keys yet; others than those added are wrong, but for comments. */
static cJSON *object_schema(void)
{
    return parse("{\"type\":\"object\",\"properties\":{},\"patternProperties\":{\"^//$\":true},"
                 "\"additionalProperties\":false}");
}

static void add_property(cJSON *object, const char *name, cJSON *schema)
{
    (void)cJSON_AddItemToObject(cJSON_GetObjectItemCaseSensitive(object, "properties"), name,
                                schema);
}

static void require(cJSON *object, const char *name)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "required");

    if (!list)
        list = cJSON_AddArrayToObject(object, "required");
    (void)cJSON_AddItemToArray(list, cJSON_CreateString(name));
}

static void add_raw(cJSON *o, const char *key, int64_t value)
{
    char buf[24];

    (void)snprintf(buf, sizeof(buf), "%" PRId64, value);
    (void)cJSON_AddRawToObject(o, key, buf);
}

static cJSON *integer(int64_t min, int64_t max)
{
    cJSON *o = parse("{\"type\":\"integer\"}");

    add_raw(o, "minimum", min);
    add_raw(o, "maximum", max);
    return o;
}

static cJSON *choices(const char *const *names)
{
    cJSON *o = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(o, "enum");

    for (size_t i = 0; names[i]; i++)
        (void)cJSON_AddItemToArray(list, cJSON_CreateString(names[i]));
    return o;
}

static cJSON *constant(const char *name)
{
    cJSON *o = cJSON_CreateObject();

    (void)cJSON_AddStringToObject(o, "const", name);
    return o;
}

/* `millionths` as a number, without zeros at its end. */
static const char *decimal(int64_t millionths, char *buf, size_t size)
{
    int n = snprintf(buf, size, "%" PRId64 ".%06" PRId64, millionths / 1000000,
                     millionths % 1000000);

    while (buf[n - 1] == '0')
        buf[--n] = '\0';
    if (buf[n - 1] == '.')
        buf[n - 1] = '\0';
    return buf;
}

static cJSON *one_or_array(cJSON *one)
{
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");
    cJSON *list = parse("{\"type\":\"array\",\"minItems\":1}");

    (void)cJSON_AddItemToObject(list, "items", cJSON_Duplicate(one, true));
    (void)cJSON_AddItemToArray(any, one);
    (void)cJSON_AddItemToArray(any, list);
    return o;
}

static cJSON *count(int64_t min, int64_t max)
{
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");

    (void)cJSON_AddItemToArray(any, integer(min, max));
    (void)cJSON_AddItemToArray(any, constant("unlimited"));
    return o;
}

static void add_params(cJSON *object, const struct param *params);

static cJSON *param_schema(const struct param *p)
{
    char low[40];

    bool limited = p->min != 0 || p->max != 0;
    cJSON *o;

    switch (p->type) {
    case PARAM_TIME:
        return ref(p->min > 0 ? "time_above_0" : "time");
    case PARAM_DIST:
        return ref("time_or_distribution");
    case PARAM_INT:
        return integer(p->min, limited ? p->max : INT64_C(1) << 53);
    case PARAM_POLICIES:
        return parse("{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/"
                     "queue\"}}");
    case PARAM_TIMES:
        return one_or_array(ref(p->min > 0 ? "time_above_0" : "time"));
    case PARAM_INTS:
        return one_or_array(integer(p->min, limited ? p->max : INT64_C(1) << 53));
    case PARAM_TRUE:
        return parse("{\"const\":true}");
    case PARAM_BOOL:
        return parse("{\"type\":\"boolean\"}");
    case PARAM_ENUM:
        return choices(p->choices);
    case PARAM_RATE:
        return ref("rate");
    case PARAM_BYTES:
        return ref("bytes");
    case PARAM_BANDWIDTH:
        return ref("bandwidth");
    case PARAM_COUNT:
        return count(p->min, limited ? p->max : INT64_C(1) << 53);
    case PARAM_FACTOR:
        o = parse("{\"type\":\"number\"}");
        (void)cJSON_AddRawToObject(o, "minimum", decimal(p->min, low, sizeof(low)));
        add_raw(o, "maximum", p->max / 1000000);
        return o;
    case PARAM_EXPR:
        return ref("expression");
    case PARAM_SET:
        return parse(
            "{\"type\":\"string\",\"pattern\":\"^\\\\s*[A-Za-z_][A-Za-z0-9_]*\\\\s*=[^=]\"}");
    case PARAM_TEXT:
        return parse("{\"type\":\"string\"}");
    case PARAM_NAME:
    case PARAM_DEVICE:
    case PARAM_SYNC:
    case PARAM_PROGRAM:
        return parse("{\"type\":\"string\",\"minLength\":1}");
    case PARAM_NAMES:
        return parse("{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1}}");
    case PARAM_OPS:
        return ref("ops");
    case PARAM_OBJECT:
        o = object_schema();
        add_params(o, p->inside);
        return o;
    case PARAM_AWAIT:
        return parse("{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"minLength\":1},"
                     "{\"$ref\":\"#/$defs/op\"}]}");
    case PARAM_TYPE_COUNT:
        break;
    }
    sim_unreachable("no type");
    return NULL;
}

static void add_param(cJSON *object, const struct param *p)
{
    cJSON *schema = param_schema(p);

    (void)cJSON_AddStringToObject(schema, "description", p->help);
    if (p->deflt)
        (void)cJSON_AddStringToObject(schema, "$comment", p->deflt);
    add_property(object, p->name, schema);
    if (p->required)
        require(object, p->name);
}

static void add_params(cJSON *object, const struct param *params)
{
    for (const struct param *p = params; p->name; p++)
        add_param(object, p);
}

/* Those that are not there yet. */
static void add_new(cJSON *object, const struct param *params)
{
    const cJSON *there = cJSON_GetObjectItemCaseSensitive(object, "properties");

    for (const struct param *p = params; p->name; p++)
        if (!cJSON_GetObjectItemCaseSensitive(there, p->name))
            add_param(object, p);
}

/* ---- models ---------------------------------------------------------------------------- */

static bool needs_params(const struct param *params)
{
    for (const struct param *p = params; p->name; p++)
        if (p->required)
            return true;
    return false;
}

/* `others`: the keys that stand beside its own. */
static void add_policy(cJSON *any, const struct sched_policy *p, const char *name,
                       const struct param *others)
{
    cJSON *o = object_schema();

    add_property(o, "policy", constant(name));
    require(o, "policy");
    (void)cJSON_AddStringToObject(o, "description", p->help);
    add_params(o, p->params);
    add_params(o, others);
    (void)cJSON_AddItemToArray(any, o);
    if (!needs_params(p->params) && !needs_params(others))
        (void)cJSON_AddItemToArray(any, constant(name));
}

static cJSON *scheduler(const struct param *others)
{
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");

    for (size_t i = 0; sched_policies[i]; i++) {
        add_policy(any, sched_policies[i], sched_policies[i]->name, others);
        if (sched_policies[i]->alias)
            add_policy(any, sched_policies[i], sched_policies[i]->alias, others);
    }
    return o;
}

/* `key` belongs to those devices only whose `which` is one of `names`. */
static void only_where(cJSON *all, const char *which, const cJSON *names, const char *key)
{
    cJSON *rule = cJSON_CreateObject(), *condition = cJSON_AddObjectToObject(rule, "if");
    cJSON *choice = cJSON_CreateObject(), *not = cJSON_CreateObject();

    (void)cJSON_AddItemToObject(choice, "enum", cJSON_Duplicate(names, true));
    (void)cJSON_AddItemToObject(cJSON_AddObjectToObject(condition, "properties"), which,
                                choice);
    require(condition, which);
    (void)cJSON_AddFalseToObject(cJSON_AddObjectToObject(not, "properties"), key);
    (void)cJSON_AddItemToObject(rule, "else", not );
    (void)cJSON_AddItemToArray(all, rule);
}

static const struct param *find_key(const struct param *params, const char *name)
{
    while (params->name && strcmp(params->name, name) != 0)
        params++;
    return params->name ? params : NULL;
}

/* Keys of some disciplines. */
static void add_disciplines(cJSON *device, cJSON *all)
{
    cJSON *names = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(names, "enum");

    for (size_t i = 0; device_models[i]; i++) {
        (void)cJSON_AddItemToArray(list, cJSON_CreateString(device_models[i]->name));
        for (const struct param *p = device_models[i]->params; p->name; p++) {
            cJSON *having = cJSON_CreateArray();
            bool seen = false;

            for (size_t j = 0; device_models[j]; j++) {
                if (!find_key(device_models[j]->params, p->name))
                    continue;
                seen |= j < i;
                (void)cJSON_AddItemToArray(having, cJSON_CreateString(device_models[j]->name));
            }
            if (!seen)
                only_where(all, "discipline", having, p->name);
            cJSON_Delete(having);
        }
    }
    add_property(device, "discipline", names);
    for (size_t i = 0; device_models[i]; i++)
        add_new(device, device_models[i]->params);
}

static void add_presets(cJSON *device, cJSON *all)
{
    cJSON *names = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(names, "enum");

    for (size_t i = 0; device_presets[i]; i++) {
        const char *name = device_presets[i]->name;
        cJSON *only = cJSON_CreateStringArray(&name, 1);

        (void)cJSON_AddItemToArray(list, cJSON_CreateString(name));
        for (const struct param *p = device_presets[i]->params; p->name; p++)
            only_where(all, "preset", only, p->name);
        add_new(device, device_presets[i]->params);
        cJSON_Delete(only);
    }
    add_property(device, "preset", names);
}

static cJSON *device(void)
{
    cJSON *o = object_schema(), *all = cJSON_AddArrayToObject(o, "allOf");

    add_params(o, device_params);
    add_disciplines(o, all);
    add_presets(o, all);
    return o;
}

static cJSON *sync_object(void)
{
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");

    for (size_t i = 0; sync_models[i]; i++) {
        const struct sync_model *model = sync_models[i];
        cJSON *s = object_schema(), *keys = s;

        if (!model->is_number) {
            keys = object_schema();
            add_property(s, model->name, keys);
            require(s, model->name);
        }
        (void)cJSON_AddStringToObject(s, "description", model->help);
        add_params(keys, model->params);
        (void)cJSON_AddItemToArray(any, s);
    }
    return o;
}

static cJSON *executor(void)
{
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");

    for (size_t i = 0; executor_models[i]; i++) {
        cJSON *ex = object_schema();

        add_property(ex, "kind", constant(executor_models[i]->name));
        require(ex, "kind");
        (void)cJSON_AddStringToObject(ex, "description", executor_models[i]->help);
        add_params(ex, executor_models[i]->params);
        if (executor_models[i]->is_loop)
            add_property(ex, "main", ref("ops"));
        (void)cJSON_AddItemToArray(any, ex);
    }
    return o;
}

static cJSON *op(void)
{
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");

    for (size_t i = 0; op_defs[i]; i++) {
        cJSON *one = object_schema();

        (void)cJSON_AddStringToObject(one, "description", op_defs[i]->help);
        add_params(one, op_defs[i]->params);
        (void)cJSON_AddItemToArray(any, one);
    }
    return o;
}

/* ---- the rooms of a file ------------------------------------------------------------------ */

static cJSON *machine(void)
{
    cJSON *o = object_schema(), *cores = parse("{\"anyOf\":[]}"), *core = object_schema();
    cJSON *list = parse("{\"type\":\"array\",\"minItems\":1}"), *cache = object_schema();
    cJSON *any = cJSON_GetObjectItemCaseSensitive(cores, "anyOf");

    add_params(core, core_params);
    add_raw(list, "maxItems", CORES_MAX);
    (void)cJSON_AddItemToObject(list, "items", core);
    (void)cJSON_AddItemToArray(any, integer(1, CORES_MAX));
    (void)cJSON_AddItemToArray(any, list);
    add_property(o, "cores", cores);
    add_property(o, "scheduler", ref("scheduler"));
    add_property(o, "costs", parse("{\"enum\":[\"ideal\",\"linux\"]}"));
    add_params(cache, cache_params);
    add_property(o, "cache", cache);
    add_params(o, machine_params);
    return o;
}

static cJSON *task(void)
{
    static const struct {
        const char *key, *schema;
    } others[] = {
        {"name", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}"},
        {"do", "{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/ops\"}]}"},
        {"count", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1099511627776}"},
        {"on", "{\"type\":\"string\"}"},
        {"affinity",
         "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"integer\",\"minimum\":0}}"},
        {"after", "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true}"},
        {"locals", "{\"$ref\":\"#/$defs/variables\"}"},
        {"clients", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":16777216}"},
        {"requests", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1099511627776}"},
        {"jobs", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1099511627776}"},
    };
    cJSON *o = object_schema();

    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        add_property(o, others[i].key, parse(others[i].schema));
    add_params(o, task_params);
    require(o, "name");
    require(o, "do");
    (void)cJSON_AddItemToObject(
        o, "dependentRequired",
        parse("{\"think\":[\"clients\"],\"requests\":[\"clients\"],\"jobs\":[\"period\"]}"));
    return o;
}

static const char scalars[] =
    "{"
    "\"time\":{\"description\":\"a duration: a number in the file's unit, or with a unit of "
    "its own\","
    "\"anyOf\":[{\"type\":\"number\",\"minimum\":0},"
    "{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s)$\"}]},"
    "\"time_above_0\":{\"anyOf\":[{\"type\":\"number\",\"exclusiveMinimum\":0},"
    "{\"type\":\"string\",\"pattern\":\"^(?=.*[1-9])[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s)$\"}]},"
    "\"rate\":{\"type\":\"string\",\"pattern\":\"^(?=.*[1-9])[0-9]+(\\\\.[0-9]+)?([eE][+-]?[0-"
    "9]+)?/(ns|us|ms|s)$\"},"
    "\"bytes\":{\"anyOf\":[{\"type\":\"integer\",\"minimum\":0,\"maximum\":9007199254740992},"
    "{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)"
    "$\"}]},"
    "\"bandwidth\":{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?(B|kB|KB|MB|GB|TB|"
    "KiB|MiB|GiB|TiB)/s$\"},"
    "\"expression\":{\"type\":[\"string\",\"integer\",\"boolean\"],"
    "\"minimum\":-9007199254740992,\"maximum\":9007199254740992},"
    "\"variables\":{\"type\":\"object\",\"patternProperties\":{\"^//$\":true,"
    "\"^[A-Za-z_][A-Za-z0-9_]{0,62}$\":{\"type\":\"integer\","
    "\"minimum\":-9007199254740992,\"maximum\":9007199254740992}},\"additionalProperties\":"
    "false},"
    "\"tolerance\":{\"type\":\"object\",\"properties\":{\"near\":{\"type\":[\"number\","
    "\"string\"]},"
    "\"within\":{\"type\":[\"number\",\"string\"]}},\"patternProperties\":{\"^//$\":true},"
    "\"required\":[\"near\",\"within\"],\"additionalProperties\":false},"
    "\"ops\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/op\"}}"
    "}";

static cJSON *distribution(void)
{
    static const struct {
        const char *name, *schema;
    } kinds[] = {
        {"exp", "{\"$ref\":\"#/$defs/time\"}"},
        {"uniform", "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":{\"$ref\":\"#/"
                    "$defs/time\"}}"},
        {"normal", "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":{\"$ref\":\"#/"
                   "$defs/time\"}}"},
        {"lognormal", "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"prefixItems\":[{\"$"
                      "ref\":\"#/$defs/time\"},"
                      "{\"type\":\"number\",\"minimum\":0,\"maximum\":10}]}"},
        {"pareto", "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"prefixItems\":[{\"$"
                   "ref\":\"#/$defs/time\"},"
                   "{\"type\":\"number\",\"minimum\":0.01,\"maximum\":1000}]}"},
        {"choice", "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/time\"}}"},
        {"list", "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/time\"}}"},
    };
    cJSON *o = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(o, "anyOf");

    (void)cJSON_AddItemToArray(any, ref("time"));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        cJSON *one = object_schema();

        add_property(one, kinds[i].name, parse(kinds[i].schema));
        require(one, kinds[i].name);
        (void)cJSON_AddItemToArray(any, one);
    }
    return o;
}

static const char top[] =
    "{"
    "\"$schema\":{\"type\":\"string\"},"
    "\"name\":{\"type\":\"string\"},"
    "\"about\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\","
    "\"patternProperties\":{\"^//$\":true},\"additionalProperties\":"
    "{\"type\":\"string\"}}]},"
    "\"unit\":{\"enum\":[\"ns\",\"us\",\"ms\",\"s\"]},"
    "\"seed\":{\"anyOf\":[{\"type\":\"integer\",\"minimum\":0,\"maximum\":18446744073709551615}"
    ","
    "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,20}$\"}]},"
    "\"until\":{\"$ref\":\"#/$defs/time\"},"
    "\"machine\":{\"$ref\":\"#/$defs/machine\"},"
    "\"devices\":{\"type\":\"object\",\"patternProperties\":{\"^//$\":true},"
    "\"additionalProperties\":{\"$ref\":\"#/$defs/device\"}},"
    "\"sync\":{\"type\":\"object\",\"patternProperties\":{\"^//$\":true},"
    "\"additionalProperties\":{\"$ref\":\"#/$defs/sync\"}},"
    "\"vars\":{\"$ref\":\"#/$defs/variables\"},"
    "\"programs\":{\"type\":\"object\",\"patternProperties\":{\"^//$\":true},"
    "\"additionalProperties\":{\"$ref\":\"#/$defs/ops\"}},"
    "\"executors\":{\"type\":\"object\",\"patternProperties\":{\"^//$\":true},"
    "\"additionalProperties\":{\"$ref\":\"#/$defs/executor\"}},"
    "\"tasks\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/task\"}},"
    "\"variants\":{\"type\":\"object\",\"patternProperties\":{\"^//$\":true},"
    "\"additionalProperties\":{\"type\":\"object\",\"properties\":{\"variants\":false}}},"
    "\"expect\":{\"type\":\"object\",\"patternProperties\":{\"^//"
    "$\":true},\"additionalProperties\":{\"anyOf\":["
    "{\"$ref\":\"#/$defs/"
    "tolerance\"},{\"type\":[\"number\",\"string\",\"boolean\",\"array\",\"null\"]}]},"
    "\"propertyNames\":{\"pattern\":\"^(/|$)\"}}"
    "}";

char *config_schema(void)
{
    cJSON *root = object_schema(), *defs;
    char *printed, *text;

    (void)cJSON_AddStringToObject(root, "$schema",
                                  "https://json-schema.org/draft/2020-12/schema");
    (void)cJSON_AddStringToObject(root, "title", "A quanta workload");
    (void)cJSON_ReplaceItemInObjectCaseSensitive(root, "properties", parse(top));
    /* A variant may bring what the file itself has not. */
    (void)cJSON_AddItemToObject(root, "if", parse("{\"not\":{\"required\":[\"variants\"]}}"));
    (void)cJSON_AddItemToObject(
        root, "then",
        parse("{\"anyOf\":[{\"required\":[\"tasks\"]},{\"required\":[\"executors\"]}]}"));
    defs = parse(scalars);
    (void)cJSON_AddItemToObject(root, "$defs", defs);
    (void)cJSON_AddItemToObject(defs, "time_or_distribution", distribution());
    (void)cJSON_AddItemToObject(defs, "scheduler", scheduler(sched_common_params));
    (void)cJSON_AddItemToObject(defs, "queue", scheduler(part_params));
    (void)cJSON_AddItemToObject(defs, "machine", machine());
    (void)cJSON_AddItemToObject(defs, "device", device());
    (void)cJSON_AddItemToObject(defs, "sync", sync_object());
    (void)cJSON_AddItemToObject(defs, "executor", executor());
    (void)cJSON_AddItemToObject(defs, "task", task());
    (void)cJSON_AddItemToObject(defs, "op", op());
    printed = cJSON_Print(root);
    sim_assert(printed);
    text = sim_strdup(printed);
    cJSON_free(printed);
    cJSON_Delete(root);
    return text;
}
