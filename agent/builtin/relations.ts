/** Ways from one table to another along foreign keys. */
import type { Table } from "@/agent/types.ts";
import type { Read } from "./query.ts";

/**
 * One step: the columns of `from` equal the columns `to` of `table`. `forward`: `from` holds the reference.
 */
export interface Step {
  from: Table;
  table: Table;
  columns: string[];
  to: string[];
  forward: boolean;
}

const LONGEST_WAY = 3;

/** The shortest way, or "none", or "many" where several foreign keys could be meant. */
export function wayTo(schema: Table[], from: Table, to: Table): Step[] | "none" | "many" {
  let ways: Step[][] = [[]];
  for (let n = 0; n < LONGEST_WAY; n++) {
    ways = ways.flatMap((way) => {
      const at = way.at(-1)?.table ?? from;
      const seen = [from, ...way.map((s) => s.table)];
      return steps(schema, at).filter((s) => !seen.includes(s.table)).map((s) => [...way, s]);
    });
    const there = ways.filter((way) => way.at(-1)?.table === to);
    if (there.length === 1) return there[0] ?? "none";
    if (there.length > 1) {
      const forward = there.filter((way) => way.every((s) => s.forward));
      return forward.length === 1 ? forward[0] ?? "many" : "many";
    }
  }
  return "none";
}

/** The tables that a row of this one refers to, near ones first. */
export function parents(schema: Table[], table: Table): Table[] {
  const found: Table[] = [];
  let edge = [table];
  for (let n = 0; n < LONGEST_WAY; n++) {
    edge = edge.flatMap((t) => steps(schema, t).filter((s) => s.forward).map((s) => s.table))
      .filter((t) => t !== table && !found.includes(t));
    found.push(...new Set(edge));
  }
  return found;
}

/**
 * Whether a row of the main table can be met several times in one group: a patient in a doctor's, once for each visit.
 * Not where the link between both holds each pair once, nor where each group is one row that refers to it.
 */
export function repeats(schema: Table[], read: Read): boolean {
  return read.groups.some((g) => {
    const way = wayTo(schema, read.table, g.by === "table" ? g.table : g.ref.table);
    if (typeof way === "string" || way.every((s) => s.forward)) return false;
    const [link, end] = way;
    if (g.by === "column" || !link || link.forward) return true;
    if (way.length > 2 || (end && !end.forward)) return way.some((s) => s.forward);
    const pair = [...link.to, ...end?.columns ?? []];
    const keys = link.table.columns.filter((c) => c.primaryKey > 0);
    return end !== undefined && !(keys.length > 0 && keys.every((c) => pair.includes(c.name)));
  });
}

function steps(schema: Table[], table: Table): Step[] {
  const byName = (name: string) => schema.find((t) => t.name.toLowerCase() === name.toLowerCase());
  const out = table.foreignKeys.flatMap((f): Step[] => {
    const target = byName(f.table);
    if (!target || target === table) return [];
    return [{ from: table, table: target, columns: f.columns, to: keyOf(target, f.to), forward: true }];
  });
  const back = schema.filter((t) => t !== table).flatMap((child) =>
    child.foreignKeys.filter((f) => byName(f.table) === table).map((f): Step => ({
      from: table,
      table: child,
      columns: keyOf(table, f.to),
      to: f.columns,
      forward: false,
    }))
  );
  return [...out, ...back];
}

/** A foreign key that names no columns means the primary key. */
function keyOf(table: Table, named: string[]): string[] {
  if (named.length) return named;
  return table.columns.filter((c) => c.primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey).map((c) =>
    c.name
  );
}
