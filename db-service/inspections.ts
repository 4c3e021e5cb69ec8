/**
 * Inspections that were made before: who approves has looked at a preview of the same statements a moment ago. An
 * inspection says for which version of the schema it holds, and the writer runs nothing on the word of another one.
 */
import type { Statement } from "./contract/schemas.ts";
import type { Inspection, Reader } from "./engine/types.ts";

/** The inspection of statements: a remembered one, or a new one where `anew` asks for it or there is none. */
export async function inspect(
  reader: Reader,
  statements: Required<Statement>[],
  { anew }: { anew: boolean },
): Promise<Inspection> {
  const known = remembered.get(reader) ?? new Map<string, Inspection>();
  remembered.set(reader, known);
  const key = JSON.stringify(statements);
  const before = anew ? undefined : known.get(key);
  if (before !== undefined) return before;
  known.delete(key);
  const inspection = await reader.inspect(statements);
  if (key.length <= MAX_KEY) known.set(key, inspection);
  for (const oldest of known.keys()) {
    if (known.size <= MAX_REMEMBERED) break;
    known.delete(oldest);
  }
  return inspection;
}

const remembered = new WeakMap<Reader, Map<string, Inspection>>();
/** As many as a queue of pending actions may hold. */
const MAX_REMEMBERED = 200;
/** Longer statements, in UTF-16 code units, take their time anyway and would take memory too. */
const MAX_KEY = 10_000;
