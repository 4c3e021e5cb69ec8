/** What is risky about a change, computed from its preview and its statements, never from the model's words. */
import { type Lookalike, lookalikes } from "@/agent/lookalikes.ts";
import type { Badge, Preview, Statement } from "../types.ts";
import { number } from "./numbers.ts";

const WARN_ROWS = 5;
const DANGER_ROWS = 100;
/** A reason names this much of a deceptive word. */
const SHOWN_WORD = 24;

/**
 * Badges in order of weight, each with its reason in words (SPEC Q2): what makes it risky, not once more how many rows of
 * which tables it changes. That stands beside them.
 */
export function badgesOf(preview: Preview, statements: readonly Statement[]): Badge[] {
  const badges: Badge[] = [];
  const rows = rowsOf(preview);
  const deleted = preview.counts.reduce((sum, count) => sum + count.deleted, 0);
  if (statements.some(({ sql }) => lacksWhere(sql))) {
    badges.push({ code: "no_where", level: "danger", reason: "No WHERE: every row of the table is meant." });
  }
  if (deleted > 0 || statements.some(({ sql }) => /^\s*delete\b/i.test(bare(sql)))) {
    const reason = deleted > 0 ? "Deletes data." : "A DELETE: it would delete nothing now.";
    badges.push({ code: "delete", level: "danger", reason });
  }
  if (rows >= DANGER_ROWS) {
    badges.push({ code: "many_rows", level: "danger", reason: `${DANGER_ROWS} rows or more.` });
  } else if (rows >= WARN_ROWS) {
    badges.push({ code: "many_rows", level: "warn", reason: `${WARN_ROWS} rows or more.` });
  }
  for (const kind of ["trigger", "cascade", "replace"] as const) {
    const effects = preview.effects.filter((effect) => effect.kind === kind);
    if (effects.length === 0) continue;
    const names = [...new Set(effects.map(({ name, table }) => name ?? table))].join(", ");
    badges.push({ code: kind, level: "warn", reason: `${EFFECT_WORDS[kind]}: ${names}.` });
  }
  if (preview.counts.length > 1) {
    badges.push({ code: "many_tables", level: "warn", reason: "More than one table." });
  }
  const alike = deceptive(preview, statements);
  if (alike.length > 0) badges.push({ code: "lookalike", level: "warn", reason: alikeWords(alike) });
  if (rows === 0) badges.push({ code: "no_change", level: "info", reason: "Approving it does nothing." });
  return badges;
}

/** Rows that a preview changes, over all tables. */
export function rowsOf(preview: Pick<Preview, "counts">): number {
  return preview.counts.reduce((sum, count) => sum + count.inserted + count.updated + count.deleted, 0);
}

const EFFECT_WORDS = {
  trigger: "A trigger acts too",
  cascade: "A foreign key acts on other rows",
  replace: "May replace rows that are in the way",
};

/** Names in the SQL and of what it changes, and words that it writes, that aren't what they look like. */
function deceptive(preview: Preview, statements: readonly Statement[]): Lookalike[] {
  const names = preview.counts.flatMap(({ table }) => [table, ...preview.columns[table] ?? []]);
  const written = [
    ...statements.flatMap(({ args }) => args ?? []),
    ...preview.changes.flatMap(({ before, after }) => after?.filter((cell, i) => cell !== before?.[i]) ?? []),
  ];
  return [
    ...statements.flatMap(({ sql }) => lookalikes(sql, "sql")),
    ...names.flatMap((name) => lookalikes(name, "name")),
    ...written.flatMap((value) => typeof value === "string" ? lookalikes(value) : []),
  ];
}

function alikeWords(found: readonly Lookalike[]): string {
  const words = new Map(found.map(({ word, note }) => [word, note]));
  const [[word, note] = ["", ""]] = words;
  const named = word.length > SHOWN_WORD ? `${[...word].slice(0, SHOWN_WORD).join("")}…` : word;
  const more = words.size > 1 ? ` And ${plural(words.size - 1, "more such word")}.` : "";
  return `“${named}” isn't what it looks like: ${note.split(", ")[0]}.${more}`;
}

/** An UPDATE or DELETE without WHERE at its own level. Words in quotes, comments and parentheses don't count. */
function lacksWhere(sql: string): boolean {
  const words = bare(sql);
  return /^\s*(with\b.*\)\s*)?(update|delete)\b/is.test(words) && !/\bwhere\b/i.test(outer(words));
}

/** SQL without comments and with the contents of quotes blanked. */
function bare(sql: string): string {
  return sql.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]/g,
    (part) => part.startsWith("--") || part.startsWith("/*") ? " " : "''",
  );
}

/** SQL outside parentheses. */
function outer(sql: string): string {
  let depth = 0;
  let text = "";
  for (const c of sql) {
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (depth === 0) text += c;
  }
  return text;
}

function plural(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? "" : "s"}`;
}
