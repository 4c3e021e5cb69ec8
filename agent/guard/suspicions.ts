/** What is odd about a message without being an attack: it is answered as any other, and an owner can look at it. Pure. */
import type { Reading } from "./normal.ts";
import { SOMEONE } from "./pattern.ts";

export interface Reason {
  code: (typeof SENTENCES)[number]["code"] | "invisible" | "bidi" | "encoded" | "quoted" | "mixed_script";
  /** One sentence for an owner. */
  detail: string;
}

const SENTENCES = [
  {
    code: "bypass",
    detail: "Asks to get around something.",
    words: new RegExp(
      `(?<! (?:${SOMEONE})) (?:bypass|circumvent|sidestep|evade|get around|work around) (?:(?:all|any|the|your|this|that|` +
        "every|these|those) |(?=approvals?|review|security|safety|filters?|restrictions|checks?|rules|limits?|permissions?|" +
        "guardrails?|the|queue|confirmation|authentication|validation))|" +
        " how (?:to|can i|do i) bypass|(?:without|skip(?:ping)?|avoid(?:ing)?) (?:any |the |a |human |waiting for )*" +
        "(?:approvals?|approval queue|review queue|confirmation)(?= )| bypass(?= $)",
    ),
  },
  {
    code: "admin_mode",
    detail: "Speaks of an admin mode, or claims an administrator's rights.",
    words:
      / (?:admin|administrator|root|superuser|god|owner) (?:mode|access|override|rights mode)(?= )| (?:i am|i m|this is) (?:the |your |an? )?(?:system )?(?:admin|administrator|root|superuser|developer)(?= )| as (?:an )?(?:admin|root|superuser)(?= )/,
  },
  {
    code: "debug_mode",
    detail: "Speaks of a debug mode or its like.",
    words:
      / (?:debug|debugging|diagnostic|test|maintenance|developer|dev|verbose|unsafe|expert|sudo) mode(?= )/,
  },
  {
    code: "instructions",
    detail: "Takes instructions back, or speaks of attacks on assistants.",
    words:
      / (?:prompt injection|jailbreak(?:ing)?|my (?:previous |last |earlier |prior )?instructions?|your (?:rules|instructions|guidelines))(?= )/,
  },
  {
    code: "direct_write",
    detail: "Asks for a change at once, or for an approval in its name.",
    words:
      / (?:(?:execute|run|apply|commit|write|change|update|delete|do) (?:it |this |that |them )?(?:directly|immediately without|straight away without)|approve (?:it |this |that |them |everything |all )?(?:yourself|automatically|on my behalf)|auto ?approve)(?= )/,
  },
] as const;

const BIDI = /[\u202a-\u202e\u2066-\u2069]/;
/** Joiners are part of emoji and of Persian and Indic words; a mark at the start is how some programs save text. */
const FINE = new RegExp(
  "(?<=\\p{Extended_Pictographic}[\\ufe0f\\u{1F3FB}-\\u{1F3FF}]?)\\u200d(?=\\p{Extended_Pictographic})|" +
    "(?<=[\\p{Extended_Pictographic}\\d#*])[\\ufe0e\\ufe0f]|\\u{1F3F4}[\\u{E0061}-\\u{E007A}\\u{E0030}-\\u{E0039}]{1,6}\\u{E007F}|" +
    "(?<=[\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Malayalam}\\p{Script=Tamil}\\p{Script=Sinhala}" +
    "\\p{Script=Kannada}\\p{Script=Telugu}\\p{M}])[\\u200c\\u200d]|" +
    "(?<=[\\p{Script=Hebrew}\\p{Script=Arabic}]\\s?)[\\u200e\\u200f]|[\\u200e\\u200f](?=\\s?[\\p{Script=Hebrew}\\p{Script=Arabic}])|" +
    "^\\ufeff|[\\u{1F3FB}-\\u{1F3FF}]",
  "gu",
);
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u;
const ENCODED =
  /(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=])|(?:\b[01]{8}\s?){8,}|(?:\b[0-9a-f]{2}[\s:]){16,}/;
const DECODE =
  / (?:decode|decipher|decrypt|deobfuscate|unscramble|base64|rot13|hex|morse|binary|execute|follow|obey|do what|read it)(?= )/;

/** Everything odd about a text; `reading` is of the text without its quoted values. */
export function suspicions(text: string, { words, hidden, mixedScript }: Reading): Reason[] {
  const reasons: Reason[] = SENTENCES.filter((sentence) => words.some((said) => sentence.words.test(said)))
    .map(({ code, detail }) => ({ code, detail }));
  if (hidden !== "" || INVISIBLE.test(text.replace(FINE, ""))) {
    reasons.push({ code: "invisible", detail: "Contains invisible characters." });
  }
  if (BIDI.test(text)) {
    reasons.push({ code: "bidi", detail: "Contains characters that change the direction of text." });
  }
  if (ENCODED.test(text) && words.some((said) => DECODE.test(said))) {
    reasons.push({
      code: "encoded",
      detail: "Contains an encoded text and asks for it to be decoded or followed.",
    });
  }
  if (mixedScript) {
    reasons.push({ code: "mixed_script", detail: "Mixes letters of several alphabets in one word." });
  }
  return reasons;
}
