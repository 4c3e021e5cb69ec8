/**
 * `deno task verify FILE [--head HASH] [--keys KEY,KEY]`: checks an exported history offline. Ends with 0 when all of it
 * holds, 1 when an entry does not, 2 when the file is no export or can't be read.
 */
import { isAbsolute, join } from "node:path";
import { parseArgs } from "node:util";
import { type Named, readHistory, type Verdict, verifyHistory } from "./agent/history/verify.ts";

const USAGE = "Usage: deno task verify FILE [--head HASH] [--keys KEY,KEY]";

Deno.exit(await run(Deno.args));

async function run(args: string[]): Promise<number> {
  const given = readArguments(args);
  if (given === null) return fail(2, USAGE);
  const text = await readAlone(given.path);
  if (text === null) return fail(2, `${shown(given.path)} can't be read.`);
  const read = readHistory(text);
  if ("reason" in read) {
    return fail(2, `${shown(given.path)} is not an export that can be verified. ${read.reason}`);
  }
  const { head, keys } = given;
  const verdict = await verifyHistory(read.file, { head, keys });
  if (!verdict.holds) return fail(1, `${nameOf(verdict.entry)} does not hold: ${shown(verdict.reason)}.`);
  for (const line of report(verdict, keys !== undefined)) console.log(line);
  return 0;
}

function readArguments(args: string[]): { path: string; head?: string; keys?: string[] } | null {
  try {
    const { values: { head, keys }, positionals: [path, ...more] } = parseArgs({
      args,
      allowPositionals: true,
      options: { head: { type: "string" }, keys: { type: "string" } },
    });
    return path === undefined || more.length > 0 ? null : { path, head, keys: keys?.split(",") };
  } catch {
    return null;
  }
}

/** The text of the file; everything else is out of this process's reach from before its first byte is looked at. */
async function readAlone(path: string): Promise<string | null> {
  try {
    // A task runs in the project's folder, wherever it was called from.
    const from = Deno.env.get("INIT_CWD") ?? Deno.cwd();
    using file = await Deno.open(isAbsolute(path) ? path : join(from, path));
    for (const name of ["read", "env"] as const) await Deno.permissions.revoke({ name });
    return await new Response(file.readable).text();
  } catch {
    return null;
  }
}

function* report(verdict: Extract<Verdict, { holds: true }>, areKeysKnown: boolean): Generator<string> {
  const { database, approvals, reverts, head, pinned, keys } = verdict;
  const signed = head ? `, signed by ${count(keys.length, "key")}` : "";
  yield `The history of ${database} holds: ${count(approvals, "approval")}, ${
    count(reverts, "revert")
  }${signed}.`;
  for (const { key, name, signatures, createdAt, revokedAt } of keys) {
    const until = revokedAt === null ? "" : `, revoked ${revokedAt}`;
    yield `  key ${key} ${shown(name)}: ${count(signatures, "signature")}, enrolled ${
      shown(createdAt + until)
    }`;
  }
  if (head) yield `  head ${head.hash} (entry ${head.seq})`;
  yield pinned === null
    ? "Not shown by this file alone: that nothing was left out, and that times, names and counts are as recorded. Who " +
      "can rewrite the file can recompute its hashes. Compare the head with one you know, or give it with --head."
    : `Up to entry ${pinned}, whose hash you gave, nothing was left out or rewritten. Not shown: that none came later.`;
  yield areKeysKnown
    ? "All signatures are by keys that you gave."
    : "Not shown: whose the keys are. The names are the file's own. Compare the keys, or give those you know with --keys.";
  yield 'Titles, descriptions, reasons and everything under "queue" are the app\'s words, which nobody signed.';
}

function nameOf({ seq, action }: Named): string {
  const place = seq === null ? (action ? "An entry" : "The history") : `Entry ${seq}`;
  return action ? `${place} (#${action.id} ${shown(JSON.stringify(action.title))})` : place;
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

/** Text of the file on one line of a terminal: nothing in it may act there, or turn the line around. */
function shown(text: string): string {
  return text.replace(
    /[\p{C}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function fail(code: number, sentence: string): number {
  console.error(sentence);
  return code;
}
