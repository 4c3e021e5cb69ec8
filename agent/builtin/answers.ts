/** Results in words: short, exact, and never more than what happened. */
import { aggregateWords, whereWords } from "./describe.ts";
import { singularName, spoken } from "./lexicon.ts";
import type { Plan, Read } from "./query.ts";
import {
  actionsOutput,
  anyOutput,
  type ListedAction,
  type ProposalOutput,
  proposalOutput,
  type ReadOutput,
} from "./results.ts";
import { readOutput, type ToolOutput } from "./results.ts";

/** What to say after a tool answered, or the next tool to call. */
export type Next = { say: string } | { withdraw: number };

export function answer(plan: Plan, tool: string, output: ToolOutput): Next {
  if (tool === "queryDatabase") return { say: afterRead(plan, output) };
  if (tool === "mutateDatabase") return { say: afterProposal(plan, output) };
  if (tool === "listActions") return afterActions(plan, output);
  const result = anyOutput(output);
  if (!result.ok) return { say: sentence(`That did not work: ${result.error}`) };
  if (tool !== "withdrawAction") return { say: "Done." };
  const id = plan.kind === "withdraw" ? `#${plan.actionId}` : "The action";
  return { say: `${id} is withdrawn. Nothing has changed in the data.` };
}

/** How many decisions are restated one by one. */
const RESTATED = 5;

/** The app's notes about decisions, restated in one sentence: the first ones each, the others as a number. */
export function outcomeAnswer(notes: string[]): string {
  const lines = notes.flatMap((note) => note.trim().split("\n").slice(1)).map((line) => line.trim())
    .filter((line) => line !== "");
  const said = lines.slice(0, RESTATED).map(outcomeLine).map((line) => line.replace(/[.\s]+$/, ""));
  const more = lines.length - said.length;
  if (more > 0) said.push(`and ${more} more ${more === 1 ? "was" : "were"} decided`);
  return said.length ? `${said.join("; ")}.` : "A decision was made.";
}

function afterRead(plan: Plan, output: ToolOutput): string {
  const result = readOutput(output);
  if (!result.ok) return sentence(`The database could not answer that: ${result.error}`);
  return plan.kind === "read"
    ? readAnswer(plan.read, result.value)
    : `${count(rowsOf(result.value), "row")}.`;
}

function readAnswer(read: Read, result: ReadOutput): string {
  const rows = rowsOf(result);
  const about = whereWords(read);
  const cut = result.truncated
    ? ` Only the first ${rows.toLocaleString("en")} are shown; there are more.`
    : "";
  if (read.aggregates.length && !read.groups.length) {
    const first = result.rows?.[0] ?? [];
    const [only] = read.aggregates;
    if (only?.name === "count" && !only.of && typeof first[0] === "number") {
      const n = first[0];
      const things = n === 1 ? singularName(read.table.name) : spoken(read.table.name);
      return `There ${n === 1 ? "is" : "are"} ${n === 0 ? "no" : n.toLocaleString("en")} ${things}${about}.`;
    }
    const said = read.aggregates.map((a, i) => `the ${aggregateWords(a, read)} is ${numberWords(first[i])}`);
    return capital(`${said.join(" and ")}${about}.`);
  }
  if (!rows) return `No ${spoken(read.table.name)} found${about}.`;
  if (read.groups.length) return `${count(rows, "group")}${about}.${cut}`;
  return `${count(rows, "row")}${about}.${cut}`;
}

function afterProposal(plan: Plan, output: ToolOutput): string {
  const result = proposalOutput(output);
  if (!result.ok) return sentence(`I could not queue that: ${result.error}`) + " Nothing has changed.";
  const { actionId } = result.value;
  const parts = effects(result.value);
  if (!parts.length) {
    return `Queued as #${actionId}, but no row matches: approving it would change nothing. ` +
      'Say "take it back" to withdraw it.';
  }
  const deletes = plan.kind === "write"
    ? plan.verb === "delete"
    : result.value.affected.some((a) => a.deleted > 0);
  const warning = deletes ? " Warning: this deletes data; once approved, only a revert brings it back." : "";
  return `Queued as #${actionId}: ${parts.join(", ")}. Nothing has changed yet.${warning}`;
}

