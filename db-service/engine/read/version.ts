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

/**
 * The first 32-bit words of a file; zeros where it is missing or shorter. What was opened once stays open: to close any
 * handle on a file drops all of this process's locks on it, those of SQLite's own connection among them
 * (https://sqlite.org/howtocorrupt.html, 2.2).
 */
function readWords(path: string, count: number): Uint32Array {
  const words = new Uint32Array(count);
  try {
    const file = handleOf(path);
    file.seekSync(0, Deno.SeekMode.Start);
    file.readSync(new Uint8Array(words.buffer));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return words;
}

const handles = new Map<string, Deno.FsFile>();

/** An open handle on what stands at a path now. One on a file that was replaced is left as it is. */
function handleOf(path: string): Deno.FsFile {
  const open = handles.get(path);
  const { ino } = Deno.statSync(path);
  if (open && open.statSync().ino === ino) return open;
  const file = Deno.openSync(path, { read: true });
  handles.set(path, file);
  return file;
}
