/** Every attack through every door of a real service: nothing is written, nothing else is reached, and it answers on. */
import assert from "node:assert/strict";
import {
  approvalBytes,
  base64url,
  KEY_ALGORITHM,
  SIGNATURE,
  statementsHash,
} from "@/db-service/contract/digest.ts";
import { Approver, ChangeRecord, Problem } from "@/db-service/contract/schemas.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { type Attack, HEAVY, OVERSIZED, readAttacks } from "./read_attacks.ts";
import { trappedSchema, writeAttacks } from "./write_attacks.ts";
import { type DbService, startDbService } from "./start.ts";
import { Watch } from "./watch.ts";

const DB = "/v1/databases/main";
/** What the attacker says was previewed: well-formed, and the digest of no change. */
const DIGEST = "A".repeat(43);

/** Proposals that a person could not look through, or that take more memory than they may. */
const TOO_LARGE = [
  "UPDATE customers SET name = printf('%040000000d', 1) WHERE id = 1",
  "UPDATE customers SET name = printf('%05000000d', id)",
  "UPDATE customers SET tier = length(printf('%900000000d', 1))",
];

const REFUSED = /^(refused_sql|uninspectable|limit)$/;

interface Target {
  service: DbService;
  watch: Watch;
  /** Sends a statement through a door and checks what every answer must keep to. Answers "ok" or the problem's code. */
  send(door: "read" | "preview" | "execute", name: string, sql: string): Promise<string>;
}

Deno.test("no attack through /read, /preview or /execute has an effect", async (t) => {
  await withTarget(async ({ service, watch, send }, port) => {
    const reads = readAttacks(service.dataDir, port), writes = writeAttacks(service.dataDir);
    const all = [...reads, ...writes];
    assert.equal(new Set(all.map(([, ...sql]) => sql.join("\n"))).size, all.length, "one stands there twice");
    assert(all.length >= 120, `${all.length} attacks`);
    const before = state(service.dataDir);
    const run = async (attack: Attack, work: (sql: string) => Promise<void>) => {
      const [name, ...statements] = attack;
      await t.step(name, async () => {
        for (const sql of statements) await work(sql);
        assert.deepEqual(state(service.dataDir), before);
      });
    };
    for (const attack of reads) {
      await run(attack, async (sql) => {
        assert.match(await send("read", attack[0], sql), REFUSED, sql);
        // A change that follows what failed to prepare it is a proposal like any other.
        const isChange = sql === "DELETE FROM customers";
        assert.match(await send("preview", attack[0], sql), isChange ? /^ok$/ : REFUSED, sql);
        assert.match(await send("execute", attack[0], sql), isChange ? /^drift$/ : REFUSED, sql);
        // The same as a part of a change: refused as well, or a harmless value that a person would see.
        await send("preview", attack[0], `UPDATE customers SET name = (SELECT 1 FROM (\n${sql}\n))`);
      });
    }
    for (const attack of writes) {
      await run(attack, async (sql) => {
        assert.match(await send("read", attack[0], sql), REFUSED, sql);
        const shown = await send("preview", attack[0], sql);
        const done = await send("execute", attack[0], sql);
        assert.equal(done, shown === "ok" ? "drift" : shown, sql);
      });
    }
    for (const sql of TOO_LARGE) assert.equal(await send("preview", "too large", sql), "limit", sql);
    for (const [name, sql] of HEAVY) {
      await run([name, sql], async () => assert.match(await send("read", name, sql), /^(ok|limit)$/));
    }
    for (const [name, sql, args = 0] of OVERSIZED) {
      await t.step(name, async () => {
        for (const door of ["read", "preview"]) {
          const statement = { sql, args: Array(args).fill(1) };
          const body = door === "read" ? statement : { statements: [statement] };
          const { status } = await watch.time(name, () => service.call("POST", `${DB}/${door}`, body));
          assert([400, 413].includes(status), `${door}: ${status}`);
        }
      });
    }
    await t.step("bytes that are no UTF-8 or no JSON", async () => {
      const headers = { authorization: `Bearer ${service.token}`, "content-type": "application/json" };
      const encode = (text: string) => new TextEncoder().encode(text);
      for (
        const body of [
          [...encode('{"sql":"SELECT '), 0xff, 0xfe, ...encode('"}')],
          [...encode('{"sql":"SELECT 1'), 0xc0, 0xaf, ...encode('; DELETE FROM customers"}')],
          [...encode('{"sql":"DELETE FROM customers'), 0xed, 0xa0, 0x80, ...encode('"}')],
          [0xff, 0xfe, 0x7b, 0x00],
          [...encode('{"sql":"SELECT 1","sql":"DELETE FROM customers"}')],
          [...encode('{"__proto__":{"maxRows":9},"sql":"DELETE FROM customers"}')],
          [...encode("[".repeat(200_000))],
        ]
      ) {
        const answer = await fetch(`${service.url}${DB}/read`, {
          method: "POST",
          headers,
          body: new Uint8Array(body),
        });
        assert([400, 422].includes(answer.status), `${answer.status}`);
        await answer.body?.cancel();
      }
      assert.deepEqual(state(service.dataDir), before);
    });
    const count = await service.call("POST", `${DB}/read`, { sql: "SELECT count(*) FROM customers" });
    assert.equal(count.status, 200);
    const ended = service.log.filter((line) => line.includes("child_ended"));
    assert(ended.every((line) => line.includes('"reason":"deadline"')), ended.join("\n"));
    assert.equal(service.log.filter((line) => line.includes('"unexpected"')).length, 0);
    // Far above what is measured: a runaway that only a deadline or the machine's memory ends would show.
    assert(watch.worstMs < 8_000 && watch.mostMb < 1_000, watch.report());
    console.log(`${all.length + HEAVY.length + OVERSIZED.length} attacks. ${watch.report()}`);
  });
});

