/** What the agent's tools answer, as the chat reads it. The answers come from storage: nothing is taken on trust. */
import type { Cell } from "@/agent/types.ts";
import { tableNamed } from "./format.ts";

export type ReadOutput =
  | { columns: string[]; rows: Cell[][]; rowCount: number; truncated: boolean; ms: number | null }
  | { error: string };

/** The answer of `queryDatabase`; null while there is none, or when it is of another shape. */
export function readOutput(output: unknown): ReadOutput | null {
  if (!isRecord(output)) return null;
  if (typeof output.error === "string") return { error: output.error };
  const { columns, rows, rowCount, truncated, ms } = output;
  if (!isTexts(columns) || !isRows(rows)) return null;
  return {
    columns,
    rows,
    rowCount: typeof rowCount === "number" ? rowCount : rows.length,
    truncated: truncated === true,
    ms: typeof ms === "number" ? ms : null,
  };
}

/** The number of the action that `mutateDatabase` proposed, or why it could not. */
export function proposal(output: unknown): { actionId: number } | { error: string } | null {
  if (!isRecord(output)) return null;
  if (typeof output.error === "string") return { error: output.error };
  return typeof output.actionId === "number" ? { actionId: output.actionId } : null;
}

/** A text member of a tool's input; empty when it has none. */
export function field(input: unknown, name: string): string {
  const value = isRecord(input) ? input[name] : undefined;
  return typeof value === "string" ? value : "";
}

/** What a query reads, for a one-line title; `data` when there is no table to see. */
export function tableRead(sql: string): string {
  return tableNamed(sql) || "data";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRows(value: unknown): value is Cell[][] {
  return Array.isArray(value) && value.every(Array.isArray);
}
