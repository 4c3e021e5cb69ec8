/**
 * The SQL of capture: for each table one store and four triggers that keep every row as it was before it is first
 * touched. Both live inside the write transaction alone. What makes this exact:
 * - A conflict clause of the statement overrides those inside triggers, so no INSERT here relies on one.
 * - REPLACE deletes rows without firing triggers: BEFORE triggers keep whatever a new row would collide with.
 * - A snapshot is taken from the table, not from OLD: so generated columns are there as well.
 * - Keeping a row that does not change in the end is harmless: only differences count.
 */
import type { ColumnFacts, Identity, KeyColumn, TableFacts } from "./table_facts.ts";
import { selectCells } from "./cells.ts";
import { balanced, quote } from "./names.ts";

/** Where the capture's objects live: a remote server refuses temporary ones; main ones move the schema version. */
export type CaptureScope = "temp" | "main";

export interface CaptureSql {
  /** Name of the store, which holds `k0…`, `existed`, `had_rowid` and `o0…` as a log does. */
  store: string;
  setup: string[];
  teardown: string[];
  /**
   * Net changes in the order of the keys. ?1: the highest rowid before the statements, ?2: a limit. Cells (see
   * `readCells`): 1 if the row existed before, 1 if its rowid was given by a statement, 1 if it exists now, the
   * identity's parts, each column before, each column after.
   */
  net: string;
  /** Copies the net changes into a log of this shape. ?1 as above, ?2: the number of the change. */
  persist: (log: string) => string;
  /** Creates a log of this shape if it is not there. */
  createLog: (log: string) => string;
}

/** One part of a row's identity: its SQL name in the table, its column in store and log, how it compares. */
export interface IdentityPart {
  sql: string;
  stored: string;
  collation: string;
}

/** The parts of an identity, in order. */
export function identityParts(identity: Identity): IdentityPart[] {
  return identity.by === "rowid"
    ? [{ sql: identity.alias, stored: "k0", collation: "BINARY" }]
    : identity.columns.map(({ name, collation }, i) => ({ sql: quote(name), stored: `k${i}`, collation }));
}

/** SQL that is true where row `a` of the table is the row that `b` of store or log speaks of. */
export function sameRow(identity: Identity, a: string, b: string): string {
  return identityParts(identity)
    .map((part) => `${a}.${part.sql} = ${b}.${part.stored} COLLATE ${quote(part.collation)}`)
    .join(" AND ");
}

/** SQL that is true where an outer-joined row of the table exists. */
export function isPresent(identity: Identity, row: string): string {
  return `${row}.${identityParts(identity)[0].sql} IS NOT NULL`;
}

/** SQL that is true where a stored column and the table's differ: by value, bytes or storage class. */
export function differs(table: TableFacts, stored: string, prefix: "o" | "n", row: string): string {
  const cells = table.columns
    .map((column, i) => ({
      left: `${stored}.${prefix}${i}`,
      right: `${row}.${quote(column.name)}`,
      column,
    }))
    .filter(({ column }) => !column.generated)
    .map(({ left, right }) =>
      `(${left} IS NOT ${right} COLLATE BINARY OR typeof(${left}) <> typeof(${right}))`
    );
  // Without a column but its key a row can't differ.
  return cells.length === 0 ? "0" : balanced(cells, "OR");
}

