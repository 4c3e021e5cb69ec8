/** What the statements of one action would do, put together from what is found out of each. */
import type { Effect } from "../../contract/schemas.ts";
import { forbiddenCheckCall } from "../../sql/checks.ts";
import { WRITE_FUNCTIONS } from "../../sql/functions.ts";
import { internalTable, isInternal, VIRTUAL_TABLE, type WriteFindings } from "../../sql/judge.ts";
import { asksToReplace, findTarget, mentionsConflict } from "../../sql/target.ts";
import { oneStatement, type Token, tokenize } from "../../sql/tokenizer.ts";
import { type Inspection, ServiceError } from "../types.ts";
import type { Facts, TableFacts } from "./catalog.ts";

/** One change by its own words. */
export interface ReadStatement {
  sql: string;
  tokens: Token[];
  target: TableFacts;
}

/** Reads a statement's text. Throws `refused_sql` for what is no change of an ordinary table's rows. */
export function readStatement(facts: Facts, text: string): ReadStatement {
  const one = oneStatement(text);
  if (!one.ok) throw new ServiceError("refused_sql", one.reason);
  const named = findTarget(one.tokens);
  if (!named.ok) throw new ServiceError("refused_sql", named.reason);
  const target = facts.tables.get(named.table.toLowerCase());
  if (isInternal(named.table)) throw new ServiceError("refused_sql", internalTable(named.table));
  if (target === undefined) throw new ServiceError("refused_sql", `There is no table ${named.table}.`);
  if (target.kind === "virtual") throw new ServiceError("refused_sql", VIRTUAL_TABLE);
  return { sql: one.sql, tokens: one.tokens, target };
}

/** Says which of several statements an error speaks of. */
export function inStatement(error: unknown, index: number, count: number): unknown {
  if (count === 1 || !(error instanceof ServiceError)) return error;
  return new ServiceError(error.code, `Statement ${index + 1}: ${error.message}`, error.extra);
}

/** Findings of all statements together. */
export class Findings {
  #facts: Facts;
  #tables = new Set<string>();
  #direct = new Set<string>();
  #effects = new Map<string, Effect>();
  #mayReplace = false;
  #usesClock = false;
  #meetsHidden = false;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  add({ target, tokens }: ReadStatement, findings: WriteFindings): void {
    this.#direct.add(target.name);
    for (const table of findings.tables) this.#tables.add(table);
    for (const table of findings.cascades) this.#effect({ kind: "cascade", table });
    this.#usesClock ||= findings.usesClock;
    if (asksToReplace(tokens)) this.#effect({ kind: "replace", table: target.name });
    this.#mayReplace ||= asksToReplace(tokens) || mentionsConflict(tokens);
    for (const [name, table] of findings.triggers) {
      this.#effect({ kind: "trigger", table, name });
      const body = definitionTokens(this.#facts.triggerSql.get(name) ?? "");
      this.#mayReplace ||= body === null || asksToReplace(body) || mentionsConflict(body);
    }
    for (const name of findings.tables) {
      const definition = definitionTokens(this.#facts.tables.get(name.toLowerCase())?.sql ?? "");
      if (definition !== null && !asksToReplace(definition)) continue;
      this.#mayReplace = true;
      this.#effect({ kind: "replace", table: name });
    }
  }

  /** The statement changes a table with hidden columns, or a trigger of it reads some. */
  meetHidden(): void {
    this.#meetsHidden = true;
  }

  inspection(): Inspection {
    return {
      ...(this.#meetsHidden ? { meetsHidden: true } : {}),
      tables: [...this.#tables].sort(),
      direct: [...this.#direct].sort(),
      effects: [...this.#effects].sort(([a], [b]) => a < b ? -1 : 1).map(([, effect]) => effect),
      mayReplace: this.#mayReplace,
      usesClock: this.#usesClock,
      schemaVersion: this.#facts.schemaVersion,
    };
  }

  #effect(effect: Effect): void {
    this.#effects.set(JSON.stringify([effect.kind, effect.table, effect.name]), effect);
  }
}

/** Throws where a table that would be written has a CHECK constraint that may not run. */
export function refuseChecks(facts: Facts, tables: Iterable<string>): void {
  for (const name of tables) refuseCheck(name, facts.tables.get(name.toLowerCase())?.sql ?? "");
}

/** Tokens of a definition in the schema; null where it is written in a way that the tokenizer does not follow. */
export function definitionTokens(sql: string): Token[] | null {
  const cut = tokenize(sql);
  return cut.ok ? cut.tokens : null;
}

/** EXPLAIN does not show a constraint whose function this SQLite does not know; the writer's may. */
function refuseCheck(table: string, sql: string): void {
  const definition = definitionTokens(sql);
  if (definition === null) {
    if (!/\bCHECK\b/i.test(sql)) return;
    throw new ServiceError(
      "uninspectable",
      `The CHECK constraints of ${table} are written in a way that can't be read.`,
    );
  }
  const call = forbiddenCheckCall(definition, WRITE_FUNCTIONS);
  if (call === null) return;
  throw new ServiceError(
    "refused_sql",
    `A CHECK constraint of ${table} calls the function ${call}(), which is not available.`,
  );
}
