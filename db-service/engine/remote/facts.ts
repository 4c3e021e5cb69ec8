/** The schema of a remote database, read in one round trip and kept until its version moves. */
import { type Token, tokenize } from "../../sql/tokenizer.ts";
import type { ColumnFacts, Facts, TableFacts } from "../read/catalog.ts";
import { STORED_COLUMNS, storedColumns } from "../read/stored_columns.ts";
import type { SqlValue } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import type { Server } from "./server.ts";

/** What a remote reader must know beyond what a local one does: it has no authorizer to ask. */
export interface RemoteFacts extends Facts {
  /** View in lower case → the tokens of its definition; null where that can't be taken apart. */
  viewTokens: ReadonlyMap<string, readonly Token[] | null>;
  /** Every name that opens a virtual table, in lower case: modules, and virtual tables of the schema. */
  virtualNames: ReadonlySet<string>;
}

/** Selects the schema's version; first in every batch, so that facts and what is judged by them belong together. */
export const VERSION = "SELECT schema_version FROM pragma_schema_version";

/** The first cell of the first row as a number. */
export function firstNumber(rows: SqlValue[][] | undefined): number {
  return Number(rows?.[0]?.[0] ?? 0);
}

export class RemoteFactsCache {
  #facts: RemoteFacts | null = null;
  #onFirst: (facts: RemoteFacts) => void;

  /** `onFirst` hears the facts when they are read for the first time. */
  constructor(onFirst: (facts: RemoteFacts) => void) {
    this.#onFirst = onFirst;
  }

  /** The facts as they are known, read if nothing is known yet. */
  async last(server: Server, deadline: Deadline): Promise<RemoteFacts> {
    return this.#facts ?? await this.refresh(server, deadline);
  }

  /** Reads the facts anew. */
  async refresh(server: Server, deadline: Deadline): Promise<RemoteFacts> {
    const isFirst = this.#facts === null;
    this.#facts = await readFacts(server, deadline);
    if (isFirst) this.#onFirst(this.#facts);
    return this.#facts;
  }
}

/** Words of a text by which a name could be meant: bare, quoted in whatever way, or as a string, in lower case. */
export function wordsOf(tokens: readonly Token[]): Set<string> {
  return new Set(
    tokens.filter(({ kind }) => kind === "word" || kind === "name" || kind === "string")
      .map(({ text }) => text.toLowerCase()),
  );
}

const TABLES = "pragma_table_list t WHERE t.schema = 'main' AND t.name <> 'sqlite_schema'";
const columnsOf = (kind: string, name = "") =>
  `SELECT t.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
     FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) x
    WHERE t.schema = 'main' AND t.name <> 'sqlite_schema' AND t.type = '${kind}'${name} ORDER BY t.name, x.cid`;

async function readFacts(server: Server, deadline: Deadline): Promise<RemoteFacts> {
  const [version, master, list, columns, keys, modules, ...stored] = await server.read(deadline, [
    VERSION,
    "SELECT type, name, tbl_name, rootpage, coalesce(sql, '') FROM sqlite_schema",
    `SELECT name, type, wr FROM ${TABLES}`,
    columnsOf("table"),
    `SELECT DISTINCT t.name FROM pragma_table_list t JOIN pragma_index_list(t.name) l
      WHERE t.schema = 'main' AND t.type = 'table' AND l.origin = 'pk'`,
    "SELECT lower(name) FROM pragma_module_list",
    ...STORED_COLUMNS,
  ]);
  const views = await viewColumns(server, deadline, (list ?? []).filter(([, type]) => type === "view"));
  return assemble({
    schemaVersion: firstNumber(version),
    master: master ?? [],
    list: list ?? [],
    columns: [...columns ?? [], ...views],
    indexedKeys: new Set((keys ?? []).map(([name]) => String(name))),
    modules: (modules ?? []).map(([name]) => String(name)),
    stored,
  });
}

