/**
 * Captured rows: natively typed in the database itself, so that a revert restores integers, reals, blobs, texts and
 * NULL exactly. One log for all changes to tables of the same name and shape.
 */
import { fromBase64url, hash } from "../contract/digest.ts";
import type { TableFacts } from "../engine/capture/table_facts.ts";
import type { LoggedTable } from "./chain.ts";

/** The log for a table of this shape. A table whose shape changes gets another one. */
export function logFor(table: TableFacts): Promise<LoggedTable> {
  let log = logs.get(table);
  if (log === undefined) {
    log = makeLog(table);
    logs.set(table, log);
  }
  return log;
}

const logs = new WeakMap<TableFacts, Promise<LoggedTable>>();

async function makeLog({ name, columns, identity }: TableFacts): Promise<LoggedTable> {
  const shape = {
    table: name,
    columns: columns.map((column) => [column.name, column.generated]),
    key: identity.by === "key"
      ? identity.columns.map((column) => [column.name, column.collation])
      : identity.column,
  };
  const bytes = fromBase64url(await hash(shape)).subarray(0, 8);
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return { table: name, log: `_gk_log_${digits}`, columns: columns.map((column) => column.name) };
}
