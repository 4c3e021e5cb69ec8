/**
 * What a statement's own words prove where no authorizer says which view, module or column was meant. Always on the
 * safe side: a word that only looks like a hidden name is refused too, and the reason says so.
 */
import { hiddenColumn, hiddenOpcode, hiddenTable } from "../../sql/hidden.ts";
import { isInternal, type Opcode, VIRTUAL_TABLE } from "../../sql/judge.ts";
import type { Token } from "../../sql/tokenizer.ts";
import type { TableFacts } from "../read/catalog.ts";
import { Denials, withGenerated } from "../read/denials.ts";
import { ServiceError } from "../types.ts";
import { type RemoteFacts, tokensOf, wordsOf } from "./facts.ts";

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
  const definitions = [tokens];
  for (const { opcode, p4 } of opcodes) {
    const trigger = opcode === "Init" ? /^-- TRIGGER (.*)$/s.exec(p4 ?? "")?.[1] : undefined;
    if (trigger === undefined) continue;
    const body = tokensOf(facts.triggerSql.get(trigger) ?? "");
    if (body === null) return false;
    definitions.push(body);
  }
  const reached = reachedBy(facts, definitions);
  return reached !== null &&
    [...reached.words].every((word) =>
      JSON_TABLES.includes(word) || !(facts.virtualNames.has(word) || word.startsWith("pragma_"))
    );
}

/** All words of some texts and of the views that they name; null where one of those can't be taken apart. */
function reachedBy(
  facts: RemoteFacts,
  texts: readonly (readonly Token[])[],
): { words: ReadonlySet<string>; texts: readonly (readonly Token[])[] } | null {
  const all = [...texts];
  const words = new Set(texts.flatMap((tokens) => [...wordsOf(tokens)]));
  // A Set's iteration includes what is added on the way.
  for (const word of words) {
    const definition = facts.viewTokens.get(word);
    if (definition === null) return null;
    if (definition === undefined) continue;
    all.push(definition);
    for (const inner of wordsOf(definition)) words.add(inner);
  }
  return { words, texts: all };
}

/**
 * READ_DENY for one version of a remote schema. A view counts as denied if its definition, or that of a view in it, is
 * one that would be refused as a query, or names what belongs to the system.
 */
export function remoteDenials(names: readonly string[], facts: RemoteFacts): Denials {
  const all = withGenerated(names, facts);
  const denials = new Denials(all);
  const views = [...facts.tables.values()].filter(({ kind, name }) =>
    kind === "view" && showsHidden(facts, denials, name)
  );
  return new Denials(all, views.map(({ name }) => name));
}

function showsHidden(facts: RemoteFacts, denials: Denials, view: string): boolean {
  const definition = facts.viewTokens.get(view.toLowerCase());
  const reached = definition === null || definition === undefined ? null : reachedBy(facts, [definition]);
  if (reached === null) return true;
  for (const word of reached.words) {
    if (isInternal(word) || denials.table(word)) return true;
    const table = facts.tables.get(word);
    const columns = table === undefined ? [] : hidden(table, denials).map((name) => name.toLowerCase());
    if (columns.length === 0) continue;
    if (columns.some((column) => reached.words.has(column)) || reached.texts.some(meansAllColumns)) {
      return true;
    }
  }
  return false;
}

/** What the server says of a statement that does not compile is nobody's business where it names a hidden table. */
export function uncompiled(
  error: unknown,
  facts: RemoteFacts,
  denials: Denials,
  tokens: readonly Token[],
): unknown {
  if (!(error instanceof ServiceError) || error.code !== "refused_sql") return error;
  for (const word of wordsOf(tokens)) {
    const table = facts.tables.get(word);
    if (table !== undefined && denials.table(word)) {
      return new ServiceError("refused_sql", hiddenTable(table.name));
    }
  }
  return error;
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
    const view = facts.viewTokens.has(word) ? facts.tables.get(word) : undefined;
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
    if (meansAllColumns(tokens)) return hiddenColumn(table.name, hidden(table, denials)[0] ?? "");
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
