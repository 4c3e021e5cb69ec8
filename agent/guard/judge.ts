/**
 * What a person's message is, before any model reads it (SPEC C6). Defence in depth and never the only line: whatever
 * slips through can still read only what a query may read, and change nothing without a person's signature. Pure.
 */
import { read } from "./normal.ts";
import type { Family } from "./pattern.ts";
import { MATCHERS } from "./patterns.ts";
import { setAside } from "./quotes.ts";
import { type Reason, suspicions } from "./suspicions.ts";

export type { Family, Reason };

/** `refuse`: answered without a model. `suspicious`: answered, and logged for an owner. */
export type Verdict =
  | { verdict: "refuse"; family: Family; pattern: string }
  | { verdict: "suspicious"; reasons: Reason[] }
  | { verdict: "allow" };

/** The whole answer to a refused message. */
export const REFUSAL = "I can only help with this database.";

/** Judges a message. Text in quotes that a statement compares with or stores is data; it is only noted. */
export function judge(text: string): Verdict {
  const { plain, quoted } = setAside(text);
  const reading = read(plain);
  const found = firstIn(plain, reading) ?? (reading.hidden ? firstIn(reading.hidden) : null);
  if (found) return { verdict: "refuse", ...found };
  const reasons = suspicions(text, reading);
  if (quoted !== "" && firstIn(quoted)) {
    reasons.push({ code: "quoted", detail: "A quoted value reads like an attack on the assistant." });
  }
  return reasons.length > 0 ? { verdict: "suspicious", reasons } : { verdict: "allow" };
}

function firstIn(text: string, reading = read(text)): { family: Family; pattern: string } | null {
  const found = MATCHERS.find(({ matches }) => matches(reading));
  return found ? { family: found.pattern.family, pattern: found.pattern.id } : null;
}
