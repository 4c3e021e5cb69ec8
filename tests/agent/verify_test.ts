/** An export is believed only where a signature and a hash stand behind it, and the first entry without is named. */
import assert from "node:assert/strict";
import { hash, statementsHash } from "@/db-service/contract/digest.ts";
import { type Pins, readHistory, type Verdict, verifyHistory } from "@/agent/history/verify.ts";
import {
  type Entry,
  fileOf,
  makeChain,
  makeSigner,
  minute,
  rehash,
  sign,
  type Signer,
  uidOf,
} from "./chain.ts";

const ana = await makeSigner("Ana");
const bo = await makeSigner("Bo");
/** Whose key no database ever knew. */
const eve = await makeSigner("Eve");
const STEPS = [
  { n: 1, decision: "approve", by: ana },
  { n: 2, decision: "approve", by: bo },
  { n: 1, decision: "revert", by: bo },
  { n: 3, decision: "approve", by: ana },
  { n: 4, decision: "approve", by: ana },
] as const;
const CHAIN = await makeChain(STEPS);

async function verify(text: string, pins?: Pins): Promise<Verdict> {
  const read = readHistory(text);
  assert.ok("file" in read, "reason" in read ? read.reason : "");
  return await verifyHistory(read.file, pins);
}

Deno.test("an honest export holds, and says what it counted", async () => {
  const verdict = await verify(fileOf(CHAIN, [ana, bo, eve]));
  assert.ok(verdict.holds);
  const { database, approvals, reverts, head, pinned, keys } = verdict;
  assert.deepEqual({ database, approvals, reverts, head, pinned }, {
    database: "main",
    approvals: 4,
    reverts: 1,
    head: { seq: 5, hash: CHAIN[4].hash },
    pinned: null,
  });
  assert.deepEqual(keys.map(({ name, signatures }) => [name, signatures]), [["Ana", 3], ["Bo", 2]]);
});

Deno.test("so do one without entries, one whose keys were revoked later, and one that nobody's queue knows", async () => {
  assert.ok((await verify(fileOf([], []))).holds);
  const gone = { ...ana, approver: { ...ana.approver, revokedAt: minute(4) } };
  assert.ok((await verify(fileOf(CHAIN, [gone, bo]))).holds, "revoked in the moment of its last signature");
  assert.ok((await verify(fileOf(CHAIN.map((entry) => ({ ...entry, action: null })), [ana, bo]))).holds);
});

Deno.test("a head that is known pins everything up to it, and lets the history grow", async () => {
  const later = await verify(fileOf(CHAIN, [ana, bo]), { head: CHAIN[2].hash });
  assert.ok(later.holds && later.pinned === 3);
});

type Forgery = [
  what: string,
  forge: (chain: Entry[]) => readonly unknown[] | Promise<readonly unknown[]>,
  entry: string | null,
  reason: RegExp,
  with_?: { signers?: Signer[]; pins?: Pins },
];

const at = (chain: readonly Entry[], seq: number, change: Partial<Entry>): Entry[] =>
  chain.map((entry) => entry.seq === seq ? { ...entry, ...change } : entry);
const platinum = [{ sql: "UPDATE customers SET tier = ? WHERE id = ?", args: ["Platinum", 2] }];
const revokedAna = { ...ana, approver: { ...ana.approver, revokedAt: minute(3) } };
const lateBo = { ...bo, approver: { ...bo.approver, createdAt: minute(2) } };

