/** The history leaves the running product as a file, and `deno task verify` says whether it holds, as an auditor asks. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("what people decided can be exported and verified, and a byte that is altered is found", async () => {
  const gatekeeper = await startGatekeeper();
  const folder = await Deno.makeTempDir({ prefix: "gatekeeper-export-" });
  try {
    const client = new Client(gatekeeper.url);
    const ana = await Approver.enrolled(client);
    const exported = async (name: string, format: string) => {
      const answer = await fetch(`${gatekeeper.url}/api/workspaces/main/export?format=${format}`);
      assert.equal(answer.status, 200);
      const text = await answer.text();
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return text;
    };
    const approve = async (tier: string) => {
      const action = await client.propose("UPDATE customers SET tier = ? WHERE region = 'East'", [tier]);
      assert.equal((await client.approve(action, await ana.sign(action, "approve"))).status, 200);
      return action;
    };

    const first = await approve("Gold");
    const { body } = await client.in<Action>("POST", `/actions/${first.id}/revert`, {
      approval: await ana.sign(first, "revert"),
    });
    assert.equal(body.state, "reverted");
    const rejected = await client.propose("DELETE FROM customers WHERE id = 1");
    await client.in("POST", `/actions/${rejected.id}/reject`, { reason: "=never" });
    const second = await approve("Platinum");

    const text = await exported("history.json", "json");
    const honest = await verify(`${folder}/history.json`);
    assert.deepEqual([honest.code, honest.stderr], [0, ""]);
    const [line, key, head] = honest.stdout.split("\n");
    assert.equal(line, "The history of main holds: 2 approvals, 1 revert, signed by 1 key.");
    assert.match(key, new RegExp(`^ {2}key ${ana.key} Ana: 3 signatures, enrolled `));
    const hash = head.match(/^ {2}head (\S{43}) \(entry 3\)$/)?.[1];
    assert.ok(hash);
    const { queue } = JSON.parse(text);
    assert.deepEqual([queue.length, queue[0].id, queue[0].reason], [1, rejected.id, "=never"]);

    // One byte of the last entry: of what was done, of who signed, of what came before.
    const at = text.indexOf('{"seq":3');
    for (const [whole, byte] of [["Platinum", "Q"], [`"signature":"`, "_"], [`"prev":"`, "_"]]) {
      const place = text.indexOf(whole, at) + (whole.endsWith('"') ? whole.length : 0);
      assert.ok(at > 0 && place > at);
      const altered = text[place] === byte ? "-" : byte;
      await Deno.writeTextFile(
        `${folder}/forged.json`,
        text.slice(0, place) + altered + text.slice(place + 1),
      );
      const { code, stdout, stderr } = await verify(`${folder}/forged.json`);
      assert.deepEqual([code, stdout], [1, ""], whole);
      assert.match(
        stderr,
        new RegExp(`^Entry 3 \\(#${second.id} "A change"\\) does not hold: .+\\.\n$`),
        whole,
      );
    }

    // Kept from the first export, the head shows that the second only adds to it; a key that is revoked has signed all the same.
    await approve("Silver");
    assert.equal((await client.in("DELETE", `/approvers/${ana.key}`)).status, 204);
    await exported("later.json", "json");
    const later = await verify("later.json", ["--head", hash, "--keys", ana.key], folder);
    assert.deepEqual([later.code, later.stderr], [0, ""]);
    assert.match(later.stdout, /^The history of main holds: 3 approvals, 1 revert/);
    assert.match(later.stdout, /Ana: 4 signatures, enrolled \S+, revoked \S+\n/);
    assert.match(later.stdout, /\nUp to entry 3, whose hash you gave, nothing was left out or rewritten\./);
    assert.match(later.stdout, /\nAll signatures are by keys that you gave\.\n/);
    const laterHead = later.stdout.match(/head (\S{43})/)?.[1] ?? "";
    const missing = await verify(`${folder}/history.json`, ["--head", laterHead]);
    assert.equal(missing.code, 1);
    assert.match(
      missing.stderr,
      /^The history does not hold: no entry has the hash \S+, the last is entry 3:/,
    );

    const csv = await exported("history.csv", "csv");
    assert.ok(csv.startsWith("seq,action,decision,at,by,") && csv.endsWith("\r\n"));
    assert.ok(csv.includes(`"'=never"`));
    await Deno.writeTextFile(`${folder}/cut.json`, text.slice(0, -200));
    for (
      const [path, sentence] of [["cut.json", /only the beginning of it/], ["history.csv", /not JSON/], [
        "none.json",
        /can't be read/,
      ]] as const
    ) {
      const { code, stdout, stderr } = await verify(`${folder}/${path}`);
      assert.deepEqual([code, stdout], [2, ""], path);
      assert.match(stderr, sentence);
    }
    assert.match((await verify("", [])).stderr, /^Usage: /);
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
    await Deno.remove(folder, { recursive: true });
  }
});

/** Runs the task as a person does, in the folder `from`. */
async function verify(path: string, more: string[] = [], from = ROOT) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--config", `${ROOT}deno.json`, "verify", ...(path ? [path] : []), ...more],
    cwd: from,
    // Where a task was called from is what the outermost task says.
    env: { NO_COLOR: "1", INIT_CWD: from },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: err };
}
