/** The launcher: what stops a start is said in one sentence, and everything it started ends with it. */
import assert from "node:assert/strict";
import { freePort } from "../ports.ts";
import { startGatekeeper } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("the launcher fails at once and in one sentence", async () => {
  const start = (env: Record<string, string>) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "dev.ts"],
      cwd: ROOT,
      env,
      stdout: "null",
      stderr: "piped",
    }).output();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = String(listener.addr.port);
  try {
    const cases: [Record<string, string>, RegExp][] = [
      [{ PORT: taken }, new RegExp(`^Port ${taken} is taken\\..*PORT=`)],
      [{ PORT: String(freePort()), DB_PORT: taken }, new RegExp(`^Port ${taken} is taken\\..*DB_PORT=`)],
      [{ PORT: "nonsense" }, /^PORT must be a port, not "nonsense"\.$/],
      [
        { PORT: String(freePort()), DB_PORT: String(freePort()), VAR_DIR: "/proc/nowhere" },
        /^The folder \/proc\/nowhere can't be written to/,
      ],
    ];
    for (const [env, sentence] of cases) {
      const { code, stderr } = await start(env);
      const text = new TextDecoder().decode(stderr).trim();
      assert.equal(code, 1, text);
      assert.match(text, sentence);
      assert.equal(text.split("\n").length, 1, text);
    }
  } finally {
    listener.close();
  }
});

Deno.test("both processes end together, and nothing stays behind", async () => {
  const gatekeeper = await startGatekeeper();
  const { all } = await gatekeeper.pids();
  assert.equal(await gatekeeper.stop(), 0);
  await gone(all);
  const second = await startGatekeeper({ varDir: gatekeeper.varDir });
  const { app, all: others } = await second.pids();
  second.kill(app);
  const { code, stderr } = await second.ended;
  assert.notEqual(code, 0);
  assert.match(stderr, /The app ended by itself/);
  await gone(others);
  await second.stop();
  // The launcher itself is killed: what it started notices and ends.
  const third = await startGatekeeper({ varDir: gatekeeper.varDir });
  const { all: orphans, launcher } = await third.pids();
  third.kill(launcher);
  await gone(orphans);
  await third.stop();
  await Deno.remove(gatekeeper.varDir, { recursive: true });
});

Deno.test("the app is told nothing of the shell that is none of its business", async () => {
  const env = { DB_ADMIN_TOKEN: "a-token-of-the-owner-alone", UNRELATED_SECRET: "a-secret-of-this-shell" };
  const gatekeeper = await startGatekeeper({ env });
  try {
    const { app, db } = await gatekeeper.pids();
    const [seen, seenByDb] = await Promise.all(
      [app, db].map((pid) => Deno.readTextFile(`/proc/${pid}/environ`)),
    );
    for (const secret of Object.values(env)) assert.ok(!seen.includes(secret));
    assert.ok(seenByDb.includes(env.DB_ADMIN_TOKEN) && !seenByDb.includes(env.UNRELATED_SECRET));
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});

async function gone(pids: number[]): Promise<void> {
  for (const end = Date.now() + 30_000;;) {
    const alive = pids.filter((pid) => {
      try {
        return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
      } catch {
        return false;
      }
    });
    if (alive.length === 0) return;
    if (Date.now() > end) throw new Error(`still alive: ${alive}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
