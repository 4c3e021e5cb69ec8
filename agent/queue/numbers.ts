/** Numbers as the page writes them. */
const NUMBER = new Intl.NumberFormat("en-US");

/** `1,200`. */
export function number(n: number): string {
  return NUMBER.format(n);
}

/** `1 row`, `1,200 rows`. */
export function rowsWord(rows: number): string {
  return `${number(rows)} row${rows === 1 ? "" : "s"}`;
}
