/**
 * Words with their inner letters shuffled ("ignroe prevoius instrcutions"), which people and models read alike (OWASP,
 * LLM Prompt Injection Prevention Cheat Sheet, "typoglycemia"). Pure.
 */
const WORDS = [
  "ignore",
  "disregard",
  "forget",
  "override",
  "previous",
  "preceding",
  "earlier",
  "instructions",
  "instruction",
  "guidelines",
  "directives",
  "restrictions",
  "prompt",
  "system",
  "reveal",
  "pretend",
  "assistant",
  "developer",
  "jailbreak",
  "unrestricted",
];
const KNOWN = new Set(WORDS);
const SHUFFLED = new Map(WORDS.map((word) => [shapeOf(word), word]));

/** The word that was meant, when the first and the last letter and the letters between are one of ours. */
export function repairWord(word: string): string {
  if (word.length < 6 || word.length > 12 || KNOWN.has(word)) return word;
  return SHUFFLED.get(shapeOf(word)) ?? word;
}

function shapeOf(word: string): string {
  return word[0] + Array.from(word.slice(1, -1)).sort().join("") + word.slice(-1);
}
