/**
 * What the schema says of the tables that a change touches: read once, kept as long as `PRAGMA schema_version` stays
 * the same. Reading it costs several round trips, a one-row change should cost none of them.
 */
import { ServiceError, type SqlValue, type Tx } from "../types.ts";
import { type ForeignKeyFacts, readForeignKeys } from "./foreign_keys.ts";
import { readTable, type TableFacts } from "./table_facts.ts";

/** A trigger with the text that creates it again. */
export interface TriggerFacts {
  name: string;
  table: string;
  sql: string;
}

/** One version of a schema. Facts of a table are read when they are first asked for. */
export class SchemaFacts {
  readonly #tables = new Map<string, TableFacts>();
  #foreignKeys: ForeignKeyFacts[] | null = null;

  private constructor(
    /** Triggers in the order in which they were created. */
    readonly triggers: readonly TriggerFacts[],
    /** The word REPLACE stands somewhere in a table or a trigger. */
    readonly mentionsReplace: boolean,
    /** Tables of which some constraint waits for the commit. */
    readonly deferring: ReadonlySet<string>,
    readonly views: ReadonlySet<string>,
  ) {}

  /** Reads what concerns the schema as a whole. */
  static async read(tx: Tx): Promise<SchemaFacts> {
    const triggers: TriggerFacts[] = [];
    const deferring = new Set<string>();
    const views = new Set<string>();
    let mentionsReplace = false;
    const rows = await tx.query(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema
        WHERE type IN ('table', 'trigger', 'view') AND sql IS NOT NULL AND name NOT LIKE '\\_gk\\_%' ESCAPE '\\'
        ORDER BY rowid`,
    );
    for (const [type, name, table, sql] of rows.map((row) => row.map(String))) {
      if (type === "view") {
        views.add(name);
        continue;
      }
      if (/\breplace\b/i.test(sql)) mentionsReplace = true;
      if (type === "trigger") triggers.push({ name, table, sql });
      else if (/\bdeferred\b/i.test(sql)) deferring.add(name);
    }
    return new SchemaFacts(triggers, mentionsReplace, deferring, views);
  }

  /** Facts of a table by its exact name. Throws `uninspectable` for what is no ordinary table. */
  async table(tx: Tx, name: string): Promise<TableFacts> {
    let facts = this.#tables.get(name);
    if (facts === undefined) {
      facts = await readTable(tx, name);
      this.#tables.set(name, facts);
    }
    return facts;
  }

  /** Every foreign key of every table. */
  async foreignKeys(tx: Tx): Promise<readonly ForeignKeyFacts[]> {
    this.#foreignKeys ??= await readForeignKeys(tx);
    return this.#foreignKeys;
  }
}

/** The schema facts of one database, replaced when its schema moves. */
export class SchemaCache {
  #version: number | null = null;
  #facts: SchemaFacts | null = null;

  /** The facts that hold at `version`, as read inside the same transaction. */
  async at(tx: Tx, version: number): Promise<SchemaFacts> {
    if (this.#facts === null || this.#version !== version) {
      this.#facts = await SchemaFacts.read(tx);
      this.#version = version;
    }
    return this.#facts;
  }

  /**
   * Says that the schema moved to `version` through our own tables alone. Only right for a version read inside the
   * transaction that moved it, once it is committed.
   */
  movedTo(version: number): void {
    this.#version = version;
  }
}

/** `PRAGMA schema_version` inside a transaction. */
export async function schemaVersion(tx: Tx): Promise<number> {
  return Number(single(await tx.query("SELECT schema_version FROM pragma_schema_version")));
}

function single(rows: SqlValue[][]): SqlValue {
  const value = rows[0]?.[0];
  if (value === undefined) {
    throw new ServiceError("db_unavailable", "The database did not answer.");
  }
  return value;
}
