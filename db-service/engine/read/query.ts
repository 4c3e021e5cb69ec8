/** An agent's query, through every layer: text, grammar, authorizer, EXPLAIN, and a run that cannot write. */
import type { ReadRequest, ReadResult } from "../../contract/schemas.ts";
import { judgeRead, type Opcode } from "../../sql/judge.ts";
import { argumentCount, oneStatement, type Token } from "../../sql/tokenizer.ts";
import { ServiceError, type SqlValue } from "../types.ts";
import { fromWire } from "../values.ts";
import { readBounded, wrap } from "./bounded.ts";
import type { Facts } from "./catalog.ts";
import { type Connection, query } from "./connection.ts";
import { authorized, type Denials, onlyJsonTables } from "./gate.ts";

export const MAX_ROWS = 1_000;

/** Runs one query. Throws `refused_sql` with the reason, or `limit`. */
export function read(db: Connection, facts: Facts, denials: Denials, request: ReadRequest): ReadResult {
  const started = performance.now();
  const one = oneStatement(request.sql);
  if (!one.ok) throw new ServiceError("refused_sql", one.reason);
  refuseOtherVerbs(one.tokens);
  const args = bindable(one.tokens, request.args ?? []);
  const maxRows = request.maxRows ?? MAX_ROWS;
  const { made, tables } = authorized(db, { denials, mode: "read" }, () => {
    // In brackets first: only a query is grammar there. Then bare, for a subquery renames columns of one name.
    db.prepare(`SELECT * FROM (\n${one.sql}\n)`);
    const columns = db.prepare(one.sql).columns().map(({ name }) => name);
    return { columns, opcodes: explain(db, wrap(one.sql, columns.length, maxRows + 1)) };
  });
  const verdict = judgeRead(made.opcodes, facts, {
    virtual: made.opcodes.some(({ opcode }) => opcode === "VOpen") && onlyJsonTables(db, tables),
    denied: (table) => denials.table(table),
  });
  if (!verdict.ok) throw new ServiceError(verdict.code, verdict.reason);
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

/** Arguments as they are bound. Missing ones would silently be NULL, so their number must be right. */
export function bindable(tokens: readonly Token[], args: NonNullable<ReadRequest["args"]>): SqlValue[] {
  const count = argumentCount(tokens);
  if (count !== args.length) {
    throw new ServiceError("refused_sql", `The statement takes ${count} arguments and got ${args.length}.`);
  }
  return args.map(fromWire);
}

const QUERY_VERBS = ["SELECT", "WITH", "VALUES"];

function refuseOtherVerbs([first]: readonly Token[]): void {
  const verb = first?.kind === "word" ? first.text.toUpperCase() : "";
  if (QUERY_VERBS.includes(verb)) return;
  throw new ServiceError(
    "refused_sql",
    /^(INSERT|REPLACE|UPDATE|DELETE)$/.test(verb)
      ? `A query only reads; ${verb} changes rows and has to be proposed as an action.`
      : "A query starts with SELECT, WITH or VALUES.",
  );
}
