/** The HTTP face: who may speak, what is answered to bad input, and what the log keeps to itself. */
import assert from "node:assert/strict";
import { Problem, RowsResult } from "@/db-service/contract/schemas.ts";
import { makeSigner } from "./lab.ts";
import { type DbService, startDbService } from "./start.ts";

const DB = "/v1/databases/main";
const UID = "3f1c8a52-7c5e-4f0e-9d5a-1b2c3d4e5f60";
const ROUTES: [method: string, path: string][] = [
  ["GET", "/v1/databases"],
  ["PUT", "/v1/databases/other"],
  ["GET", `${DB}/schema`],
  ["GET", `${DB}/version`],
  ["GET", `${DB}/rows/customers`],
  ["POST", `${DB}/read`],
  ["POST", `${DB}/preview`],
  ["POST", `${DB}/execute`],
  ["POST", `${DB}/revert`],
  ["GET", `${DB}/changes`],
  ["GET", `${DB}/changes/${UID}`],
  ["GET", `${DB}/approvers`],
  ["POST", `${DB}/approvers`],
  ["PATCH", `${DB}/approvers/x`],
  ["DELETE", `${DB}/approvers/x`],
  ["POST", `${DB}/invites`],
  ["GET", "/nothing"],
];

async function withService(
  work: (service: DbService) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const service = await startDbService({ env });
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

async function problem(service: DbService, method: string, path: string, body?: unknown) {
  return Problem.parse((await service.call(method, path, body)).body);
}

/** A request as bytes, for what fetch does not let one say. */
async function raw(service: DbService, head: string[], body = ""): Promise<number> {
  const { port } = new URL(service.url);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const bytes = new TextEncoder().encode([...head, "Connection: close", "", body].join("\r\n"));
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  const answer = new Uint8Array(64);
  const length = await connection.read(answer) ?? 0;
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(new TextDecoder().decode(answer.subarray(0, length)))?.[1]);
}

Deno.test("without the token nothing is answered but /healthz", async () => {
  for (const mode of ["local", "production"]) {
    await withService(async (service) => {
      const odd = await raw(service, [`GET ${DB}/schema HTTP/1.1`, "Host: a b"]);
      assert.equal(odd, mode === "local" ? 403 : 400);
      const healthz = await fetch(`${service.url}/healthz`);
      assert.deepEqual([healthz.status, await healthz.json()], [200, { status: "ok" }]);
      const tokens = [
        "",
        "Bearer",
        "Bearer ",
        `Bearer ${service.token}x`,
        `Bearer ${service.token.slice(0, -1)}`,
      ];
      const wrong = [...tokens, `Basic ${service.token}`, service.token, "Bearer null"];
      for (const [method, path] of ROUTES) {
        for (const authorization of wrong) {
          const headers = new Headers(authorization === "" ? {} : { authorization });
          const response = await fetch(service.url + path, { method, headers });
          const { code } = Problem.parse(await response.json());
          assert.deepEqual(
            [response.status, code],
            [401, "unauthorized"],
            `${method} ${path} ${authorization}`,
          );
          assert.equal(response.headers.get("content-type"), "application/problem+json");
        }
      }
    }, { GATEKEEPER_MODE: mode });
  }
});

