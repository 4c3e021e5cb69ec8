import { computed, type Signal, signal } from "@preact/signals";
import { DevalueError, stringify } from "devalue";
import { isValidElement } from "preact";

/** The props of one island on the page, with the island's name for messages. */
export interface IslandProps {
  island: string;
  props: Record<string, unknown>;
}

/**
 * Serialises the props of all islands of a page at once, so that a value or signal which several of them were given
 * is one value in the browser too. Functions and JSX cannot travel: they throw, naming the island and the prop.
 */
export function serialiseProps(islands: IslandProps[]): string {
  try {
    return stringify(islands.map((island) => island.props), {
      Computed: (value) => isSignal(value) && isComputed(value) && { value: value.peek() },
      Signal: (value) => isSignal(value) && { value: value.peek() },
      Element: (value) => {
        if (isValidElement(value)) throw new JsxInProps();
        return false;
      },
    });
  } catch (error) {
    throw explain(error, islands);
  }
}

/** Makes a serialised value a JavaScript string literal that is harmless inside an inline `<script>`. */
export function scriptString(value: string): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003C")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

class JsxInProps extends Error {}

const BRAND = signal(0).brand;
const COMPUTED = Object.getPrototypeOf(computed(() => 0));

/** By brand, not by class: the app may hold another copy of the library than Fresh does. */
function isSignal(value: unknown): value is Signal<unknown> {
  return typeof value === "object" && value !== null &&
    Reflect.get(value, "brand") === BRAND;
}

function isComputed(value: Signal<unknown>): boolean {
  return Object.getPrototypeOf(value) === COMPUTED;
}

function explain(error: unknown, islands: IslandProps[]): unknown {
  if (error instanceof JsxInProps) {
    const holder = islands.find((island) =>
      Object.values(island.props).some((value) => !isSignal(value) && isValidElement(value))
    );
    const name = holder?.island ??
      islands.map((island) => island.island).join(", ");
    return new TypeError(
      `Island "${name}": JSX as a prop is not implemented in this build of Fresh`,
    );
  }
  if (!(error instanceof DevalueError)) return error;
  const [, index, prop] = /^\[(\d+)\]\.?(.*)$/.exec(error.path ?? "") ?? [];
  const island = islands[Number(index)]?.island ?? "?";
  return new TypeError(
    `Island "${island}": prop "${prop ?? ""}" cannot be sent to the browser: ${error.message}`,
  );
}
