/** What statements would do, found out by letting the server compile them under a token that cannot write. */
import type { Statement } from "../../contract/schemas.ts";
import { hiddenWords } from "../../sql/hidden.ts";
import { judgeWrite, type Opcode } from "../../sql/judge.ts";
import { Findings, inStatement, type ReadStatement, readStatement, refuseChecks } from "../read/findings.ts";
import type { Denials } from "../read/denials.ts";
import { bindable } from "../read/statement.ts";
import { type Inspection, ServiceError } from "../types.ts";
import { explain, type Session, withFacts } from "./compile.ts";
import type { RemoteFacts } from "./facts.ts";
import { hiddenReason, onlyJsonTables, uncompiled } from "./names.ts";

/** Judges statements one by one. Throws `refused_sql` or `uninspectable` with the reason. */
export function inspect(session: Session, statements: Statement[]): Promise<Inspection> {
  return withFacts(session, async (facts, denials) => {
    const each = <T>(work: (statement: Statement, index: number) => T) =>
      statements.map((statement, index) => {
        try {
          return work(statement, index);
        } catch (error) {
          throw inStatement(error, index, statements.length);
        }
      });
    const read = each(({ sql, args }) => {
      const statement = readStatement(facts, sql);
      bindable(statement.tokens, args ?? []);
      const words = hiddenWords(statement.tokens, denials);
      if (words !== null) throw new ServiceError("refused_sql", words);
      return statement;
    });
    const compiled = await explainAll(session, facts, denials, read);
    const findings = new Findings(facts);
    each((_, index) => {
      const statement = read[index];
      const opcodes = compiled[index] ?? [];
      if (statement === undefined) return;
      const verdict = judgeWrite(opcodes, facts, {
        virtual: opcodes.some(({ opcode }) => opcode === "VOpen") &&
          onlyJsonTables(facts, statement.tokens, opcodes),
        denied: (table) => denials.table(table),
      });
      if (!verdict.ok) throw new ServiceError(verdict.code, verdict.reason);
      refuseChecks(facts, verdict.value.tables);
      const reason = hiddenReason(facts, denials, { tokens: statement.tokens, opcodes, kind: "write" });
      if (reason !== null) throw new ServiceError("refused_sql", reason);
      findings.add(statement, verdict.value);
      // What a trigger reads is not followed here: any may quote a hidden cell.
      const isQuoting = denials.hasAny && verdict.value.triggers.size > 0;
      if (isQuoting || [...verdict.value.tables].some((name) => denials.any(name))) findings.meetHidden();
    });
    return findings.inspection();
  });
}

/** All in one round trip; where one does not compile, one by one, so that the refusal says which. */
async function explainAll(
  session: Session,
  facts: RemoteFacts,
  denials: Denials,
  statements: ReadStatement[],
): Promise<Opcode[][]> {
  try {
    return await explain(session, facts, statements.map(({ sql }) => sql));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    for (const [index, { sql, tokens }] of statements.entries()) {
      try {
        await explain(session, facts, [sql]);
      } catch (reason) {
        throw inStatement(uncompiled(reason, facts, denials, tokens), index, statements.length);
      }
    }
    throw error;
  }
}
