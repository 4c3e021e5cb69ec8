/**
 * Cells on their way out of the database: each row as one text. The libSQL driver takes some microseconds over every
 * value that it hands out (a quarter of a millisecond for ten rows of ten columns), and it ends the whole process on a
 * text that is not UTF-8, which SQLite stores like any other.
 */
import { ServiceError, type SqlValue } from "../types.ts";
import { balanced } from "./names.ts";
import type { TableFacts } from "./table_facts.ts";

/** One SQL expression that holds the values of all these expressions, for {@link readCells}. */
export function selectCells(expressions: readonly string[]): string {
  const arrays: string[] = [];
  for (let i = 0; i < expressions.length; i += CELLS_PER_ARRAY) {
    arrays.push(`json_array(${expressions.slice(i, i + CELLS_PER_ARRAY).map(encoded).join(", ")})`);
  }
  return balanced(arrays.map((array, i) => i === 0 ? array : `char(10) || ${array}`), "||");
}

/** The values that {@link selectCells} selected. Throws `uninspectable` for a text that is none. */
export function readCells(table: TableFacts, [row]: readonly SqlValue[]): SqlValue[] {
  return String(row).split("\n").flatMap((array) => {
    const cells: EncodedCell[] = JSON.parse(array);
    return cells.map((cell) => decoded(table, cell));
  });
}

/** A function of SQLite takes 127 arguments. */
const CELLS_PER_ARRAY = 100;

/** A small integer as itself, other values as texts that begin with their kind. */
type EncodedCell = null | number | string;

/**
 * Reals have 17 significant digits, which tell each from every other. Texts that are not plain ASCII are spelled in
 * hexadecimal digits as the database stores them.
 */
function encoded(cell: string): string {
  return `CASE typeof(${cell}) ` +
    `WHEN 'integer' THEN iif(${cell} BETWEEN ${-Number
      .MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}, ${cell}, 'i' || ${cell}) ` +
    `WHEN 'text' THEN iif(${isAscii(cell)}, 't' || ${cell}, 'x' || hex(CAST(${cell} AS BLOB))) ` +
    `WHEN 'real' THEN 'r' || printf('%!.17g', ${cell}) WHEN 'blob' THEN 'b' || hex(${cell}) END`;
}

/** A text ends at a NUL for both functions. */
function isAscii(cell: string): string {
  return `(length(${cell}) = length(CAST(${cell} AS BLOB)) AND ${cell} NOT GLOB '*[^\u0001-\u007f]*')`;
}

function decoded(table: TableFacts, cell: EncodedCell): SqlValue {
  if (cell === null) return null;
  if (typeof cell === "number") return BigInt(cell);
  const rest = cell.slice(1);
  switch (cell[0]) {
    case "t":
      return rest;
    case "i":
      return BigInt(rest);
    case "r":
      return rest === "Inf" ? Infinity : rest === "-Inf" ? -Infinity : Number(rest);
    case "b":
      return fromHex(rest);
    default:
      return textOf(table, fromHex(rest));
  }
}

function textOf({ name, encoding }: TableFacts, bytes: Uint8Array): string {
  try {
    return decoderOf(encoding).decode(bytes);
  } catch {
    throw new ServiceError(
      "uninspectable",
      `${name} holds a text that is not valid ${encoding}: the change can't be shown exactly.`,
    );
  }
}

function fromHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const decoders = new Map<string, TextDecoder>();

function decoderOf(encoding: string): TextDecoder {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  return decoder;
}
