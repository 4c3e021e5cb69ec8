/** The schema as people and models see it: tables, columns, keys, counts and what small text columns hold. */
import type { Column, ForeignKey, Table } from "../../contract/schemas.ts";
import { isInternal } from "../../sql/judge.ts";
import type { ColumnFacts, Facts, TableFacts } from "./catalog.ts";
import { quote } from "../capture/names.ts";
import { type Connection, query } from "./connection.ts";
import type { Denials } from "./denials.ts";
import { FOREIGN_KEY, foreignKeys } from "./foreign_keys.ts";
import { COUNTED, isSurveyed, surveyed, surveySql } from "./survey.ts";
import { isPartial, isVisibleKey, visibleAutoKey, visibleColumns, visibleTables } from "./visible.ts";

/** Describes every table and view that may be seen, in the order of their names. */
export function describe(db: Connection, facts: Facts, denials: Denials): Table[] {
  return visibleTables(facts, denials).map((table) => {
    const rows = countRows(db, table);
    return {
      name: table.name,
      kind: table.kind === "view" ? "view" : "table",
      rows,
      autoKey: visibleAutoKey(table, denials),
      ...(isPartial(table, denials) ? { partial: true } : {}),
      columns: visibleColumns(table, denials).map((column) => describeColumn(db, table, column, rows)),
      foreignKeys: table.kind === "view" ? [] : keysOf(db, table.name, denials),
      triggers: table.triggers.filter((name) => !isInternal(name)).sort(),
    };
  });
}

function countRows(db: Connection, { name, kind }: TableFacts): number | null {
  // A view may cost anything to count.
  if (kind !== "table") return null;
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${quote(name)} LIMIT ${COUNTED + 1})`;
  const count = Number(query(db, sql)[0]?.[0] ?? 0);
  return count > COUNTED ? null : count;
}

function describeColumn(
  db: Connection,
  table: TableFacts,
  column: ColumnFacts,
  rows: number | null,
): Column {
  if (!isSurveyed(column, rows)) return column;
  const values = surveyed(query(db, surveySql(table.name, column.name)), column, rows ?? 0);
  return values === null ? column : { ...column, values };
}

function keysOf(db: Connection, table: string, denials: Denials): ForeignKey[] {
  const columns = FOREIGN_KEY.map(quote).join(", ");
  const rows = query(db, `SELECT ${columns} FROM pragma_foreign_key_list(?) ORDER BY id, seq`, table);
  return foreignKeys(rows).filter((key) => isVisibleKey(table, key, denials));
}
