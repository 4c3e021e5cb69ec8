/** Where one writes: lines, input methods, history, stopping, and text that streams while one reads elsewhere. */
import assert from "node:assert/strict";
import { answer, composer, whole, withModel } from "./model.ts";
import { live, type Page, say } from "./product.ts";
import { until } from "./start.ts";

const LINES = Array.from({ length: 120 }, (_, i) => `- line ${i} of a long answer`).join("\n");

Deno.test("the composer", async (t) => {
  await withModel(/status of 400/, async (model, { context, open }) => {
    const tab = await open();
    const field = tab.getByTestId("composer");
    const keys = tab.keyboard;
    const said = () => tab.getByTestId("message-user").count();

    await t.step("Shift-Enter begins a line, Enter sends both", async () => {
      await field.focus();
      await keys.type("one");
      await keys.press("Shift+Enter");
      await keys.type("two");
      assert.equal(await composer(tab), "one\ntwo");
      assert.equal(await said(), 0);
      await keys.press("Enter");
      await tab.getByTestId("message-user").filter({ hasText: "one" }).waitFor();
      assert.equal(await composer(tab), "");
      await tab.getByTestId("message-assistant").getByText("word39.").waitFor();
      await tab.getByTestId("send").waitFor();
    });

    await t.step(
      "the Enter that ends a composition sends nothing, whatever the browser calls it",
      async () => {
        const devtools = await context.newCDPSession(tab);
        await field.focus();
        const text = "\u306b\u307b\u3093";
        await devtools.send("Input.imeSetComposition", { text, selectionStart: 3, selectionEnd: 3 });
        const enter = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 };
        await devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter });
        await devtools.send("Input.dispatchKeyEvent", { type: "keyUp", ...enter });
        await devtools.send("Input.insertText", { text: "\u65e5\u672c" });
        assert.equal(await composer(tab), "\u65e5\u672c");
        assert.equal(await said(), 1);
        // Some browsers end the composition before that Enter arrives: its old key code is all that tells.
        await field.evaluate((element) => {
          const init = { key: "Enter", keyCode: 229, bubbles: true, cancelable: true };
          element.dispatchEvent(new KeyboardEvent("keydown", init));
        });
        assert.equal(await composer(tab), "\u65e5\u672c");
        assert.equal(await said(), 1);
        await devtools.detach();
        await field.fill("");
      },
    );

    await t.step("Up brings back what was sent, its lines too, and only in an empty field", async () => {
      await keys.type("unfinished");
      await keys.press("ArrowUp");
      assert.equal(await composer(tab), "unfinished");
      await field.fill("");
      await keys.press("ArrowUp");
      await until("the text of before", async () => await composer(tab) === "one\ntwo");
      await keys.press("ArrowDown");
      // From the last line on, Down goes forward again.
      await until("the empty field", async () => {
        if (await composer(tab) !== "") await keys.press("ArrowDown");
        return await composer(tab) === "";
      });
    });

    await t.step("the draft outlives a reload, and Stop works while one writes on", async () => {
      model.slowly("Slowly");
      await say(tab, "Slowly");
      await answer(tab, "Slowly").getByText("word3.").waitFor();
      await field.fill("my next thought");
      await tab.getByTestId("stop").click();
      await answer(tab, "Slowly").getByText("Stopped.").waitFor();
      assert.equal(await composer(tab), "my next thought");
      await tab.reload();
      await live(tab);
      await until("the draft", async () => await composer(tab) === "my next thought");
      await field.fill("");
      model.turns.delete("Slowly");
    });

    await t.step(
      'who reads above is never moved by what is written below; "To the end" goes there',
      async () => {
        const half = Promise.withResolvers<void>(), rest = Promise.withResolvers<void>();
        model.turns.set("At length", () => ({
          text: LINES,
          pace: (event) => event === 250 ? half.promise : event === 400 ? rest.promise : undefined,
        }));
        await say(tab, "At length");
        await answer(tab, "At length").getByText("line 40 of").waitFor();
        await until("the end to be followed", async () => await fromEnd(tab) < 48);
        const thread = tab.locator(".thread");
        await thread.hover();
        await tab.mouse.wheel(0, -500);
        await tab.getByText("To the end").waitFor();
        const top = await settled(tab);
        const height = await heightOf(tab);
        half.resolve();
        await until("much more text", async () => await heightOf(tab) > height + 300);
        assert.equal(await topOf(tab), top, "while it streams");
        rest.resolve();
        await answer(tab, "At length").getByText("line 119 of").waitFor({ state: "attached" });
        await tab.getByTestId("send").waitFor();
        assert.equal(await topOf(tab), top, "when it is there");
        await tab.getByText("To the end").click();
        await until("the end", async () => await fromEnd(tab) < 2);
        await tab.getByText("To the end").waitFor({ state: "detached" });
        // At the end, what comes is followed again.
        await say(tab, "Go on");
        await whole(tab, "Go on");
        await until("the end of that", async () => await fromEnd(tab) < 48);
      },
    );

    await t.step(
      "at the end one stays there, also while tables and cards that come in late change its height",
      async () => {
        const thread = tab.locator(".thread");
        assert.ok(await fromEnd(tab) < 2);
        // As at the start of a page: smaller in one frame, whole again before the next, so that no person moved anything.
        await thread.evaluate(async (box) => {
          const inner = box.firstElementChild;
          if (!(inner instanceof HTMLElement)) throw new Error("The thread is empty.");
          await new Promise(requestAnimationFrame);
          inner.style.cssText = "height: 100px; overflow: hidden";
          await new Promise((done) => new ResizeObserver(done).observe(inner));
          inner.style.cssText = "";
          for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        });
        assert.ok(await fromEnd(tab) < 2, "the end is followed");
        assert.equal(await tab.getByText("To the end").count(), 0);
      },
    );

    await t.step("an open list of commands is a combobox's, and closed it is none", async () => {
      await field.focus();
      assert.equal(await field.getAttribute("aria-haspopup"), "listbox");
      assert.equal(await field.getAttribute("aria-controls"), null);
      await keys.type("/");
      await until("the list", async () => await field.getAttribute("aria-controls") === "suggestions");
      assert.equal(await tab.locator("#suggestions").getAttribute("role"), "listbox");
      assert.ok(await field.getAttribute("aria-activedescendant"));
      await keys.press("Escape");
      await until("no list", async () => await field.getAttribute("aria-controls") === null);
      assert.equal(await field.getAttribute("aria-activedescendant"), null);
    });

    await t.step(
      "what is pasted is never cut in silence: too much is said, and stays as it was",
      async () => {
        const pasted = `/propose DELETE FROM customers WHERE id IN (${
          "1, ".repeat(33_000)
        }2) AND tier = 'Gold'`;
        const before = await tab.getByTestId("command-typed").count();
        await field.fill("");
        await keys.insertText(pasted);
        assert.ok(await composer(tab) === pasted);
        await keys.press("Enter");
        await tab.getByText("A message has at most 8000 characters.").waitFor();
        await until("what was pasted", async () => await composer(tab) === pasted);
        assert.equal(await tab.getByTestId("command-typed").count(), before);
        await field.fill("");
      },
    );

    await t.step("a call that was stopped in the middle does not look as if it went on", async () => {
      const sql = "SELECT * FROM customers WHERE name = 'somebody with a long name'";
      const calls = [{ name: "queryDatabase", args: { sql } }];
      model.turns.set("Read slowly", () => ({
        text: "Let me look.",
        toolCalls: calls,
        pace: (event) => event === 8 ? new Promise(() => {}) : undefined,
      }));
      await say(tab, "Read slowly");
      await answer(tab, "Read slowly").getByText("Reading").waitFor();
      await tab.getByTestId("stop").click();
      await answer(tab, "Read slowly").getByText("failed: it was cut off.").waitFor();
      await answer(tab, "Read slowly").getByText("Stopped.").waitFor();
    });
  });
});

function topOf(tab: Page): Promise<number> {
  return tab.locator(".thread").evaluate((box) => box.scrollTop);
}

function heightOf(tab: Page): Promise<number> {
  return tab.locator(".thread").evaluate((box) => box.scrollHeight);
}

function fromEnd(tab: Page): Promise<number> {
  return tab.locator(".thread").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
}

/** Where the thread stands once a wheel's turn is over. */
async function settled(tab: Page): Promise<number> {
  let before = -1;
  return await until("the scrolling to end", async () => {
    const now = await topOf(tab);
    const isStill = now === before;
    before = now;
    return isStill && now > 0 && now;
  });
}
