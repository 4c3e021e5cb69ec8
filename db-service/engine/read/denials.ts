/** READ_DENY for one version of a schema: what it names, and what can only be had by reading that. */
import type { Hidden } from "../../sql/hidden.ts";
import { tokenize } from "../../sql/tokenizer.ts";
import type { Facts, TableFacts } from "./catalog.ts";

/** Tables and `table.column` that may never be read. Names are compared without regard to case. */
export class Denials implements Hidden {
  readonly hasColumns: boolean;
  /** Anything at all. */
  readonly hasAny: boolean;
  #names: Set<string>;
  #columns: Set<string>;
  #views: ReadonlySet<string>;

  /** `views` are those that would show what is hidden. */
  constructor(names: readonly string[], views: readonly string[] = []) {
    this.#views = new Set(views);
    this.#names = new Set(names.map(fold));
    this.#columns = new Set([...this.#names].flatMap((name) => name.split(".").slice(1)));
    this.hasAny = names.length > 0;
    this.hasColumns = this.#columns.size > 0;
  }

  table(table: string): boolean {
    return this.#names.has(fold(table));
  }

  column(table: string, column: string): boolean {
    return this.table(table) || this.#names.has(`${fold(table)}.${fold(column)}`);
  }

  any(table: string): boolean {
    const prefix = `${fold(table)}.`;
    return this.table(table) || [...this.#names].some((name) => name.startsWith(prefix));
  }

  name(column: string): boolean {
    return this.#columns.has(fold(column));
  }

  /** The view reads something hidden, or a table of the system's. `view` in the schema's spelling. */
  view(view: string): boolean {
    return this.table(view) || this.#views.has(view);
  }
}

/** The names with the generated columns of a schema that would show what they hide. */
export function withGenerated(names: readonly string[], facts: Facts): string[] {
  const named = new Denials(names);
  const derived = [...facts.tables.values()].flatMap((table) =>
    generatedFrom(table, named).map((column) => `${table.name}.${column}`)
  );
  return [...names, ...derived];
}

/** The names that stand for nothing in a schema: a typo there would protect nothing. */
export function unmatched(names: readonly string[], facts: Facts): string[] {
  return names.filter((name) => {
    if (facts.tables.has(fold(name))) return false;
    const [table = "", column = ""] = fold(name).split(".");
    return !facts.tables.get(table)?.columns.some((candidate) => fold(candidate.name) === column);
  });
}

/**
 * SQLite computes a generated column without asking the authorizer. If any expression of the table mentions a hidden
 * column, all of its generated columns count as hidden: which one uses which is not taken apart here.
 */
function generatedFrom(table: TableFacts, denials: Denials): string[] {
  const generated = table.columns.filter((column) => column.generated).map(({ name }) => name);
  if (generated.length === 0 || !denials.any(table.name)) return [];
  const cut = tokenize(table.sql);
  if (!cut.ok) return generated;
  let depth = 0;
  for (const [i, { kind, text }] of cut.tokens.entries()) {
    const isSymbol = kind === "symbol";
    if (depth === 0) {
      const before = cut.tokens[i - 1];
      if (isSymbol && text === "(" && before?.kind === "word" && fold(before.text) === "as") depth = 1;
    } else if (isSymbol) depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    else if (denials.column(table.name, text)) return generated;
  }
  return [];
}

function fold(name: string): string {
  return name.toLowerCase();
}