Deno.test("local mode answers this machine and no web page", async () => {
  await withService(async (service) => {
    const { port } = new URL(service.url);
    const authorization = `Authorization: Bearer ${service.token}`;
    const host = `Host: 127.0.0.1:${port}`;
    const get = `GET ${DB}/schema HTTP/1.1`;
    const cases: [status: number, head: string[]][] = [
      [200, [get, host, authorization]],
      [200, [get, `Host: localhost:${port}`, authorization]],
      [200, [get, host, authorization, `Origin: http://127.0.0.1:${port}`]],
      [200, [get, host, authorization, "Sec-Fetch-Site: same-origin"]],
      [403, [get, "Host: evil.example", authorization]],
      [403, [get, `Host: 127.0.0.1.evil.example:${port}`, authorization]],
      [403, [get, "Host: a b", authorization]],
      [403, [get, `Host: 192.168.0.9:${port}`, authorization]],
      [403, [get, host, authorization, "Origin: https://evil.example"]],
      [403, [get, host, authorization, "Origin: null"]],
      [403, [get, host, authorization, "Sec-Fetch-Site: cross-site"]],
      [403, [get, host, authorization, "X-Forwarded-For: 10.0.0.1"]],
      [403, [get, host, authorization, "X-Forwarded-Anything: 1"]],
      [403, [get, host, authorization, "Forwarded: for=10.0.0.1"]],
      [403, ["GET /healthz HTTP/1.1", "Host: evil.example"]],
      [403, [
        `POST ${DB}/execute HTTP/1.1`,
        host,
        authorization,
        "Origin: https://evil.example",
        "Content-Length: 0",
      ]],
    ];
    for (const [status, head] of cases) assert.equal(await raw(service, head), status, head.join(" | "));
  });
});

Deno.test("what does not exist is 404, before the body is looked at", async () => {
  await withService(async (service) => {
    const missing: [method: string, path: string, body?: unknown][] = [
      ["GET", "/nothing"],
      ["GET", "/v1/databases/none/schema"],
      ["POST", "/v1/databases/none/read", { nonsense: true }],
      ["POST", "/v1/databases/..%2Fmain/read", { sql: "SELECT 1" }],
      ["GET", "/v1/databases/main.db/schema"],
      ["GET", `${DB}/rows/none`],
      ["GET", `${DB}/rows/none?limit=0`],
      ["GET", `${DB}/rows/_gk_chain`],
      ["GET", `${DB}/rows/sqlite_schema`],
      ["GET", `${DB}/rows/${encodeURIComponent('customers" --')}`],
      ["DELETE", `${DB}/schema`],
      ["GET", `${DB}/read`],
      ["POST", `${DB}/sql`, { sql: "SELECT 1" }],
      ["GET", `${DB}/invites`],
      ["PATCH", `${DB}/approvers/${"k".repeat(43)}`, { name: "x" }],
    ];
    for (const [method, path, body] of missing) {
      assert.equal((await problem(service, method, path, body)).code, "not_found", `${method} ${path}`);
    }
  });
});

Deno.test("a malformed body is 400 and names the field", async () => {
  const ana = await makeSigner();
  const approval = { key: "k".repeat(43), expiresAt: "2026-01-01T00:00:00Z", signature: "s".repeat(86) };
  const execute = {
    actionUid: UID,
    statements: [{ sql: "DELETE FROM customers" }],
    digest: "d".repeat(43),
    approval,
  };
  const cases: [method: string, path: string, body: unknown, field: string][] = [
    ["POST", "read", {}, "sql"],
    ["POST", "read", { sql: "" }, "sql"],
    ["POST", "read", { sql: 1 }, "sql"],
    ["POST", "read", { sql: "SELECT 1", args: {} }, "args"],
    ["POST", "read", { sql: "SELECT ?", args: [true] }, "args.0"],
    ["POST", "read", { sql: "SELECT 1", maxRows: 1_001 }, "maxRows"],
    ["POST", "read", "SELECT 1", ""],
    ["POST", "preview", { statements: [] }, "statements"],
    ["POST", "preview", { statements: [{ sql: "x".repeat(20_001) }] }, "statements.0.sql"],
    ["POST", "preview", { statements: [{ sql: "DELETE FROM t" }], page: -1 }, "page"],
    ["POST", "execute", { ...execute, actionUid: "1" }, "actionUid"],
    ["POST", "execute", { ...execute, digest: "short" }, "digest"],
    ["POST", "execute", { ...execute, approval: undefined }, "approval"],
    ["POST", "execute", { ...execute, approval: { ...approval, signature: "" } }, "approval.signature"],
    ["POST", "revert", { actionUid: UID }, "approval"],
    ["POST", "approvers", { name: "x" }, "publicKey"],
    ["PATCH", `approvers/${ana.key}`, { name: " " }, "name"],
    ["GET", "rows/customers?limit=0", undefined, "limit"],
    ["GET", "rows/customers?limit=501", undefined, "limit"],
    ["GET", "rows/customers?sort=nope", undefined, "sort"],
    ["GET", "rows/customers?sort=-tier,1", undefined, "sort"],
    ["GET", "rows/customers?cursor=rubbish", undefined, "cursor"],
    ["GET", "changes?after=x", undefined, "after"],
  ];
  await withService(async (service) => {
    await service.call("POST", `${DB}/approvers`, { publicKey: ana.publicKey, name: "Ana" });
    for (const [method, path, body, field] of cases) {
      const { code, errors } = await problem(service, method, `${DB}/${path}`, body);
      assert.equal(code, "invalid", `${method} ${path}`);
      assert(errors?.some((error) => error.path === field), `${method} ${path}: ${JSON.stringify(errors)}`);
    }
    const headers = { authorization: `Bearer ${service.token}` };
    for (const body of ["", "{", "nonsense", '{"sql": "SELECT 1"']) {
      const response = await fetch(`${service.url}${DB}/read`, { method: "POST", headers, body });
      assert.equal(response.status, 400, body);
      await response.body?.cancel();
    }
  });
});

