/** One page of a remote table for the data panel. */
import type { RowsQuery, RowsResult } from "../../contract/schemas.ts";
import { oneStatement } from "../../sql/tokenizer.ts";
import { planPage } from "../read/page.ts";
import { ServiceError } from "../types.ts";
import { requireVersion, type Session, withFacts } from "./compile.ts";
import { firstNumber, VERSION } from "./facts.ts";
import { judge, readPage } from "./query.ts";

/** Reads a page. Throws `not_found` for a table that cannot be seen, `invalid` for a bad sort or cursor. */
export function readRows(
  session: Session,
  table: string,
  query: RowsQuery,
): Promise<RowsResult> {
  return withFacts(session, async (facts, denials) => {
    const plan = planPage(facts, denials, table, query);
    // A table's page names columns that may be read; a view's definition may be anything.
    if (plan.count === null) {
      const one = oneStatement(plan.sql);
      if (!one.ok) throw new ServiceError("refused_sql", one.reason);
      await judge(session, facts, denials, one);
      return plan.result(await readPage(session, facts, plan), null);
    }
    const [page, [version, counted]] = await Promise.all([
      readPage(session, facts, plan),
      session.server.read(session.deadline, [VERSION, plan.count]),
    ]);
    requireVersion(facts, version);
    return plan.result(page, firstNumber(counted));
  });
}
