/** The schema of a remote database as people and models see it, in a bounded number of round trips. */
import type { InStatement } from "@libsql/client/web";
import type { Table } from "../../contract/schemas.ts";
import { isInternal } from "../../sql/judge.ts";
import { quote } from "../capture/names.ts";
import type { Denials } from "../read/denials.ts";
import { FOREIGN_KEY, foreignKeys } from "../read/foreign_keys.ts";
import { COUNTED, isSurveyed, surveyed, surveySql } from "../read/survey.ts";
import { isPartial, isVisibleKey, visibleAutoKey, visibleColumns, visibleTables } from "../read/visible.ts";
import type { SqlValue } from "../types.ts";
import { requireVersion, type Session } from "./compile.ts";
import { firstNumber, type RemoteFacts, VERSION } from "./facts.ts";

/** Questions in one round trip: a server bounds what it takes at once. */
const BATCH = 100;

/** Describes every table and view that may be seen, in the order of their names. */
export async function describe(session: Session, facts: RemoteFacts, denials: Denials): Promise<Table[]> {
  const tables = visibleTables(facts, denials);
  const counted = tables.filter(({ kind }) => kind === "table");
  const [keyRows = [], ...counts] = await ask(session, facts, [
    `SELECT m.name, ${FOREIGN_KEY.map((column) => `f.${quote(column)}`).join(", ")}
       FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`,
    ...counted.map(({ name }) => `SELECT count(*) FROM (SELECT 1 FROM ${quote(name)} LIMIT ${COUNTED + 1})`),
  ]);
  const rows = new Map(counted.map(({ name }, i) => {
    const count = firstNumber(counts[i]);
    return [name, count > COUNTED ? null : count];
  }));
  const columns = tables.flatMap((table) =>
    visibleColumns(table, denials).filter((column) => isSurveyed(column, rows.get(table.name) ?? null))
      .map((column) => ({ table: table.name, column }))
  );
  const found = await ask(session, facts, columns.map(({ table, column }) => surveySql(table, column.name)));
  const values = new Map(columns.map(({ table, column }, i) => {
    return [`${column.name} ${table}`, surveyed(found[i] ?? [], column, rows.get(table) ?? 0)];
  }));
  const keysOf = Map.groupBy(keyRows, ([table]) => String(table));
  return tables.map((table) => ({
    name: table.name,
    kind: table.kind === "view" ? "view" : "table",
    rows: rows.get(table.name) ?? null,
    autoKey: visibleAutoKey(table, denials),
    ...(isPartial(table, denials) ? { partial: true } : {}),
    columns: visibleColumns(table, denials).map((column) => {
      const known = values.get(`${column.name} ${table.name}`) ?? null;
      return known === null ? column : { ...column, values: known };
    }),
    foreignKeys: table.kind === "view"
      ? []
      : foreignKeys((keysOf.get(table.name) ?? []).map((row) => row.slice(1)))
        .filter((key) => isVisibleKey(table.name, key, denials)),
    triggers: table.triggers.filter((name) => !isInternal(name)).sort(),
  }));
}

async function ask(session: Session, facts: RemoteFacts, statements: InStatement[]): Promise<SqlValue[][][]> {
  const answers: SqlValue[][][] = [];
  for (let i = 0; i < statements.length; i += BATCH) {
    const [version, ...rows] = await session.server.read(session.deadline, [
      VERSION,
      ...statements.slice(i, i + BATCH),
    ]);
    requireVersion(facts, version);
    answers.push(...rows);
  }
  return answers;
}
