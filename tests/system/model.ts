/** A model whose answers are up to the test, and what a tab shows of them. */
import assert from "node:assert/strict";
import { type Arrival, startOpenAI, textOf, type Turn } from "../fakes/openai.ts";
import { type Page, type Product, withProduct } from "./product.ts";

/** What it says where a test does not say otherwise. */
export const WORDS = Array.from({ length: 40 }, (_, i) => `word${i}.`).join(" ");

/** A model whose next answers are up to the test. */
export class Model {
  /** What it answers to a person's message; whatever is not here is answered with WORDS. */
  readonly turns = new Map<string, (request: Arrival) => Turn>();
  readonly #fake = startOpenAI((request) => {
    const asked = request.body.messages?.findLast(({ role }) => role === "user");
    return this.turns.get(asked ? textOf(asked) : "")?.(request) ?? { text: WORDS };
  });
  readonly env = { OPENAI_BASE_URL: this.#fake.baseUrl, OPENAI_API_KEY: "a-key-for-tests", MODEL: "fake-1" };

  /** Answers `text` with WORDS, but only their beginning until the returned function is called. */
  slowly(text: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.turns.set(text, () => ({ text: WORDS, pace: (event) => event > 8 ? promise : undefined }));
    return resolve;
  }

  async close(): Promise<void> {
    await this.#fake.close();
    assert.deepEqual(this.#fake.complaints, []);
  }
}

/** Runs `body` with a fresh installation that asks such a model. */
export async function withModel(
  expected: RegExp | undefined,
  body: (model: Model, product: Product) => Promise<void>,
): Promise<void> {
  const model = new Model();
  try {
    await withProduct({ env: model.env, expected }, (product) => body(model, product));
  } finally {
    await model.close();
  }
}

/** The last answer to what a person said. */
export function answer(tab: Page, question: string) {
  return tab.locator(`[data-testid=message-user]:has-text("${question}") ~ [data-testid=message-assistant]`)
    .last();
}

/** Waits until an answer is there to its last word, each word once, and nothing runs any more. */
export async function whole(tab: Page, question: string): Promise<void> {
  await answer(tab, question).getByText("word39.").waitFor();
  await tab.getByTestId("send").waitFor();
  const text = (await answer(tab, question).innerText()).replace(/\s+/g, " ");
  assert.ok(text.includes(WORDS) && text.split("word0.").length === 2, text);
  assert.equal(await tab.getByTestId("message-user").filter({ hasText: question }).count(), 1);
}

/** What stands in the composer. */
export function composer(tab: Page): Promise<string> {
  return tab.getByTestId("composer").inputValue();
}
