/**
 * The client of the db-service: the app's only way to data. Every answer is checked against the contract; a service
 * that is down, slow or broken becomes `db_unavailable`, and its health is known to whoever asks.
 */
import { z } from "zod";
import {
  type Approval,
  Approver,
  ChainPage,
  ChangeRecord,
  type EnrolRequest,
  ExecuteResult,
  Preview,
  Problem,
  ReadResult,
  RevertResult,
  type RowsQuery,
  RowsResult,
  Schema,
  type Statement,
  type Value,
} from "@/db-service/contract/schemas.ts";
import { Refusal } from "./errors.ts";
import { settings } from "./settings.ts";

/** How long the app waits for an answer, in milliseconds: above the service's own deadlines. */
const READ_TIMEOUT = 5_000;
const WRITE_TIMEOUT = 12_000;

type Listener = (ok: boolean) => void;
const listeners = new Set<Listener>();
let healthy = true;

/** Calls `listener` when the db-service goes down or comes back. Returns how to stop. */
export function onHealth(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the last call reached the db-service. */
export function isHealthy(): boolean {
  return healthy;
}

function setHealthy(ok: boolean): void {
  if (healthy === ok) return;
  healthy = ok;
  for (const listener of listeners) listener(ok);
}

/** Asks the db-service whether it is well; never throws. */
export async function checkHealth(): Promise<boolean> {
  try {
    const answer = await fetch(`${settings().dbServiceUrl}/healthz`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    setHealthy(answer.ok);
  } catch {
    setHealthy(false);
  }
  return healthy;
}

/**
 * One database of the db-service. Every method throws {@link Refusal}. `patience` bounds what looks, not what changes,
 * in milliseconds.
 */
export function database(name: string, patience = READ_TIMEOUT) {
  const at = `/v1/databases/${encodeURIComponent(name)}`;
  return {
    schema: () => call("GET", `${at}/schema`, Schema, undefined, patience),
    rows: async (table: string, query: RowsQuery) => {
      const params = new URLSearchParams();
      for (const [key, value] of Object.entries(query)) {
        if (value !== undefined && value !== "") params.set(key, String(value));
      }
      // A path can't name these two: it would lead elsewhere.
      if (table === "." || table === "..") {
        throw new Refusal("not_found", `The table "${table}" can't be shown.`);
      }
      return await call(
        "GET",
        `${at}/rows/${encodeURIComponent(table)}?${params}`,
        RowsResult,
        undefined,
        patience,
      );
    },
    version: () => call("GET", `${at}/version`, z.object({ version: z.string() })),
    read: (sql: string, args?: Value[], maxRows?: number) =>
      call("POST", `${at}/read`, ReadResult, { sql, args, maxRows }),
    preview: (statements: Statement[], page?: number) =>
      call("POST", `${at}/preview`, Preview, { statements, page }, WRITE_TIMEOUT),
    execute: (body: { actionUid: string; statements: Statement[]; digest: string; approval: Approval }) =>
      call("POST", `${at}/execute`, ExecuteResult, body, WRITE_TIMEOUT),
    revert: (body: { actionUid: string; approval: Approval }) =>
      call("POST", `${at}/revert`, RevertResult, body, WRITE_TIMEOUT),
    record: (uid: string) => call("GET", `${at}/changes/${encodeURIComponent(uid)}`, ChangeRecord),
    /** Decisions that took effect after entry `after` of the chain, oldest first; none at its end. */
    changes: (after: number) =>
      call("GET", `${at}/changes?after=${after}`, ChainPage, undefined, WRITE_TIMEOUT),
    approvers: () => call("GET", `${at}/approvers`, z.object({ approvers: z.array(Approver) })),
    enrol: (body: EnrolRequest) => call("POST", `${at}/approvers`, Approver, body),
    rename: (key: string, name: string) =>
      call("PATCH", `${at}/approvers/${encodeURIComponent(key)}`, Approver, { name }),
    revoke: (key: string) => call("DELETE", `${at}/approvers/${encodeURIComponent(key)}`, z.null()),
    create: (seed: boolean) => call("PUT", at, z.unknown(), { seed }, WRITE_TIMEOUT),
  };
}
export type Database = ReturnType<typeof database>;

async function call<T>(
  method: string,
  path: string,
  shape: z.ZodType<T>,
  body?: unknown,
  timeout = READ_TIMEOUT,
): Promise<T> {
  const { dbServiceUrl, dbServiceToken } = settings();
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(dbServiceUrl + path, {
      method,
      headers: { authorization: `Bearer ${dbServiceToken}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
      redirect: "error",
    });
    text = await answer.text();
  } catch {
    setHealthy(false);
    throw new Refusal(
      "db_unavailable",
      "The database service does not answer. Nothing was lost; try again soon.",
    );
  }
  setHealthy(true);
  const json = parse(text);
  if (!answer.ok) throw refusalOf(answer.status, json);
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    throw new Refusal("db_unavailable", "The database service gave an answer that could not be understood.");
  }
  return parsed.data;
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(status: number, json: unknown): Refusal {
  const problem = Problem.safeParse(json);
  // Our own token being refused is the operator's to mend, and nothing that a person in the browser could sign in for.
  if (status === 401 || !problem.success) {
    return new Refusal("db_unavailable", `The database service refused the app (HTTP ${status}).`);
  }
  const { code, detail, errors, preview, conflicts, now } = problem.data;
  return new Refusal(code, detail, { errors, preview, conflicts, now });
}
