/* example.c - the library in twenty lines: how long do four tasks take on 1 to 4 cores? */
#include <inttypes.h>
#include <stdio.h>

#include "sim/quanta.h"

int main(void)
{
    for (int cores = 1; cores <= 4; cores++) {
        char *errors = NULL, setting[40];
        const char *settings[] = {setting, "/variants=null"};
        struct quanta_config *cfg;
        struct quanta_run *run;
        int64_t makespan;

        (void)snprintf(setting, sizeof(setting), "/machine/cores=%d", cores);
        cfg =
            quanta_read_with("configs/lessons/02-cpu-busy-and-idle.json", settings, 1, &errors);
        if (!cfg)
            return fputs(errors, stderr), 1;
        run = quanta_run(cfg, 0, NULL);
        if (quanta_number(run, "/summary/makespan", &makespan))
            (void)printf("%d: %" PRId64 " ns\n", cores, makespan);
        quanta_run_free(run);
        quanta_config_free(cfg);
    }
    return 0;
}