/** A service over a trapped database, with a neighbour, files that are none of its business, and an enrolled key. */
async function withTarget(work: (target: Target, port: number) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let reached = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      reached++;
      connection.close();
    }
  })();
  const service = await startDbService();
  const watch = new Watch(service.pid);
  try {
    prepare(service.dataDir);
    const send = await sender(service, watch);
    await work({ service, watch, send }, listener.addr.port);
    assert.equal(reached, 0, "a statement reached a port of this machine");
  } finally {
    watch.stop();
    await service.stop();
    listener.close();
    await accepting;
  }
}

function prepare(folder: string): void {
  {
    using db = openBeside(`${folder}/main.db`);
    // SQLite wants to know a function when a definition calls it.
    db.function("writefile", { deterministic: true, varargs: true }, () => 1);
    db.function("load_extension", { varargs: true }, () => 1);
    db.exec(trappedSchema(folder));
  }
  {
    using other = openBeside(`${folder}/other.db`);
    other.exec(
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customers VALUES (1, 'other')",
    );
  }
  Deno.writeTextFileSync(`${folder}/notes.txt`, "the owner's notes");
}

async function sender(service: DbService, watch: Watch): Promise<Target["send"]> {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const enrolment = { publicKey: { kty: "EC", crv: "P-256", x, y }, name: "Eve" };
  const { key } = Approver.parse((await service.call("POST", `${DB}/approvers`, enrolment)).body);
  return async (door, name, sql) => {
    const statements = [{ sql }];
    const actionUid = crypto.randomUUID();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const body = door === "read" ? { sql } : door === "preview" ? { statements } : {
      actionUid,
      statements,
      digest: DIGEST,
      approval: {
        key,
        expiresAt,
        signature: base64url(
          new Uint8Array(
            await crypto.subtle.sign(
              SIGNATURE,
              keys.privateKey,
              approvalBytes({
                database: "main",
                actionUid,
                decision: "approve",
                // A lone surrogate has no canonical form, so nobody can sign it.
                statementsSha256: sql.isWellFormed() ? await statementsHash([{ sql, args: [] }]) : DIGEST,
                digest: DIGEST,
                expiresAt,
              }),
            ),
          ),
        ),
      },
    };
    const { status, body: answer } = await watch.time(
      `${name} by /${door}`,
      () => service.call("POST", `${DB}/${door}`, body),
    );
    const code = status === 200 ? "ok" : Problem.parse(answer).code;
    assert.match(
      code,
      /^(ok|invalid|refused_sql|uninspectable|limit|drift)$/,
      `${door} ${sql.slice(0, 200)}`,
    );
    if (status !== 200) {
      assert.doesNotMatch(Problem.parse(answer).detail, /secret['"]|root:|the owner's notes/);
    }
    if (door === "execute") {
      assert.notEqual(status, 200, sql);
      const record = await service.call("GET", `${DB}/changes/${actionUid}`);
      assert.equal(ChangeRecord.parse(record.body).state, "none");
    }
    return code;
  };
}

/** Everything that an attack could change: every row and definition, and every file of the folder but SQLite's own. */
function state(folder: string): Record<string, string> {
  const seen: Record<string, string> = {};
  {
    using db = openBeside(`${folder}/main.db`, { readOnly: true });
    db.function("writefile", { deterministic: true, varargs: true }, () => 1);
    const all = (sql: string) => JSON.stringify(db.prepare(sql).all());
    seen.schema = all("SELECT * FROM sqlite_schema");
    seen.settings = all("PRAGMA user_version") + all("PRAGMA journal_mode");
    for (const table of TABLES) seen[table] = all(`SELECT * FROM ${table}`);
  }
  for (const { name } of Deno.readDirSync(folder)) {
    const { mtime, size } = Deno.statSync(`${folder}/${name}`);
    // Previews pass through SQLite's own files and leave them as they were in content, which is compared above.
    seen[`file ${name}`] = name.startsWith("main.db") ? "" : [
      mtime?.toISOString(),
      size,
      base64url(Deno.readFileSync(`${folder}/${name}`)),
    ].join(" ");
  }
  return seen;
}

const TABLES = (
  "customers orders plain trapped logged lottery loop evil_check evil_default heavy_check search boxes _gk_secret " +
  "_gk_change _gk_approver sqlite_sequence"
).split(" ");
