/** What statements would do, found out by compiling them where they cannot run. */
import type { Effect, Statement } from "../../contract/schemas.ts";
import { internalTable, isInternal, judgeWrite, VIRTUAL_TABLE } from "../../sql/judge.ts";
import { asksToReplace, findTarget, mentionsConflict } from "../../sql/target.ts";
import { oneStatement, type Token, tokenize } from "../../sql/tokenizer.ts";
import { type Inspection, ServiceError } from "../types.ts";
import type { Facts, TableFacts } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import { authorized, type Denials, onlyJsonTables } from "./gate.ts";
import { bindable, explain } from "./query.ts";

/** Judges statements one by one. Throws `refused_sql` or `uninspectable` with the reason. */
export function inspect(
  db: Connection,
  facts: Facts,
  denials: Denials,
  statements: Statement[],
): Inspection {
  const found = new Found(facts);
  for (const [index, statement] of statements.entries()) {
    try {
      inspectOne(db, facts, denials, statement, found);
    } catch (error) {
      if (statements.length === 1 || !(error instanceof ServiceError)) throw error;
      throw new ServiceError(error.code, `Statement ${index + 1}: ${error.message}`, error.extra);
    }
  }
  return found.inspection();
}

function inspectOne(
  db: Connection,
  facts: Facts,
  denials: Denials,
  { sql, args }: Statement,
  found: Found,
): void {
  const one = oneStatement(sql);
  if (!one.ok) throw new ServiceError("refused_sql", one.reason);
  const target = findTarget(one.tokens);
  if (!target.ok) throw new ServiceError("refused_sql", target.reason);
  bindable(one.tokens, args ?? []);
  const table = facts.tables.get(target.table.toLowerCase());
  if (isInternal(target.table)) throw new ServiceError("refused_sql", internalTable(target.table));
  if (table === undefined) throw new ServiceError("refused_sql", `There is no table ${target.table}.`);
  if (table.kind === "virtual") throw new ServiceError("refused_sql", VIRTUAL_TABLE);
  const { made: opcodes, tables } = authorized(db, { denials, mode: "explain" }, () => explain(db, one.sql));
  const verdict = judgeWrite(opcodes, facts, {
    virtual: opcodes.some(({ opcode }) => opcode === "VOpen") && onlyJsonTables(db, tables),
    denied: (name) => denials.table(name),
  });
  if (!verdict.ok) throw new ServiceError(verdict.code, verdict.reason);
  found.add(table, one.tokens, verdict.value);
}

type WriteFindings = Extract<ReturnType<typeof judgeWrite>, { ok: true }>["value"];

/** Findings of all statements together. */
class Found {
  #facts: Facts;
  #tables = new Set<string>();
  #direct = new Set<string>();
  #effects = new Map<string, Effect>();
  #mayReplace = false;
  #usesClock = false;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  add(target: TableFacts, tokens: readonly Token[], findings: WriteFindings): void {
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

  inspection(): Inspection {
    return {
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

/** Tokens of a definition in the schema; null where it is written in a way that the tokenizer does not follow. */
function definitionTokens(sql: string): Token[] | null {
  const cut = tokenize(sql);
  return cut.ok ? cut.tokens : null;
}
