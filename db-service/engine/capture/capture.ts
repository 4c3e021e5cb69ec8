/** Capture at work: installed in a write transaction, asked for the net change, removed or rolled back. */
import { ServiceError, type SqlValue, type Tx } from "../types.ts";
import { type CaptureScope, type CaptureSql, captureSql, identityParts } from "./capture_sql.ts";
import { readCells } from "./cells.ts";
import { quote } from "./names.ts";
import type { TableFacts } from "./table_facts.ts";

/** One row that is not as it was. `before` and `after` follow the table's columns; null where there is no row. */
export interface NetRow {
  table: TableFacts;
  /** The row's key as the store holds it: the rowid, or the primary key's values. */
  identity: SqlValue[];
  /** SQLite chose the rowid of this inserted row. */
  assigned: boolean;
  before: SqlValue[] | null;
  after: SqlValue[] | null;
}

interface Captured {
  table: TableFacts;
  sql: CaptureSql;
  /** Highest rowid before the statements. */
  ceiling: bigint;
}

/** The capture of some tables in one transaction. */
export class Capture {
  private constructor(
    readonly tx: Tx,
    readonly captured: readonly Captured[],
    /** SQLite's clock before the first statement, in seconds since 1970. */
    readonly startedAt: number,
  ) {}

  /** Installs stores and triggers for `tables`. From here on every change to them is seen. */
  static async install(
    tx: Tx,
    tables: readonly TableFacts[],
    options: { scope: CaptureScope; mayReplace: boolean },
  ): Promise<Capture> {
    const ceilings = tables.map(({ name, identity }) =>
      identity.by === "rowid" ? `(SELECT max(${identity.alias}) FROM main.${quote(name)})` : "NULL"
    );
    const [now, ...highest] = (await tx.query(`SELECT ${["unixepoch()", ...ceilings].join(", ")}`))[
      0
    ] ?? [];
    const captured = tables.map((table, n) => {
      const ceiling = highest[n];
      return {
        table,
        sql: captureSql(table, n, options),
        ceiling: typeof ceiling === "bigint" ? ceiling : LOWEST_ROWID,
      };
    });
    if (captured.length > 0) {
      await tx.script(captured.flatMap(({ sql }) => sql.setup));
    }
    return new Capture(tx, captured, Number(now));
  }

  /** All net changes, by table and key. Throws `limit` beyond `limit` rows. */
  async net(limit: number): Promise<NetRow[]> {
    const rows: NetRow[] = [];
    for (const { table, sql, ceiling } of this.captured) {
      const found = await this.tx.query(sql.net, [ceiling, BigInt(limit - rows.length + 1)]);
      for (const row of found) rows.push(netRow(table, row));
      if (rows.length > limit) {
        throw new ServiceError(
          "limit",
          `This would change more than ${limit.toLocaleString("en")} rows. Split it into smaller changes.`,
        );
      }
    }
    return rows;
  }

  /** Writes the net changes of one table into its log, which is made if it is not there. */
  async persist(table: TableFacts, log: string, change: number): Promise<void> {
    const captured = this.captured.find((candidate) => candidate.table === table);
    if (captured === undefined) {
      throw new TypeError(`${table.name} is not captured.`);
    }
    await this.tx.run(captured.sql.createLog(log));
    await this.tx.run(captured.sql.persist(log), [captured.ceiling, BigInt(change)]);
  }

  /** Removes stores and triggers, so that the transaction can be committed. */
  async remove(): Promise<void> {
    if (this.captured.length > 0) {
      await this.tx.script(this.captured.flatMap(({ sql }) => sql.teardown));
    }
  }
}

/** Below every rowid of a table that was empty. */
const LOWEST_ROWID = -(2n ** 63n);

function netRow(table: TableFacts, row: SqlValue[]): NetRow {
  const cells = readCells(table, row);
  const parts = identityParts(table.identity).length;
  const width = table.columns.length;
  const [existed, given, present] = cells.slice(0, 3).map((flag) => flag === 1n);
  const identity = cells.slice(3, 3 + parts);
  const values = cells.slice(3 + parts);
  return {
    table,
    identity,
    // A rowid of -1 can't be told from one that is still to be assigned.
    assigned: table.identity.by === "rowid" && !existed && !given && identity[0] !== -1n,
    before: existed ? values.slice(0, width) : null,
    after: present ? values.slice(width) : null,
  };
}
