/* export_table.h - the formats, as `--to` names them, in the order in which helps list them. */
EXPORT(ndjson, "ndjson")
EXPORT(csv, "csv")
