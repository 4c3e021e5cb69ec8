/** One running installation with one browser, for a file of tests, and what a person does in a tab of it. */
import assert from "node:assert/strict";
import axe from "axe-core";
import { SEEN_MS } from "@/islands/lib/seen.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { type Browser, type BrowserContext, complaints, type Page, startBrowser } from "./browser.ts";
import { seedQueue } from "../bench/seed.ts";
import { Client } from "./client.ts";
import { type Running, startGatekeeper, until } from "./start.ts";

export type { BrowserContext, Page };

export const WIDE = { width: 1440, height: 900 };
/** Chromium writes every answer over 399 into the console, also one that the page expects and handles. */
const REFUSED = /^Failed to load resource: the server responded with a status of (403|404|409|422|429|503)/;

export interface Product {
  /** What runs now; {@link crash} replaces it. */
  readonly gatekeeper: Running;
  browser: Browser;
  /** A context at desktop width; tabs of it share the approver's key. */
  context: BrowserContext;
  client: Client;
  /** Opens a tab that is alive: connected and answering to clicks. Whatever it complains about fails the test. */
  open(path?: string, context?: BrowserContext): Promise<Page>;
  /** Changes the database behind everybody's back, as another program with the file would. */
  behind(sql: string): void;
  /** Kills the app in the middle of whatever it does, and starts everything again where it was; `killed` is called between. */
  crash(killed?: () => void): Promise<void>;
}

/** A file of tests takes far less; whatever is still waited for then will not come. */
const DEADLINE_MS = 300_000;

/** Runs `body` with a fresh installation; at the end no tab may have complained of anything but what is `expected`. */
export async function withProduct(
  { env = {}, expected = REFUSED, entries = 0 }: {
    env?: Record<string, string>;
    expected?: RegExp;
    /** So many are in the queue already, as after months of work. */
    entries?: number;
  },
  body: (product: Product) => Promise<void>,
): Promise<void> {
  let gatekeeper = await startGatekeeper({ env, varDir: entries > 0 ? await seeded(entries) : undefined });
  const found: string[][] = [];
  try {
    const browser = await startBrowser();
    // Without its browser every wait of a tab fails, also those that have no deadline of their own.
    const deadline = setTimeout(() => void browser.close(), DEADLINE_MS);
    try {
      const context = await browser.newContext({ viewport: WIDE });
      context.setDefaultTimeout(30_000);
      await body({
        get gatekeeper() {
          return gatekeeper;
        },
        browser,
        context,
        client: new Client(gatekeeper.url),
        async open(path = "/w/main", where = context) {
          const tab = await where.newPage();
          tab.setDefaultTimeout(30_000);
          found.push(complaints(tab));
          await tab.goto(gatekeeper.url + path);
          await live(tab);
          return tab;
        },
        behind(sql) {
          const file = openBeside(`${gatekeeper.varDir}/db/main.db`);
          file.exec(sql);
          file.close();
        },
        async crash(killed = () => {}) {
          const { varDir, url, dbUrl } = gatekeeper;
          gatekeeper.kill((await gatekeeper.pids()).app);
          killed();
          await gatekeeper.ended;
          await gatekeeper.stop();
          const [port, dbPort] = [url, dbUrl].map((address) => Number(new URL(address).port));
          gatekeeper = await startGatekeeper({ varDir, ports: [port, dbPort], env });
        },
      });
    } finally {
      clearTimeout(deadline);
      await browser.close();
    }
    assert.deepEqual(
      found.flat().filter((text) => !REFUSED.test(text) && !expected.test(text)),
      [],
      "no tab complained",
    );
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
}

/** Does something just before the server hears of the tab's next approval: nobody has had time to notice. */
export async function beforeApproval(tab: Page, act: () => void): Promise<void> {
  await tab.route("**/approve", async (route) => {
    act();
    await route.continue();
  }, { times: 1 });
}

/** Waits until the page is connected. */
export async function live(tab: Page): Promise<void> {
  await connection(tab, "live");
}

export async function connection(tab: Page, state: string): Promise<void> {
  await tab.locator(`[data-testid=connection][data-state="${state}"]`).waitFor();
}

/** A folder whose store holds a queue. */
async function seeded(entries: number): Promise<string> {
  const varDir = await Deno.makeTempDir({ prefix: "gatekeeper-" });
  await Deno.mkdir(`${varDir}/app`);
  const kv = await Deno.openKv(`${varDir}/app/kv.sqlite3`);
  await seedQueue(kv, "main", entries);
  kv.close();
  return varDir;
}

/** Writes to the agent. */
export async function say(tab: Page, text: string): Promise<void> {
  await tab.getByTestId("composer").fill(text);
  await tab.getByTestId("composer").press("Enter");
}

/** Waits until the open action is in a state; gives it. */
export async function detail(tab: Page, state: string, id?: number) {
  const found = tab.locator(
    `[data-testid=action-detail][data-state="${state}"]${id === undefined ? "" : `[data-id="${id}"]`}`,
  );
  await found.waitFor();
  return found;
}

/** Waits until the open action has been on screen for as long as it takes before anyone may decide on it. */
export async function seen(tab: Page): Promise<void> {
  await tab.locator('[data-testid=approve][aria-disabled="false"]').waitFor();
}

/** Does something while what is shown in the tab has not been there for long enough, however slow this machine is. */
export async function beforeSeen(tab: Page, act: () => Promise<void>): Promise<void> {
  await tab.evaluate(`{
    const { setTimeout } = window;
    const held = [];
    window.setTimeout = (work, ms, ...given) => ms === ${SEEN_MS} ? -held.push(work) : setTimeout(work, ms, ...given);
    window.passTime = () => {
      window.setTimeout = setTimeout;
      for (const work of held) work();
    };
  }`);
  try {
    await act();
  } finally {
    await tab.evaluate("passTime()");
  }
}

/** The tiers in the data panel, in the order of the rows. */
export async function tiers(tab: Page): Promise<string> {
  const cells = await tab.getByTestId("data-row").locator("td:nth-child(4)").allInnerTexts();
  // A cell that just changed says so to a screen reader, on a line of its own.
  return cells.map((text) => text.split("\n")[0].trim()).join(" ");
}

export async function untilTiers(tab: Page, wanted: string): Promise<void> {
  await until(`tiers ${wanted}`, async () => await tiers(tab) === wanted);
}

/** What axe finds wrong with the page, each as rule and place; empty when it is accessible (WCAG 2.2 AA and axe's own). */
export async function accessibility(tab: Page): Promise<string[]> {
  // Evaluated rather than added as a script: the page's policy allows none but its own.
  await tab.evaluate(axe.source);
  const found = await tab.evaluate("axe.run().then(({ violations }) => violations)");
  assert.ok(Array.isArray(found));
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node: { target: unknown; failureSummary: string }) =>
      `${id}: ${String(node.target)}: ${node.failureSummary}`
    )
  );
}
