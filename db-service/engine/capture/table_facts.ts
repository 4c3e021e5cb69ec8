/** What capture has to know of one table: its columns, how one of its rows is told from another, what is unique. */
import { ServiceError, type Tx } from "../types.ts";
import { literal } from "./names.ts";

/** A column that a SELECT * shows. */
export interface ColumnFacts {
  name: string;
  type: string;
  notNull: boolean;
  /** SQL of its default, safe to stand in an expression; null without one. */
  fallback: string | null;
  /** Computed by SQLite: shown, never written. */
  generated: boolean;
}

/** A column of a key with the collation by which its index compares. */
export interface KeyColumn {
  name: string;
  collation: string;
}

/**
 * How a row is told from others: by its rowid (`column` is its INTEGER PRIMARY KEY, `alias` a name of the rowid that no
 * column hides), or by its primary key. A table of the latter kind may still have a rowid, which a restored row gets
 * back where it is free.
 */
export type Identity =
  | { by: "rowid"; alias: string; column: string | null }
  | { by: "key"; columns: KeyColumn[]; rowid: string | null };

export interface TableFacts {
  name: string;
  strict: boolean;
  /** How the database stores texts. */
  encoding: string;
  columns: ColumnFacts[];
  identity: Identity;
  /** Unique constraints and indexes over plain columns. */
  uniques: KeyColumn[][];
  /** A unique index contains something else than stored columns: what it collides with can't be told beforehand. */
  hasComputedUnique: boolean;
}

/** Reads the facts of one table. Throws `uninspectable` for views, virtual tables and hidden rowids. */
export async function readTable(tx: Tx, name: string): Promise<TableFacts> {
  const [kind] = await tx.query(
    `SELECT type, wr, strict, (SELECT encoding FROM pragma_encoding)
       FROM pragma_table_list WHERE schema = 'main' AND name = ?`,
    [name],
  );
  if (kind === undefined || kind[0] !== "table") {
    const what = kind === undefined ? "not a table of this database" : `a ${kind[0]} table`;
    throw new ServiceError(
      "uninspectable",
      kind?.[0] === "view"
        ? `${name} is a view, not a table.`
        : `${name} is ${what}. What a write to it changes can't be shown exactly.`,
    );
  }
  const info = await tx.query(
    'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid',
    [name],
  );
  if (info.length > MAX_COLUMNS) {
    throw new ServiceError(
      "uninspectable",
      `${name} has ${
        info.length.toLocaleString("en")
      } columns. Tables of up to ${MAX_COLUMNS} can be changed here.`,
    );
  }
  const columns = info.map(([column, type, notNull, dflt, , hidden]): ColumnFacts => ({
    name: String(column),
    type: String(type),
    notNull: notNull === 1n,
    fallback: dflt === null ? null : expression(String(dflt)),
    generated: hidden === 2n || hidden === 3n,
  }));
  const primary = info.filter((row) => row[4] !== 0n).sort((a, b) => Number(a[4]) - Number(b[4]));
  const indexes = await uniqueIndexes(tx, name, columns);
  const pkIndex = indexes.find((index) => index.origin === "pk");
  const withoutRowid = kind[1] === 1n;
  const key = primary.map(([column]) => ({
    name: String(column),
    collation: pkIndex?.columns.find((part) => part.name === column)?.collation ??
      "BINARY",
  }));
  const keyed = withoutRowid ||
    (pkIndex !== undefined && primary.every((row) => row[2] === 1n));
  return {
    name,
    strict: kind[2] === 1n,
    encoding: String(kind[3]),
    columns,
    identity: keyed
      ? {
        by: "key",
        columns: key,
        rowid: withoutRowid ? null : freeRowidAlias(columns),
      }
      // An INTEGER PRIMARY KEY is the rowid and so has no index of its own.
      : {
        by: "rowid",
        alias: requireAlias(name, columns),
        column: key.length === 1 && pkIndex === undefined ? key[0].name : null,
      },
    uniques: indexes.filter((index) => !index.computed).map((index) => index.columns),
    hasComputedUnique: indexes.some((index) => index.computed),
  };
}

/** A conflict is read with each column three times, and SQLite selects at most 2,000. */
const MAX_COLUMNS = 600;

interface UniqueIndex {
  origin: string;
  columns: KeyColumn[];
  computed: boolean;
}

async function uniqueIndexes(tx: Tx, table: string, columns: ColumnFacts[]): Promise<UniqueIndex[]> {
  const rows = await tx.query(
    `SELECT l.name, l.origin, x.name, x.coll FROM pragma_index_list(?) l JOIN pragma_index_xinfo(l.name) x
      WHERE l."unique" = 1 AND x.key = 1 ORDER BY l.seq, x.seqno`,
    [table],
  );
  const generated = new Set(columns.filter((column) => column.generated).map((column) => column.name));
  const indexes = new Map<string, UniqueIndex>();
  for (const [index, origin, column, collation] of rows) {
    const entry = indexes.get(String(index)) ??
      { origin: String(origin), columns: [], computed: false };
    indexes.set(String(index), entry);
    // A generated column has no value yet in a BEFORE trigger, and an expression no name.
    if (column === null || generated.has(String(column))) entry.computed = true;
    else {entry.columns.push({
        name: String(column),
        collation: String(collation),
      });}
  }
  return [...indexes.values()];
}

/** A default as `pragma_table_xinfo` tells it: a bare or double-quoted word is a text there, not a column. */
function expression(dflt: string): string {
  const quoted = /^"((?:[^"]|"")*)"$/.exec(dflt);
  if (quoted) return literal(quoted[1].replaceAll('""', '"'));
  const word = /^[A-Za-z_]\w*$/.test(dflt) &&
    !/^(null|true|false|current_(time|date|timestamp))$/i.test(dflt);
  return word ? literal(dflt) : `(${dflt})`;
}

function freeRowidAlias(columns: ColumnFacts[]): string | null {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  return ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias)) ?? null;
}

function requireAlias(table: string, columns: ColumnFacts[]): string {
  const alias = freeRowidAlias(columns);
  if (alias !== null) return alias;
  throw new ServiceError(
    "uninspectable",
    `${table} has no primary key, and its columns hide its rowid: its rows can't be told apart.`,
  );
}