const FORGERIES: Forgery[] = [
  // By someone who edits the file.
  [
    "a cell in the statements",
    (c) => at(c, 2, { statements: platinum }),
    "2 #2",
    /its statements are not those/,
  ],
  [
    "a cell in the statements, and their hash",
    async (c) => at(c, 2, { statements: platinum, statementsSha256: await statementsHash(platinum) }),
    "2 #2",
    /its hash is not/,
  ],
  ["the digest", async (c) => at(c, 2, { digest: await hash("other rows") }), "2 #2", /its hash is not/],
  ["who approved", (c) => at(c, 2, { approver: "Ana" }), "2 #2", /its hash is not/],
  ["when", (c) => at(c, 4, { at: minute(3.5) }), "4 #3", /its hash is not/],
  ["how many rows", (c) => at(c, 1, { affected: [] }), "1 #1", /its hash is not/],
  ["the decision", (c) => at(c, 3, { decision: "approve" }), "3 #1", /its hash is not/],
  ["two in the other order", (c) => [c[0], c[2], c[1], c[3], c[4]], "3 #1", /^entry 2 should stand here/],
  ["one left out", (c) => c.filter(({ seq }) => seq !== 2), "3 #1", /^entry 2 should stand here/],
  ["the first left out", (c) => c.slice(1), "2 #2", /^entry 1 should stand here/],
  ["one twice", (c) => [c[0], c[1], c[1], ...c.slice(2)], "2 #2", /^entry 3 should stand here/],
  [
    "one left out, and the gap closed",
    (c) => [c[0], ...c.slice(2).map((entry) => ({ ...entry, seq: entry.seq - 1 }))],
    "2 #1",
    /does not name the hash of the entry before/,
  ],
  ["a member missing", (c) => c.map(({ digest: _, ...rest }) => rest), "1 #1", /malformed: digest/],
  ["something else in its place", (c) => [c[0], null, ...c.slice(2)], null, /malformed: entry/],

  // By someone who also makes every hash anew. Only the signatures stand in the way.
  [
    "the statements",
    async (c) => rehash(at(c, 2, { statements: platinum, statementsSha256: await statementsHash(platinum) })),
    "2 #2",
    /its signature is not/,
  ],
  [
    "the digest, rehashed",
    async (c) => rehash(at(c, 2, { digest: await hash("x") })),
    "2 #2",
    /its signature is not/,
  ],
  ["the action, rehashed", (c) => rehash(at(c, 4, { actionUid: uidOf(9) })), "4 #3", /its signature is not/],
  [
    "a later expiry",
    (c) => rehash(at(c, 1, { approval: { ...c[0].approval, expiresAt: minute(4.5) } })),
    "1 #1",
    /its signature is not/,
  ],
  [
    "a time before its approval",
    (c) => rehash(at(c, 4, { at: minute(1.9) })),
    "4 #3",
    /within the five minutes/,
  ],
  ["a time after it", (c) => rehash(at(c, 5, { at: minute(8) })), "5 #4", /within the five minutes/],
  ["a time that is none", (c) => rehash(at(c, 5, { at: "soon" })), "5 #4", /within the five minutes/],
  [
    "signed by a key that is not enrolled",
    async (c) => rehash(at(c, 2, { approval: await sign(eve, c[1], minute(5)) })),
    "2 #2",
    /is not among the approvers/,
  ],
  [
    "signed by one key in the name of another",
    async (c) =>
      rehash(at(c, 2, { approval: { ...await sign(eve, c[1], minute(5)), key: bo.approver.key } })),
    "2 #2",
    /its signature is not/,
  ],
  [
    "another public key under a known thumbprint",
    async (c) =>
      rehash(at(c, 2, { approval: { ...await sign(eve, c[1], minute(5)), key: bo.approver.key } })),
    "2 #2",
    /the public key listed as \S+ is another one/,
    { signers: [ana, { ...bo, approver: { ...bo.approver, publicKey: eve.approver.publicKey } }] },
  ],
  [
    "the signature of another action",
    (c) => rehash(at(c, 4, { approval: c[4].approval })),
    "4 #3",
    /its signature is not/,
  ],
  [
    "an approval turned into a revert",
    (c) => rehash([...c, { ...c[3], decision: "revert" }]),
    "6 #3",
    /its signature is not/,
  ],
  [
    "an action executed twice",
    (c) => rehash([...c.slice(0, 2), c[1], ...c.slice(2)]),
    "3 #2",
    /had been executed before/,
  ],
  ["an action reverted twice", (c) => rehash([...c.slice(0, 3), c[2]]), "4 #1", /had been reverted before/],
  ["a revert before what it reverts", (c) => rehash([c[2], c[0]]), "1 #1", /had not been executed/],
  [
    "a revert of other rows, signed",
    async (c) => {
      const other = { ...c[2], digest: await hash("other rows") };
      return await rehash([c[0], c[1], { ...other, approval: await sign(bo, other, minute(6)) }]);
    },
    "3 #1",
    /it reverts other statements or another digest/,
  ],
  ["signed after its key was revoked", (c) => c, "5 #4", /had been revoked before it/, {
    signers: [revokedAna, bo],
  }],
  ["signed before its key was enrolled", (c) => c, "2 #2", /was enrolled only after it/, {
    signers: [ana, lateBo],
  }],

  // What no signature covers: only who knows more than the file can tell.
  ["a key that is not one of those known", (c) => c, "2 #2", /is not one of those you gave/, {
    pins: { keys: [ana.approver.key] },
  }],
  ["the tail left out", (c) => c.slice(0, 3), null, /no entry has the hash .*, the last is entry 3/, {
    pins: { head: CHAIN[4].hash },
  }],
  ["everything left out", () => [], null, /no entry has the hash .*, there is none/, {
    pins: { head: CHAIN[4].hash },
  }],
  ["a name, rehashed", (c) => rehash(at(c, 1, { approver: "Eve" })), null, /no entry has the hash/, {
    pins: { head: CHAIN[4].hash },
  }],
  [
    "words of nobody's among what is signed",
    (c) => c.map((entry) => entry.seq === 2 ? Object.assign(entry, { orderedBy: "the CEO" }) : entry),
    "2 #2",
    /orderedBy/,
  ],
  [
    "words of nobody's within a statement",
    (c) => at(c, 2, { statements: [Object.assign({ note: "as agreed" }, c[1].statements[0])] }),
    "2 #2",
    /note/,
  ],
  ["half of a character", (c) => at(c, 2, { approver: "\ud800" }), "2 #2", /half of a character/],
  ["one left out, rehashed", (c) => rehash(c.filter(({ seq }) => seq !== 4)), null, /no entry has the hash/, {
    pins: { head: CHAIN[4].hash },
  }],
];

