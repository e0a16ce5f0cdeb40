/* config_devices.c - "devices": keys, disciplines and presets. */
#include <inttypes.h>
#include <string.h>

#include "models/devices/device.h"
#include "sim/config_read.h"

/* ---- devices --------------------------------------------------------------------------- */

static const char *const mode_names[] = {"poll", "pool", NULL};

const struct param device_params[] = {
    PARAM(DIST, struct device_spec, service, "of one request, unless the op names its own",
          .deflt = "0"),
    PARAM(DIST, struct device_spec, latency, "added while the device is free to serve others",
          .deflt = "0"),
    PARAM(BANDWIDTH, struct device_spec, bandwidth,
          "an op's bytes add bytes / bandwidth to its service", .deflt = NULL),
    PARAM(COUNT, struct device_spec, channels, "requests in service at once", .min = 1,
          .max = INT64_C(1) << 31, .deflt = "1"),
    PARAM(ENUM, struct device_spec, mode, "how an event loop waits for it",
          .choices = mode_names, .deflt = "poll"),
    PARAM(TIME, struct device_spec, interrupt,
          "kernel time taken from core 0 at each completion", .deflt = "0"),
    PARAM(TIME, struct device_spec, seek,
          "added for each unit of distance from the position of the request before",
          .deflt = "0"),
    PARAM(INT, struct device_spec, cylinders, "positions are from 0 to below this; 0: any",
          .deflt = "0", .max = INT64_C(1) << 53),
    PARAM(INT, struct device_spec, head, "position at which it starts", .deflt = "0",
          .max = INT64_C(1) << 53),
    PARAM_END,
};

static const struct device_model *find_discipline(struct reader *r, const cJSON *at)
{
    const char *names[16];
    size_t n = 0;

    if (!at)
        return device_models[0];
    if (!cJSON_IsString(at)) {
        wrong_type(r, at, "as \"fifo\"", "the name of a discipline");
        return device_models[0];
    }
    for (; n < ARRAY_LEN(names) && device_models[n]; n++) {
        names[n] = device_models[n]->name;
        if (strcmp(names[n], at->valuestring) == 0)
            return device_models[n];
    }
    wrong_name(r, at, "discipline", at->valuestring, names, n);
    return device_models[0];
}

static const struct device_preset *find_preset(struct reader *r, const cJSON *at)
{
    const char *names[16];
    size_t n = 0;

    if (!at)
        return NULL;
    if (!cJSON_IsString(at)) {
        wrong_type(r, at, "as \"tcp\"", "the name of a preset");
        return NULL;
    }
    for (; n < ARRAY_LEN(names) && device_presets[n]; n++) {
        names[n] = device_presets[n]->name;
        if (strcmp(names[n], at->valuestring) == 0)
            return device_presets[n];
    }
    wrong_name(r, at, "preset", at->valuestring, names, n);
    return NULL;
}

/* What the file does not say, the preset does. */
static void fill_in(struct reader *r, const cJSON *at, struct device_spec *d)
{
    for (const struct preset_value *v = d->preset->values; v->key; v++) {
        struct param p;
        size_t i = 0;

        if (json_member(at, v->key))
            continue;
        while (strcmp(device_params[i].name, v->key) != 0)
            i++;
        p = device_params[i];
        p.deflt = v->text;
        read_default(r, &p, (char *)d + p.offset);
    }
}

void read_devices(struct reader *r, const cJSON *at)
{
    static const char *const others[] = {"discipline", "preset", NULL};
    struct scenario *sc = r->sc;
    int32_t room = at ? cJSON_GetArraySize(at) : 0;

    names_init(r, &r->devices, room);
    sc->devices = arena_alloc(r->mem, ((size_t)room + 1) * sizeof(*sc->devices));
    for (const cJSON *m = at ? at->child : NULL; m; m = m->next) {
        struct device_spec *d = &sc->devices[sc->ndevices];
        struct keys keys[3] = {{device_params, d, others}, {0}, {0}};

        if (is_comment(m) || !want_object(r, m) || !usable_name(r, m, "a device"))
            continue;
        d->name = arena_strdup(r->mem, m->string);
        d->model = find_discipline(r, json_member(m, "discipline"));
        d->params = arena_alloc(r->mem, d->model->params_size + 1);
        keys[1].params = d->model->params;
        keys[1].base = d->params;
        d->preset = find_preset(r, json_member(m, "preset"));
        if (d->preset)
            keys[2] = (struct keys){d->preset->params, d, NULL};
        r->ncursors = &d->ncursors;
        read_object(r, m, "a device", keys, 3);
        if (d->preset)
            fill_in(r, m, d);
        if (d->cylinders > 0 && d->head >= d->cylinders)
            wrong(r, json_member(m, "head"), NULL,
                  "of %" PRId64 " cylinders the last is %" PRId64, d->cylinders,
                  d->cylinders - 1);
        names_add(&r->devices, d->name, sc->ndevices++);
    }
    names_sort(&r->devices);
}
