/** READ_DENY for one version of a local file's schema, its views found out by compiling them. */
import { hiddenOpcode } from "../../sql/hidden.ts";
import type { Facts } from "./catalog.ts";
import { type Connection, quoteName } from "./connection.ts";
import { Denials, withGenerated } from "./denials.ts";
import { authorized, HiddenError } from "./gate.ts";
import { explain } from "./query.ts";

/** What the names hide, with the generated columns and the views of a schema that would show it. */
export function denialsOf(names: readonly string[], db: Connection, facts: Facts): Denials {
  const all = withGenerated(names, facts);
  const columns = new Denials(all);
  const views = [...facts.tables.values()]
    .filter(({ kind, name }) => kind === "view" && showsHidden(db, facts, columns, name));
  return new Denials(all, views.map(({ name }) => name));
}

/** A view that can't be compiled for another reason is shown: reading it says what is wrong with it. */
function showsHidden(db: Connection, facts: Facts, denials: Denials, view: string): boolean {
  try {
    const sql = `SELECT * FROM ${quoteName(view)}`;
    const { made } = authorized(db, { denials, mode: "read" }, () => explain(db, sql));
    return hiddenOpcode(made, facts, denials, "read") !== null;
  } catch (error) {
    return error instanceof HiddenError;
  }
}