function effects(proposal: ProposalOutput): string[] {
  return proposal.affected.flatMap((a) => [
    ...(a.updated ? [`${count(a.updated, "row")} in ${a.table} would change`] : []),
    ...(a.inserted ? [`${count(a.inserted, "row")} would be added to ${a.table}`] : []),
    ...(a.deleted ? [`${count(a.deleted, "row")} would be deleted from ${a.table}`] : []),
  ]);
}

function afterActions(plan: Plan, output: ToolOutput): Next {
  const result = actionsOutput(output);
  if (!result.ok) return { say: sentence(`I could not read the queue: ${result.error}`) };
  const actions = result.value.filter((a) => a.type === "action").sort((a, b) => b.id - a.id);
  const purpose = plan.kind === "actions" ? plan.for : "pending";
  if (purpose === "undo") return { say: undoAnswer(actions) };
  const pending = actions.filter((a) => a.state === "pending" || a.state === "stale" || a.state === "failed");
  const [only, other] = pending;
  if (!only) return { say: "Nothing waits for a decision." };
  if (purpose === "withdraw" && !other) return { withdraw: only.id };
  const list = pending.slice(0, 10).map(named).join(", ");
  const more = pending.length > 10 ? ` and ${pending.length - 10} more` : "";
  if (purpose === "withdraw") return { say: `Which one should I withdraw: ${list}${more}?` };
  return {
    say: `${count(pending.length, "action")} ${other ? "wait" : "waits"} for a decision: ${list}${more}.`,
  };
}

function undoAnswer(actions: ListedAction[]): string {
  const last = actions.find((a) => a.state === "approved");
  const pending = actions.find((a) => a.state === "pending");
  const hint = pending
    ? ` ${named(pending)} is still pending: say "withdraw #${pending.id}" to take it back.`
    : "";
  if (!last) return `No approved action is left, so there is nothing to revert.${hint}`;
  if (last.canRevert === false) {
    return `The last approved action, ${named(last)}, can't be reverted any more.${hint}`;
  }
  return `Only a person can revert. The last approved action is ${
    named(last)
  }: open it in the queue and press Revert.${hint}`;
}

function outcomeLine(line: string): string {
  const m = /^(#\d+) (?:was |is |has )?(\w+)(?: by ([^:]+?))?(?:: ?(.*))?$/.exec(line);
  if (!m) return line;
  const [, id, state, , detail] = m;
  const about = (detail ?? "").replace(/[.\s]+$/, "");
  const effect = about.replace(
    /(?<![\d,])([\d,]+) (rows?) (updated|inserted|deleted|added|changed)/g,
    (_, n, rows, verb) => `${n} ${rows} ${n === "1" ? "was" : "were"} ${verb}`,
  );
  if (state === "approved") return `${id} is approved${effect ? `: ${effect}` : ""}`;
  if (state === "rejected") return `${id} was rejected${about ? ` (${about})` : ""}, so nothing changed`;
  if (state === "reverted") return `${id} is reverted: ${effect || "the rows are as they were before"}`;
  if (state === "failed") return `${id} failed and changed nothing${about ? `: ${about}` : ""}`;
  return line;
}

function named(action: ListedAction): string {
  const title = action.title.replace(/\s+/g, " ").trim();
  return title ? `#${action.id} (${title.length > 80 ? `${title.slice(0, 79)}…` : title})` : `#${action.id}`;
}

function rowsOf(result: ReadOutput): number {
  return result.rowCount ?? result.rows?.length ?? 0;
}

function numberWords(value: unknown): string {
  if (typeof value === "number") return value.toLocaleString("en", { maximumFractionDigits: 4 });
  if (value === null || value === undefined) return "unknown, because there are no values";
  return typeof value === "string" ? `"${value.slice(0, 80)}"` : "shown above";
}

function count(n: number, thing: string): string {
  return `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
