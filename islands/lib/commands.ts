/** What a text means to the page before anything is sent: a message, a command, or a command that the page does. Pure. */

/** Whether a text is a command. Two slashes begin a message that starts with one. */
export function isCommand(text: string): boolean {
  return /^\s*\/(?!\/)/.test(text);
}

/** What the page does by itself and posts nothing for; null for everything that the server answers. */
export function pageCommand(text: string, mayDecide: boolean): "clear" | { open: number } | null {
  if (/^\s*\/clear\s*$/i.test(text)) return "clear";
  const [, id] = /^\s*\/approve\s+#?(\d{1,9})\s*$/i.exec(text) ?? [];
  return mayDecide && Number(id) > 0 ? { open: Number(id) } : null;
}

/** A sentence that says how many seconds to wait, with what is left of them. */
export function waitSentence(message: string, seconds: number): string {
  const left = `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  const said = /\b\d+ seconds?\b/;
  return said.test(message) ? message.replace(said, left) : `${message} Try again in ${left}.`;
}
