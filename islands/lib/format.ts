/** Words for numbers, counts and values. English, by `Intl` alone; the same on server and browser. */
import type { Action, ActionState, ActionSummary, Actor, Cell, Change, Count } from "@/agent/types.ts";

const NUMBER = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact" });
const NAMED_TABLES = 3;
const LIST = new Intl.ListFormat("en");

export function number(value: number): string {
  return NUMBER.format(value);
}

/** A number in few characters: `950`, `1.2K`. */
export function short(value: number): string {
  return SHORT.format(value);
}

/** `3 rows`, `1 row`. */
export function rows(count: number): string {
  return `${number(count)} ${count === 1 ? "row" : "rows"}`;
}

/** `0.4 ms`, `12 ms`, `1.5 s`. */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${number(Math.round(ms / 100) / 10)} s`;
  return `${ms < 10 ? number(Math.round(ms * 10) / 10) : number(Math.round(ms))} ms`;
}

/** `812 bytes`, `1.5 KB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} ${count === 1 ? "byte" : "bytes"}`;
  return count < 1_000_000
    ? `${number(Math.round(count / 100) / 10)} KB`
    : `${number(Math.round(count / 1e5) / 10)} MB`;
}

export const STATE_WORDS: Record<ActionState, string> = {
  pending: "Waiting",
  executing: "Executing",
  approved: "Approved",
  reverting: "Reverting",
  reverted: "Reverted",
  rejected: "Rejected",
  failed: "Failed",
  stale: "Needs another look",
  expired: "Expired",
  withdrawn: "Withdrawn",
};

/** All rows that counts speak of. */
export function totalRows(counts: readonly Count[]): number {
  return counts.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0);
}

/** `3 updated`, `1 added, 2 deleted`; before it happened `3 to update`. `no rows` when nothing changes. */
export function summary(counts: readonly Count[], isDone = true): string {
  const sum = (op: "inserted" | "updated" | "deleted") =>
    counts.reduce((total, count) => total + count[op], 0);
  const words = [
    [sum("updated"), isDone ? "updated" : "to update"],
    [sum("inserted"), isDone ? "added" : "to add"],
    [sum("deleted"), isDone ? "deleted" : "to delete"],
  ] as const;
  const some = words.filter(([count]) => count > 0).map(([count, word]) => `${number(count)} ${word}`);
  return some.length > 0 ? some.join(", ") : "no rows";
}

/** All that an action changes: a summary has its first tables alone, the whole action has all. */
export function countsOf(action: Action): Count[] {
  return action.preview?.counts ?? action.affected;
}

/** What an entry of a list does, as {@link sentence}; of a change to many tables how much it is in all. */
export function entrySentence(entry: ActionSummary, tense: Tense): string {
  const { affected, affectedTotal } = entry;
  if (!isMany(entry)) return sentence(affected, tense);
  return `${rows(affectedTotal.rows)} in ${number(affectedTotal.tables)} tables ${
    changeVerb(affectedTotal.rows, tense)
  }.`;
}

/** More tables than a line names, or than a summary carries. */
function isMany({ affected, affectedTotal }: ActionSummary): boolean {
  return affectedTotal.tables > Math.min(affected.length, NAMED_TABLES);
}

/** The first table that a statement writes, or that a query reads from, for a one-line title; empty when none is to see. */
export function tableNamed(sql: string): string {
  const [, quoted, plain] =
    /\b(?:from|into|update(?:\s+or\s+\w+)?)\s+(?:["`[]([^"`\]]+)["`\]]|([\p{L}_][\p{L}\p{N}_$]*))/iu.exec(
      sql,
    ) ??
      [];
  return quoted ?? plain ?? "";
}

/** The same in a few words: `customers: 3 to update`. */
export function entrySummary(entry: ActionSummary, isDone: boolean): string {
  const { affected, affectedTotal } = entry;
  if (isMany(entry)) {
    return `${number(affectedTotal.tables)} tables: ${rows(affectedTotal.rows)}${isDone ? "" : " to change"}`;
  }
  // Where nothing changes, nothing that was computed names a table: its statement does.
  const names = affected.map(({ table }) => table).join(", ") || tableNamed(entry.sql);
  return `${names && `${names}: `}${summary(affected, isDone)}`;
}

/** `would`: it was turned down or failed, and will not happen. */
export type Tense = "will" | "done" | "would";

/**
 * What will happen, computed: `3 rows in customers change: tier.` Once it is done, in the past tense. Columns are named
 * from the changes at hand.
 */
export function sentence(
  counts: readonly Count[],
  tense: Tense = "will",
  changes: readonly Change[] = [],
  columns: Record<string, readonly string[]> = {},
): string {
  const clauses: string[] = [];
  for (const { table, inserted, updated, deleted } of counts) {
    if (updated > 0) {
      const names = changedColumns(changes.filter((change) => change.table === table), columns[table] ?? []);
      clauses.push(
        `${rows(updated)} in ${table} ${changeVerb(updated, tense)}${
          names.length > 0 ? `: ${LIST.format(names)}` : ""
        }`,
      );
    }
    if (inserted > 0) clauses.push(`${rows(inserted)} ${be(inserted, tense)} added to ${table}`);
    if (deleted > 0) clauses.push(`${rows(deleted)} ${be(deleted, tense)} deleted from ${table}`);
  }
  const nothing = { done: "No row changed.", would: "No row would change.", will: "No row changes." };
  return clauses.length > 0 ? `${clauses.join(". ")}.` : nothing[tense];
}

function changeVerb(count: number, tense: Tense): string {
  return { done: "changed", would: "would change", will: count === 1 ? "changes" : "change" }[tense];
}

function be(count: number, tense: Tense): string {
  const isOne = count === 1;
  return { done: isOne ? "was" : "were", would: "would be", will: isOne ? "is" : "are" }[tense];
}

/** The columns in which any of these updates differs, in the table's order. */
export function changedColumns(changes: readonly Change[], columns: readonly string[]): string[] {
  const differ = new Set<number>();
  for (const { before, after } of changes) {
    if (!before || !after) continue;
    before.forEach((cell, i) => {
      if (!sameCell(cell, after[i] ?? null)) differ.add(i);
    });
  }
  return columns.filter((_, i) => differ.has(i));
}

export function sameCell(a: Cell, b: Cell): boolean {
  return a === b || (isMark(a) && isMark(b) && JSON.stringify(a) === JSON.stringify(b));
}

function isMark(cell: Cell): boolean {
  return typeof cell === "object" && cell !== null;
}

/** `id 3`, `order 7 · line 2`: a row's key in words. */
export function keyText(key: Record<string, Cell>): string {
  return Object.entries(key).map(([name, cell]) => `${name} ${cellText(cell)}`).join(" · ");
}

/** A cell as text. */
export function cellText(cell: Cell): string {
  if (cell === null) return "NULL";
  if (typeof cell !== "object") return String(cell);
  if ("$int" in cell) return cell.$int;
  if ("$real" in cell) return cell.$real;
  if ("$key" in cell) return "assigned on approval";
  if ("$now" in cell) return "time of approval";
  return `blob, ${bytes(blobSize(cell.$blob))}`;
}

/** Bytes that a base64 text stands for. */
export function blobSize(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}

/** Who did something, and by which door. */
export function actorText({ name, via }: Actor): string {
  if (via === "agent") return `the agent for ${name}`;
  return via === "mcp" ? `${name} over MCP` : name;
}

/** What became of an action that no longer waits, where its counts alone would mislead; else empty. */
export function aftermath(state: ActionState): string {
  if (state === "reverted") return "It was reverted: the rows are as they were.";
  return ["rejected", "failed", "expired", "withdrawn"].includes(state) ? "Nothing was changed." : "";
}

/** One line about where an entry stands, for announcements. */
export function outcome(entry: ActionSummary): string {
  if (entry.state === "approved") return `Approved #${entry.id}: ${summary(entry.affected)}.`;
  if (entry.state === "reverted") return `Reverted #${entry.id}: the rows are as they were.`;
  const isOver = entry.state !== "executing" && entry.state !== "reverting";
  return `${STATE_WORDS[entry.state]} #${entry.id}${isOver ? ": nothing changed." : "…"}`;
}
