/** A list of row changes as the tables that a person compares: key first, then what changes, the rest folded. */
import type { Cell, Change } from "@/agent/types.ts";
import { changedColumns, sameCell } from "./format.ts";

export interface DiffCell {
  before: Cell | undefined;
  after: Cell | undefined;
  changed: boolean;
}

export interface DiffRow {
  id: string;
  op: Change["op"];
  key: Cell[];
  cells: Record<string, DiffCell>;
}

export interface TableDiff {
  table: string;
  keyColumns: string[];
  /** What changes, in the table's order, then one column that tells which row it is. */
  shown: string[];
  /** The other columns in which nothing differs. */
  folded: string[];
  rows: DiffRow[];
}

/** Groups changes by table, in their order. `columns` names the cells of each table. */
export function diffTables(
  changes: readonly Change[],
  columns: Readonly<Record<string, readonly string[]>>,
): TableDiff[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) groups.set(change.table, [...(groups.get(change.table) ?? []), change]);
  return [...groups].map(([table, group]) => diffTable(table, group, columns[table] ?? []));
}

function diffTable(table: string, changes: Change[], columns: readonly string[]): TableDiff {
  const keyColumns = [...new Set(changes.flatMap(({ key }) => Object.keys(key)))];
  const differing = new Set(changedColumns(changes, columns));
  // A row that comes or goes does so with every cell; a key that changes is itself worth seeing.
  const isWhole = changes.some(({ op }) => op !== "update");
  const others = columns.filter((name) => !keyColumns.includes(name) || differing.has(name));
  const same = others.filter((name) => !differing.has(name));
  // A key alone rarely tells a person which row it is; one more column does (mostly a name).
  // In a wide table the values that a row comes with would hide among NULLs.
  const isNull = (name: string) => {
    const c = columns.indexOf(name);
    return changes.every(({ before, after }) =>
      (before?.[c] ?? null) === null && (after?.[c] ?? null) === null
    );
  };
  const valuesFirst = [...others.filter((name) => !isNull(name)), ...others.filter(isNull)];
  const shown = isWhole
    ? valuesFirst
    : [...others.filter((name) => differing.has(name)), ...same.slice(0, 1)];
  return {
    table,
    keyColumns,
    shown,
    folded: others.filter((name) => !shown.includes(name)),
    rows: changes.map(({ op, key, before, after }, i) => ({
      id: `${i} ${JSON.stringify(key)}`,
      op,
      key: keyColumns.map((name) => key[name] ?? null),
      cells: Object.fromEntries(columns.map((name, c) => [name, cell(before?.[c], after?.[c])])),
    })),
  };
}

function cell(before: Cell | undefined, after: Cell | undefined): DiffCell {
  const changed = before !== undefined && after !== undefined && !sameCell(before, after);
  return { before, after, changed };
}
