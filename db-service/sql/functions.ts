/**
 * Every SQL function that a statement may call; whatever is not in this table is refused. What is here computes from
 * its arguments alone (no file, no network, no state of the connection) and its cost is bounded by the reader's limits.
 * Left out on purpose: `load_extension`, `readfile`, `writefile`, `edit`, `fts3_tokenizer` (they leave the database),
 * `zeroblob`, `randomblob`, `random` (their result is not what a person approved), `changes`, `total_changes`,
 * `last_insert_rowid`, `sqlite_*` (state of a connection that serves everybody).
 */

/** Names as EXPLAIN writes them, in lower case. */
const TEXT =
  "char concat concat_ws format glob hex instr length like lower ltrim octet_length printf quote replace " +
  "rtrim soundex substr substring trim unhex unicode unistr unistr_quote upper";
const NUMBERS =
  "abs acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 " +
  "mod pi pow power radians round sign sin sinh sqrt tan tanh trunc";
const LOGIC = "coalesce if ifnull iif likelihood likely max min nullif typeof unlikely subtype";
const JSON_FUNCTIONS =
  "-> ->> json json_array json_array_insert json_array_length json_error_position json_extract " +
  "json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid";
const AGGREGATES =
  "avg count group_concat json_group_array json_group_object median percentile percentile_cont " +
  "percentile_disc string_agg sum total";
const WINDOWS =
  "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number";
const CLOCKS =
  "current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch";
const names = (list: string) => list.split(" ");

/** Functions that may read the clock; a preview marks the cells that they fill. */
export const CLOCK: ReadonlySet<string> = new Set(names(CLOCKS));

/** Functions that a query may call. */
export const READ_FUNCTIONS: ReadonlySet<string> = new Set(
  [TEXT, NUMBERS, LOGIC, JSON_FUNCTIONS, AGGREGATES, WINDOWS, CLOCKS].flatMap(
    names,
  ),
);

/** Functions that a write, its triggers, defaults and checks may call. */
export const WRITE_FUNCTIONS = READ_FUNCTIONS;

/** Functions whose value differs at every call: in a write the value itself is asked for. */
export const VOLATILE: ReadonlySet<string> = new Set(
  names("random randomblob changes total_changes last_insert_rowid"),
);
