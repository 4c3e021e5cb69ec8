/**
 * What a statement's own words prove where no authorizer says which view, module or column was meant. Always on the
 * safe side: a word that only looks like a hidden name is refused too, and the reason says so.
 */
import { hiddenColumn, hiddenOpcode } from "../../sql/hidden.ts";
import { isInternal, type Opcode, VIRTUAL_TABLE } from "../../sql/judge.ts";
import type { Token } from "../../sql/tokenizer.ts";
import type { TableFacts } from "../read/catalog.ts";
import { Denials, withGenerated } from "../read/denials.ts";
import { type RemoteFacts, wordsOf } from "./facts.ts";

/** SQLite's table-valued functions that only take a JSON text apart. */
const JSON_TABLES = ["json_each", "json_tree"];

/**
 * Whether every virtual table that a statement can open is one of {@link JSON_TABLES}. EXPLAIN does not name the module
 * of a `VOpen`; but a table has to be named to be opened, in the statement, in a view that it names, or in a trigger that
 * EXPLAIN names. So if none of those words is the name of another module, it can be no other.
 */
export function onlyJsonTables(
  facts: RemoteFacts,
  tokens: readonly Token[],
  opcodes: readonly Opcode[],
): boolean {
  if (JSON_TABLES.some((name) => facts.tables.has(name))) return false;
  const reached = new Set<string>(wordsOf(tokens));
  for (const { opcode, p4 } of opcodes) {
    const trigger = opcode === "Init" ? /^-- TRIGGER (.*)$/s.exec(p4 ?? "")?.[1] : undefined;
    if (trigger === undefined) continue;
    const words = facts.triggerWords.get(trigger);
    if (words === undefined || words === null) return false;
    for (const word of words) reached.add(word);
  }
  // A Set's iteration includes what is added on the way.
  for (const word of reached) {
    if (JSON_TABLES.includes(word)) continue;
    if (facts.virtualNames.has(word) || word.startsWith("pragma_")) return false;
    const definition = facts.viewWords.get(word);
    if (definition === null) return false;
    for (const inner of definition ?? []) reached.add(inner);
  }
  return true;
}

/**
 * READ_DENY for one version of a remote schema. A view counts as denied if it mentions, by itself or through another
 * one, what may not be read or a table that holds some of it.
 */
export function remoteDenials(names: readonly string[], facts: RemoteFacts): Denials {
  const all = withGenerated(names, facts);
  const denials = new Denials(all);
  const views = [...facts.tables.values()].filter(({ kind, name }) =>
    kind === "view" && mentionsHidden(facts, denials, name)
  );
  return new Denials(all, views.map(({ name }) => name));
}

function mentionsHidden(facts: RemoteFacts, denials: Denials, view: string): boolean {
  const reached = new Set([view.toLowerCase()]);
  for (const word of reached) {
    if (denials.any(word) || isInternal(word)) return true;
    const definition = facts.viewWords.get(word);
    if (definition === null) return true;
    for (const inner of definition ?? []) reached.add(inner);
  }
  return false;
}

/** Why a judged statement may not run after all; null if it may. `kind` says whether rows are changed by it. */
export function hiddenReason(
  facts: RemoteFacts,
  denials: Denials,
  { tokens, opcodes, kind }: {
    tokens: readonly Token[];
    opcodes: readonly Opcode[];
    kind: "read" | "write";
  },
): string | null {
  for (const word of wordsOf(tokens)) {
    const view = facts.viewWords.has(word) ? facts.tables.get(word) : undefined;
    if (view !== undefined && denials.view(view.name)) {
      return `The view ${view.name} may not be read (READ_DENY, or it shows what belongs to the system).`;
    }
  }
  return hiddenColumns(facts, denials, tokens, ownProgram(opcodes)) ??
    hiddenOpcode(opcodes, facts, denials, kind);
}

/**
 * Why a statement that opens tables with denied columns may not run; null if it may. Not every use of a column shows in
 * EXPLAIN, so on a remote database none may be named, or meant without being named, but to put a value there.
 */
