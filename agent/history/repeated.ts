/** Names that an object of a JSON text has twice. Parsers keep the last, other readers see the first. Pure. */

/** The first name that an object has twice, or null. `json` must be valid JSON; escapes are read as JSON reads them. */
export function repeatedName(json: string): string | null {
  /** The names so far of the objects around; null for a list. */
  const around: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const mark = json[at];
    if (mark === "{") around.push(new Set());
    else if (mark === "[") around.push(null);
    else if (mark === "}" || mark === "]") around.pop();
    if (mark !== '"') continue;
    const from = at;
    at = closingQuote(json, from);
    const names = around.at(-1);
    COLON.lastIndex = at + 1;
    if (!names || !COLON.test(json)) continue;
    const name: string = JSON.parse(json.slice(from, at + 1));
    if (names.has(name)) return name;
    names.add(name);
  }
  return null;
}

const COLON = /\s*:/y;

function closingQuote(json: string, from: number): number {
  for (let at = json.indexOf('"', from + 1);; at = json.indexOf('"', at + 1)) {
    let slashes = 0;
    while (json[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at;
  }
}