Deno.test("a body over 1 MB is 413, whatever its length claims", async () => {
  await withService(async (service) => {
    const large = { sql: "SELECT 1", args: ["x".repeat(1_000_000)] };
    assert.equal((await service.call("POST", `${DB}/read`, large)).status, 413);
    // In chunks, whose number nobody knows before: the answer comes although the body never ends.
    const chunk = `186a0\r\n${" ".repeat(100_000)}\r\n`;
    const status = await raw(service, [
      `POST ${DB}/read HTTP/1.1`,
      "Host: 127.0.0.1",
      `Authorization: Bearer ${service.token}`,
      "Transfer-Encoding: chunked",
    ], chunk.repeat(12));
    assert.equal(status, 413);
    assert.equal((await service.call("GET", `${DB}/schema`)).status, 200);
  });
});

Deno.test("the log has one line for each request and keeps SQL, arguments, names and the token to itself", async () => {
  await withService(async (service) => {
    const before = service.log.length;
    const body = { sql: "SELECT 'sesame' FROM customers WHERE name = ?", args: ["pomegranate"] };
    await service.call("POST", `${DB}/read`, body);
    await service.call("POST", `${DB}/read`, { sql: "SELECT tamarind" });
    await service.call("GET", `${DB}/rows/cinnamon?q=saffron`);
    await service.call("GET", "/v1/cardamom");
    await service.call("GET", `${DB}/version`);
    const lines = service.log.slice(before).map((line): Record<string, unknown> => JSON.parse(line));
    assert.deepEqual(lines.map(({ status }) => status).slice(0, 4), [200, 422, 404, 404]);
    const text = service.log.join("\n");
    assert.doesNotMatch(text, /sesame|pomegranate|tamarind|cinnamon|saffron|cardamom/);
    assert(!text.includes(service.token));
  });
});

Deno.test("a database that is asked for while it is made is not there yet, or there as a whole", async () => {
  await withService(async (service) => {
    for (let round = 0; round < 3; round++) {
      const name = `/v1/databases/new-${round}`;
      let isMade = false;
      const making = Promise.all([
        service.call("PUT", name, { seed: true }),
        service.call("PUT", name, { seed: true }),
      ]).finally(() => isMade = true);
      while (!isMade) {
        const { status, body } = await service.call("GET", `${name}/rows/customers`);
        if (status === 404) assert.match(Problem.parse(body).detail, /There is no database/);
        else assert.equal(RowsResult.parse(body).total, 8);
      }
      assert.deepEqual((await making).map(({ status }) => status).sort(), [200, 201]);
    }
  });
});

Deno.test("making a database that is there already hides it from nobody", async () => {
  await withService(async (service) => {
    for (let round = 0; round < 5; round++) {
      const [made, used] = await Promise.all([
        service.call("PUT", DB, { seed: true }),
        service.call("GET", `${DB}/version`),
      ]);
      assert.deepEqual([made.status, used.status], [200, 200]);
    }
  });
});
