/**
 * The reader's process: it may read one database file and nothing else, cannot write, and is killed at its deadline.
 * Its arguments are the file and the names of READ_DENY as JSON.
 */
import type { ReadRequest, RowsQuery, Schema, Statement } from "../contract/schemas.ts";
import { serve } from "./child_loop.ts";
import { type Facts, FactsCache } from "./read/catalog.ts";
import { onSnapshot, openForReading } from "./read/connection.ts";
import { type Denials, unmatched } from "./read/denials.ts";
import { denialsOf } from "./read/denied_views.ts";
import { describe } from "./read/describe.ts";
import { asRefusal } from "./read/failure.ts";
import { inspect } from "./read/inspect.ts";
import { read } from "./read/query.ts";
import { readRows } from "./read/rows.ts";
import { fileVersion } from "./read/version.ts";

/** What SQLite may use at once, in bytes. The limit is the whole process's, so it is set where the process begins. */
const HEAP = 64 * 1024 * 1024;

const [file = "", deny = "[]"] = Deno.args;
const db = openForReading(file);
db.exec(`PRAGMA hard_heap_limit = ${HEAP}`);
const names: string[] = JSON.parse(deny);
const cache = new FactsCache();
let known: { facts: Facts; denials: Denials } | null = null;
let lastSchema: Schema | null = null;

await serve({
  read: (request: ReadRequest) => guarded(({ facts, denials }) => read(db, facts, denials, request)),
  rows: (request: { table: string; query: RowsQuery }) =>
    guarded(({ facts, denials }) => readRows(db, facts, denials, request)),
  schema: () =>
    guarded(({ facts, denials }): Schema => {
      const version = fileVersion(file);
      if (lastSchema?.version !== version) {
        lastSchema = { version, tables: describe(db, facts, denials) };
      }
      return lastSchema;
    }),
  inspect: (statements: Statement[]) =>
    guarded(({ facts, denials }) => inspect(db, facts, denials, statements)),
  unmatched: () => guarded(({ facts }) => unmatched(names, facts)),
  version: () => fileVersion(file),
});

/** Everything about one request is seen at one moment. */
function guarded<T>(work: (schema: { facts: Facts; denials: Denials }) => T): T {
  try {
    return onSnapshot(db, () => {
      const facts = cache.get(db);
      if (known?.facts !== facts) known = { facts, denials: denialsOf(names, db, facts) };
      return work(known);
    });
  } catch (error) {
    throw asRefusal(error);
  }
}
