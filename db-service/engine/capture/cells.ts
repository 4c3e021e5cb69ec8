/**
 * Cells on their way out of the database. Texts leave as bytes: SQLite keeps whatever bytes it is given as a text, and
 * the libSQL driver ends the whole process on a text that is not UTF-8.
 */
import { ServiceError, type SqlValue } from "../types.ts";
import { balanced } from "./names.ts";
import type { TableFacts } from "./table_facts.ts";

/** A select list for {@link readCells}: one text of storage classes, then each expression. */
export function selectCells(expressions: readonly string[]): string {
  const classes = balanced(expressions.map((cell) => `substr(typeof(${cell}), 1, 1)`), "||");
  const cells = expressions.map((cell) =>
    `iif(typeof(${cell}) = 'text' AND NOT ${isAscii(cell)}, CAST(${cell} AS BLOB), ${cell})`
  );
  return [classes, ...cells].join(", ");
}

/** Most texts are ASCII, and the driver takes ten times longer over bytes. A text ends at a NUL for both functions. */
function isAscii(cell: string): string {
  return `(length(${cell}) = length(CAST(${cell} AS BLOB)) AND ${cell} NOT GLOB '*[^\u0001-\u007f]*')`;
}

/** The values that {@link selectCells} selected. Throws `uninspectable` for a text that is none. */
export function readCells(table: TableFacts, [classes, ...cells]: readonly SqlValue[]): SqlValue[] {
  const kinds = String(classes);
  return cells.map((cell, i) => {
    if (kinds[i] !== "t" || !(cell instanceof Uint8Array)) return cell;
    try {
      return decoderOf(table.encoding).decode(cell);
    } catch {
      throw new ServiceError(
        "uninspectable",
        `${table.name} holds a text that is not valid ${table.encoding}: the change can't be shown exactly.`,
      );
    }
  });
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
