/**
 * "Add customer Ada Lovelace, ada@example.com, tier Gold", "insert into products (name, price) values
 * ('Lamp', 12)".
 */
import type { Table } from "@/agent/types.ts";
import type { Change } from "./changes.ts";
import { literalWords } from "./describe.ts";
import {
  affinity,
  categories,
  isFlag,
  labelColumn,
  matchColumns,
  matchTable,
  matchValues,
  quantities,
  singularName,
  spoken,
} from "./lexicon.ts";
import { separator } from "./adjustments.ts";
import { literalFor } from "./operands.ts";
import type { Column, Literal } from "./query.ts";
import { name } from "./sql.ts";
import { type Token, written } from "./tokens.ts";
import { holdsCommand, saysAt, TIMES } from "./words.ts";
import { refer, reference, Row, source } from "./references.ts";
import { dateProblem } from "./newvalues.ts";
import { example } from "./samples.ts";

/** The insertion of one row. `tokens` are what follows the verb. */
export function readInsert(schema: Table[], text: string, tokens: Token[]): Change {
  let at = saysAt(
    tokens,
    0,
    "a new|an|a|new|one|another|the new|into|in|to|to the|a row to|a row into|a new row to",
  );
  if (saysAt(tokens, at, "the")) at++;
  const match = matchTable(schema, tokens, at);
  if (!match) return trailing(schema, text, tokens);
  const { table } = match;
  if (table.kind === "view") {
    return { ok: false, say: `${table.name} is a view: nothing can be added to it.`, unknown: [], table };
  }
  const row = fill(schema, text, table, tokens.slice(at + match.length));
  const label = labelColumn(table);
  const named = label ? row.cells.get(label) : undefined;
  if (match.plural && at === 0 && named?.kind === "text" && / and /.test(named.text)) {
    row.question ??= `I add one row at a time. Say "add ${singularName(table.name)} …" for each.`;
  }
  return finish(row);
}

/** "add Ada Lovelace to customers". */
function trailing(schema: Table[], text: string, tokens: Token[]): Change {
  const to = tokens.findLastIndex((t, i) =>
    (t.low === "to" || t.low === "into") &&
    matchTable(schema, tokens, i + 1 + saysAt(tokens, i + 1, "the")) !== null
  );
  const from = to + 1 + saysAt(tokens, to + 1, "the");
  const match = to > 0 ? matchTable(schema, tokens, from) : null;
  if (!match) return { ok: false, say: "", unknown: [], table: null };
  const after = tokens[from + match.length];
  if (after && after.kind !== "sign" && !/^(with|in|from|for|as)$/.test(after.low)) {
    // "add Ann to project P-1" adds no project.
    return { ok: false, say: "", unknown: [written(text, tokens.slice(from))], table: match.table };
  }
  const rest = [...tokens.slice(0, to), separator, ...tokens.slice(from + match.length)];
  return finish(fill(schema, text, match.table, rest));
}

function fill(schema: Table[], text: string, table: Table, tokens: Token[]): Row {
  const row: Row = { schema, text, table, cells: new Map(), lookups: [], unknown: [], question: null };
  const listed = valueList(row, tokens);
  if (listed) return row;
  for (const segment of segments(row, tokens)) place(row, segment);
  return row;
}

/** "(name, price) values ('Lamp', 12)". */
function valueList(row: Row, tokens: Token[]): boolean {
  const values = tokens.findIndex((t) => t.low === "values");
  if (values < 0 || tokens[0]?.low !== "(" || tokens[values + 1]?.low !== "(") return false;
  const split = (part: Token[]) => {
    const lists: Token[][] = [[]];
    for (const t of part) {
      if (t.low === ",") lists.push([]);
      else if (!/^[()]$/.test(t.low) && t.low !== ";") lists.at(-1)?.push(t);
    }
    return lists;
  };
  const names = split(tokens.slice(0, values)), cells = split(tokens.slice(values + 1));
  if (names.length !== cells.length) {
    row.question = `There are ${names.length} columns but ${cells.length} values.`;
    return true;
  }
  names.forEach((tokens, i) => {
    const [match] = matchColumns([row.table], tokens, 0);
    if (match && match.length === tokens.length) assign(row, match.column, cells[i] ?? []);
    else row.unknown.push(written(row.text, tokens));
  });
  return true;
}

