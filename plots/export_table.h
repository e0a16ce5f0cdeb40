/* export_table.h - the formats, as `--to` names them, in the order in which helps list them. */
EXPORT(perfetto, "perfetto")
EXPORT(perf, "perf")
EXPORT(trace_cmd, "trace-cmd")
EXPORT(ftrace, "ftrace")
EXPORT(ndjson, "ndjson")
EXPORT(csv, "csv")
EXPORT(node, "node")
