/** A text that changes whenever anything is committed to a database file, by whatever process. */

/**
 * In WAL mode the shared index ends each commit with the checksum of the whole log so far, which neither a checkpoint
 * nor a transaction that is rolled back touches (https://sqlite.org/walformat.html, WalIndexHdr: change counter at 8,
 * pages at 20, checksum at 24). Without a log the file itself is what was committed last. The text is equal in every
 * process, unlike `PRAGMA data_version`, which counts for one connection; at worst it moves once too often.
 */
export function fileVersion(file: string): string {
  const index = readWords(`${file}-shm`, 8);
  const [, , changes = 0, , , pages = 0, first = 0, second = 0] = index;
  if (first !== 0 || second !== 0) {
    return [changes, pages, first, second].map((n) => n.toString(36)).join("-");
  }
  const { size, mtime } = Deno.statSync(file);
  const counter = readWords(file, 25)[6] ?? 0;
  return ["f", counter, size, mtime?.getTime() ?? 0].map((part) => part.toString(36)).join("-");
}

/** The first 32-bit words of a file; zeros where it is missing or shorter. */
function readWords(file: string, count: number): Uint32Array {
  const words = new Uint32Array(count);
  try {
    using handle = Deno.openSync(file, { read: true });
    handle.readSync(new Uint8Array(words.buffer));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return words;
}
