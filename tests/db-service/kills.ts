/**
 * Processes killed at random moments while they execute and revert: what was answered has happened, what was not has
 * happened wholly or not at all, and asking again settles it.
 */
import assert from "node:assert/strict";
import { entryHash } from "@/db-service/contract/chain.ts";
import { ChainPage, type ChangeRecord, type Preview } from "@/db-service/contract/schemas.ts";
import {
  approvalBytes,
  fromBase64url,
  KEY_ALGORITHM,
  SIGNATURE,
  thumbprint,
} from "@/db-service/contract/digest.ts";
import { randomFrom } from "@/tests/random.ts";
import { type Action, type Desk, Refused } from "./desk.ts";
import { sameDump } from "./fuzz.ts";
import type { Dump } from "./witness.ts";

/** What was going on when a process was killed, by what had become of it. */
export interface KillReport {
  /** Kills that came before the answer: these are the rounds. */
  kills: number;
  /** Kills that came just after it. */
  answered: number;
  /** It was done, but nobody had heard of it. */
  unheard: number;
  /** Nothing had happened yet. */
  undone: number;
  lost: number;
  doubled: number;
}

export const SCHEMA = `CREATE TABLE counter(id INTEGER PRIMARY KEY, n); INSERT INTO counter VALUES (1, 0);
  CREATE TABLE line(id INTEGER PRIMARY KEY AUTOINCREMENT, v); CREATE TABLE log(n INTEGER PRIMARY KEY, msg);
  CREATE TRIGGER t AFTER UPDATE ON counter BEGIN INSERT INTO log(msg) VALUES (NEW.n); END;
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500) INSERT INTO line(v) SELECT i FROM c`;

/** Exactly once can be counted: a second run would count further. */
const STATEMENTS = [
  { sql: "UPDATE counter SET n = n + 1" },
  { sql: "UPDATE line SET v = v + 1" },
  {
    sql:
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 700) INSERT INTO line(v) SELECT i FROM c",
  },
];

/** Runs `rounds` kills, about half of them of the service itself. Throws on what is neither done nor undone. */
export async function kill(
  desk: Desk,
  { rounds, seed }: { rounds: number; seed: number },
): Promise<KillReport> {
  const random = randomFrom(seed);
  const report: KillReport = { kills: 0, answered: 0, unheard: 0, undone: 0, lost: 0, doubled: 0 };
  let usual = 0;
  let action: Action | null = null;
  while (report.kills < rounds) {
    const before = await desk.dump();
    const doing: "execute" | "revert" = action === null ? "execute" : "revert";
    const begun = performance.now();
    const current: Action = action ?? {
      actionUid: crypto.randomUUID(),
      statements: STATEMENTS,
      digest: (await desk.call<Preview>("POST", "/preview", { statements: STATEMENTS })).digest,
    };
    if (action === null) usual = 1.2 * (performance.now() - begun);
    const underWay = desk[doing](current).then(() => true, (error) => {
      // Only a process that died may be the reason.
      if (error instanceof Refused && error.problem.code !== "db_unavailable") throw error;
      return false;
    });
    await new Promise((resolve) => setTimeout(resolve, usual * random(1000) / 1000));
    const wholeService = random(2) === 0;
    await (wholeService ? desk.service.kill9() : desk.killWriter());
    const answered = await underWay;
    if (!answered) report.kills++;
    if (wholeService) await desk.restart();
    const { replay } = await settled(() => desk[doing](current));
    report[answered ? "answered" : replay ? "unheard" : "undone"]++;
    if (answered && !replay) report.lost++;
    const after = await desk.dump();
    if (!isOnce(before, after, doing)) report.doubled++;
    assert.equal((await desk[doing](current)).replay, true);
    assert.ok(sameDump(await desk.dump(), after), "asking once more changed something");
    const { state } = await desk.call<ChangeRecord>("GET", `/changes/${current.actionUid}`);
    assert.equal(state, doing === "execute" ? "executed" : "reverted");
    action = doing === "execute" ? current : null;
  }
  assert.deepEqual(await desk.query("PRAGMA integrity_check"), [["ok"]]);
  await assertChain(desk);
  return report;
}

/**
 * Checks, as one can elsewhere, every entry's hash and signature and that each names the one before. Answers how many
 * there are.
 */
export async function assertChain(desk: Desk): Promise<number> {
  let previous = { seq: 0, hash: "" };
  for (;;) {
    const page = await desk.call<ChainPage>("GET", `/changes?after=${previous.seq}`);
    const { database, changes, approvers } = ChainPage.parse(page);
    if (changes.length === 0) return previous.seq;
    for (const entry of changes) {
      assert.deepEqual([entry.seq, entry.prev], [previous.seq + 1, previous.hash]);
      assert.equal(await entryHash(entry), entry.hash, `entry ${entry.seq}`);
      const approver = approvers.find(({ key }) => key === entry.approval.key);
      assert.ok(approver !== undefined && approver.key === await thumbprint(approver.publicKey));
      const key = await crypto.subtle.importKey("jwk", approver.publicKey, KEY_ALGORITHM, true, ["verify"]);
      const signed = approvalBytes({ database, ...entry, expiresAt: entry.approval.expiresAt });
      const signature = fromBase64url(entry.approval.signature);
      assert.ok(await crypto.subtle.verify(SIGNATURE, key, signature, signed), `entry ${entry.seq}`);
      previous = { seq: entry.seq, hash: entry.hash };
    }
  }
}

function isOnce(before: Dump, after: Dump, doing: "execute" | "revert"): boolean {
  const step = doing === "execute" ? 1 : -1;
  const count = ({ tables: { counter, line, log } }: Dump) => [
    Number(counter[1].values[1]),
    Number(Object.values(line)[0].values[1]),
    Object.keys(line).length / 700,
    Object.keys(log).length,
  ];
  const then = count(before);
  return count(after).every((n, i) => Math.abs(n - then[i] - step) < 1e-9);
}

/** Asks until a process that was killed has been replaced. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const comes = error instanceof Refused && ["db_unavailable", "busy"].includes(error.problem.code);
      if (!comes || attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 5;
