/** What the model can do: read, propose, look, withdraw. None of these writes: a proposal waits for a person. */
import { tool, zodSchema } from "ai";
import { z } from "zod";
import { Statements } from "@/db-service/contract/schemas.ts";
import { database } from "../database.ts";
import { logUnexpected, Refusal } from "../errors.ts";
import { withdraw } from "../queue/decide.ts";
import { observe, type Origin, propose } from "../queue/propose.ts";
import { listActions } from "../queue/list.ts";
import { getStored } from "../queue/store.ts";
import { rowsOf } from "../queue/risk.ts";
import { countWords } from "../queue/words.ts";
import { fence } from "./fence.ts";
import { describeTable } from "./instructions.ts";
import { kept, MAX_ROWS } from "./kept.ts";

/** One answer uses its tools this often: a model that goes astray must not fill log and queue, or the database's time. */
const MAX_CALLS = 30;

const Sql = z.string().min(1).max(20_000);

/** What each tool takes. Made once: turning zod's schemas into JSON Schema costs more than the rest of a run's start. */
const INPUTS = {
  queryDatabase: zodSchema(z.object({ sql: Sql, description: z.string().max(200).default("") })),
  mutateDatabase: zodSchema(z.object({
    title: z.string().min(1).max(200).describe("What it does, in a few words"),
    description: z.string().max(2_000).default(""),
    sql: Sql.optional().describe("One statement"),
    statements: Statements.optional().describe("Several statements, in order, with bound arguments"),
    // Models trained on other tools send it. The undo comes from captured rows, never from SQL that a model wrote.
    revertSql: z.string().optional(),
  })),
  describeSchema: zodSchema(z.object({
    tables: z.array(z.string()).max(50).optional().describe(
      "Names of the tables to tell of; without it, all",
    ),
  })),
  listActions: zodSchema(z.object({
    state: z.enum(["pending", "approved", "rejected", "failed", "reverted"]).optional(),
    search: z.string().max(200).optional().describe("Words of the title, the SQL or the tables; or #12"),
  })),
  withdrawAction: zodSchema(z.object({ actionId: z.int().positive() })),
};

/**
 * The tools of one run. `fenced`: every result reaches the model inside a random boundary (not the built-in one: it reads
 * JSON). None is free of others' words: a refusal quotes a trigger's text, a list of actions the reasons of people.
 */
export function tools(origin: Origin, fenced: boolean) {
  const toModelOutput = fenced
    ? ({ output }: { output: unknown }) => ({ type: "text" as const, value: fence(output) })
    : undefined;
  let calls = 0;
  const answer = <T>(act: () => Promise<T>) =>
    answered(() => {
      if (++calls > MAX_CALLS) {
        throw new Refusal("limit", `An answer uses its tools at most ${MAX_CALLS} times. Say what you have.`);
      }
      return act();
    });
  return {
    queryDatabase: tool({
      description: "Reads from the database with one SELECT statement (SQLite). The person sees the rows.",
      inputSchema: INPUTS.queryDatabase,
      toModelOutput,
      execute: ({ sql, description }) => answer(() => query(origin, sql, description)),
    }),
    mutateDatabase: tool({
      description:
        "Proposes a change: one or more INSERT, UPDATE or DELETE statements. It is queued; a person decides. Nothing changes yet.",
      inputSchema: INPUTS.mutateDatabase,
      toModelOutput,
      execute: ({ title, description, sql, statements }, { abortSignal }) =>
        answer(async () => {
          const list = statements ?? (sql ? [{ sql }] : null);
          if (!list) throw new Refusal("invalid", "Give sql, or statements.");
          const action = await propose(origin, { title, description, statements: list }, abortSignal);
          return {
            actionId: action.id,
            status: "pending" as const,
            affected: action.affected,
            message: `Queued as #${action.id}: ${
              willWords(action.affected)
            }. Nothing has changed yet; a person decides.`,
          };
        }),
    }),
    describeSchema: tool({
      description: "Tells the tables, columns, keys and references of the database as they are now.",
      inputSchema: INPUTS.describeSchema,
      toModelOutput,
      execute: ({ tables: names }) =>
        answer(async () => {
          const { tables } = await database(origin.database).schema();
          const wanted = names && new Set(names.map((name) => name.toLowerCase()));
          return {
            tables: tables.filter(({ name }) => wanted?.has(name.toLowerCase()) ?? true).map(describeTable),
          };
        }),
    }),
    listActions: tool({
      description: "Lists the newest proposed changes with their state, or those that hold some words.",
      inputSchema: INPUTS.listActions,
      toModelOutput,
      execute: ({ state, search }) =>
        answer(async () => {
          const { actions } = await listActions(origin.ws, { type: "action", state, q: search, limit: 20 });
          return {
            actions: actions.map(({ id, state, type, title, affected, reason, error }) => (
              { id, state, type, title, affected, reason, error }
            )),
          };
        }),
    }),
    withdrawAction: tool({
      description: "Takes back a proposal of the agent that nobody has decided yet.",
      inputSchema: INPUTS.withdrawAction,
      toModelOutput,
      execute: ({ actionId }) =>
        answer(async () => {
          const { summary } = await getStored(origin.ws, actionId);
          if (summary.proposedBy.via !== "agent") {
            throw new Refusal(
              "forbidden",
              `#${actionId} was proposed by a person. Only a person may withdraw it.`,
            );
          }
          await withdraw(origin.ws, actionId, origin.by);
          return { actionId, status: "withdrawn" as const };
        }),
    }),
  };
}

async function query(origin: Origin, sql: string, description: string) {
  try {
    const result = await database(origin.database).read(sql, [], MAX_ROWS);
    const seen = await observe(origin, { sql, description }, result);
    return { sql, ...kept(result), observationId: seen.id };
  } catch (error) {
    if (error instanceof Refusal) await observe(origin, { sql, description }, { error: error.message });
    throw error;
  }
}

/** A refusal is an answer that the model can correct itself by; anything else is our bug and shown as its id. */
async function answered<T>(act: () => Promise<T>): Promise<T | { error: string; code: string }> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message, code: error.code };
    return { error: `Something went wrong here (${logUnexpected(error, "tool")}).`, code: "internal" };
  }
}

function willWords(counts: Parameters<typeof countWords>[0]): string {
  return rowsOf({ counts: [...counts] }) === 0 ? "no row would change" : `on approval, ${countWords(counts)}`;
}
