/**
 * The writer, whatever the engine: everything happens through {@link Tx}. The local engine runs it inside its writer
 * process, a remote one in the service itself.
 */
import type {
  Approver,
  ApproverKey,
  ChainRecord,
  ChangeRecord,
  Executed,
  Invite,
  Reverted,
} from "../../contract/schemas.ts";
import {
  enrolApprover,
  listApprovers,
  listKeys,
  renameApprover,
  revokeApprover,
} from "../../record/approvers.ts";
import { describeAction, listChain } from "../../record/chain.ts";
import { codeNeeded, createInvite } from "../../record/invites.ts";
import { createSample } from "../../record/sample.ts";
import { keptSince, purge, RETENTION_DAYS } from "../../record/retention.ts";
import { createTables, isEmpty } from "../../record/tables.ts";
import type { CaptureScope } from "../capture/capture_sql.ts";
import { SchemaCache } from "../capture/schema_facts.ts";
import type { Tx, Writer } from "../types.ts";
import { execute } from "./execute.ts";
import { preview, RecentPreviews } from "./preview.ts";
import { refuseEngine } from "./refusal.ts";
import { revert } from "./revert.ts";
import { spend } from "./spend.ts";
import { inTransaction } from "./transaction.ts";

/** What the writer needs of the world. */
export interface WriterHost {
  /** Begins a transaction that holds the database's write lock. */
  begin: () => Promise<Tx>;
  scope: CaptureScope;
  /** Milliseconds since 1970. */
  now: () => number;
  cache: SchemaCache;
  /** Days for which captured rows are kept. */
  retentionDays: number;
  recent: RecentPreviews;
}

/** A writer that can also begin a database. */
export interface SeedingWriter extends Omit<Writer, "execute" | "revert"> {
  /** As {@link Writer} has them, without the version: how to ask for that is the engine's to know. */
  execute(input: Parameters<Writer["execute"]>[0]): Promise<Executed>;
  revert(input: Parameters<Writer["revert"]>[0]): Promise<Reverted>;
  /**
   * Creates our tables, and the sample when it is asked for and the database held nothing at all. Answers whether the
   * sample was created.
   */
  seed(input: { sample: boolean }): Promise<{ sample: boolean }>;
  /** Creates our tables in a database that holds something already; an empty one is left for {@link seed}. */
  adopt(): Promise<void>;
}

/** Makes the writer of one database. Its methods must be called one at a time. */
export function createWriter(
  options: Omit<WriterHost, "cache" | "retentionDays" | "recent"> & {
    retentionDays?: number;
    close: () => void;
  },
): SeedingWriter {
  const host: WriterHost = {
    retentionDays: RETENTION_DAYS,
    ...options,
    cache: new SchemaCache(),
    recent: new RecentPreviews(),
  };
  let hasTables = false;
  /** When old rows were last purged. */
  let purgedAt = -Infinity;
  /** Runs `work` on our tables, which are made if they are missing, and commits. */
  const onRecord = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    inTransaction(host.begin, async (tx, commit) => {
      if (!hasTables) await createTables(tx);
      const result = await work(tx);
      await commit();
      hasTables = true;
      return result;
    });
  /** Makes our tables if they are missing, and purges old rows: when the database is opened, then at most hourly. */
  const prepare = async () => {
    const now = host.now();
    if (now - purgedAt >= PURGE_EVERY_MS) {
      const isMore = await onRecord((tx) => purge(tx, keptSince(now, host.retentionDays)));
      purgedAt = isMore ? -Infinity : now;
    } else if (!hasTables) await onRecord(() => Promise.resolve());
  };
  const now = () => new Date(host.now()).toISOString();
  return {
    preview: (input) => guarded(() => preview(host, input)),
    execute: (input) => guarded(async () => (await prepare(), await execute(host, input))),
    revert: (input) => guarded(async () => (await prepare(), await revert(host, input))),
    spend: (input) => guarded(async () => (await prepare(), await spend(host, input))),
    record: (uid): Promise<ChangeRecord> =>
      guarded(async () => (await prepare(), await onRecord((tx) => describeAction(tx, uid)))),
    changes: (after): Promise<ChainRecord[]> => guarded(() => onRecord((tx) => listChain(tx, after))),
    keys: (): Promise<ApproverKey[]> => guarded(() => onRecord(listKeys)),
    approvers: (): Promise<Approver[]> => guarded(() => onRecord(listApprovers)),
    invite: (name): Promise<Invite> => guarded(() => onRecord((tx) => createInvite(tx, name, host.now()))),
    enrol: (request, mode) =>
      guarded(async () => {
        const approver = await onRecord((tx) => enrolApprover(tx, request, mode, now()));
        // Only now: the wrong try is counted.
        if (approver === null) throw codeNeeded(request);
        return approver;
      }),
    rename: (key, name) => guarded(() => onRecord((tx) => renameApprover(tx, key, name))),
    revoke: (key) => guarded(() => onRecord((tx) => revokeApprover(tx, key, now()))),
    seed: ({ sample }) =>
      guarded(() =>
        inTransaction(host.begin, async (tx, commit) => {
          const created = sample && await isEmpty(tx);
          await createTables(tx);
          if (created) await createSample(tx);
          await commit();
          hasTables = true;
          return { sample: created };
        })
      ),
    adopt: () =>
      guarded(() =>
        inTransaction(host.begin, async (tx, commit) => {
          if (await isEmpty(tx)) return;
          if (await createTables(tx)) await commit();
          hasTables = true;
        })
      ),
    close: () => Promise.resolve(options.close()),
  };
}

const PURGE_EVERY_MS = 60 * 60_000;

/** Trouble of the database itself becomes a problem with a code. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refuseEngine(error);
  }
}
