/** How the results of commands are put into words: Markdown in which nothing that comes from data is markup. Pure. */
import type { ActionSummary, Table } from "../types.ts";
import { rowsWord } from "../queue/numbers.ts";
import { countWords } from "../queue/words.ts";

/** Text that stays text in Markdown, on one line and not at its start. "#12" stays a number that the page links. */
export function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>()+|~!&-]/g, "\\$&");
}

/** One line of a list for each action. */
export function actionLines(actions: readonly ActionSummary[]): string {
  return actions.map((action) => {
    const what = action.type === "observation"
      ? action.rowCount === null ? "a read, refused" : `a read, ${rowsWord(action.rowCount)}`
      : `${action.state}, ${countWords(action.affected)}`;
    return `- #${action.id} ${plain(action.title)}: ${plain(what)}`;
  }).join("\n");
}

/** One line of a list for each table. */
export function tableLines(tables: readonly Table[]): string {
  return tables.map(({ name, kind, rows, columns }) => {
    const facts = [kind === "view" ? "view" : "", rows === null ? "" : rowsWord(rows)].filter(Boolean).join(
      ", ",
    );
    return `- **${plain(name)}**${facts ? ` (${facts})` : ""}: ${
      columns.map((column) => plain(column.name)).join(", ")
    }`;
  }).join("\n");
}

/** One line of a list for each column of a table. */
export function columnLines({ columns, foreignKeys }: Table): string {
  return columns.map((column) => {
    const reference = foreignKeys.find((key) => key.columns.includes(column.name));
    const facts = [
      column.type.toLowerCase() || "any type",
      column.primaryKey ? "key" : "",
      column.notNull ? "required" : "",
      column.default === null ? "" : `default ${column.default}`,
      column.generated ? "computed" : "",
      reference ? `refers to ${reference.table}` : "",
    ];
    return `- **${plain(column.name)}**: ${plain(facts.filter(Boolean).join(", "))}`;
  }).join("\n");
}
