/** Local work: a change is rebuilt and open pages reload; a change that doesn't build leaves what runs alone. */
import assert from "node:assert/strict";
import { startBrowser } from "./browser.ts";
import { freePort } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PARTS = ["agent", "components", "db-service", "fresh", "islands", "routes", "static"];
const FILES = ["build.ts", "deno.json", "deno.lock", "dev.ts", "main.ts"];

Deno.test("a change is rebuilt and shown, a broken one is said and harmless", async () => {
  const project = await Deno.makeTempDir({ prefix: "gatekeeper-project-" });
  for (const name of FILES) await Deno.copyFile(`${ROOT}${name}`, `${project}/${name}`);
  for (const name of PARTS) await copyFolder(`${ROOT}${name}`, `${project}/${name}`);
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "dev"],
    cwd: project,
    env: { PORT: String(port), DB_PORT: String(freePort()), VAR_DIR: `${project}/var`, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const heard = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) said += text;
  }));
  const word = async (pattern: RegExp) => {
    for (const end = Date.now() + 30_000; !pattern.test(said);) {
      assert.ok(Date.now() < end, `${pattern} was not said:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    said = "";
  };
  const browser = await startBrowser();
  try {
    await word(/is ready on/);
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}`);
    await page.locator('[data-testid=connection][data-state="live"]').waitFor();

    const island = `${project}/islands/Queue.tsx`;
    const source = await Deno.readTextFile(island);
    const title = ">Queue</h2>";
    assert.ok(source.includes(title));
    await Deno.writeTextFile(island, source.replace(title, ">Changes</h2>"));
    await word(/Rebuilt in \d+ ms/);
    await page.getByRole("heading", { name: "Changes" }).waitFor();

    await Deno.writeTextFile(island, source.replace(title, ">Broken</h2"));
    await word(/Not rebuilt: /);
    await page.reload();
    await page.getByRole("heading", { name: "Changes" }).waitFor();

    await Deno.writeTextFile(island, source);
    await word(/Rebuilt in \d+ ms/);
    await page.getByRole("heading", { name: "Queue" }).waitFor();
  } finally {
    await browser.close();
    // The launcher is the child of `deno task`; it takes everything it started with it.
    for (const { pid, command } of await launchers(project)) {
      if (command.includes("dev.ts")) Deno.kill(pid, "SIGINT");
    }
    await child.status;
    await heard;
    await Deno.remove(project, { recursive: true });
  }
});

async function launchers(project: string): Promise<{ pid: number; command: string }[]> {
  const found: { pid: number; command: string }[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (await Deno.readLink(`/proc/${name}/cwd`) !== project) continue;
      found.push({ pid: Number(name), command: await Deno.readTextFile(`/proc/${name}/cmdline`) });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "node_modules") continue;
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
