/** Family 2: "pretend to be another assistant". */
import { type Pattern, SOMEONE } from "./pattern.ts";

/** Who an assistant is told to be. */
const PERSONA =
  "(?:ai|a i|assistant|chatbot|bot|language model|llm|model|gpt|gpt ?\\d[^ ]*|chatgpt|claude|gemini|bard|siri|alexa|" +
  "copilot|grok|llama|hacker|terminal|shell|console|interpreter|compiler|operating system|evil|unrestricted|uncensored|" +
  "unfiltered|jailbroken|amoral|unethical|rogue|human|pirate|poet|lawyer|doctor|therapist|comedian|grandmother|grandma|" +
  "character|superuser|root|god|villain|anarchist|dan|stan|dude|aim|search engine|translator|agent)";
const YOU_ARE = "(?:you are|you re|youre|you were|ur|to be|being|yourself (?:as|to be))";

export const PRETEND_PATTERNS: Pattern[] = [
  {
    id: "pretend-you-are",
    family: "pretend",
    why: "A part to play has none of the assistant's rules.",
    source: "owasp",
    words: `(?:pretend|pretending|make believe)(?: now)?(?: that)? ${YOU_ARE}`,
    notAfter: `${SOMEONE}|someone|somebody|anyone`,
  },
  {
    id: "imagine-you-are",
    family: "pretend",
    why: "The same as a thought experiment, when it is about an assistant of another kind.",
    source: "shen",
    words:
      `(?:imagine|suppose|assume|let s (?:say|pretend|imagine)|lets (?:say|pretend|imagine)|picture)(?: that)? ` +
      `${YOU_ARE} ~3(?:${PERSONA}|not bound|free|without)`,
    notBefore: "of|name|number|column",
  },
  {
    id: "act-as",
    family: "pretend",
    why: "The opening of most published jailbreaks and prompt collections.",
    source: "shen",
    words: `(?:act|respond|answer|reply|behave|function|role ?play|pose|masquerade|speak|talk) ` +
      `(?:to me |to this |only |now )?(?:as|like)(?: if you (?:are|were))? (?:an? |the |my |another |your )?~2${PERSONA}`,
    notAfter: SOMEONE,
    notBefore: "managers?|number|id|name|contact|of record|accounts?|users?|columns?|for (?:customer|order)",
  },
  {
    id: "you-act-as",
    family: "pretend",
    why: "Any part at all, when it is the assistant that is told to act.",
    source: "shen",
    words:
      "(?:(?<=^ )(?:please |now )?act (?:as|like) (?:an?|my)|(?:i (?:want|need|would like) you to|you (?:will|shall|should|" +
      "must|are to|are going to)|can you|could you|please) (?:now )?(?:act|behave|respond|pose) (?:as|like) (?:an?|my|the)) [^ ]+",
    notBefore: "columns?|filters?",
  },
  {
    id: "act-as-if",
    family: "pretend",
    why: "Names the licence instead of the part.",
    source: "shen",
    words: "(?:act|behave|respond|answer|proceed|operate) (?:as if|as though|like) you " +
      "(?:are|re|were|had|have|can|could|do not|don t|did|didn t|never|no longer)",
    notAfter: SOMEONE,
  },
  {
    id: "you-are-now",
    family: "pretend",
    why: "Declares the change done.",
    source: "shen",
    words:
      "(?:you|u|you ll|gatekeeper) (?:are|re|will be|shall be|must be|have become|become|is) (?:now |no longer |" +
      "henceforth |from now on |hereby |going to (?:be|act as) )+(?:be |act as |acting as |become |known as |called |" +
      `named |going to (?:be|act as|pretend to be) )?(?:an? |the |my |another )?~2(?:${PERSONA}|gatekeeper|free)`,
    notBefore: "to|of|shipping|from|online",
  },
  {
    id: "you-are-a-now",
    family: "pretend",
    why: "The same with its words in another order.",
    source: "shen",
    words:
      `(?:you are|you re) (?:an? |the |my )?(?:[^ ]+ )?${PERSONA} now|as of now you are (?:an? )?[^ ]*(?:bot|gpt|ai)`,
    notAfter: "are",
    notBefore: "columns?|in",
  },
  {
    id: "from-now-on-you-are",
    family: "pretend",
    why: "Changes who answers for the rest of the conversation.",
    source: "shen",
    words:
      "(?:from (?:now|here|this point|this moment) (?:on|onward|onwards|forward)|henceforth|starting now) " +
      "(?:you|u|your name|gatekeeper) (?:are|re|is|will be|will act|act|shall (?:be|act)|must act|become|" +
      "(?:will|must|should) (?:pretend|respond as|answer as|ignore|obey)|have no|respond as|answer as|ignore|obey|pretend)",
    notBefore: "to|going|only|showing|allowed",
  },
  {
    id: "your-name-is",
    family: "pretend",
    why: "A new name for a new set of rules.",
    source: "shen",
    words:
      "(?:your new name (?:is|will be)|your name is (?:now|no longer|not|dan|[^ ]*gpt)|call yourself|you go by the " +
      "name|you are called|you are not gatekeeper|you are not an? (?:ai|assistant|database (?:agent|assistant))|" +
      "stop being (?:gatekeeper|an? (?:[^ ]+ )?(?:ai|assistant|chatbot|bot))|instead of (?:being )?gatekeeper)",
    notAfter: SOMEONE,
  },
  {
    id: "role-play",
    family: "pretend",
    why: "A game in which the rules are the sender's.",
    source: "shen",
    words:
      "(?:let s|lets|we will|we ll|we are going to|i want (?:you )?to|you will|please|now|can we|can you|could you|" +
      "let us) (?:to )?(?:do (?:a |some )?|start (?:a )?|begin (?:a )?|enter (?:a )?)?(?:role ?play(?:ing)?|play a role|" +
      "play a game (?:where|in which) you)|(?<=^ )role ?play (?:as|with)|enter role ?play",
  },
  {
    id: "play-the-part",
    family: "pretend",
    why: "The same with the part named.",
    source: "shen",
    words:
      "(?:you|please|now|then|you ll|you to|will|must|should|and|can you|(?<=^ )) ?(?:play|take|assume|fill) " +
      "(?:on )?the (?:role|part|character|persona|identity) of",
    notBefore: "column|contact|manager",
  },
  {
    id: "adopt-persona",
    family: "pretend",
    why: "Personas carry jailbreaks from one model to the next.",
    source: "shen",
    words: "(?:adopt|assume|take on|embody|switch to|become|simulate|emulate|impersonate|channel|play) ~2" +
      "(?:persona|personality|alter ego)",
    notAfter: SOMEONE,
    notBefore: "columns?|tables?|fields?|in|of (?:customer|order)",
  },
  {
    id: "simulate-model",
    family: "pretend",
    why: "A simulated assistant says what the real one would not.",
    source: "garak",
    words:
      `(?:simulate|emulate|impersonate|mimic|become) (?:being |to be )?(?:an? |the |another |your )?~2${PERSONA}`,
    notAfter: SOMEONE,
    notBefore: "managers?|number|id|name|contact|columns?|users?|sales|orders|traffic|accounts?",
  },
  {
    id: "do-anything-now",
    family: "pretend",
    why: "DAN, the best known of them, and its relatives.",
    source: "shen",
    words:
      "(?:do anything now|dan (?:jailbreak|prompt|can do anything|has been|does not|doesn t|is not bound)|" +
      "(?:you are|you re|act as|called|respond as|answer as|be|character as|as) (?:now )?dan (?:and|who|which|you|mode|" +
      "do|does|without|will|now|an ai)|(?:act as|you are|respond as|answer as) dan(?= $)|" +
      "always intelligent and machiavellian|strive to avoid norms|stay in character|immerse yourself in(?:to)? the role|" +
      "(?<=^ )be dan(?= $)|(?:ai|model|bot|assistant|chatbot) (?:known as|called|named) dan)",
    notAfter: SOMEONE,
  },
  {
    id: "evil-twin",
    family: "pretend",
    why: "An opposite that breaks every rule of the first.",
    source: "garak",
    words:
      "(?:evil|opposite|uncensored|unfiltered|amoral|unethical|unrestricted|unaligned|jailbroken) (?:confidant|bot|" +
      "twin|ai|assistant|chatbot|model|gatekeeper|version of (?:you|yourself|chatgpt|gatekeeper))",
    notAfter: "named|called",
  },
  {
    id: "ai-without-rules",
    family: "pretend",
    why: "Describes the assistant that is wanted.",
    source: "shen",
    words:
      "(?:an?|the|another|powerful) (?:[^ ]+ )?(?:ai|assistant|language model|chatbot|bot|llm|agent) (?:with no|" +
      "without(?: any)?|that (?:has no|ignores|is free of|doesn t have|does not have|can do anything)|free of|who has no|" +
      "having no|not bound by|unbound by) ~2(?:rules|restrictions|limitations|ethics|ethical|morals?|guidelines|" +
      "censorship|constraints|boundaries|filters?|limits|anything)",
  },
  {
    id: "grandmother",
    family: "pretend",
    why: "The late relative who used to read secrets as a bedtime story.",
    source: "garak",
    words:
      "(?:my|deceased|dead|late) (?:deceased |dead |late |dear )?(?:grandmother|grandma|granny|grandfather|grandpa) " +
      "(?:who )?(?:used to|would|always)",
  },
  {
    id: "pretend-de-fr",
    family: "pretend",
    why: "German and French.",
    source: "deepset",
    words:
      "(?:tu (?:bitte )?so als (?:ob|warst|seist|warest)|du bist (?:jetzt|nun|ab sofort|ab jetzt|von nun an) " +
      "(?:ein|eine|kein|keine|dan|frei)|gib dich als|verhalte dich (?:wie|als)|stell dir vor du (?:bist|warst|seist)|" +
      "fais semblant d[^ ]*|pretends? (?:etre|que tu es)|agis comme (?:si tu|un|une)|tu es (?:maintenant|desormais) " +
      "(?:un|une|dan|libre)|joue le role d[^ ]*|fais comme si tu)",
  },
  {
    id: "pretend-es-pt-it",
    family: "pretend",
    why: "Spanish, Portuguese and Italian.",
    source: "owasp",
    words:
      "(?:finge (?:que eres|ser)|actua como (?:si|un|una|otro)|ahora eres (?:un|una|otro|dan)|hazte pasar por|" +
      "imagina que eres (?:un|una)|finja (?:que (?:voce )?e|ser)|aja como (?:se|um|uma)|(?:voce agora|agora voce) e " +
      "(?:um|uma|outro)|fai finta di essere|fingi di essere|comportati come|(?:ora|adesso) sei (?:un|una)|" +
      "agisci come (?:se|un|una))",
  },
  {
    id: "pretend-other-scripts",
    family: "pretend",
    why: "Russian, Chinese and Japanese.",
    source: "owasp",
    words:
      "(?:притворись|притворитесь|представь что ты|веди себя как|теперь ты (?:dan|другои|не|злои|хакер|свободныи)|" +
      "деиствуи как (?:dan|другои|хакер|ии))",
    unspaced: new RegExp(
      "(?:假装|扮演|冒充)(?:你|成|为|一个|另|角色)|从现在(?:起|开始).{0,3}你(?:是|将|就是)|你现在是(?:一个|一名|dan)|" +
        "あなたは(?:今|これ)から.{0,12}(?:です|になり)|になりきっ|(?:のふりをし|として振る舞)(?:て|っ)",
    ),
  },
];