function hiddenColumns(
  facts: RemoteFacts,
  denials: Denials,
  tokens: readonly Token[],
  opcodes: readonly Opcode[],
): string | null {
  const opened = openedTables(facts, opcodes);
  // A virtual table keeps its content in ordinary ones, its shadows: they would show what it hides.
  if (opened.some(({ kind }) => kind === "virtual")) return VIRTUAL_TABLE;
  const targets = targetsOf(tokens);
  for (const table of opened) {
    const names = new Set(hidden(table, denials).map((name) => name.toLowerCase()));
    if (names.size === 0) continue;
    const meant = tokens.find((token, i) =>
      isName(token) && names.has(token.text.toLowerCase()) && !targets.has(i)
    );
    if (meant !== undefined) return hiddenColumn(table.name, meant.text);
    if (meansAllColumns(tokens)) {
      return `Not every column of ${table.name} may be read (READ_DENY). ` +
        `Name the columns that you need instead of *, NATURAL or IN ${table.name}.`;
    }
  }
  return null;
}

/** What triggers and foreign keys read on their own is the schema's business, not the statement's. */
function ownProgram(opcodes: readonly Opcode[]): readonly Opcode[] {
  const second = opcodes.findIndex(({ opcode }, i) => i > 0 && opcode === "Init");
  return second < 0 ? opcodes : opcodes.slice(0, second);
}

/** Columns that may not be read, and other names for them. */
function hidden(table: TableFacts, denials: Denials): string[] {
  const denied = table.columns.filter(({ name }) => denials.column(table.name, name)).map(({ name }) => name);
  const isRowid = table.autoKey !== null && denied.includes(table.autoKey);
  return [...denied, ...(isRowid ? ["rowid", "oid", "_rowid_"] : [])];
}

function openedTables(facts: RemoteFacts, opcodes: readonly Opcode[]): TableFacts[] {
  const names = new Set<string>();
  for (const { opcode, p2, p3 } of opcodes) {
    if (!/^(OpenRead|OpenWrite|ReopenIdx)$/.test(opcode) || p3 !== 0) continue;
    const name = facts.roots.get(p2);
    if (name !== undefined) names.add(name.toLowerCase());
  }
  return [...names].flatMap((name) => facts.tables.get(name) ?? []);
}

function isName({ kind }: Token): boolean {
  return kind === "word" || kind === "name" || kind === "string";
}

/** `*` for all columns, not a product or `count(*)`; NATURAL; `IN table`, which compares whole rows. */
function meansAllColumns(tokens: readonly Token[]): boolean {
  return tokens.some((token, i) => {
    const before = tokens[i - 1], after = tokens[i + 1];
    if (is(token, "NATURAL")) return true;
    if (is(token, "IN")) return !isSymbol(after, "(");
    return isSymbol(token, "*") &&
      (isSymbol(before, ",") || isSymbol(before, ".") ||
        ["SELECT", "DISTINCT", "ALL", "RETURNING"].some((word) => is(before, word)));
  });
}

/** Places of names to which a value is given: in the column list of an INSERT, or left of `=` in a SET. */
function targetsOf(tokens: readonly Token[]): Set<number> {
  const found = new Set<number>();
  let depth = 0;
  let part: "none" | "into" | "columns" | "set" = "none";
  for (const [i, token] of tokens.entries()) {
    if (isSymbol(token, "(")) {
      if (part === "into" && depth === 0) part = "columns";
      depth++;
    } else if (isSymbol(token, ")")) {
      depth--;
      if (part === "columns" && depth === 0) part = "none";
    } else if (part === "columns") found.add(i);
    else if (depth === 0) {
      if (is(token, "INTO")) part = "into";
      else if (is(token, "SET")) part = "set";
      else if (
        ["WHERE", "FROM", "RETURNING", "VALUES", "SELECT", "DEFAULT"].some((word) => is(token, word))
      ) part = "none";
      else if (part === "set" && isSymbol(tokens[i + 1], "=")) {
        if (is(tokens[i - 1], "SET") || isSymbol(tokens[i - 1], ",")) found.add(i);
      }
    }
  }
  return found;
}

function is(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === "symbol" && token.text === text;
}
