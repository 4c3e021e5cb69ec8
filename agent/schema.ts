/**
 * What the database holds, as the model is told it. Asked for anew when the version of the data has moved; whoever
 * watches the version (`live/outside.ts`) says which one was seen last.
 */
import type { Schema } from "@/db-service/contract/schemas.ts";
import { database, onHealth } from "./database.ts";

/** A version that was seen this long ago says nothing about now, in milliseconds. */
const FRESH_MS = 1_500;
/** A schema is asked for again after this long, whatever the version: the service may hide other names by now. */
const KEEP_MS = 10_000;

const schemas = new Map<string, { schema: Schema; at: number }>();
const versions = new Map<string, { version: string; at: number }>();

onHealth(() => {
  schemas.clear();
  versions.clear();
});

/** Notes that the data of a database is at this version now. */
export function sawVersion(name: string, version: string): void {
  versions.set(name, { version, at: Date.now() });
}

/** The schema as it was a moment ago at most. Throws {@link Refusal} when it can't be had. */
export async function schemaOf(name: string): Promise<Schema> {
  const now = Date.now();
  const known = schemas.get(name);
  const seen = versions.get(name);
  const isFresh = known && seen && known.schema.version === seen.version && now - seen.at < FRESH_MS &&
    now - known.at < KEEP_MS;
  return isFresh ? known.schema : await fetchSchema(name);
}

/** The schema as it is now. */
export async function fetchSchema(name: string): Promise<Schema> {
  const schema = await database(name).schema();
  schemas.set(name, { schema, at: Date.now() });
  return schema;
}
