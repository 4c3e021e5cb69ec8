/** Where READ_DENY hides columns the agent names those that are left: the database refuses a `*` there. */
import assert from "node:assert/strict";
import { plan } from "@/agent/builtin/plan.ts";
import { describeTable } from "@/agent/chat/instructions.ts";
import type { Table } from "@/agent/types.ts";
import { bench, SAMPLE } from "./builtin_fixtures.ts";

function withoutEmail(table: Table): Table {
  return table.name !== "customers"
    ? table
    : { ...table, partial: true, columns: table.columns.filter(({ name }) => name !== "email") };
}

Deno.test("everything of a table with hidden columns is asked for by name", () => {
  const b = bench(SAMPLE);
  try {
    const schema = b.schema.map(withoutEmail);
    const ask = (tables: Table[]) =>
      plan("Show me all customers", { schema: tables, previous: null, lastProposal: null });
    const [hidden, open] = [ask(schema), ask(b.schema)];
    assert(hidden.kind === "read" && open.kind === "read");
    assert.match(open.sql, /^SELECT \* FROM/);
    assert.doesNotMatch(hidden.sql, /\*|email/);
    const [first] = b.db.prepare(hidden.sql).all();
    assert.deepEqual(Object.keys(first ?? {}), ["id", "name", "tier", "region"]);
  } finally {
    b.db.close();
  }
});

Deno.test("a model is told that a table has hidden columns", () => {
  const b = bench(SAMPLE);
  try {
    const [customers] = b.schema;
    assert(customers !== undefined);
    assert.doesNotMatch(describeTable(customers), /hidden/);
    assert.match(
      describeTable(withoutEmail(customers)),
      /\[table, 8 rows, some columns hidden: never use \*\]/,
    );
  } finally {
    b.db.close();
  }
});
