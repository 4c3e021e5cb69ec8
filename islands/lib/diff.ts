/** A list of row changes as the tables that a person compares: key first, then what changes, the rest folded. */
import type { Cell, Change } from "@/agent/types.ts";
import { cellText, changedColumns, sameCell } from "./format.ts";

/** Room for a line of several rows, and for one that stands alone, in characters, where there is little room. */
const ROOM = 62;
const ROOM_ALONE = 46;
/** What stands around a value, and the most that a long one takes before it is cut or broken. */
const AROUND = 3;
const MOST = 28;
/** Of more rows that are only deleted one looks for their keys: they stay short. */
const FEW = 5;

export interface DiffCell {
  before: Cell | undefined;
  after: Cell | undefined;
  changed: boolean;
}

export interface DiffRow {
  id: string;
  change: Change;
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
    rows: inOrder(changes).map((change, i) => {
      const { op, key, before, after } = change;
      return {
        id: `${i} ${JSON.stringify(key)}`,
        change,
        op,
        key: keyColumns.map((name) => key[name] ?? null),
        cells: Object.fromEntries(columns.map((name, c) => [name, cell(before?.[c], after?.[c])])),
      };
    }),
  };
}

/**
 * Whether a row with these columns beside its key is too wide for a narrow place: its values stand below each other
 * there, so that none of them is out of sight.
 */
export function isWide({ keyColumns, rows }: TableDiff, columns: readonly string[]): boolean {
  if (rows.length > FEW && rows.every(({ op }) => op === "delete")) return false;
  let room = rows.length > 1 ? ROOM : ROOM_ALONE;
  for (const name of [...keyColumns, ...columns]) {
    const sizes = rows.map(({ cells: { [name]: cell } }) => {
      const text = cellText(cell?.after ?? cell?.before ?? null);
      return text.length + (cell?.changed ? cellText(cell.before ?? null).length : 0);
    });
    room -= AROUND + Math.max(name.length, Math.min(MOST, Math.max(...sizes)));
  }
  return room < 0;
}

/** By number where the keys are single numbers: as captured, 10 comes before 9. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  const keyed = changes.map((change) => {
    const [key, more] = Object.values(change.key);
    return { change, key: typeof key === "number" && more === undefined ? key : NaN };
  });
  if (keyed.some(({ key }) => Number.isNaN(key))) return changes;
  return keyed.toSorted((a, b) => a.key - b.key).map(({ change }) => change);
}

function cell(before: Cell | undefined, after: Cell | undefined): DiffCell {
  const changed = before !== undefined && after !== undefined && !sameCell(before, after);
  return { before, after, changed };
}
