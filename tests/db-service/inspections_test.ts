import assert from "node:assert/strict";
import type { Inspection, Reader } from "@/db-service/engine/types.ts";
import { inspect } from "@/db-service/inspections.ts";
import { Desk, toStatements } from "./desk.ts";
import { short } from "./lab.ts";

/** A reader that can inspect, and counts how often it had to. */
function counting(): { reader: Reader; asked: () => number } {
  let asked = 0;
  const never = () => Promise.reject(new Error("Nobody asks for this."));
  const inspection: Inspection = {
    tables: [],
    direct: [],
    effects: [],
    mayReplace: false,
    usesClock: false,
    schemaVersion: 1,
  };
  const reader = { read: never, rows: never, schema: never, version: never, close: never };
  return {
    reader: { ...reader, inspect: async () => (await Promise.resolve(), asked++, inspection) },
    asked: () => asked,
  };
}

Deno.test("the same statements are inspected once, and anew when that is asked for", async () => {
  const { reader, asked } = counting();
  const statements = [{ sql: "DELETE FROM t WHERE id = ?", args: [1] }];
  await inspect(reader, statements, { anew: false });
  await inspect(reader, statements, { anew: false });
  assert.equal(asked(), 1);
  await inspect(reader, [{ ...statements[0], args: [2] }], { anew: false });
  assert.equal(asked(), 2);
  await inspect(reader, statements, { anew: true });
  assert.equal(asked(), 3);
});

Deno.test("inspections of many or long statements are forgotten", async () => {
  const { reader, asked } = counting();
  const of = (sql: string) => inspect(reader, [{ sql, args: [] }], { anew: false });
  for (let i = 0; i < 201; i++) await of(`DELETE FROM t WHERE id = ${i}`);
  await of("DELETE FROM t WHERE id = 200");
  assert.equal(asked(), 201);
  await of("DELETE FROM t WHERE id = 0");
  assert.equal(asked(), 202);
  const long = `DELETE FROM t WHERE v = '${"x".repeat(10_000)}'`;
  await of(long);
  await of(long);
  assert.equal(asked(), 204);
});

Deno.test("what a schema that moved since lets a statement do is found out anew", async () => {
  await using desk = await Desk.open({
    before: "CREATE TABLE t(v); CREATE TABLE log(v); INSERT INTO t VALUES (1)",
  });
  const statements = toStatements(["UPDATE t SET v = v + 1"]);
  assert.deepEqual((await desk.preview(statements)).counts.map(({ table }) => table), ["t"]);
  await desk.outside("CREATE TRIGGER tr AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (NEW.v); END");
  const preview = await desk.preview(statements);
  assert.deepEqual(preview.counts.map(({ table }) => table), ["log", "t"]);
  assert.deepEqual(preview.effects, [{ kind: "trigger", table: "t", name: "tr" }]);
});

Deno.test("a write through a view names the view's trigger and shows the rows of its tables", async () => {
  await using desk = await Desk.open({
    before:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE VIEW w AS SELECT id, v AS shown FROM t; INSERT INTO t VALUES (1, 'a');
      CREATE TRIGGER through INSTEAD OF UPDATE ON w BEGIN UPDATE t SET v = NEW.shown WHERE id = OLD.id; END`,
  });
  const preview = await desk.preview(toStatements(["UPDATE w SET shown = 'b'"]));
  assert.deepEqual(preview.effects, [{ kind: "trigger", table: "w", name: "through" }]);
  assert.deepEqual(short(preview.changes), ['t update {"id":1} [1,"a"] [1,"b"]']);
});
