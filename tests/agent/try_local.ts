import { plan } from "@/agent/builtin/plan.ts";
import { examplesFor } from "@/agent/builtin/examples.ts";
import { ODD, openDatabase, SAMPLE, schemaOf, SHOP } from "./builtin_fixtures.ts";
const which = { c: SAMPLE, s: SHOP, o: ODD }[Deno.args[0] as "c" | "s" | "o"];
const db = openDatabase(which);
const schema = schemaOf(db);
console.log(examplesFor(schema));
const lines = (await new Response(Deno.stdin.readable).text()).split("\n").filter(Boolean);
for (const line of lines) {
  let previous = null;
  let out;
  for (const part of line.split(" >> ")) {
    out = plan(part, { schema, previous, lastProposal: null });
    if (out.kind === "read") previous = out.read;
    else if (!(out.kind === "say" && out.keeps)) previous = null;
  }
  if (!out) continue;
  console.log("\n> " + line);
  if (out.kind === "say") console.log("   SAY " + out.text);
  else if (out.kind === "read" || out.kind === "write") {
    console.log("   " + out.sql + "   -- " + (out.kind === "write" ? out.title : out.description));
    try {
      db.exec("SAVEPOINT x");
      const r = db.prepare(out.sql);
      if (out.kind === "read") console.log("   => " + JSON.stringify(r.all()).slice(0, 300));
      else console.log("   => changes " + r.run().changes);
    } catch (e) {
      console.log("   !!! " + e);
    } finally {
      db.exec("ROLLBACK TO x");
    }
  } else console.log("   " + JSON.stringify(out));
}