/** Makes the SQL that captures one table; `n` keeps the tables of one transaction apart. */
export function captureSql(
  table: TableFacts,
  n: number,
  { scope, mayReplace }: { scope: CaptureScope; mayReplace: boolean },
): CaptureSql {
  const { identity, columns } = table;
  const target = quote(table.name);
  const store = `_gk_c${n}`;
  const parts = identityParts(identity);
  const kept = `SELECT 1 FROM ${store} s WHERE `;
  const isKept = (row: string) =>
    `EXISTS (${kept}${parts.map((part) => `s.${part.stored} = ${row}.${part.sql}`).join(" AND ")})`;
  const hadRowid = identity.by === "key" && identity.rowid !== null ? identity.rowid : null;

  const keepWhere = (condition: string) =>
    `INSERT INTO ${store} SELECT ${parts.map((part) => `t.${part.sql}`).join(", ")}, 1, 0, ${
      hadRowid === null ? "NULL" : `t.${hadRowid}`
    }, ${
      columns.map((column) => `t.${quote(column.name)}`).join(", ")
    } FROM ${target} t WHERE ${condition} AND NOT ${isKept("t")}`;

  const incoming = (name: string) => incomingValue(columns, name, mayReplace);
  const newKey = identity.by === "rowid"
    ? [`NEW.${identity.alias}`]
    : identity.columns.map(({ name }) => incoming(name));
  const collidesBy = (key: KeyColumn[]) =>
    key.map(({ name, collation }) => `t.${quote(name)} = ${incoming(name)} COLLATE ${quote(collation)}`).join(
      " AND ",
    );
  const sameKey = identity.by === "rowid"
    ? `t.${identity.alias} = NEW.${identity.alias}`
    : collidesBy(identity.columns);
  const markNew = (given: 0 | 1, condition: string) =>
    `INSERT INTO ${store}(${parts.map((part) => part.stored).join(", ")}, existed, given) ` +
    `SELECT ${newKey.join(", ")}, 0, ${given} WHERE ${condition} ` +
    // A NULL key is refused or skipped by the table itself: let it name its own constraint.
    newKey.map((value) => `AND ${value} IS NOT NULL `).join("") +
    `AND NOT EXISTS (${kept}${parts.map((part, i) => `s.${part.stored} = ${newKey[i]}`).join(" AND ")})`;
  const collisions = mayReplace ? table.uniques.map((key) => keepWhere(collidesBy(key))) : [];
  const moved = parts.map((part, i) => `${newKey[i]} IS NOT OLD.${part.sql}`)
    .join(" OR ");
  const sameAsOld = parts.map((part) => `t.${part.sql} = OLD.${part.sql}`).join(" AND ");

  // -1 stands for the rowid that SQLite is about to assign.
  const isGiven = identity.by === "rowid" ? `NEW.${identity.alias} <> -1` : "1";
  const noteGiven = identity.by === "rowid"
    ? [`UPDATE ${store} SET given = 1 WHERE k0 = NEW.${identity.alias} AND ${isGiven}`]
    : [];
  const triggers = {
    bi: [
      "BEFORE INSERT",
      keepWhere(sameKey),
      ...collisions,
      markNew(1, isGiven),
      ...noteGiven,
    ],
    ai: ["AFTER INSERT", markNew(0, "1")],
    bu: [
      "BEFORE UPDATE",
      keepWhere(sameAsOld),
      keepWhere(`(${moved}) AND ${sameKey}`),
      ...collisions,
      markNew(1, `(${moved})`),
    ],
    bd: ["BEFORE DELETE", keepWhere(sameAsOld)],
  };
  const temporary = scope === "temp" ? "TEMP " : "";
  const setup = [createStore(store, table, temporary)];
  const teardown: string[] = [];
  for (const [suffix, [when, ...body]] of Object.entries(triggers)) {
    setup.push(
      `CREATE ${temporary}TRIGGER _gk_t${n}${suffix} ${when} ON ${target} BEGIN ${body.join("; ")}; END`,
    );
    teardown.push(`DROP TRIGGER ${scope}._gk_t${n}${suffix}`);
  }
  teardown.push(`DROP TABLE ${scope}.${store}`);
  return { store, setup, teardown, ...netSql(table, store) };
}

/** A row above the highest rowid can't have existed, whichever trigger saw it first. */
function netSql(table: TableFacts, store: string): Pick<CaptureSql, "net" | "persist" | "createLog"> {
  const { identity, columns } = table;
  const parts = identityParts(identity);
  const existed = identity.by === "rowid" ? "(CASE WHEN c.k0 > ?1 THEN 0 ELSE c.existed END)" : "c.existed";
  const present = `(${isPresent(identity, "t")})`;
  const before = columns.map((_, i) => `c.o${i}`);
  const after = columns.map((column) => `t.${quote(column.name)}`);
  const keys = parts.map((part) => `c.${part.stored}`);
  const shown = [existed, "c.given", present, ...keys, ...before, ...after];
  const logged = [...keys, existed, present, "c.had_rowid", ...before, ...after];
  const from = `FROM ${store} c LEFT JOIN main.${quote(table.name)} t ON ${sameRow(identity, "t", "c")} ` +
    `WHERE (${existed} = 0 AND ${present}) OR (${existed} = 1 AND NOT ${present}) ` +
    `OR (${existed} = 1 AND ${present} AND (${differs(table, "c", "o", "t")}))`;
  const logColumns = [
    "change INTEGER NOT NULL",
    ...parts.map((part) => `${part.stored} COLLATE ${quote(part.collation)}`),
    "existed",
    "present",
    "had_rowid",
    ...columns.map((_, i) => `o${i}`),
    ...columns.map((_, i) => `n${i}`),
    `PRIMARY KEY (change, ${parts.map((part) => part.stored).join(", ")})`,
  ];
  return {
    net: `SELECT ${selectCells(shown)} ${from} ORDER BY ${keys.join(", ")} LIMIT ?2`,
    persist: (log) => `INSERT INTO main.${quote(log)} SELECT ?2, ${logged.join(", ")} ${from}`,
    createLog: (log) =>
      `CREATE TABLE IF NOT EXISTS main.${quote(log)}(${logColumns.join(", ")}) WITHOUT ROWID`,
  };
}

function createStore(store: string, { identity, columns }: TableFacts, temporary: string): string {
  const parts = identityParts(identity);
  const rest = `existed, given, had_rowid, ${columns.map((_, i) => `o${i}`).join(", ")}`;
  return identity.by === "rowid"
    ? `CREATE ${temporary}TABLE ${store}(k0 INTEGER PRIMARY KEY, ${rest})`
    : `CREATE ${temporary}TABLE ${store}(${
      parts.map((part) => `${part.stored} COLLATE ${quote(part.collation)}`)
        .join(", ")
    }, ${rest}, PRIMARY KEY (${parts.map((part) => part.stored).join(", ")})) WITHOUT ROWID`;
}

/** The value that a column of a new row gets: REPLACE puts the default where NULL may not stand. */
function incomingValue(columns: ColumnFacts[], name: string, mayReplace: boolean): string {
  const column = columns.find((candidate) => candidate.name === name);
  return mayReplace && column?.notNull && column.fallback !== null
    ? `coalesce(NEW.${quote(name)}, ${column.fallback})`
    : `NEW.${quote(name)}`;
}