/** A view over a table that is gone has no columns any more, and makes the question for all of them fail. */
async function viewColumns(server: Server, deadline: Deadline, views: SqlValue[][]): Promise<SqlValue[][]> {
  if (views.length === 0) return [];
  try {
    return (await server.read(deadline, [columnsOf("view")]))[0] ?? [];
  } catch {
    const found: SqlValue[][] = [];
    for (const [name] of views) {
      const statement = { sql: columnsOf("view", " AND t.name = ?"), args: [name ?? null] };
      found.push(...(await server.read(deadline, [statement]).catch(() => []))[0] ?? []);
    }
    return found;
  }
}

interface Raw {
  schemaVersion: number;
  master: SqlValue[][];
  list: SqlValue[][];
  columns: SqlValue[][];
  indexedKeys: ReadonlySet<string>;
  modules: string[];
  stored: SqlValue[][][];
}

function assemble({ schemaVersion, master, list, columns, indexedKeys, modules, stored }: Raw): RemoteFacts {
  const roots = new Map<number, string>();
  const triggers = new Map<string, string>();
  const triggerSql = new Map<string, string>();
  const sqlOf = new Map<string, string>();
  for (const [type, name, table, root, sql] of master) {
    if (Number(root) > 0) roots.set(Number(root), String(table));
    if (type === "table" || type === "view") sqlOf.set(String(name), String(sql));
    if (type === "trigger") {
      triggers.set(String(name), String(table));
      triggerSql.set(String(name), String(sql));
    }
  }
  const byTable = Map.groupBy(columns.filter((row) => row[6] !== 1n), ([table]) => String(table));
  const tables = new Map<string, TableFacts>();
  for (const [name, type, wr] of list) {
    const table = String(name);
    const kind = type === "view" || type === "virtual" ? type : type === "shadow" ? "virtual" : "table";
    const own = (byTable.get(table) ?? []).map(columnFacts);
    const key = own.filter(({ primaryKey }) => primaryKey > 0)
      .sort((a, b) => a.primaryKey - b.primaryKey)
      .map((column) => column.name);
    const [only] = own.filter(({ primaryKey }) => primaryKey > 0);
    // `INTEGER PRIMARY KEY` is the rowid itself unless SQLite had to make an index for it.
    const isRowid = wr !== 1n && key.length === 1 && only?.type.toUpperCase() === "INTEGER" &&
      !indexedKeys.has(table);
    tables.set(table.toLowerCase(), {
      name: table,
      kind,
      withoutRowid: wr === 1n,
      columns: own,
      key,
      autoKey: isRowid && only !== undefined ? only.name : null,
      triggers: [...triggers].filter(([, on]) => on.toLowerCase() === table.toLowerCase()).map(([trigger]) =>
        trigger
      ),
      sql: sqlOf.get(table) ?? "",
    });
  }
  const all = [...tables.values()];
  return {
    schemaVersion,
    roots,
    triggers,
    triggerSql,
    tables,
    columns: storedColumns(stored),
    viewTokens: new Map(
      all.filter(({ kind }) => kind === "view").map(({ name, sql }) => [name.toLowerCase(), tokensOf(sql)]),
    ),
    virtualNames: new Set([
      ...modules,
      ...all.filter(({ kind }) => kind === "virtual").map(({ name }) => name.toLowerCase()),
    ]),
  };
}

function columnFacts([, name, type, notNull, value, pk, hidden]: SqlValue[]): ColumnFacts {
  return {
    name: String(name),
    type: String(type),
    notNull: notNull === 1n,
    default: value === null || value === undefined ? null : String(value),
    primaryKey: Number(pk),
    generated: hidden === 2n || hidden === 3n,
  };
}

/** The tokens of a definition, or null. */
export function tokensOf(sql: string): Token[] | null {
  const cut = tokenize(sql);
  return cut.ok ? cut.tokens : null;
}