/** The pieces that each speak of one column: split at commas, and where a column's name begins. */
function segments(row: Row, tokens: Token[]): Token[][] {
  const found: Token[][] = [[]];
  const known = { ...row.table, columns: categories(row.table) };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token) break;
    const sign = token.kind === "sign" && /^[,;.!:?()]$/.test(token.text);
    const word = saysAt(tokens, at, "with|and|whose|having|where|who has|which has|that has|for");
    // "for student 1 in course MA101", "Nina Ray in grade 9"
    const link = saysAt(tokens, at, "in|of|by|on|to|at");
    const linked = link > 0 && startsColumn(row, tokens, at + link + article(tokens, at + link));
    const begun = found.at(-1)?.length ?? 0;
    const names = startsColumn(row, tokens, at);
    // A mail address stands for itself, with or without a comma.
    const begins = matchColumns([row.table], found.at(-1) ?? [], 0).length > 0;
    const mail = token.kind === "mail";
    // "… in East": a value of another column, not the end of a name.
    const place = saysAt(tokens, at, "in|from|as|in the|from the") > 0 &&
      matchValues([known], tokens, at + saysAt(tokens, at, "in|from|as|in the|from the")).length > 0;
    if (mail && begins) {
      found.at(-1)?.push(token);
      found.push([]);
    } else if (mail) found.push([token], []);
    else if (place && begun) found.push([token]);
    else if (
      sign || (word && (startsColumn(row, tokens, at + word + article(tokens, at + word)) || !begun))
    ) {
      found.push([]);
      at += Math.max(0, word - 1);
    } else if (linked && begun) {
      found.push([]);
      at += link - 1;
    } else if (names && begun && /^\p{Ll}/u.test(token.text)) found.push([token]);
    else found.at(-1)?.push(token);
  }
  return found.filter((f) => f.length);
}

function startsColumn(row: Row, tokens: Token[], at: number): boolean {
  const [column] = matchColumns([row.table], tokens, at);
  if (column && tokens[at + column.length]) return true;
  const parent = matchTable(row.schema, tokens, at);
  return parent !== null && reference(row.table, parent.table) !== null;
}

function article(tokens: Token[], at: number): number {
  return saysAt(tokens, at, "a|an|the|its|his|her|their");
}

function place(row: Row, segment: Token[]): void {
  const lead = article(segment, 0) +
    saysAt(segment, article(segment, 0), "named|called|titled|in|from|in the|from the|at|for|on");
  const tokens = segment.slice(lead);
  const [first] = tokens;
  if (!first) return;
  const [named] = matchColumns([row.table], tokens, 0);
  const parent = matchTable(row.schema, tokens, 0);
  if (
    parent && parent.length >= (named?.length ?? 0) && refer(row, parent.table, tokens.slice(parent.length))
  ) return;
  if (named && tokens.length > named.length) {
    const at = named.length + saysAt(tokens, named.length, "is|=|of|as|to|will be|should be");
    return assign(row, named.column, tokens.slice(at));
  }
  const known = matchValues([row.table], tokens, 0).filter((m) => !row.cells.has(m.column));
  const [match] = known;
  const label = labelColumn(row.table);
  if (match && tokens.length >= match.length && first.kind !== "number") {
    const after = matchColumns([row.table], tokens, match.length).find((m) =>
      known.some((k) => k.column === m.column)
    );
    const whole = tokens.length === match.length + (after?.length ?? 0);
    const labelled = known.some((m) => m.column === label);
    if (whole && known.length > 1 && !after && !labelled) {
      row.question ??= `"${written(row.text, tokens)}" could be ${
        known.map((k) => spoken(k.column.name)).join(" or ")
      }.`;
    }
    if (whole) return assign(row, after?.column ?? match.column, tokens.slice(0, match.length));
    // "Gold East": one value after the other, once the name is known.
    if (label && row.cells.has(label) && known.length === 1) {
      assign(row, match.column, tokens.slice(0, match.length));
      return place(row, tokens.slice(match.length));
    }
  }
  const column = unnamed(row, tokens, label);
  if (column) return assign(row, column, tokens);
  row.unknown.push(written(row.text, tokens));
}

/** In lower case these lead to another column: "Ada from Narnia" is no name. A title in quotes may hold them. */
const GOES_ON = /^(from|in|at|for|on|by|who|whose|which|that|living|born)$/;

