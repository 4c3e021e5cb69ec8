/**
 * One sentence in, one plan out: pure, from the schema alone. What a tool answers never gets here, so text in rows
 * can't command anything.
 */
import type { Table } from "@/agent/types.ts";
import { type Change, changeable, hasPronoun, readDelete } from "./changes.ts";
import { examplesFor, offer } from "./examples.ts";
import { followUp } from "./followups.ts";
import { readInsert } from "./inserts.ts";
import type { Context, Plan } from "./query.ts";
import { readQuestion, readSql } from "./reads.ts";
import { tableSpots } from "./scan.ts";
import { smallTalk } from "./talk.ts";
import { type Token, tokenize } from "./tokens.ts";
import { readUpdate } from "./updates.ts";
import { saysAt } from "./words.ts";

/** What to do about a person's sentence. Never throws; never guesses. */
export function plan(text: string, context: Context): Plan {
  const { schema } = context;
  const tokens = withoutPoliteness(tokenize(text));
  if (!tokens.length) return say(`Ask me something about this database. ${offer(schema)}`, true);
  const odd = tokens.find((t) => t.kind === "number" && /^-?[1-9]\d{0,2}\.\d{3}$/.test(t.text));
  if (odd) {
    const [plain, exact] = [odd.text.replace(".", ""), odd.text.replace(/0+$/, "").replace(/\.$/, "")];
    return say(`Is ${odd.text} ${plain} or ${exact}? Please write it in that way.`, false);
  }
  const talk = smallTalk(text, tokens, context);
  if (talk) return talk;
  const change = changeOf(text, tokens, context);
  if (change) {
    if (change.ok) {
      const { verb, table, title, description, sql } = change;
      return { kind: "write", verb, table, title: cut(title), description, sql };
    }
    return say(
      `${change.say || "I did not understand that change."} ${refusal(change, schema)}`.trim(),
      false,
    );
  }
  const follow = followUp(text, tokens, context);
  if (follow) {
    return "say" in follow
      ? say(follow.say, false)
      : { kind: "read", ...readSql(schema, follow.read), ...follow };
  }
  if (!tableSpots(schema, tokens).length && hasPronoun(tokens) && !context.previous) {
    return say(`I don't know what that refers to. ${offer(schema)}`, false);
  }
  const reading = readQuestion(schema, text, tokens);
  if (reading.ok) return { kind: "read", ...readSql(schema, reading.read), read: reading.read };
  const why = reading.say || "I did not understand that.";
  return say(reading.unknown.length || !reading.say ? `${why} ${offer(schema)}` : why, false);
}

const INSERT = "add|insert|create|register|append";
const DELETE = "delete|remove|erase|drop|get rid of|discard";
const UPDATE =
  "set|change|update|upgrade|downgrade|promote|demote|move|switch|transfer|convert|mark|make|rename|turn|flag|put|" +
  "increase|raise|decrease|reduce|lower|cut|bump|double|halve|clear|unset|blank|reset|correct|fix|edit|modify|" +
  "give|assign";

/** The change that a sentence commands, by its first word. */
function changeOf(text: string, tokens: Token[], context: Context): Change | null {
  const { previous } = context;
  const schema = changeable(context.schema, text);
  const insert = saysAt(tokens, 0, INSERT);
  const isNew = saysAt(tokens, 0, "new") > 0 && tokens.length > 2;
  const remove = saysAt(tokens, 0, DELETE);
  const update = saysAt(tokens, 0, UPDATE);
  const structure = insert || remove || saysAt(tokens, 0, "rename|change|alter|truncate")
    ? tokens.find((t) => /^(table|column|index|trigger|view|database)$/.test(t.low))
    : undefined;
  if (structure && !schema.some((t) => t.name.toLowerCase() === structure.low)) {
    const known = /^(column|table|view|database|index|trigger)$/.test(structure.low);
    const named = schema.some((t) => t.columns.some((c) => c.name.toLowerCase() === structure.low));
    if (known && !named) {
      const say = `I can change rows, not the structure of the database: I can't touch a ${structure.low}.`;
      return { ok: false, say, unknown: [], table: null };
    }
  }
  if (insert || isNew) return readInsert(schema, text, isNew ? tokens : tokens.slice(insert));
  if (remove) return readDelete(schema, text, tokens.slice(remove), previous);
  if (update) return readUpdate({ schema, text, previous }, tokens[0]?.low ?? "", tokens.slice(update));
  return null;
}

function refusal(change: Extract<Change, { ok: false }>, schema: Table[]): string {
  if (!change.unknown.length && change.say) return "";
  const examples = examplesFor(schema).filter((e) => /^(Upgrade|Set|Add)/.test(e)).map((e) => `"${e}"`);
  const nothing = change.unknown.length ? "So I have proposed nothing." : "";
  return `${nothing}${examples.length ? ` Try for example: ${examples.join(", ")}.` : ""}`.trim();
}

function withoutPoliteness(tokens: Token[]): Token[] {
  const polite =
    "please|can you|could you|would you|will you|can i|could i|may i|i want to|i would like to|i'd like to|" +
    "i would like|i'd like|i want|i need|we need|we want|i need to|let us|let's|lets|now|then|ok|okay|hey|so|kindly|just|give me|give us|go ahead and|,";
  let at = 0;
  while (at < tokens.length - 1) {
    const length = saysAt(tokens, at, polite);
    if (!length || at + length >= tokens.length) break;
    at += length;
  }
  let end = tokens.length;
  while (end > at + 1) {
    const length = [2, 1].find((n) =>
      saysAt(tokens.slice(0, end), end - n, "please|thanks|thank you|now|,|.|!") === n
    );
    if (!length) break;
    end -= length;
  }
  return tokens.slice(at, end);
}

function say(text: string, keeps: boolean): Plan {
  return { kind: "say", text, keeps };
}

function cut(title: string): string {
  return title.length > 160 ? `${title.slice(0, 157)}…` : title;
}
