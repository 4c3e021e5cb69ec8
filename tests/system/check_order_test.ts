/**
 * What is wrong with a request is said in one order everywhere (CONTRACT): 401, 403 for the role, 404, 409 for the
 * state, 400 for the body, 403 for the signature. Each request here is wrong in several ways at once.
 */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { ROUTES } from "@/db-service/http/routes.ts";
import { startDbService } from "../db-service/start.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper } from "./start.ts";

/** A status, the code, where it is asked, and the body if it has one. */
type Case = [status: number, code: string, path: string, body?: unknown];

const NO_JSON = "{not json";
/** A key that nobody has. */
const NOBODYS = "A".repeat(43);
const ROUTE_FILES = new URL("../../routes/api/", import.meta.url);

Deno.test("the app says what is wrong with a request in the order of the contract", async (t) => {
  const gatekeeper = await startGatekeeper();
  try {
    const client = new Client(gatekeeper.url);
    const ana = await Approver.enrolled(client);
    const stranger = await Approver.make();
    const rejected = await client.propose("UPDATE customers SET tier = 'A' WHERE id = 1");
    await client.in("POST", `/actions/${rejected.id}/reject`, {});
    const approved = await client.propose("UPDATE customers SET tier = 'B' WHERE id = 1");
    await client.approve(approved, await ana.sign(approved, "approve"));
    const pending = await client.propose("UPDATE customers SET tier = 'C' WHERE id = 2");
    const untouched = await client.rows("customers");

    /** `seconds` until it expires: two that are alike would be one approval. */
    const signedBy = async (who: Approver, action: Action, seconds: number, digest = action.digest) => {
      const expiresAt = new Date(Date.now() + seconds * 1_000).toISOString();
      return { digest, approval: await who.sign(action, "approve", { expiresAt }) };
    };
    const forged = { digest: pending.digest, approval: await ana.sign(pending, "revert") };
    /** A decision on what is not there, on what is past it, and on what waits for it. */
    const decision = (verb: string, past: Action, waits: Action, code = "not_pending"): Case[] => [
      [404, "not_found", `/workspaces/nope/actions/${waits.id}/${verb}`, NO_JSON],
      [404, "not_found", `/workspaces/main/actions/999/${verb}`, NO_JSON],
      [404, "not_found", `/workspaces/main/actions/x/${verb}`, NO_JSON],
      [409, code, `/workspaces/main/actions/${past.id}/${verb}`, NO_JSON],
      [400, "invalid", `/workspaces/main/actions/${waits.id}/${verb}`, NO_JSON],
    ];
    /** A body or a query that is malformed, in a workspace that is not there and in one that is. */
    const malformed = (path: string, body?: unknown): Case[] => [
      [404, "not_found", `/workspaces/nope${path}`, body],
      [400, "invalid", `/workspaces/main${path}`, body],
    ];
    const nowhere = (path: string): Case[] => [[404, "not_found", `/workspaces/nope${path}`]];

    const cases: Record<string, Case[]> = {
      "GET me": [],
      "POST workspaces": [[400, "invalid", "/workspaces", NO_JSON]],
      "GET workspaces/[workspace]/actions": malformed("/actions?limit=x"),
      "POST workspaces/[workspace]/actions": malformed("/actions", NO_JSON),
      "GET workspaces/[workspace]/actions/[id]": nowhere(`/actions/${pending.id}`),
      "GET workspaces/[workspace]/actions/[id]/changes": [
        [404, "not_found", "/workspaces/main/actions/999/changes?page=x"],
        [404, "not_found", "/workspaces/main/actions/x/changes?page=x"],
        ...malformed(`/actions/${pending.id}/changes?page=x`),
      ],
      "POST workspaces/[workspace]/actions/[id]/approve": [
        ...decision("approve", rejected, pending),
        [409, "not_pending", `/workspaces/main/actions/${rejected.id}/approve`, forged],
        [
          409,
          "stale_digest",
          `/workspaces/main/actions/${pending.id}/approve`,
          await signedBy(stranger, pending, 120, approved.digest),
        ],
        [
          403,
          "not_approver",
          `/workspaces/main/actions/${pending.id}/approve`,
          await signedBy(stranger, pending, 180),
        ],
        [403, "bad_signature", `/workspaces/main/actions/${pending.id}/approve`, forged],
      ],
      "POST workspaces/[workspace]/actions/[id]/preview": decision("preview", rejected, pending),
      "POST workspaces/[workspace]/actions/[id]/reject": decision("reject", approved, pending),
      "POST workspaces/[workspace]/actions/[id]/revert": [
        ...decision("revert", pending, approved, "not_approved"),
        [409, "not_approved", `/workspaces/main/actions/${pending.id}/revert`, forged],
        [403, "bad_signature", `/workspaces/main/actions/${approved.id}/revert`, forged],
      ],
      "POST workspaces/[workspace]/actions/[id]/withdraw": decision("withdraw", approved, pending),
      "GET workspaces/[workspace]/approvers": nowhere("/approvers"),
      "POST workspaces/[workspace]/approvers": malformed("/approvers", NO_JSON),
      "PATCH workspaces/[workspace]/approvers/[key]": [
        [404, "not_found", `/workspaces/main/approvers/${NOBODYS}`, NO_JSON],
        [404, "not_found", "/workspaces/main/approvers/x", NO_JSON],
        ...malformed(`/approvers/${ana.key}`, NO_JSON),
      ],
      "DELETE workspaces/[workspace]/approvers/[key]": [
        ...nowhere(`/approvers/${ana.key}`),
        [404, "not_found", `/workspaces/main/approvers/${NOBODYS}`],
      ],
      "GET workspaces/[workspace]/chat": malformed("/chat?limit=x"),
      "POST workspaces/[workspace]/chat": malformed("/chat", NO_JSON),
      "DELETE workspaces/[workspace]/chat": nowhere("/chat"),
      "POST workspaces/[workspace]/chat/stop": nowhere("/chat/stop"),
      "GET workspaces/[workspace]/chat/stream": nowhere("/chat/stream"),
      "GET workspaces/[workspace]/chat/[chat]/stream": nowhere("/chat/any/stream"),
      "GET workspaces/[workspace]/export": malformed("/export?format=x"),
      "GET workspaces/[workspace]/live": malformed("/live"),
      "GET workspaces/[workspace]/settings": nowhere("/settings"),
      "PUT workspaces/[workspace]/settings": malformed("/settings", NO_JSON),
      "GET workspaces/[workspace]/suspicions": malformed("/suspicions?limit=x"),
      "GET workspaces/[workspace]/tables": nowhere("/tables"),
      "GET workspaces/[workspace]/tables/[table]/rows": [
        [404, "not_found", "/workspaces/main/tables/nope/rows?limit=x"],
        ...malformed("/tables/customers/rows?limit=x"),
      ],
    };

    assert.deepEqual(Object.keys(cases).sort(), (await routesOfTheApp()).sort(), "no route is left out");
    for (const [route, wrong] of Object.entries(cases)) {
      await t.step(route, async () => {
        const [method] = route.split(" ");
        for (const [status, code, path, body] of wrong) {
          const answer = await client.call<{ code: string }>(method, path, body);
          assert.deepEqual([answer.status, answer.body.code], [status, code], path);
        }
      });
    }
    assert.deepEqual(await client.rows("customers"), untouched);
    assert.equal((await client.action(pending.id)).state, "pending");
    assert.equal((await client.action(approved.id)).state, "approved");
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});

Deno.test("so does the db-service", async (t) => {
  const service = await startDbService();
  try {
    const { publicKey, key } = await Approver.make();
    await service.call("POST", "/v1/databases/main/approvers", { publicKey, name: "Ana" });
    /** What is said after the token was right and the database was there. */
    const last: Record<string, Case[]> = {
      "GET /v1/databases": [],
      "PUT /v1/databases/:database": [[400, "invalid", ""]],
      "GET schema": [],
      "GET version": [],
      "GET rows/:name": [[404, "not_found", "/rows/nope?limit=x"], [
        400,
        "invalid",
        "/rows/customers?limit=x",
      ]],
      "POST read": [[400, "invalid", "/read"]],
      "POST preview": [[400, "invalid", "/preview"]],
      "POST execute": [[400, "invalid", "/execute"]],
      "POST revert": [[400, "invalid", "/revert"]],
      "GET changes": [[400, "invalid", "/changes?after=x"]],
      "GET changes/:name": [],
      "GET approvers": [],
      "POST approvers": [[400, "invalid", "/approvers"]],
      "PATCH approvers/:name": [
        [404, "not_found", `/approvers/${NOBODYS}`],
        [404, "not_found", "/approvers/x"],
        [400, "invalid", `/approvers/${key}`],
      ],
      "DELETE approvers/:name": [[404, "not_found", `/approvers/${NOBODYS}`]],
      "POST invites": [[400, "invalid", "/invites"]],
    };
    const short = (label: string) => label.replace("/v1/databases/:database/", "");
    assert.deepEqual(Object.keys(last), ROUTES.map(({ label }) => short(label)), "no route is left out");
    const ask = async ([status, code, path]: Case, method: string, token: string) => {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(method === "GET" ? {} : { body: NO_JSON }),
      });
      assert.deepEqual([response.status, (await response.json()).code], [status, code], path);
    };
    for (const { method, label, opens } of ROUTES) {
      await t.step(label, async () => {
        const [mine, others] = opens === "app"
          ? [service.token, service.adminToken]
          : [service.adminToken, service.token];
        const path = label.slice(method.length + 1);
        for (const token of ["", "wrong", others]) {
          await ask([401, "unauthorized", path.replace(/:\w+/g, "nope")], method, token);
        }
        const inOne = path.startsWith("/v1/databases/:database/");
        if (inOne) {
          await ask([404, "not_found", path.replace(/:\w+/g, "nope") + "?limit=x&after=x"], method, mine);
        }
        for (const [status, code, rest] of last[short(label)]) {
          await ask([status, code, `/v1/databases/main${rest}`], method, mine);
        }
      });
    }
  } finally {
    await service.stop();
  }
});

/** `METHOD path` of everything below /api, by the files of its routes. */
async function routesOfTheApp(folder = ROUTE_FILES): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await routesOfTheApp(new URL(`${name}/`, folder)));
    else {
      const file = new URL(name, folder);
      const path = decodeURIComponent(file.href.slice(ROUTE_FILES.href.length)).replace(
        /(\/index)?\.ts$/,
        "",
      );
      const { handler }: { handler: Record<string, unknown> } = await import(file.href);
      for (const method of Object.keys(handler)) found.push(`${method} ${path}`);
    }
  }
  return found;
}
