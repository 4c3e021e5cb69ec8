/** Everything that is not about rows: greetings, help, the schema, the queue, taking back, undoing. */
import type { Table } from "@/agent/types.ts";
import { matchTable, spoken } from "./lexicon.ts";
import { offer } from "./examples.ts";
import type { Context, Plan } from "./query.ts";
import { tableSpots } from "./scan.ts";
import { fold, type Token } from "./tokens.ts";
import { saysAt } from "./words.ts";

/** An answer that needs no query, or null when the sentence is about rows. */
export function smallTalk(text: string, tokens: Token[], context: Context): Plan | null {
  const { schema } = context;
  const low = fold(text).replace(/[.!?\s]+$/, "").trim();
  if (tokens[0]?.kind === "string") return null;
  for (const [pattern, answer] of TALK) {
    if (pattern.test(low)) return { kind: "say", text: answer(schema), keeps: true };
  }
  return queueTalk(low, context) ?? schemaTalk(low, tokens, schema);
}

const TALK: [RegExp, (schema: Table[]) => string][] = [
  [
    /^(hi|hello|hey|hallo|good (morning|afternoon|evening)|greetings|hiya|yo)( there| gatekeeper| all| everyone)?$/,
    (s) => `Hello. I answer questions about this database and propose changes to it. ${offer(s)}`,
  ],
  [
    /^(thanks?( you)?( (so|very) much| a lot)?|thx|cheers|great|perfect|nice|cool|ok(ay)?|good( job)?|well done|awesome)$/,
    () => "You're welcome.",
  ],
  [/^(bye|goodbye|see you( later)?|good night)$/, () => "Goodbye."],
  [/^how are you( doing| today)?$/, (s) => `I'm a program and I work as I should. ${offer(s)}`],
  [
    /^(who|what) are you|^are you (an? )?(ai|bot|human|person|robot|model)|^what is your name|^introduce yourself/,
    () =>
      "I'm Gatekeeper's built-in model: a fixed set of rules that turns simple English into SQL for this database. " +
      "Reading is free; every change waits in the queue for a person.",
  ],
  [
    /^(help|help me|\?|what can (you|i) (do|ask|say)( here)?|how (does this|do you) work|what do you (do|understand|know)|examples?|how do i (use|start).*)$/,
    (s) =>
      "I can show, filter, sort, count, sum, average and group rows, follow foreign keys, and propose to add, change " +
      `or delete rows; a person approves each change. ${offer(s)}`,
  ],
  [/^(yes|no|yep|nope|sure|maybe)$/, (s) => `I did not ask a yes-or-no question. ${offer(s)}`],
];

/** The queue: what waits, approving, withdrawing, undoing. */
function queueTalk(low: string, context: Context): Plan | null {
  const number = /#?\b(\d{1,9})\b/.exec(low)?.[1];
  const named = /#\s?\d|\b(action|proposal|change|request)\b/.test(low);
  if (/^(undo|revert|roll ?back)\b/.test(low)) return { kind: "actions", for: "undo" };
  if (/^(withdraw|retract|cancel|take)\b/.test(low)) {
    const plain =
      /^(withdraw|retract|cancel|take)( back)?( (it|that|this|them))?( back)?( (the )?(last )?(one|action|proposal|change|request))?( (number |no |nr )?#?\s?\d+)?( back)?( please)?$/;
    if (!plain.test(low)) return null;
    if (number) return { kind: "withdraw", actionId: Number(number) };
    if (context.lastProposal !== null) return { kind: "withdraw", actionId: context.lastProposal };
    return { kind: "actions", for: "withdraw" };
  }
  if (
    /^(approve|accept|confirm|execute|reject|decline|deny)\b/.test(low) &&
    (named || number || /^\w+( (it|that|this|them|all))?$/.test(low))
  ) {
    const id = number ? `#${number}` : "the action";
    const text = `Only a person can decide. Open ${id} in the queue and press Approve or Reject there.`;
    return { kind: "say", text, keeps: true };
  }
  const pending =
    /^((what|which|is there|are there|anything|show|list|what all)( me)?('s|s| is| are)?( the| any| all| my)*( actions?| changes?| proposals?| anything| requests?)?( (that|which))?( is| are)? ?(pending|waiting|queued|open for approval|in the queue|awaiting approval)|(show|list)( me)?( the)?( approval)? queue|the queue|pending|queue)( actions?| changes?| proposals?| requests?)?( for)?( approval| me)?( right)?( now)?$/;
  return pending.test(low) ? { kind: "actions", for: "pending" } : null;
}

/** What tables there are, and what a table holds. */
function schemaTalk(low: string, tokens: Token[], schema: Table[]): Plan | null {
  const spots = tableSpots(schema, tokens);
  const [spot] = spots;
  const overview =
    /^((what|which|show|list|name|display)( me)?( (all|the|us))* (tables?|schema|database schema|structure)( (are|is|do you|exist|can|there|have|know|see|available|in|of|i|the|this|database|we)\b)*|schema|tables?|describe( (the|this))? (database|schema|data|tables)|what('s| is) (in )?(the|this) (database|schema|structure)( like)?|what data (is there|do you have|do we have|is in (here|the database|this database)))$/;
  if (!spots.length && overview.test(low)) return { kind: "say", text: describeAll(schema), keeps: true };
  const about = saysAt(
    tokens,
    0,
    "describe|what columns|which columns|columns of|the columns of|show columns of|show the columns of|" +
      "what fields|which fields|structure of|schema of|explain|list columns of|show me the columns of",
  );
  if (!about) return null;
  if (!spot) {
    const text = `I know no such table. Tables: ${schema.map((t) => t.name).join(", ")}.`;
    return { kind: "say", text, keeps: true };
  }
  const around = tokens.filter((_, i) => i >= about && (i < spot.at || i >= spot.at + spot.length));
  const filler = /^(the|table|of|in|does|do|has|have|are|is|there|view|\?|\.|a|columns?|fields?|on)$/;
  if (spots.length > 1 || around.some((t) => !filler.test(t.low))) return null;
  const match = matchTable(schema, tokens, spot.at);
  return match ? { kind: "say", text: describe(match.table), keeps: true } : null;
}

function describeAll(schema: Table[]): string {
  if (!schema.length) return "This database has no tables yet.";
  const lines = schema.map((t) => {
    const rows = t.rows === null ? "" : `, ${t.rows} ${t.rows === 1 ? "row" : "rows"}`;
    return `- **${t.name}**${t.kind === "view" ? " (view)" : ""}${rows}: ${
      t.columns.map((c) => c.name).join(", ")
    }`;
  });
  return `There ${schema.length === 1 ? "is one table" : `are ${schema.length} tables`}:\n\n${
    lines.join("\n")
  }`;
}

function describe(table: Table): string {
  const lines = table.columns.map((c) => {
    const key = table.foreignKeys.find((f) => f.columns.includes(c.name));
    const notes = [
      c.type.toLowerCase() || "any type",
      c.primaryKey ? "key" : "",
      c.notNull ? "required" : "",
      c.default === null ? "" : `default ${c.default}`,
      c.generated ? "computed" : "",
      key ? `refers to ${key.table}` : "",
      c.values?.length && (table.rows === null || c.values.length < table.rows)
        ? `values ${c.values.join(", ")}`
        : "",
    ];
    return `- **${c.name}**: ${notes.filter((n) => n).join(", ")}`;
  });
  const rows = table.rows === null ? "" : ` with ${table.rows} ${table.rows === 1 ? "row" : "rows"}`;
  return `${spoken(table.name)} is a ${table.kind}${rows}:\n\n${lines.join("\n")}`;
}
