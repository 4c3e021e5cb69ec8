/** A copy of the project in a folder of its own, to be changed or to be installed from nothing. */
import assert from "node:assert/strict";
import { freePort } from "../ports.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PARTS = ["agent", "components", "db-service", "fresh", "islands", "routes", "static"];
const FILES = ["build.ts", "deno.json", "deno.lock", "dev.ts", "main.ts"];

/** Copies what is in the repository, without what was installed or built. */
export async function copyProject() {
  const folder = await Deno.makeTempDir({ prefix: "gatekeeper-project-" });
  for (const name of FILES) await Deno.copyFile(`${ROOT}${name}`, `${folder}/${name}`);
  for (const name of PARTS) await copyFolder(`${ROOT}${name}`, `${folder}/${name}`);
  let child: Deno.ChildProcess | undefined;
  let heard: Promise<unknown> = Promise.resolve();
  return {
    /** Starts `deno task dev` there. `word` waits until something is said, and forgets what was said before. */
    async develop(env: Record<string, string> = {}) {
      const port = freePort();
      child = new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "dev"],
        cwd: folder,
        env: {
          PORT: String(port),
          DB_PORT: String(freePort()),
          VAR_DIR: `${folder}/var`,
          NO_COLOR: "1",
          ...env,
        },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      let said = "";
      let over = false;
      heard = Promise.all([child.stdout, child.stderr].map(async (stream) => {
        for await (const text of stream.pipeThrough(new TextDecoderStream())) said += text;
        over = true;
      }));
      const word = async (pattern: RegExp, ms = 30_000) => {
        for (const end = Date.now() + ms; !pattern.test(said);) {
          assert.ok(Date.now() < end && !over, `${pattern} was not said:\n${said}`);
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
        said = "";
      };
      return await Promise.resolve({ folder, port, word });
    },
    /** Ends what runs there and removes it. */
    async end() {
      // The launcher is the child of `deno task`; it takes everything it started with it.
      for (const pid of await launchers(folder)) Deno.kill(pid, "SIGINT");
      await child?.status;
      await heard;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function launchers(project: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const here = await Deno.readLink(`/proc/${name}/cwd`) === project;
      if (here && (await Deno.readTextFile(`/proc/${name}/cmdline`)).includes("dev.ts")) {
        found.push(Number(name));
      }
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
