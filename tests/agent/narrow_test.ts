/** Rows left out of a change: the statements that remain make exactly the other changes. */
import assert from "node:assert/strict";
import { Refusal } from "@/agent/errors.ts";
import { remaining, renumbered, statementsFor } from "@/agent/queue/narrow.ts";
import type { Change, Table } from "@/agent/types.ts";
import { sortChanges } from "@/db-service/contract/digest.ts";

const column = (name: string, primaryKey = 0) => ({
  name,
  type: "TEXT",
  notNull: false,
  default: null,
  primaryKey,
  generated: false,
});
const TABLE: Table = {
  name: "t",
  kind: "table",
  rows: 0,
  autoKey: "id",
  columns: [column("id", 1), column("v")],
  foreignKeys: [],
  triggers: [],
};

/** Inserts of which SQLite assigns the key, as a preview sorts them. */
function inserts(values: string[]): Change[] {
  return sortChanges(values.map((v, i) => ({
    table: "t",
    op: "insert",
    key: { id: { $key: i + 1 } },
    before: null,
    after: [{ $key: i + 1 }, v],
    columnsSha256: "",
  })));
}

Deno.test("of rows whose keys are not assigned yet, any can be left out: the others are counted anew", () => {
  const values = Array.from({ length: 12 }, (_, i) => `v${i + 1}`);
  const all = inserts(values);
  const rest = renumbered(remaining(all, [{ table: "t", key: { id: { $key: 2 } } }]));
  assert.deepEqual(
    rest,
    inserts(values.filter((v) => v !== "v2")),
    "as a preview of these rows alone has them",
  );
  const [statement] = statementsFor(rest, { t: ["id", "v"] }, [TABLE]);
  assert.match(statement?.sql ?? "", /^INSERT INTO "t" \("v"\) VALUES \(\?\), /);
  assert.deepEqual(
    statement?.args,
    values.filter((v) => v !== "v2"),
    "in the order of their keys: 9 before 10",
  );
});

Deno.test("what is left out must be a row of the change", () => {
  const all = inserts(["a", "b"]);
  for (const table of ["u", "\ud800"]) {
    assert.throws(
      () => remaining(all, [{ table, key: { id: { $key: 1 } } }]),
      (error) => error instanceof Refusal && error.code === "invalid",
    );
  }
});

Deno.test("rows with keys of their own are left as they are", () => {
  const change: Change = {
    table: "t",
    op: "update",
    key: { id: 2 },
    before: [2, "a"],
    after: [2, "b"],
    columnsSha256: "",
  };
  assert.deepEqual(renumbered([change]), [change]);
});
