/**
 * The reader's process: it may read one database file and nothing else, cannot write, and is killed at its deadline.
 * Its arguments are the file and the names of READ_DENY as JSON.
 */
import type { ReadRequest, RowsQuery, Schema, Statement } from "../contract/schemas.ts";
import { serve } from "./child_loop.ts";
import { FactsCache } from "./read/catalog.ts";
import { onSnapshot, openForReading } from "./read/connection.ts";
import { describe } from "./read/describe.ts";
import { asRefusal } from "./read/failure.ts";
import { Denials } from "./read/gate.ts";
import { inspect } from "./read/inspect.ts";
import { read } from "./read/query.ts";
import { readRows } from "./read/rows.ts";
import { fileVersion } from "./read/version.ts";

const [file = "", deny = "[]"] = Deno.args;
const db = openForReading(file);
const denials = new Denials(JSON.parse(deny));
const cache = new FactsCache();
let lastSchema: Schema | null = null;

await serve({
  read: (request: ReadRequest) => guarded(() => read(db, cache.get(db), denials, request)),
  rows: (request: { table: string; query: RowsQuery }) =>
    guarded(() => readRows(db, cache.get(db), denials, request)),
  schema: () =>
    guarded((): Schema => {
      const version = fileVersion(file);
      if (lastSchema?.version !== version) {
        lastSchema = { version, tables: describe(db, cache.get(db), denials) };
      }
      return lastSchema;
    }),
  inspect: (statements: Statement[]) => guarded(() => inspect(db, cache.get(db), denials, statements)),
  version: () => fileVersion(file),
});

/** Everything about one request is seen at one moment. */
function guarded<T>(work: () => T): T {
  try {
    return onSnapshot(db, work);
  } catch (error) {
    throw asRefusal(error);
  }
}
