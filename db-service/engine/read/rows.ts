/** One page of a table for the data panel: sorted, filtered, each row with its key. */
import type { RowsQuery, RowsResult } from "../../contract/schemas.ts";
import { readBounded } from "./bounded.ts";
import type { Facts } from "./catalog.ts";
import { type Connection, query } from "./connection.ts";
import type { Denials } from "./denials.ts";
import { authorized } from "./gate.ts";
import { planPage } from "./page.ts";

/** Reads a page. Throws `not_found` for a table that cannot be seen, `invalid` for a bad sort or cursor. */
export function readRows(
  db: Connection,
  facts: Facts,
  denials: Denials,
  { table, query: request }: { table: string; query: RowsQuery },
): RowsResult {
  const plan = planPage(facts, denials, table, request);
  // A view may reach for more than its name says.
  const { made: { page, counted } } = authorized(db, { denials, mode: "read" }, () => ({
    page: readBounded(db, plan.sql, plan),
    counted: plan.count === null ? null : Number(query(db, plan.count.sql, ...plan.count.args)[0]?.[0] ?? 0),
  }));
  return plan.result(page, counted);
}
