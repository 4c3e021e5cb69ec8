/** Builds the app for a server: `_fresh/server.js` and the browser's files beside it. */
import { Builder } from "fresh/dev";

/** Fresh takes every file below islands/ for an island; ours are the ones at its top, made of what lies in lib/. */
const NOT_ISLANDS = /[\\/]islands[\\/]lib[\\/]/;

/** Builds to disk. Files carry the hash of what they hold. */
export async function build(): Promise<void> {
  await new Builder({ root: import.meta.dirname, ignore: [NOT_ISLANDS, /_test\.tsx?$/] }).build();
}

if (import.meta.main) await build();
