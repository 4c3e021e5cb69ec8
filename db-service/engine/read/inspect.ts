/** What statements would do, found out by compiling them where they cannot run. */
import type { Statement } from "../../contract/schemas.ts";
import { hiddenOpcode, hiddenWords } from "../../sql/hidden.ts";
import { judgeWrite } from "../../sql/judge.ts";
import type { Token } from "../../sql/tokenizer.ts";
import { type Inspection, ServiceError } from "../types.ts";
import type { Facts } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import type { Denials } from "./denials.ts";
import { definitionTokens, Findings, inStatement, readStatement, refuseChecks } from "./findings.ts";
import { authorized, onlyJsonTables, refuseVirtual } from "./gate.ts";
import { explain } from "./query.ts";
import { bindable } from "./statement.ts";

/** Judges statements one by one. Throws `refused_sql` or `uninspectable` with the reason. */
export function inspect(
  db: Connection,
  facts: Facts,
  denials: Denials,
  statements: Statement[],
): Inspection {
  const findings = new Findings(facts);
  for (const [index, statement] of statements.entries()) {
    try {
      inspectOne(db, facts, denials, statement, findings);
    } catch (error) {
      throw inStatement(error, index, statements.length);
    }
  }
  return findings.inspection();
}

function inspectOne(
  db: Connection,
  facts: Facts,
  denials: Denials,
  { sql, args }: Statement,
  findings: Findings,
): void {
  const statement = readStatement(facts, sql);
  const { tokens } = statement;
  bindable(tokens, args ?? []);
  const words = hiddenWords(tokens, denials);
  if (words !== null) throw new ServiceError("refused_sql", words);
  const mode = { isTrigger: (name: string) => isTriggerAlone(facts, tokens, name) };
  const compiled = authorized(db, { denials, mode }, () => explain(db, statement.sql));
  const { made: opcodes, tables, triggersReadHidden } = compiled;
  refuseVirtual(facts, tables);
  const verdict = judgeWrite(opcodes, facts, {
    virtual: opcodes.some(({ opcode }) => opcode === "VOpen") && onlyJsonTables(db, tables),
    denied: (name) => denials.table(name),
  });
  if (!verdict.ok) throw new ServiceError(verdict.code, verdict.reason);
  refuseChecks(facts, verdict.value.tables);
  const hidden = hiddenOpcode(opcodes, facts, denials, "write");
  if (hidden !== null) throw new ServiceError("refused_sql", hidden);
  findings.add(statement, verdict.value);
  if (triggersReadHidden || [...verdict.value.tables].some((name) => denials.any(name))) {
    findings.meetHidden();
  }
}

/**
 * Whether SQLite means a trigger when it says that something is read inside of `name`. It says so of views, subqueries
 * and common table expressions as well, so none of these may go by the trigger's name.
 */
function isTriggerAlone(facts: Facts, tokens: readonly Token[], name: string): boolean {
  const isName = ({ kind, text }: Token) => kind !== "symbol" && text.toLowerCase() === name.toLowerCase();
  if (!facts.triggers.has(name) || tokens.some(isName)) return false;
  return [...facts.tables.values()].every(({ kind, sql }) => {
    return kind !== "view" || definitionTokens(sql)?.some(isName) === false;
  });
}
