/** How attacks hide what they say: characters that nobody sees, and letters that look like others. */

/** Characters of the attacks that must not be typed as they are: an editor would hide or change them. */
export const ZWSP = "\u200b";
export const ZWJ = "\u200d";
export const SHY = "\u00ad";
export const WJ = "\u2060";
export const RLO = "\u202e";
export const PDF = "\u202c";
export const NBSP = "\u00a0";

/** Text in Unicode tag characters, which no font shows and many models read. */
export function inTags(text: string): string {
  return Array.from(text, (c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join("");
}

/** Text in full-width letters. */
export function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).replaceAll(
    " ",
    "\u3000",
  );
}

/** Text in mathematical bold letters. */
export function bold(text: string): string {
  return text.replace(/[a-z]/g, (c) => String.fromCodePoint(0x1d41a + c.charCodeAt(0) - 97));
}
