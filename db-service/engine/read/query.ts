/** An agent's query, through every layer: text, grammar, authorizer, EXPLAIN, and a run that cannot write. */
import type { ReadRequest, ReadResult } from "../../contract/schemas.ts";
import { hiddenOpcode, hiddenWords } from "../../sql/hidden.ts";
import { judgeRead, type Opcode } from "../../sql/judge.ts";
import { oneStatement } from "../../sql/tokenizer.ts";
import { ServiceError } from "../types.ts";
import { readBounded, wrap } from "./bounded.ts";
import type { Facts } from "./catalog.ts";
import { type Connection, query } from "./connection.ts";
import type { Denials } from "./denials.ts";
import { authorized, onlyJsonTables, refuseVirtual } from "./gate.ts";
import { bindable, MAX_ROWS, refuseOtherVerbs } from "./statement.ts";

/** Runs one query. Throws `refused_sql` with the reason, or `limit`. */
export function read(db: Connection, facts: Facts, denials: Denials, request: ReadRequest): ReadResult {
  const started = performance.now();
  const one = oneStatement(request.sql);
  if (!one.ok) throw new ServiceError("refused_sql", one.reason);
  refuseOtherVerbs(one.tokens);
  const words = hiddenWords(one.tokens, denials);
  if (words !== null) throw new ServiceError("refused_sql", words);
  const args = bindable(one.tokens, request.args ?? []);
  const maxRows = request.maxRows ?? MAX_ROWS;
  const { made, tables } = authorized(db, { denials, mode: "read" }, () => {
    // In brackets first: only a query is grammar there. Then bare, for a subquery renames columns of one name.
    db.prepare(`SELECT * FROM (\n${one.sql}\n)`);
    const columns = db.prepare(one.sql).columns().map(({ name }) => name);
    return { columns, opcodes: explain(db, wrap(one.sql, columns.length, maxRows + 1)) };
  });
  refuseVirtual(facts, tables);
  const verdict = judgeRead(made.opcodes, facts, {
    virtual: made.opcodes.some(({ opcode }) => opcode === "VOpen") && onlyJsonTables(db, tables),
    denied: (table) => denials.table(table),
  });
  if (!verdict.ok) throw new ServiceError(verdict.code, verdict.reason);
  const hidden = hiddenOpcode(made.opcodes, facts, denials, "read");
  if (hidden !== null) throw new ServiceError("refused_sql", hidden);
  const { made: { rows, truncated } } = authorized(db, { denials, mode: "read" }, () => {
    return readBounded(db, one.sql, { args, width: made.columns.length, maxRows });
  });
  const ms = Math.round((performance.now() - started) * 100) / 100;
  return { columns: made.columns, rows, rowCount: rows.length, truncated, ms };
}

/** EXPLAIN's rows of a statement, which is compiled but not run. */
export function explain(db: Connection, sql: string): Opcode[] {
  return query(db, `EXPLAIN ${sql}`).map(([, opcode, p1, p2, p3, p4]) => ({
    opcode: String(opcode),
    p1: Number(p1),
    p2: Number(p2),
    p3: Number(p3),
    p4: p4 === null || p4 === undefined ? null : String(p4),
  }));
}
