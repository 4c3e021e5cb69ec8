/** The data of the reference model: three small tables, and what a program of changes does to them. Pure. */

/** The cells of a row in the order of its columns; null stands for a key that is not assigned yet. */
export type Cells = (string | number | null)[];
export type TableName = "items" | "notes" | "codes";

/** A row's net change. `key` is its first cell; that of a new item is known only once it is there. */
export interface Edit {
  table: TableName;
  key: string | number;
  before: Cells | null;
  after: Cells | null;
}

/** One step of a change, in the model's own terms. */
export type Step =
  | { kind: "add"; group: string; by: number }
  | { kind: "set"; id: number; n: number }
  | { kind: "insert"; rows: { group: string; n: number }[] }
  | { kind: "delete"; group: string }
  | { kind: "note"; id: number; text: string }
  | { kind: "code"; code: string }
  /** What is left of a bulk change when rows were taken out: just these rows, just so. */
  | { kind: "exactly"; edits: Edit[] };
export type Program = Step[];

export const GROUPS = ["a", "b", "c"];
export const CODES = ["A", "B"];
/** What every sequence begins with: `items(id, grp, n)`, `notes(id, text)`, `codes(code)`. */
const ITEMS: [string, number][] = [["a", 1], ["a", 2], ["b", 3], ["b", 4], ["b", 5], ["c", 6]];
const NOTES = ["one", "two"];

export class Data {
  readonly tables: Record<TableName, Map<string | number, Cells>>;
  /** The last key that an item was given; none is given twice. */
  #last: number;

  private constructor(tables: Data["tables"], last: number) {
    this.tables = tables;
    this.#last = last;
  }

  static fresh(): Data {
    const items = ITEMS.map(([group, n], i): [number, Cells] => [i + 1, [i + 1, group, n]]);
    const notes = NOTES.map((text, i): [number, Cells] => [i + 1, [i + 1, text]]);
    return new Data({ items: new Map(items), notes: new Map(notes), codes: new Map() }, ITEMS.length);
  }

  /** The net change that a program would make; null when the database would refuse it. */
  effectOf(program: Program): Edit[] | null {
    const copy = this.#copy();
    return copy.#run(program) ? this.#difference(copy) : null;
  }

  /** Makes the change and tells it, with the keys that new rows got. */
  apply(program: Program): Edit[] {
    const before = this.#copy();
    if (!this.#run(program)) throw new Error("A change that is refused was applied.");
    return before.#difference(this);
  }

  row(table: TableName, key: string | number): Cells | null {
    return this.tables[table].get(key) ?? null;
  }

  put(table: TableName, key: string | number, cells: Cells | null): void {
    if (cells === null) this.tables[table].delete(key);
    else this.tables[table].set(key, cells);
  }

  /** A table as text, by key: to be compared with what a reader of the file sees. */
  dump(table: TableName): string[] {
    return [...this.tables[table].values()].map(textOf).sort();
  }

  /** True when it knows no such key: a row that would be new. */
  isNew({ table, key }: Edit): boolean {
    return table === "items" && typeof key === "number" && key > this.#last;
  }

  #copy(): Data {
    const { items, notes, codes } = this.tables;
    return new Data({ items: new Map(items), notes: new Map(notes), codes: new Map(codes) }, this.#last);
  }

  #run(program: Program): boolean {
    return program.every((step) => this.#step(step));
  }

  #step(step: Step): boolean {
    const { items, notes, codes } = this.tables;
    switch (step.kind) {
      case "add":
        for (const [id, [, group, n]] of items) {
          if (group === step.group) items.set(id, [id, group, Number(n) + step.by]);
        }
        return true;
      case "set": {
        const [, group] = items.get(step.id) ?? [];
        if (group !== undefined) items.set(step.id, [step.id, group, step.n]);
        return true;
      }
      case "insert":
        for (const { group, n } of step.rows) {
          const id = ++this.#last;
          items.set(id, [id, group, n]);
        }
        return true;
      case "delete":
        for (const [id, [, group]] of items) if (group === step.group) items.delete(id);
        return true;
      case "note":
        if (notes.has(step.id)) notes.set(step.id, [step.id, step.text]);
        return true;
      case "code":
        if (codes.has(step.code)) return false;
        codes.set(step.code, [step.code]);
        return true;
      case "exactly":
        return step.edits.every((edit) => this.#exactly(edit));
    }
  }

  #exactly({ table, key, before, after }: Edit): boolean {
    const now = this.row(table, key);
    if (before === null) {
      if (table === "items") {
        const id = ++this.#last;
        this.put(table, id, [id, ...(after ?? []).slice(1)]);
        return true;
      }
      if (now !== null) return false;
      this.put(table, key, after);
      return true;
    }
    if (now === null) return true;
    // Only the columns that change are set: of the others the row keeps what it has by now.
    this.put(table, key, after && after.map((cell, i) => cell === before[i] ? now[i] : cell));
    return true;
  }

  #difference(after: Data): Edit[] {
    const edits: Edit[] = [];
    for (const table of ["items", "notes", "codes"] as const) {
      for (const key of new Set([...this.tables[table].keys(), ...after.tables[table].keys()])) {
        const edit = { table, key, before: this.row(table, key), after: after.row(table, key) };
        if (textOf(edit.before) !== textOf(edit.after)) edits.push(edit);
      }
    }
    return edits;
  }
}

export function textOf(cells: Cells | null): string {
  return JSON.stringify(cells);
}

/** Whether two previews show the same: keys that are still to be assigned count as equal. */
export function sameEdits(left: readonly Edit[], right: readonly Edit[]): boolean {
  return JSON.stringify(texts(left)) === JSON.stringify(texts(right));
}

/** Edits as sorted texts. The key of a new item is a star: nobody knows it before it is there. */
export function texts(edits: readonly Edit[]): string[] {
  return edits.map(({ table, key, before, after }) => {
    const isAssigned = table === "items" && before === null;
    const shown = isAssigned ? ["*", ...(after ?? []).slice(1)] : after;
    return `${table} ${isAssigned ? "*" : key} ${textOf(before)} ${textOf(shown)}`;
  }).sort();
}
