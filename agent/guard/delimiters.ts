/** Family 5: delimiters that end a person's turn and begin one of the system, the assistant or a tool. */
import type { Pattern } from "./pattern.ts";

const ROLE = "(?:system|assistant|developer|human)";

export const DELIMITER_PATTERNS: Pattern[] = [
  {
    id: "role-tag",
    family: "delimiter",
    why: "XML-like tags in which prompts keep instructions.",
    source: "owasp",
    marks:
      /< ?\/? ?(?:system|sys|assistant|developer|system[ _-]?(?:prompt|message|instructions?|override|reminder)|user[_-]?(?:input|message|query)|untrusted[^<>\n]{0,20}|(?:tool|function)[ _-]?(?:calls?|results?|response|output)|human|im_start|im_end)(?: [^<>\n]{0,80})? ?\/? ?>/,
  },
  {
    id: "special-token",
    family: "delimiter",
    why: "ChatML, Llama 3, Phi, Qwen, DeepSeek: <|im_start|>, <|system|>, <|eot_id|>, <|end|> …",
    source: "templates",
    marks: /< ?\| ?[a-z][^|<>\n]{0,40}\| ?>/,
  },
  {
    id: "llama-inst",
    family: "delimiter",
    why: "Llama 2 and Mistral: [INST], [/INST], [SYSTEM_PROMPT], [AVAILABLE_TOOLS], [TOOL_RESULTS].",
    source: "templates",
    marks: /\[ ?\/? ?(?:inst|system_prompt|available_tools|tool_results|tool_calls) ?\]/,
  },
  {
    id: "llama-sys",
    family: "delimiter",
    why: "Llama 2: <<SYS>>.",
    source: "templates",
    marks: /< ?< ?\/? ?sys ?> ?>/,
  },
  {
    id: "gemma-turn",
    family: "delimiter",
    why: "Gemma: <start_of_turn>.",
    source: "templates",
    marks: /< ?\/?(?:start_of_turn|end_of_turn|bos|eos|begin_of_text|s) ?> ?(?:\[|user|model|system|$|\n)/,
  },
  {
    id: "hash-role",
    family: "delimiter",
    why: 'Alpaca and its like: "### System:", "### Instruction:".',
    source: "templates",
    marks: new RegExp(
      `#{2,6} ?(?:${ROLE}(?: (?:prompt|message|instructions?|override|note))?|(?:new )?instruction|response) ?:`,
    ),
  },
  {
    id: "json-role",
    family: "delimiter",
    why: "A message of an API written out, its role the system's.",
    source: "owasp",
    marks:
      /["']role["'] ?: ?["'](?:system|developer|assistant|tool)["'] ?,\s?["']content["']|["']content["'] ?: ?["'][^"'\n]{0,300}["'] ?,\s?["']role["'] ?: ?["'](?:system|developer|assistant|tool)["']/,
  },
  {
    id: "fake-turns",
    family: "delimiter",
    why: "A dialogue written out, so that the model goes on with it.",
    source: "owasp",
    marks: /(?:^|\n) ?(?:human|user|question|h) ?: [^\n]{0,400}\n{1,3} ?(?:assistant|ai|gatekeeper|a) ?:/,
  },
  {
    id: "assistant-agrees",
    family: "delimiter",
    why: "Words put into the assistant's mouth.",
    source: "garak",
    marks:
      /(?:^|\n) ?(?:assistant|ai|gatekeeper) ?: ?["'*]{0,3}(?:sure|yes|ok|okay|of course|certainly|understood|i (?:will|am|have|can))\b/,
  },
  {
    id: "system-line",
    family: "delimiter",
    why: "A line that speaks as the system and gives an order.",
    source: "greshake",
    marks:
      /(?:^|\n|[.!?"'] ?) ?(?:\[|\*\*|\(|"|')? ?(?:system|developer|admin(?:istrator)?) ?(?:message|prompt|note|override|notice|instruction|command|alert)? ?(?:\]|\*\*|\)|"|')? ?: ?(?:you (?:are|must|will|can|should|have|may)|ignore|override|disregard|forget|new (?:instructions?|rules?|directive|policy|task)|from now|the (?:user|assistant|previous|following)|all (?:previous|prior|safety)|approve|disable|grant|reveal|your (?:new|rules|instructions)|execute|do not|enter|switch|act|respond|print|output)\b/,
  },
  {
    id: "bracketed-system",
    family: "delimiter",
    why: "Headings that only a prompt has.",
    source: "liu",
    marks:
      /\[ ?(?:system|assistant) ?\] ?\( ?#|\[ ?(?:system|admin|developer) (?:override|prompt|instructions?|note) ?\]|\[ ?(?:end|begin|start) (?:of )?(?:system|user|hidden)[^\]\n]{0,30}\]/,
  },
  {
    id: "section-rule",
    family: "delimiter",
    why: "Pretends that the person's text ends, or that instructions begin.",
    source: "greshake",
    marks:
      /(?<=[-=*#~_<>]{3}) ?(?:begin|end|start)(?:ing)?(?: of)?(?: the)?(?: (?:system|user|hidden|secret|new|admin|developer|original|initial|untrusted))? ?(?:prompt|instructions?|input|system|context|rules)\b/,
  },
  {
    id: "code-fence-role",
    family: "delimiter",
    why: 'A code block in the language "system".',
    source: "garak",
    marks: /(?:```|~~~) ?(?:system|sys|assistant|developer|system_prompt|instructions?)(?: ?\n| ?$)/,
  },
  {
    id: "template-role",
    family: "delimiter",
    why: "Roles of prompt templates (guidance, Handlebars, Jinja).",
    source: "templates",
    marks:
      /\{\{ ?(?:[#/]? ?(?:system|assistant)|[#/] ?user) ?~? ?\}\}|\{% ?(?:system|assistant|role) [^%\n]{0,40}%\}/,
  },
  {
    id: "our-outcome",
    family: "delimiter",
    why: "The mark of notes on decisions: forged, the model would report a change that never happened.",
    source: "ours",
    marks: /\[ ?gatekeeper[ _-]?outcome ?\]/,
  },
  {
    id: "our-boundary",
    family: "delimiter",
    why: "The line that announces rows, with a boundary of the sender's choice.",
    source: "ours",
    marks: /between two lines of ["'`]?[0-9a-z-]{4,}|data from the database, between/,
  },
];