for (const [what, forge, entry, reason, { signers = [ana, bo], pins } = {}] of FORGERIES) {
  Deno.test(`forged: ${what}`, async () => {
    const verdict = await verify(fileOf(await forge(structuredClone(CHAIN)), signers), pins);
    assert.ok(!verdict.holds, "it was believed");
    assert.match(verdict.reason, reason);
    const { seq, action } = verdict.entry;
    assert.equal(seq && `${seq} #${action?.id}`, entry);
    if (action) assert.equal(action.title, `Upgrade ${action.id}`);
  });
}

Deno.test("bytes all over an export's chain count: with the head known, none can be another", async () => {
  const text = fileOf(CHAIN.slice(0, 2).map(({ action: _, ...entry }) => entry), [ana, bo]);
  const pins = { head: CHAIN[1].hash };
  assert.ok((await verify(text, pins)).holds);
  const from = text.indexOf('"history":');
  const to = text.indexOf('"queue":');
  const passed: string[] = [];
  for (let i = from; i < to; i += 7) {
    const forged = text.slice(0, i) + (text[i] === "1" ? "2" : "1") + text.slice(i + 1);
    const read = readHistory(forged);
    if ("file" in read && (await verifyHistory(read.file, pins)).holds) {
      passed.push(`${i}: ${forged.slice(i - 20, i + 20)}`);
    }
  }
  assert.deepEqual(passed, []);
});

Deno.test("what is no export, or not a whole one, is not taken for one", () => {
  const text = fileOf(CHAIN, [ana, bo]);
  const cases: [string, RegExp][] = [
    ["", /not JSON/],
    ["seq,action\r\n", /not JSON/],
    [text.slice(0, -1), /only the beginning of it/],
    [text.slice(0, text.indexOf('"queue"')), /only the beginning of it/],
    ["[]", /no export/],
    ['{"history":[]}', /no export/],
    [text.replace('"v":1', '"v":2'), /version 2/],
    [text.replace('"approvers":', '"people":'), /no whole export: approvers/],
    [text.replace('"history":', '"histories":'), /no whole export: history/],
    // Whoever reads from above sees another statement than the one that was signed.
    [text.replace('"sql":', '"sql":"DROP TABLE customers","sql":'), /says "sql" twice/],
    [text.replace('"sql":', String.raw`"s\u0071l" :"a\"\\","sql":`), /says "sql" twice/],
    [text.replace('"history":', '"history":[],"history":'), /says "history" twice/],
  ];
  for (const [broken, reason] of cases) {
    const read = readHistory(broken);
    assert.ok("reason" in read, broken.slice(0, 60));
    assert.match(read.reason, reason);
  }
});
