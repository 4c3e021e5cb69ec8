import { Empty } from "@/components/Empty.tsx";
import { CellView, isNumeric } from "./CellView.tsx";
import { Shown } from "./Shown.tsx";
import { type AppState, cellId, type TableShown } from "./state.ts";
import { arrange, nextSort } from "./tables.ts";
import { visibleText } from "./visible.ts";

/** A table's rows. Headers sort; cells that a live change altered are marked until they are seen. */
export function DataTable({ state, table }: { state: AppState; table: TableShown }) {
  const changed = new Set(state.changed.value);
  const numeric = table.columns.map((_, i) => isNumeric(table.rows.map((row) => row[i])));
  return (
    <div
      class="table-wrap data-scroll"
      tabIndex={0}
      role="group"
      aria-label={`Rows of ${visibleText(table.name)}`}
    >
      <table class="rows data-table" data-testid="data-table" data-table={table.name}>
        <thead>
          <tr>
            {table.columns.map(({ name, type }, i) => (
              <th
                key={name}
                scope="col"
                class={numeric[i] ? "right" : undefined}
                aria-sort={table.sort === name
                  ? "ascending"
                  : table.sort === `-${name}`
                  ? "descending"
                  : undefined}
              >
                <button
                  type="button"
                  class="sort"
                  title={visibleText(type)}
                  onClick={() => void arrange(state, { sort: nextSort(table.sort, name) })}
                >
                  <Shown text={name} />
                  <span class="sort-mark" aria-hidden="true">
                    {table.sort === name ? "↑" : table.sort === `-${name}` ? "↓" : ""}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, r) => {
            const key = table.keys?.[r];
            return (
              <tr key={key ? JSON.stringify(key) : r} data-testid="data-row">
                {table.columns.map(({ name }, i) => {
                  const isChanged = key !== undefined && changed.has(cellId(key, name));
                  const classes = [numeric[i] && "right", isChanged && "changed"].filter(Boolean).join(" ");
                  return (
                    <td key={name} class={classes || undefined}>
                      <CellView cell={row[i] ?? null} />
                      {isChanged && <span class="sr">changed</span>}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
      {table.rows.length === 0 && (
        <Empty
          title={table.q
            ? `No row contains “${table.q}”.`
            : table.key
            ? "This row is not there any more."
            : "This table is empty."}
        />
      )}
    </div>
  );
}
