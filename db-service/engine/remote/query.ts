/** An agent's query on a remote database, through every layer that is left there: text, grammar, EXPLAIN, the token. */
import type { ReadRequest, ReadResult, Value } from "../../contract/schemas.ts";
import { hiddenWords } from "../../sql/hidden.ts";
import { judgeRead } from "../../sql/judge.ts";
import { oneStatement, type Token } from "../../sql/tokenizer.ts";
import type { Denials } from "../read/denials.ts";
import { MAX_BYTES, rowSize, rowTooLarge } from "../read/size.ts";
import { bindable, MAX_ROWS, refuseOtherVerbs } from "../read/statement.ts";
import { ServiceError, type SqlValue } from "../types.ts";
import { toWire } from "../values.ts";
import { compiled, explain, requireVersion, type Session, withFacts } from "./compile.ts";
import { AnswerTooLarge, InfiniteReal, NoText } from "./failure.ts";
import { type RemoteFacts, VERSION } from "./facts.ts";
import { hiddenReason, onlyJsonTables, uncompiled } from "./names.ts";

/** Rows of a query, cut where an answer would grow too large. */
export interface Page {
  columns: string[];
  rows: Value[][];
  /** More rows would have come. */
  truncated: boolean;
}

/** Runs one query. Throws `refused_sql` with the reason, or `limit`. */
export async function read(session: Session, request: ReadRequest): Promise<ReadResult> {
  const started = performance.now();
  const one = oneStatement(request.sql);
  if (!one.ok) throw new ServiceError("refused_sql", one.reason);
  refuseOtherVerbs(one.tokens);
  const args = bindable(one.tokens, request.args ?? []);
  const maxRows = request.maxRows ?? MAX_ROWS;
  const { columns, rows, truncated } = await withFacts(session, async (facts, denials) => {
    await judge(session, facts, denials, one);
    return await readPage(session, facts, { sql: one.sql, args, maxRows });
  });
  const ms = Math.round((performance.now() - started) * 100) / 100;
  return { columns, rows, rowCount: rows.length, truncated, ms };
}

/** Throws `refused_sql` unless the statement may be run as a query. Nothing of it runs. */
export async function judge(
  session: Session,
  facts: RemoteFacts,
  denials: Denials,
  { sql, tokens }: { sql: string; tokens: readonly Token[] },
): Promise<void> {
  const words = hiddenWords(tokens, denials);
  if (words !== null) throw new ServiceError("refused_sql", words);
  const [opcodes = []] = await explain(session, facts, [wrap(sql, MAX_ROWS)]).catch((error) => {
    throw uncompiled(error, facts, denials, tokens);
  });
  const verdict = judgeRead(opcodes, facts, {
    virtual: opcodes.some(({ opcode }) => opcode === "VOpen") && onlyJsonTables(facts, tokens, opcodes),
    denied: (table) => denials.table(table),
  });
  if (!verdict.ok) throw new ServiceError(verdict.code, verdict.reason);
  const reason = hiddenReason(facts, denials, { tokens, opcodes, kind: "read" });
  if (reason !== null) throw new ServiceError("refused_sql", reason);
}

/** Runs a judged query for up to `maxRows` rows. */
export async function readPage(
  session: Session,
  facts: RemoteFacts,
  { sql, args, maxRows }: { sql: string; args: SqlValue[]; maxRows: number },
): Promise<Page> {
  // A server sends an answer whole or not at all, and those too large not at all: then fewer rows are asked for.
  for (let limit = maxRows + 1;; limit = Math.ceil(limit / SHRINK)) {
    try {
      return cut(await run(session, facts, { sql, args, limit }), { maxRows, limit });
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      if (limit === 1) throw rowTooLarge();
    }
  }
}

const SHRINK = 4;

interface Answer {
  columns: string[];
  rows: SqlValue[][];
}

async function run(
  session: Session,
  facts: RemoteFacts,
  { sql, args, limit }: { sql: string; args: SqlValue[]; limit: number },
): Promise<Answer> {
  const { server, deadline } = session;
  const ask = async (statement: string): Promise<Answer> => {
    const { results: [version, rows = []], columns } = await compiled(() =>
      server.readWithVersion(deadline, [VERSION, { sql: statement, args }])
    );
    // In one transaction with the query: what ran is what was judged.
    requireVersion(facts, version);
    return { columns: bareNames(columns[1] ?? []), rows };
  };
  try {
    return await ask(wrap(sql, limit));
  } catch (error) {
    if (error instanceof NoText) {
      throw new ServiceError(
        "refused_sql",
        "The result holds a text that is not valid UTF-8. Select it as CAST(… AS BLOB).",
      );
    }
    if (!(error instanceof InfiniteReal)) throw error;
    const { columns } = await ask(wrap(sql, 0));
    const { rows } = await ask(withSigns(sql, columns.length, limit));
    return { columns, rows: rows.map((row) => fromSigns(row, columns.length)) };
  }
}

/** Only a query is grammar inside of the brackets; the tokenizer made sure that they can't be closed from within. */
function wrap(sql: string, limit: number): string {
  return `SELECT * FROM (\n${sql}\n) LIMIT ${limit}`;
}

/** The same rows with a column more for each: -1 or 1 where it holds an infinity, which itself becomes NULL. */
function withSigns(sql: string, width: number, limit: number): string {
  const names = Array.from({ length: width }, (_, i) => `c${i}`);
  const isInfinite = (name: string) => `typeof(${name}) = 'real' AND abs(${name}) = 9e999`;
  const values = names.map((name) => `iif(${isInfinite(name)}, NULL, ${name})`);
  const signs = names.map((name) => `iif(${isInfinite(name)}, sign(${name}), 0)`);
  return `WITH _gk(${names.join(", ")}) AS (\n${sql}\n) SELECT ${
    [...values, ...signs].join(", ")
  } FROM _gk LIMIT ${limit}`;
}

function fromSigns(row: SqlValue[], width: number): SqlValue[] {
  return row.slice(0, width).map((value, i) => {
    const sign = Number(row[width + i]);
    return sign === 0 ? value : sign * Infinity;
  });
}

function cut({ columns, rows }: Answer, { maxRows, limit }: { maxRows: number; limit: number }): Page {
  const kept: Value[][] = [];
  let bytes = 0;
  for (const row of rows.slice(0, maxRows)) {
    bytes += rowSize(row);
    if (bytes > MAX_BYTES) {
      if (kept.length === 0) throw rowTooLarge();
      return { columns, rows: kept, truncated: true };
    }
    kept.push(row.map(toWire));
  }
  // Fewer rows were asked for than wanted, and all of those came: there may be more.
  const isShort = limit <= maxRows && rows.length === limit;
  return { columns, rows: kept, truncated: rows.length > maxRows || isShort };
}

/** A subquery's columns of one name are numbered by SQLite: `id`, `id:1`. */
function bareNames(names: readonly string[]): string[] {
  return names.map((name, i) => {
    const bare = name.replace(/:\d+$/, "");
    return bare !== name && names.slice(0, i).includes(bare) ? bare : name;
  });
}
