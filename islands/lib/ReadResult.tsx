import { Icon } from "@/components/Icon.tsx";
import { lazy } from "./lazy.tsx";
import type { Props as ResultProps } from "./Result.tsx";
import { ResultTable } from "./ResultTable.tsx";
import { SqlText } from "./SqlBlock.tsx";

/** Rows of a read. They stand there as a plain table until what sorts, draws and copies them is fetched. */
export const ReadResult = lazy<ResultProps>(
  async () => (await import("./rich.ts")).Result,
  ({ columns, rows, label }) => <ResultTable columns={columns} rows={rows} label={label} />,
);

/** The statement behind a result, for who wants to see it. */
export function SqlDisclosure({ sql }: { sql: string }) {
  return sql
    ? (
      <details class="tool tool-sql">
        <summary>
          <Icon name="open" />SQL
        </summary>
        <SqlText text={sql} label="SQL" />
      </details>
    )
    : null;
}
