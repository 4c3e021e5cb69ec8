/**
 * What was understood, before it becomes SQL. Plain data, so that a follow-up can build on the query before
 * it.
 */
import type { Table } from "@/agent/types.ts";

export type Column = Table["columns"][number];

/** A number keeps its digits as written: 64-bit integers must not pass through a double. */
export type Literal = { kind: "number"; raw: string } | { kind: "text"; text: string };

export type Op =
  | "eq"
  | "ne"
  | "gt"
  | "ge"
  | "lt"
  | "le"
  | "between"
  | "outside"
  | "contains"
  | "lacks"
  | "starts"
  | "notStarts"
  | "ends"
  | "notEnds"
  | "null"
  | "notNull"
  | "blank"
  | "filled";

export interface Compare {
  kind: "compare";
  table: Table;
  column: Column;
  op: Op;
  /** Several with `eq` and `ne` mean "one of these" and "none of these". */
  values: Literal[];
}

/** Rows of the main table that have (or lack) rows in another one. */
export interface Related {
  kind: "related";
  table: Table;
  without: boolean;
  count: { op: "eq" | "ne" | "gt" | "ge" | "lt" | "le"; n: string } | null;
}

export interface Either {
  kind: "either";
  any: (Compare | Related)[];
}

export type Condition = Compare | Related | Either;

export interface ColumnRef {
  table: Table;
  column: Column;
}

export type AggregateName = "count" | "sum" | "avg" | "min" | "max";

/** `of` is null for a count of rows; a count of a column counts its distinct values. */
export interface Aggregate {
  name: AggregateName;
  of: ColumnRef | null;
}

/** Grouping by a table means by its rows, shown by their label. */
export type Group = { by: "column"; ref: ColumnRef } | { by: "table"; table: Table };

export interface Sort {
  /** A column, or the first aggregate. */
  by: ColumnRef | "aggregate";
  descending: boolean;
}

export interface Read {
  table: Table;
  conditions: Condition[];
  columns: ColumnRef[];
  distinct: boolean;
  aggregates: Aggregate[];
  groups: Group[];
  sort: Sort[];
  limit: number | null;
  /** Tables whose columns are shown beside the main one's. */
  beside: Table[];
}

export function emptyRead(table: Table): Read {
  return {
    table,
    conditions: [],
    columns: [],
    distinct: false,
    aggregates: [],
    groups: [],
    sort: [],
    limit: null,
    beside: [],
  };
}

/** What a sentence is read with. */
export interface Context {
  schema: Table[];
  /** The query of the conversation that "them" speaks of. */
  previous: Read | null;
  /** The number of this conversation's last proposal, for "take it back". */
  lastProposal: number | null;
}

/** What to do about one sentence. `keeps`: "them" still means what it meant before. */
export type Plan =
  | { kind: "say"; text: string; keeps: boolean }
  | { kind: "read"; sql: string; description: string; read: Read }
  | {
    kind: "write";
    verb: "insert" | "update" | "delete";
    table: Table;
    title: string;
    description: string;
    sql: string;
  }
  /** Asks for the actions first; the answer goes on from there. */
  | { kind: "actions"; for: "pending" | "undo" | "withdraw" }
  | { kind: "withdraw"; actionId: number };
