/** Which actions are alike enough to be decided together: the same operations on the same tables (SPEC Q5). Pure. */
import type { ActionSummary } from "@/agent/types.ts";
import { number } from "./format.ts";

/** What is compared of an action; a whole one tells of all its tables, a summary of the first few. */
export type Changing = Pick<ActionSummary, "affected" | "affectedTotal">;

const LIST = new Intl.ListFormat("en");
const VERBS = [
  ["updated", "changes", "change"],
  ["inserted", "adds to", "add to"],
  ["deleted", "deletes from", "delete from"],
] as const;

/** Actions of the same kind give the same text. */
export function kindOf({ affected, affectedTotal }: Changing): string {
  const tables = affected.map((count) => [count.table, ...VERBS.map(([op]) => count[op] > 0)]);
  return JSON.stringify([affectedTotal.tables, tables.map((table) => JSON.stringify(table)).sort()]);
}

/** Those that are of the same kind as the first. */
export function like<T extends Changing>(first: T | undefined, others: readonly T[]): T[] {
  return first ? others.filter((other) => kindOf(other) === kindOf(first)) : [];
}

/** What an action of this kind does: `changes customers`, `deletes from orders`; of several: `change customers`. */
export function kindWords({ affected, affectedTotal }: Changing, several = false): string {
  const clauses = affected.flatMap((count) =>
    VERBS.filter(([op]) => count[op] > 0).map(([, one, many]) => `${several ? many : one} ${count.table}`)
  );
  const change = several ? "change" : "changes";
  const more = affectedTotal.tables - affected.length;
  if (more > 0) clauses.push(`${change} ${number(more)} more ${more === 1 ? "table" : "tables"}`);
  return clauses.length > 0 ? LIST.format(clauses) : `${change} no row`;
}

/** `#4 and 1 more change customers; #5 deletes from orders`: one of each kind, with how many more of it there are. */
export function mixWords<T extends Changing & { id: number }>(actions: readonly T[]): string {
  const kinds = Map.groupBy(actions, kindOf);
  return [...kinds.values()].flatMap(([first, ...rest]) =>
    first
      ? [
        `#${first.id}${rest.length ? ` and ${number(rest.length)} more` : ""} ${
          kindWords(first, rest.length > 0)
        }`,
      ]
      : []
  ).join("; ");
}
