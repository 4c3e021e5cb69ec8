/** The history as CSV (RFC 4180), for reading in a spreadsheet. What verifies is the JSON. */
import type { Count, Statement } from "@/db-service/contract/schemas.ts";
import type { History } from "./collect.ts";
import type { HistoryEntry, QueueEntry } from "./shape.ts";

/** The lines of the file: a header, the decisions that took effect, then what never did and the reads. */
export async function* historyCsv(history: History): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const entries of history.decisions()) yield lines(entries.map(decisionCells));
  for await (const entries of history.others()) yield lines(entries.map(otherCells));
}

/** One line, ended by CRLF. */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map(csvCell).join(",") + "\r\n";
}

/**
 * One cell. A spreadsheet takes text that begins with one of these for a formula, which a title or a reason could
 * smuggle in: an apostrophe before it makes it text (OWASP, CSV Injection; ASVS 5.0, 1.2.10). Quoted is whatever is
 * not plain. Where lists are separated by semicolons that does not help: there a cell of ours is cut at each of its own
 * semicolons, tabs and line ends, so what could begin a formula behind one gets its apostrophe too.
 */
export function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = cell.replace(FORMULA, "'");
  return PLAIN.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

type Cell = string | number | null;

/** Before a formula. With the full-width forms of the four signs, which some spreadsheets read alike. */
const FORMULA = /^(?=[=+\-@\t\r\n\0＝＋－＠])|(?<=[;\t\r\n])(?="*[=+\-@＝＋－＠])/g;
/** Words, numbers and times. */
const PLAIN = /^[\w.:-]*( [\w.:-]+)*$/;

type Row = { [column in typeof COLUMNS[number]]?: Cell };

const COLUMNS = [
  "seq",
  "action",
  "decision",
  "at",
  "by",
  "title",
  "description",
  "proposed_by",
  "proposed_at",
  "reason",
  "error",
  "sql",
  "arguments",
  "tables",
  "inserted",
  "updated",
  "deleted",
  "rows_read",
  "action_uid",
  "digest",
  "key",
  "expires_at",
  "signature",
  "hash",
] as const;

function lines(rows: readonly Row[]): string {
  return rows.map((row) => csvLine(COLUMNS.map((column) => row[column] ?? null))).join("");
}

function decisionCells({ action, ...entry }: HistoryEntry): Row {
  return {
    seq: entry.seq,
    action: action?.id,
    decision: entry.decision,
    at: entry.at,
    by: entry.approver,
    title: action?.title,
    description: action?.description,
    proposed_by: action?.proposedBy.name,
    proposed_at: action?.createdAt,
    ...statementCells(entry.statements),
    ...countCells(entry.affected),
    action_uid: entry.actionUid,
    digest: entry.digest,
    key: entry.approval.key,
    expires_at: entry.approval.expiresAt,
    signature: entry.approval.signature,
    hash: entry.hash,
  };
}

function otherCells(entry: QueueEntry): Row {
  const isRead = entry.type === "observation";
  return {
    action: entry.id,
    decision: isRead ? "read" : entry.state,
    at: entry.resolvedAt,
    by: isRead ? entry.proposedBy.name : entry.decidedBy?.name,
    title: entry.title,
    description: entry.description,
    proposed_by: entry.proposedBy.name,
    proposed_at: entry.createdAt,
    reason: entry.reason,
    error: entry.error,
    ...statementCells(entry.statements),
    // Nothing was changed by these; what they would have changed is in the JSON.
    rows_read: entry.rowCount,
    action_uid: entry.uid,
  };
}

function statementCells(statements: readonly Required<Statement>[]): Row {
  const args = statements.map(({ args }) => args);
  return {
    sql: statements.map(({ sql }) => sql).join(";\n"),
    arguments: args.some((list) => list.length > 0) ? JSON.stringify(args) : null,
  };
}

function countCells(counts: readonly Count[]): Row {
  const sum = (what: "inserted" | "updated" | "deleted") =>
    counts.reduce((total, count) => total + count[what], 0);
  return {
    tables: counts.map(({ table }) => table).join(" "),
    inserted: sum("inserted"),
    updated: sum("updated"),
    deleted: sum("deleted"),
  };
}
