/** Tables and their rows, as they are shown. `schemas.ts` hands them on. */
import { z } from "zod";
import { Value } from "./value_schemas.ts";

/** A column as a model needs to know it. `values` are all values of a small-cardinality text column. */
export const Column = z.object({
  name: z.string(),
  type: z.string(),
  notNull: z.boolean(),
  default: z.string().nullable(),
  primaryKey: z.int(),
  generated: z.boolean(),
  values: z.array(z.string()).optional(),
});
export type Column = z.infer<typeof Column>;

export const ForeignKey = z.object({
  columns: z.array(z.string()),
  table: z.string(),
  to: z.array(z.string()),
  onDelete: z.string(),
  onUpdate: z.string(),
});
export type ForeignKey = z.infer<typeof ForeignKey>;

/**
 * `rows` is null where counting would cost too much; `autoKey` names the column whose value SQLite assigns. `partial`
 * says that READ_DENY hides columns of the table, so that `*` is refused and the columns have to be named.
 */
export const Table = z.object({
  name: z.string(),
  kind: z.enum(["table", "view"]),
  rows: z.int().nullable(),
  autoKey: z.string().nullable(),
  partial: z.literal(true).optional(),
  columns: z.array(Column),
  foreignKeys: z.array(ForeignKey),
  triggers: z.array(z.string()),
});
export type Table = z.infer<typeof Table>;
export const Schema = z.object({ version: z.string(), tables: z.array(Table) });
export type Schema = z.infer<typeof Schema>;

/** `sort` is a list of columns, `-` first for descending; `q` filters rows in which any column contains it. */
export const RowsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).optional(),
  cursor: z.string().max(2_000).optional(),
  sort: z.string().max(500).optional(),
  q: z.string().max(200).optional(),
});
export type RowsQuery = z.infer<typeof RowsQuery>;

/** `keys` names each row as a preview's `key` does, so that a changed row can be found; null for views. */
export const RowsResult = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(Value)),
  keys: z.array(z.record(z.string(), Value)).nullable(),
  cursor: z.string().nullable(),
  total: z.int().nullable(),
});
export type RowsResult = z.infer<typeof RowsResult>;
