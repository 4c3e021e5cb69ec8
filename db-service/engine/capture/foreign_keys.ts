/** Foreign keys: which tables a write may reach through them, and which rows would dangle at commit. */
import type { Tx } from "../types.ts";

/** One foreign key. `to` is null for the parent's primary key. */
export interface ForeignKeyFacts {
  child: string;
  parent: string;
  from: string[];
  to: (string | null)[];
  /** ON DELETE or ON UPDATE changes rows of the child. */
  acts: boolean;
}

/** Reads every foreign key of the database in one query. */
export async function readForeignKeys(tx: Tx): Promise<ForeignKeyFacts[]> {
  const rows = await tx.query(
    `SELECT m.name, f.id, coalesce(p.name, f."table"), f."from", f."to", f.on_update, f.on_delete
       FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
       LEFT JOIN sqlite_schema p ON p.type = 'table' AND p.name = f."table" COLLATE NOCASE
      WHERE m.type = 'table' ORDER BY m.rowid, f.id, f.seq`,
  );
  const keys = new Map<string, ForeignKeyFacts>();
  for (const [child, id, parent, from, to, onUpdate, onDelete] of rows) {
    const name = `${child} ${id}`;
    const key = keys.get(name) ??
      {
        child: String(child),
        parent: String(parent),
        from: [],
        to: [],
        acts: false,
      };
    keys.set(name, key);
    key.from.push(String(from));
    key.to.push(to === null ? null : String(to));
    key.acts = [onUpdate, onDelete].some((action) =>
      /^(CASCADE|SET NULL|SET DEFAULT)$/i.test(String(action))
    );
  }
  return [...keys.values()];
}

/** `tables` and all tables whose rows their foreign keys may change in turn. */
export function reachable(tables: Iterable<string>, keys: readonly ForeignKeyFacts[]): Set<string> {
  const reached = new Set(tables);
  // A Set's iteration includes what is added on the way.
  for (const table of reached) {
    for (const key of keys) {
      if (key.acts && key.parent === table) reached.add(key.child);
    }
  }
  return reached;
}

/** Tables ordered so that a parent stands before its children; cycles keep the order given. */
export function parentsFirst(tables: readonly string[], keys: readonly ForeignKeyFacts[]): string[] {
  const ordered: string[] = [];
  const visiting = new Set<string>();
  const visit = (table: string) => {
    if (visiting.has(table)) return;
    visiting.add(table);
    for (const key of keys) {
      if (key.child === table && tables.includes(key.parent)) visit(key.parent);
    }
    ordered.push(table);
  };
  tables.forEach(visit);
  return ordered;
}

/** A row that refers to nothing. `reference` tells its row and foreign key from others of the table. */
export interface DanglingRow {
  child: string;
  reference: string;
}

/** Rows of `children` that refer to nothing; without a rowid they can only be told apart by their number. */
export async function danglingRows(tx: Tx, children: readonly string[]): Promise<DanglingRow[]> {
  const found: DanglingRow[] = [];
  for (const child of children) {
    const rows = await tx.query("SELECT rowid, parent, fkid FROM pragma_foreign_key_check(?)", [child]);
    for (const [rowid, parent, id] of rows) found.push({ child, reference: `${rowid} ${id} ${parent}` });
  }
  return found;
}

/** Of `after` what is not in `before`, counting duplicates. */
export function newlyDangling(before: readonly DanglingRow[], after: readonly DanglingRow[]): DanglingRow[] {
  const left = new Map<string, number>();
  const name = ({ child, reference }: DanglingRow) => `${reference} ${child}`;
  for (const row of before) left.set(name(row), (left.get(name(row)) ?? 0) + 1);
  return after.filter((row) => {
    const count = left.get(name(row)) ?? 0;
    left.set(name(row), count - 1);
    return count <= 0;
  });
}
