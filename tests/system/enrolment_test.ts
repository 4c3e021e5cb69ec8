/**
 * Keys of approvers where the db-service runs in production mode, in a real browser: enrolled with a code that the app
 * never sees, renamed, revoked, replaced.
 */
import assert from "node:assert/strict";
import { inviteText } from "@/db-service/contract/invite.ts";
import { type DbService, startDbService } from "../db-service/start.ts";
import { type BrowserContext, complaints, type Page, startBrowser } from "./browser.ts";
import { Client } from "./client.ts";
import { accessibility, detail, live, seen, WIDE } from "./product.ts";
import { freePort } from "../ports.ts";
import { until } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NARROW = { width: 390, height: 844 };

Deno.test("a browser's key is enrolled by a code that never reaches the app", async (t) => {
  const db = await startDbService({ env: { GATEKEEPER_MODE: "production", HOST: "127.0.0.1" } });
  const folder = await Deno.makeTempDir({ prefix: "enrolment-" });
  const browser = await startBrowser();
  const app = await startApp(db, `${folder}/kv.sqlite3`);
  const client = new Client(app.url);
  try {
    await db.call("PUT", "/v1/databases/main", { seed: true });
    const context = await browser.newContext({ viewport: WIDE });
    context.setDefaultTimeout(30_000);
    const sent = record(context);
    await context.addInitScript("navigator.storage.persist = async () => globalThis.isKept = true");
    const tab = await context.newPage();
    const found = complaints(tab);
    await tab.goto(`${app.url}/w/main`);
    await live(tab);
    const codes: string[] = [];
    const invite = async (name: string) => {
      const made = await db.invite(name);
      codes.push(made.code);
      return inviteText(made);
    };
    const dialog = tab.getByRole("dialog", { name: "Enrol this browser" });
    const code = tab.getByTestId("invite-code");
    const tiers = async () => (await client.rows("customers")).map(({ tier }) => tier).join(" ");
    const before = await tiers();
    const action = await client.propose("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");

    await t.step("the first approval asks for a code, and nothing is signed without", async () => {
      await tab.getByTestId(`queue-item-${action.id}`).click();
      await seen(tab);
      await tab.getByTestId("approve").click();
      await dialog.waitFor();
      assert.equal(await tab.evaluate("globalThis.isKept"), true, "the browser was asked to keep the key");
      assert.equal(await tab.evaluate("document.activeElement.dataset.testid"), "invite-code");
      await tab.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await tab.getByRole("alert").getByText(/^Nothing was signed\. This browser's key has to be enrolled/)
        .waitFor();
      assert.equal((await client.action(action.id)).state, "pending");
      assert.deepEqual(sent.filter(({ url }) => url.endsWith("/approve")), []);
    });

    await t.step("half a code, a wrong one: it says so and goes on asking", async () => {
      await tab.getByTestId("approve").click();
      await dialog.waitFor();
      const asked = enrolments(sent).length;
      await code.fill((await invite("Nobody")).slice(0, -1));
      await code.press("Enter");
      await dialog.getByRole("alert").getByText(/not a whole code/).waitFor();
      assert.equal(enrolments(sent).length, asked, "nothing is sent");
      await code.fill(`${"A".repeat(16)}.${"A".repeat(22)}`);
      await code.press("Enter");
      await dialog.getByRole("alert").getByText(/wrong, used or expired/).waitFor();
      assert.equal(await tiers(), before);
    });

    await t.step("the dialog is accessible, in both themes and on a phone", async () => {
      await inEveryShape(tab, async () => assert.deepEqual(await accessibility(tab), []));
    });

    await t.step("with the code the approval that was begun goes through", async () => {
      await code.fill(`  ${await invite("Ana Silva")}\n`);
      await code.press("Enter");
      await dialog.waitFor({ state: "detached" });
      await detail(tab, "approved", action.id);
      assert.equal(await tiers(), "Gold Gold Bronze Gold Gold Bronze Gold Gold");
      await tab.getByTestId("undo").click();
      await detail(tab, "reverted", action.id);
      assert.equal(await tiers(), before);
    });

    const keys = tab.getByRole("dialog", { name: "Your keys" });
    const row = keys.getByTestId("key");

    await t.step("Your keys: this browser's is marked, and renamed by keyboard alone", async () => {
      await tab.getByTestId("your-keys").focus();
      await tab.keyboard.press("Enter");
      await row.waitFor();
      assert.match(await row.innerText(), /^Ana Silva\s*this browser\s*Yours, enrolled just now/);
      await inEveryShape(tab, async () => assert.deepEqual(await accessibility(tab), []));
      await tab.getByTestId("key-rename").focus();
      await tab.keyboard.press("Enter");
      await tab.keyboard.press("Escape");
      await tab.getByTestId("key-rename").press("Enter");
      await tab.keyboard.type("Ana's laptop");
      await tab.keyboard.press("Enter");
      await keys.getByText("Ana's laptop", { exact: true }).waitFor();
      const { approvers } = await listed(client);
      assert.deepEqual(approvers.map(({ name, person }) => [name, person?.id]), [["Ana's laptop", "owner"]]);
    });

    await t.step("no key of one letter reaches the page behind a dialog", async () => {
      const { id } = await client.propose("UPDATE customers SET tier = 'Stolen' WHERE id = 2");
      await tab.keyboard.press("Escape");
      await tab.getByTestId(`queue-item-${id}`).click();
      await seen(tab);
      await tab.getByTestId("your-keys").click();
      await row.waitFor();
      await keys.getByText("An approval is signed").click();
      await tab.keyboard.press("a");
      await tab.keyboard.press("r");
      assert.equal(await tab.getByTestId("reject-reason").count(), 0);
      assert.equal((await client.action(id)).state, "pending");
    });

    await t.step("a revoked key signs nothing; a new one takes a new code", async () => {
      await tab.getByTestId("key-revoke").click();
      await keys.getByText("This browser can't approve any more until it makes a new key.").waitFor();
      await inEveryShape(tab, async () => assert.deepEqual(await accessibility(tab), []));
      await tab.getByTestId("key-revoke-confirm").click();
      await row.waitFor({ state: "detached" });
      await keys.getByRole("button", { name: "Close" }).click();
      await tab.getByTestId("approve").click();
      await tab.getByRole("alert").getByText(/revoked/).waitFor();
      assert.equal(await tiers(), before);
      await tab.getByTestId("new-key").click();
      await tab.getByRole("alert").waitFor({ state: "detached" });
      await tab.getByTestId("approve").click();
      await code.fill(await invite("Ana Silva"));
      await tab.getByTestId("invite-send").click();
      await detail(tab, "approved");
      assert.equal((await listed(client)).approvers.length, 1);
    });

    await t.step("a browser without a key is enrolled from Your keys", async () => {
      const other = await browser.newContext({ viewport: NARROW });
      const phone = await other.newPage();
      const recorded = record(other);
      phone.setDefaultTimeout(30_000);
      await phone.goto(`${app.url}/w/main`);
      await live(phone);
      await phone.getByTestId("your-keys").click();
      await phone.getByTestId("enrol-browser").click();
      await phone.getByTestId("invite-code").fill(await invite("Ana's phone"));
      await phone.getByTestId("invite-send").click();
      const mine = phone.getByTestId("key").filter({ hasText: "this browser" });
      await mine.getByText("Ana's phone", { exact: true }).waitFor();
      assert.equal(await phone.getByTestId("key").count(), 2);
      assert.equal(await phone.getByTestId("enrol-browser").count(), 0);
      sent.push(...recorded);
      await other.close();
    });

    await t.step("no code was in anything that the app was sent or keeps", async () => {
      const proven = enrolments(sent).filter(({ all }) => /"codeId":".{16}","proof":".{43}"/.test(all));
      // One was wrong, three were right: so much was recorded.
      assert.equal(proven.length, 4);
      assert.ok(sent.some(({ method }) => method === "SOCKET"));
      let kept = "";
      for await (const { name } of Deno.readDir(folder)) {
        kept += new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${name}`));
      }
      assert.ok(kept.includes("Stolen"), "it keeps what it was told");
      for (const secret of codes) {
        assert.ok(!sent.some(({ all }) => all.includes(secret)), "sent");
        assert.ok(!kept.includes(secret), "kept");
        assert.ok(!app.log.join("\n").includes(secret), "logged");
      }
    });

    assert.deepEqual(
      found.filter((text) => !/status of 403/.test(text)),
      [],
      "the page complained of nothing",
    );
  } finally {
    await browser.close();
    await app.stop();
    await db.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

interface Sent {
  method: string;
  url: string;
  /** Address, headers and body as text. */
  all: string;
}

function enrolments(sent: Sent[]): Sent[] {
  return sent.filter(({ method, url }) => method === "POST" && url.endsWith("/approvers"));
}

/** Everything that the browser sends to anywhere, WebSocket frames too. */
function record(context: BrowserContext): Sent[] {
  const sent: Sent[] = [];
  context.on("request", (request) => {
    const [method, url] = [request.method(), request.url()];
    sent.push({ method, url, all: [url, JSON.stringify(request.headers()), request.postData()].join("\n") });
  });
  context.on("page", (page) => {
    page.on("websocket", (socket) => {
      const url = socket.url();
      sent.push({ method: "SOCKET", url, all: url });
      socket.on("framesent", ({ payload }) => sent.push({ method: "FRAME", url, all: String(payload) }));
    });
  });
  return sent;
}

/** Wide and narrow, light and dark; as it was afterwards. */
async function inEveryShape(tab: Page, look: () => Promise<void>): Promise<void> {
  for (const size of [NARROW, WIDE]) {
    await tab.setViewportSize(size);
    for (const colorScheme of ["dark", "light"] as const) {
      await tab.emulateMedia({ colorScheme });
      await look();
    }
  }
}

async function listed(client: Client) {
  return (await client.in<{ approvers: { name: string; person: { id: string } | null }[] }>(
    "GET",
    "/approvers",
  ))
    .body;
}

/** The app alone, in local mode, over a db-service that runs already. */
async function startApp(db: DbService, kvPath: string) {
  const built = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "build.ts"], cwd: ROOT })
    .output();
  assert.ok(built.success, new TextDecoder().decode(built.stderr));
  const url = `http://127.0.0.1:${freePort()}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "serve",
      "-A",
      "--quiet",
      "--unstable-kv",
      "--host=127.0.0.1",
      `--port=${new URL(url).port}`,
      "_fresh/server.js",
    ],
    cwd: ROOT,
    env: {
      GATEKEEPER_MODE: "local",
      KV_PATH: kvPath,
      DB_SERVICE_URL: db.url,
      DB_SERVICE_TOKEN: db.token,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log: string[] = [];
  const drained = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) log.push(text);
  }));
  await until("the app answers", async () => {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok;
  }, 30_000);
  return {
    url,
    log,
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await drained;
    },
  };
}
