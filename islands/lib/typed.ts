/** Numbers that a person types to show that they read them. Pure. */

/** Whether this is the count, with or without what people write between thousands; copied spaces are no mistake. */
export function isCount(typed: string, count: number): boolean {
  // Wide digits and no-break spaces become ordinary ones.
  const text = typed.normalize("NFKC").trim();
  return /^(?:\d+|\d{1,3}(?:[ ,.'’]\d{3})+)$/.test(text) && text.replace(/\D/g, "") === String(count);
}