/** The only column that a value without a name can be for. */
function unnamed(row: Row, tokens: Token[], label: Column | null): Column | null {
  const [first] = tokens;
  const open = row.table.columns.filter((c) => !row.cells.has(c) && !c.generated);
  if (tokens.length === 1 && first?.kind === "mail") {
    const mails = open.filter((c) => /mail/i.test(c.name));
    return mails.length === 1 ? mails[0] ?? null : null;
  }
  if (tokens.length === 1 && first?.kind === "number") {
    const numbers = quantities(row.table).filter((c) => open.includes(c));
    return numbers.length === 1 ? numbers[0] ?? null : null;
  }
  if (!label || row.cells.has(label) || row.cells.size || holdsCommand(tokens)) return null;
  if (tokens.length > 1 && TIMES.has(tokens.at(-1)?.low ?? "")) return null;
  // Words that could be more than a name ("purple with dots") are not taken for one.
  // "titled Der Butt": what leads to the name is no part of it.
  const led = /^\p{Ll}/u.test(first?.text ?? "") && tokens.some((t) => /^\p{Lu}/u.test(t.text));
  // "Morning owned by", "Nina enrolled in"
  const goesOn = tokens.length > 1 && /^\p{Ll}+(ed|ing)$/u.test(tokens.at(-1)?.text ?? "");
  // "add tag bug to ticket 4" is about both.
  const away = tokens.some((_, i) => {
    const joint = saysAt(tokens, i, "to|into|onto|of|on|as");
    return joint > 0 && matchTable(row.schema, tokens, i + joint + article(tokens, i + joint)) !== null;
  });
  if ((led && first?.kind === "word") || goesOn || away) return null;
  const plain = tokens.length <= 8 &&
    tokens.every((t) => (t.kind === "word" && !GOES_ON.test(t.text)) || t.kind === "number");
  return plain || (tokens.length === 1 && first?.kind === "string") ? label : null;
}

export function assign(row: Row, column: Column, tokens: Token[]): void {
  const [first] = tokens;
  const text = written(row.text, tokens);
  if (!first || row.cells.has(column) || holdsCommand(tokens)) {
    row.unknown.push(text || spoken(column.name));
    return;
  }
  if (column.generated) row.question ??= `${column.name} is computed by the database and can't be set.`;
  if (tokens.length === 1 && saysAt(tokens, 0, "null|nothing|none")) return;
  const flag = isFlag(column)
    ? (saysAt(tokens, 0, "true|yes") ? "1" : saysAt(tokens, 0, "false|no") ? "0" : null)
    : null;
  if (tokens.length === 1 && flag) {
    row.cells.set(column, { kind: "number", raw: flag });
    return;
  }
  // "Max who joined on …": what follows speaks of another column.
  if (tokens.slice(1).some((t) => /^(who|whose|which)$/.test(t.text))) return void row.unknown.push(text);
  const [match] = matchValues([{ ...row.table, columns: [column] }], tokens, 0);
  if (
    match && match.length === tokens.length && match.values[0] !== undefined && affinity(column) === "text"
  ) {
    row.cells.set(column, { kind: "text", text: match.values[0] });
    return;
  }
  const value: Literal = tokens.length === 1 ? literalFor(column, first) : { kind: "text", text };
  if (affinity(column) === "number" && value.kind === "text" && !/date|time/i.test(column.type)) {
    row.question ??= `${spoken(column.name)} must be a number, not "${text}".`;
  }
  const undated = value.kind === "text" ? dateProblem(column, value.text) : null;
  if (undated) row.question ??= undated;
  if (tokens.some((t) => t.percent)) row.question ??= `"${text}%" is not a value that I can store.`;
  row.cells.set(column, value);
}

function finish(row: Row): Change {
  const { table, cells } = row;
  const one = singularName(table.name);
  const fail = (say: string): Change => ({ ok: false, say, unknown: row.unknown, table });
  if (row.unknown.length) {
    const said = row.unknown.map((u) => `"${u}"`).join(" and ");
    return fail(
      `I did not understand ${said}. Say which column it is for, for example "${
        example(table, [...cells.keys()])
      }".`,
    );
  }
  if (row.question) return fail(row.question);
  const missing = table.columns.filter((c) =>
    c.notNull && c.default === null && !c.generated && !cells.has(c) && c.name !== table.autoKey
  );
  if (!cells.size || missing.length) {
    const needs = missing.length ? missing.map((c) => spoken(c.name)).join(", ") : "at least one value";
    return fail(`A new ${one} needs ${needs}. For example: "Add ${one}: ${example(table, [])}".`);
  }
  const columns = [...cells.keys()].map((c) => name(c.name)).join(", ");
  const words = [...cells].map(([c, v]) => `${spoken(c.name)} ${literalWords(v)}`).join(", ");
  return {
    ok: true,
    verb: "insert",
    table,
    title: `Add ${/^[aeiou]/i.test(one) ? "an" : "a"} ${one} with ${words}`,
    description: `Adds one row to ${table.name}: ${words}.`,
    sql: `INSERT INTO ${name(table.name)} (${columns}) ${source(row)}`,
  };
}
