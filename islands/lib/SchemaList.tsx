import type { Table } from "@/agent/types.ts";
import { rows } from "./format.ts";
import { Shown } from "./Shown.tsx";
import { type AppState, home } from "./state.ts";

/** Tables in a line each; one alone with what is known of its columns. */
export function SchemaList({ state, tables }: { state: AppState; tables: Table[] }) {
  const [only] = tables;
  return tables.length === 1 && only
    ? (
      <>
        <p>
          <TableName state={state} table={only} />
        </p>
        <Columns table={only} />
      </>
    )
    : (
      <ul class="schema-list">
        {tables.map((table) => (
          <li key={table.name}>
            <TableName state={state} table={table} />{" "}
            <span class="mono muted">
              <Shown text={table.columns.map(({ name }) => name).join(", ")} kind="sentence" />
            </span>
          </li>
        ))}
      </ul>
    );
}

function TableName({ state, table: { name, kind, rows: count } }: { state: AppState; table: Table }) {
  const facts = [kind === "view" ? "view" : "", count === null ? "" : rows(count)].filter(Boolean).join(", ");
  return (
    <>
      <a class="mono" href={`${home(state)}/data/${encodeURIComponent(name)}`}>
        <Shown text={name} />
      </a>
      {facts && <span class="muted">{` ${facts}`}</span>}
    </>
  );
}

function Columns({ table }: { table: Table }) {
  return (
    <div class="table-wrap" tabIndex={0} role="group" aria-label="Columns">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col">What holds for it</th>
          </tr>
        </thead>
        <tbody>
          {table.columns.map((column) => (
            <tr key={column.name}>
              <td class="mono">
                <Shown text={column.name} />
              </td>
              <td class="mono">
                <Shown text={column.type.toLowerCase() || "any"} />
              </td>
              <td>
                <Shown text={facts(table, column)} kind="sentence" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function facts({ foreignKeys }: Table, column: Table["columns"][number]): string {
  const refers = foreignKeys.find(({ columns }) => columns.includes(column.name));
  return [
    column.primaryKey ? "key" : "",
    column.notNull ? "required" : "",
    column.default === null ? "" : `default ${column.default}`,
    column.generated ? "computed" : "",
    refers ? `refers to ${refers.table}` : "",
  ].filter(Boolean).join(", ");
}
