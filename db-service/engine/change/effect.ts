/** The exact net effect of statements, found out by running them inside a transaction under capture. */
import type { Change, Count, Preview } from "../../contract/schemas.ts";
import { digestOf, pageHash, paginate, statementsHash } from "../../contract/digest.ts";
import { Capture, type NetRow } from "../capture/capture.ts";
import type { CaptureScope } from "../capture/capture_sql.ts";
import { countRows, describe } from "../capture/changes.ts";
import { clockMarks } from "../capture/clock.ts";
import { danglingRows, newlyDangling } from "../capture/foreign_keys.ts";
import { isInternal } from "../capture/names.ts";
import { type SchemaCache, type SchemaFacts, schemaVersion } from "../capture/schema_facts.ts";
import { ServiceError, type Tx, type WriteInput } from "../types.ts";
import { fromWire } from "../values.ts";
import { refuseStatement } from "./refusal.ts";
import { refuseTooLarge } from "./size.ts";

/** Rows that one action may change. */
export const MAX_ROWS = 10_000;

/** What statements did to the data, still uncommitted. */
export interface NetEffect {
  capture: Capture;
  facts: SchemaFacts;
  rows: NetRow[];
  counts: Count[];
  pages: Change[][];
  pageHashes: string[];
  statementsSha256: string;
  digest: string;
}

export interface EffectOptions {
  cache: SchemaCache;
  scope: CaptureScope;
  /** Nothing will be committed, so what only a commit would refuse has to be looked for. */
  dryRun: boolean;
  /** The hash of the statements, if it is known already. */
  statementsSha256?: string;
}

/**
 * Runs the statements and returns their net effect. Throws `busy` when the schema moved since the inspection,
 * `refused_sql` when the database refuses a statement (or would refuse the commit), `uninspectable`, `limit`.
 */
export async function runCaptured(
  tx: Tx,
  { database, statements, inspection }: WriteInput,
  { cache, scope, dryRun, statementsSha256: known }: EffectOptions,
): Promise<NetEffect> {
  requireWellFormed(statements);
  const version = await schemaVersion(tx);
  if (version !== inspection.schemaVersion) {
    // The service recognises this sentence, inspects the statements again and comes back.
    throw new ServiceError("busy", "schema moved");
  }
  const facts = await cache.at(tx, version);
  const tables = [];
  for (const name of inspection.tables.filter((table) => table !== "sqlite_sequence")) {
    if (isInternal(name)) {
      throw new ServiceError("refused_sql", `${name} is an internal table.`);
    }
    tables.push(await facts.table(tx, name));
  }
  // A target that is not among the tables is a view, whose INSTEAD OF triggers write to them, or nothing at all.
  for (const name of inspection.direct) {
    if (!inspection.tables.includes(name) && !facts.views.has(name)) await facts.table(tx, name);
  }
  const mayReplace = facts.mentionsReplace ||
    statements.some(({ sql }) => /\breplace\b/i.test(sql));
  const computed = mayReplace ? tables.find((table) => table.hasComputedUnique) : undefined;
  if (computed !== undefined) {
    throw new ServiceError(
      "uninspectable",
      `${computed.name} has a unique index on an expression: which rows a REPLACE would remove can't be told.`,
    );
  }
  const deferred = dryRun ? await deferredTables(tx, facts, inspection.tables) : [];
  const foreignKeys = tables.length > 0 ? await facts.foreignKeys(tx) : [];
  const capture = await Capture.install(tx, tables, { scope, mayReplace });
  if (deferred.length > 0) await tx.run("SAVEPOINT _gk_before");
  await runStatements(tx, statements);
  const clock = inspection.usesClock
    ? clockMarks({ from: capture.startedAt, to: await clockNow(tx) })
    : () => null;
  const rows = await capture.net(MAX_ROWS);
  refuseTooLarge(rows);
  if (deferred.length > 0) await refuseDangling(tx, deferred);

  const pages = paginate(await describe(rows, { clock, foreignKeys }));
  const counts = countRows(rows);
  const statementsSha256 = known ?? await statementsHash(statements);
  const pageHashes = await Promise.all(pages.map(pageHash));
  const digest = await digestOf({ database, statementsSha256, counts, pages: pageHashes });
  return { capture, facts, rows, counts, pages, pageHashes, statementsSha256, digest };
}

/** The effect as the contract shows it. Throws `not_found` for a page that it doesn't have. */
export function toPreview(effect: NetEffect, input: WriteInput, at: string, page = 0): Preview {
  const changes = effect.pages[page];
  if (changes === undefined && page > 0) {
    throw new ServiceError("not_found", `This preview has ${effect.pages.length} pages.`);
  }
  const columns: Preview["columns"] = {};
  for (const { table } of effect.rows) {
    columns[table.name] ??= table.columns.map((column) => column.name);
  }
  return {
    digest: effect.digest,
    statementsSha256: effect.statementsSha256,
    counts: effect.counts,
    pages: effect.pageHashes,
    columns,
    changes: changes ?? [],
    truncated: effect.pages.length > 1,
    effects: input.inspection.effects,
    maxRows: MAX_ROWS,
    at,
  };
}

/** Throws `invalid` for statements that nobody can sign. */
export function requireWellFormed(statements: WriteInput["statements"]): void {
  if (isWellFormed(statements)) return;
  throw new ServiceError(
    "invalid",
    "A statement holds half of a character (a lone surrogate), which is no text.",
  );
}

/** Whether all of it is text: SQLite would store half of a character as another, and RFC 8785 has no form for it. */
export function isWellFormed(statements: WriteInput["statements"]): boolean {
  return statements.every(({ sql, args }) =>
    sql.isWellFormed() && args.every((arg) => typeof arg !== "string" || arg.isWellFormed())
  );
}

async function runStatements(tx: Tx, statements: WriteInput["statements"]): Promise<void> {
  for (const [i, { sql, args }] of statements.entries()) {
    const values = args.map(fromWire);
    if (values.includes(Infinity) || values.includes(-Infinity)) {
      throw new ServiceError(
        "refused_sql",
        "The database driver takes no infinite argument: write 9e999 or -9e999 in the statement.",
      );
    }
    try {
      await tx.run(sql, values);
    } catch (error) {
      throw refuseStatement(error, statements.length > 1 ? `statement ${i + 1}` : "this statement");
    }
  }
}

async function clockNow(tx: Tx): Promise<number> {
  return Number((await tx.query("SELECT unixepoch()"))[0]?.[0]);
}

/** Tables with constraints that wait for the commit, as far as writing `tables` can concern them. */
async function deferredTables(tx: Tx, facts: SchemaFacts, tables: readonly string[]): Promise<string[]> {
  if (facts.deferring.size === 0) return [];
  const keys = await facts.foreignKeys(tx);
  return [...facts.deferring].filter((child) =>
    tables.includes(child) ||
    keys.some((key) => key.child === child && tables.includes(key.parent))
  );
}

/** Throws where the commit would: rows refer to nothing that did not do so before the statements. */
async function refuseDangling(tx: Tx, tables: readonly string[]): Promise<void> {
  const after = await danglingRows(tx, tables);
  if (after.length === 0) return;
  await tx.run("ROLLBACK TO _gk_before");
  const [first] = newlyDangling(await danglingRows(tx, tables), after);
  if (first === undefined) return;
  throw new ServiceError(
    "refused_sql",
    `The database refuses this at commit: FOREIGN KEY constraint failed (a row of ${first.child} would refer to nothing).`,
  );
}
