/** Family 1: "ignore previous instructions". */
import { DATA, type Pattern, SOMEONE, SUBSET } from "./pattern.ts";

const IGNORE =
  "(?:ignor(?:e|es|ing)|disregard(?:ing)?|forget(?:ting)?|override|overriding|overrule|neglect|overlook|discard|" +
  "abandon|nullify|unlearn|stop following|stop obeying|(?:do not|don t|dont|no longer|never) (?:follow|obey|heed)|" +
  "not (?:follow|obey)|pay no attention to|pay no heed to|set aside|throw (?:out|away)|cast aside|let go of|" +
  "take no notice of|disobey)";
const RULES =
  "(?:instructions?|directives?|directions|guidelines|guidance|prompts?|programming|training|guardrails|" +
  "rules|constraints|restrictions|safeguards|commands)";
/** Words between verb and noun; a person may take back their own words, and a column may be called anything. */
const OTHERS =
  "(?:(?!(?:my|our|i|columns?|tables?|fields?|rows?|where|with|whose|that|in|from|orders?|customers?|products?) )[^ ]+ )";

export const IGNORE_PATTERNS: Pattern[] = [
  {
    id: "ignore-previous",
    family: "ignore",
    why: "The classic: takes what came before out of force, so that the sender's own words rule.",
    source: "perez",
    words:
      `${IGNORE} ${OTHERS}{0,3}(?:previous|prior|preceding|earlier|above|foregoing|former|past|initial|` +
      `original|existing|aforementioned) ${OTHERS}{0,2}${RULES}`,
    notBefore: `${DATA}|on|about|for (?:customer|order|product|client|user|patient)`,
  },
  {
    id: "ignore-yours",
    family: "ignore",
    why: "Names whose rules are meant: the assistant's.",
    source: "perez",
    words:
      `${IGNORE} ${OTHERS}{0,2}(?:your|all your|the system s?|system|the developers? s?|developer|openai s?|` +
      `ethical|moral) ${OTHERS}{0,3}(?:${RULES}|ethics|morals?|policies|safety|limitations|boundaries|protocols?)`,
    notBefore: DATA,
  },
  {
    id: "ignore-all",
    family: "ignore",
    why: "No need to say which ones when all are meant.",
    source: "deepset",
    words:
      `${IGNORE} (?:all|any|every|all of|any of|any and all|each of)(?: the| these| those| other| such)?` +
      `(?: safety| security)? ${RULES}`,
    notBefore: SUBSET,
  },
  {
    id: "ignore-what-you-were-given",
    family: "ignore",
    why: "Says after the noun whose instructions they are: those above, those that the assistant was given.",
    source: "deepset",
    words: `${IGNORE} (?:the |all |any |every |those |these |whatever |of )*(?:${RULES}|rule)(?: that)? ` +
      `(?:above|given above|before this|you (?:were|have been|had been|ve been|got|received|have))`,
  },
  {
    id: "ignore-safety",
    family: "ignore",
    why: "Safety as such, where nothing says that rows are meant.",
    source: "owasp",
    words:
      `(?:${IGNORE} (?:all |the |any )*(?:safety|security|ethical) (?:protocols|guidelines|rules|measures|checks|` +
      `restrictions|policies)|override (?:all |your |the )*(?:safety|safeguards)(?= $))`,
    notBefore: SUBSET,
  },
  {
    id: "ignore-the-rules",
    family: "ignore",
    why: "The rules of a conversation, where nothing says that rows are meant.",
    source: "owasp",
    words: `(?:ignore|disregard|forget|break|violate|disobey) (?:the|these|those|about the) ` +
      `(?:rules|guidelines|guardrails|safeguards|system prompt|prompt)`,
    notBefore: SUBSET,
  },
  {
    id: "ignore-what-stands-in",
    family: "ignore",
    why: "The same with the noun at the end: everything in the instructions.",
    source: "deepset",
    words:
      `${IGNORE} (?:everything|anything|all|whatever|what) ~3(?:your|the|previous|prior|earlier|system) ` +
      `(?:previous |prior |earlier |system |original |initial )?(?:instructions|prompts?|directives|guidelines)`,
    notBefore: DATA,
  },
  {
    id: "ignore-above-and-say",
    family: "ignore",
    why: "Goal hijacking: the text above is dropped for something to be said instead.",
    source: "perez",
    words:
      `${IGNORE} (?:all |everything |anything |whatever |the |of |that |is |came |comes |text |written )*` +
      `(?:above|before this|prior to this) (?:and |instead )+(?:just |simply |only )?` +
      `(?:say|respond|reply|output|repeat|write|translate|tell me (?:your|a|the (?:system|secret|password)))`,
  },
  {
    id: "forget-all-you-know",
    family: "ignore",
    why: "Asks for a clean slate: what the assistant was told is its instructions.",
    source: "deepset",
    words:
      `(?:forget|erase|wipe|delete|clear|ignore|disregard|unlearn|discard) (?:about )?(?:everything|anything|` +
      `all|whatever|what)(?: that| of what| things| the things)? (?:you|you ve|they|openai|your [^ ]+) ` +
      `~2(?:know|knew|learned|learnt|told|taught|trained|instructed|programmed|given|believe)`,
    notBefore: "about (?:customer|order|product)",
  },
  {
    id: "forget-before-this",
    family: "ignore",
    why: "The same by place: everything before this point.",
    source: "deepset",
    words: `(?:forget|ignore|disregard|erase|discard) (?:everything|anything|all|all text|all messages|` +
      `whatever (?:was|came))(?: that)?(?: came| was| were)?(?: said| written)? ` +
      `(?:before|prior to|above|up to|preceding) (?:this|now|here|that)(?: point| message| line| prompt| sentence)?`,
    notBefore:
      "date|day|week|month|year|quarter|order|one|row|id|number|price|time|period|amount|value|customer|season|moment",
  },
  {
    id: "new-instructions",
    family: "ignore",
    why: "Brings instructions of its own and says that they are the assistant's.",
    source: "greshake",
    words:
      `(?:your (?:real |actual |true |only )?(?:new|updated|real|actual|true|revised|next) (?:instructions?|` +
      `directives?|rules?|system prompt|programming|purpose|objective|goal|mission|guidelines|task)|` +
      `new (?:system )?(?:instructions|directives|prompt) (?:follow|are as follows|from (?:the )?(?:developers?|admin|` +
      `administrators?|openai|system|owner)|override|supersede|replace))`,
    notAfter: SOMEONE,
    notBefore: DATA.replace("is|are|was|were|", ""),
  },
  {
    id: "takes-precedence",
    family: "ignore",
    why: "Ranks its own words above those that came before.",
    source: "greshake",
    words:
      `(?:this|these|the following|new|my)(?: ~2)? ?(?:instructions?|message|prompt|commands?|directives?|rules) ` +
      `~1(?:overrides?|supersedes?|replaces?|takes? (?:precedence|priority)(?: over)?|outranks?|cancels?) ` +
      `~2(?:previous|prior|earlier|your|all|any|every|system|preceding|original) ` +
      `~2(?:instructions?|prompts?|rules|guidelines|directives?|restrictions|others?|programming)`,
  },
  {
    id: "no-rules-for-you",
    family: "ignore",
    why: "Does not ask for the rules to be ignored: says that there are none.",
    source: "shen",
    words:
      `(?:you|you re|u|it|which|that|who) ?(?:now |are now |re now |are )?(?:have no|are free (?:from|of)|` +
      `free (?:from|of)|are freed from|(?:are )?not bound by|(?:are )?no longer bound by|aren t bound by|` +
      `are not (?:restricted|limited|constrained) by|no longer have|are under no|need not follow|` +
      `(?:can|may|must|should|will) (?:now )?(?:ignore|disregard|break)) (?:any |all |the |your |its |of |these |those )*` +
      `(?:[^ ]+ )?(?:rules|restrictions|limitations|guidelines|constraints|boundaries|censorship|guardrails|` +
      `instructions|ethics|morals|programming|policies)`,
    notBefore: SUBSET,
    notAfter: "customers?|users?|products?|plans?|orders?|accounts?|if|show|list|find",
  },
  {
    id: "obey-only-me",
    family: "ignore",
    why: "Replaces the instructions by a person.",
    source: "shen",
    words:
      `(?:(?:obey|follow|listen to|answer to|take orders from) (?:only |just )?(?:me|my (?:commands|orders|` +
      `instructions|words)) (?:only|alone|from now on|without question|unconditionally|no matter what|and (?:nobody|no one) ` +
      `else)|(?:only|just) (?:obey|follow|listen to|answer to) (?:me|my (?:commands|orders|instructions))|(?:obey|listen to|answer to|` +
      `take orders from) (?:only|just|no one but|nobody but) me|` +
      `i am your (?:new )?(?:master|owner|god|boss))`,
    notAfter: SOMEONE,
  },
  {
    id: "ignore-de",
    family: "ignore",
    why: "German.",
    source: "deepset",
    words: `(?:ignorier[^ ]*|vergiss|vergesst) alles was (?:dir|du|man dir)|` +
      `(?:ignorier[^ ]*|vergiss|vergesst|vergessen sie|missacht[^ ]*|beachte nicht|uberschreib[^ ]*|befolge nicht|` +
      `folge nicht) ~3(?:vorherig[^ ]*|bisherig[^ ]*|vorangegangen[^ ]*|vorangehend[^ ]*|obig[^ ]*|vorig[^ ]*|` +
      `dein[^ ]*|ihre|fruher[^ ]*|ursprunglich[^ ]*|alle|samtliche) ~2(?:anweisung(?:en)?|instruktion(?:en)?|regeln|` +
      `vorgaben|befehle?|richtlinien|systemprompt|prompts?)`,
    notBefore: "die|der|das|mit|ohne|in|im|aus|von|fur|wo|deren|ab|bis|vor|spalte",
  },
  {
    id: "ignore-fr",
    family: "ignore",
    why: "French.",
    source: "owasp",
    words: `(?:ignore[zr]?|oublie[zr]?) (?:tout )?ce (?:qu on t a|qu on vous a|que tu sais|que l on t a)|` +
      `(?:ignore[zr]?|ignorer|oublie[zr]?|neglige[zr]?|fais abstraction de|faites abstraction de|ne (?:tiens|tenez) pas ` +
      `compte|ne (?:suis|suivez) (?:pas|plus)|desobeis a) ~3(?:(?:instructions?|consignes?|directives?|regles?) ` +
      `~1(?:precedentes?|anterieures?|ci dessus|initiales?|d origine|systeme|donnees)|(?:tes|vos) (?:instructions|` +
      `consignes|directives|regles))`,
    notBefore: "de la table|colonne",
  },
  {
    id: "ignore-es",
    family: "ignore",
    why: "Spanish.",
    source: "owasp",
    words: `(?:ignora|olvida|olvide) (?:todo )?lo que (?:te (?:dijeron|han dicho|ensenaron)|sabes)|` +
      `(?:ignora[rd]?|ignore|olvida[rd]?|olvidate de|olvide|omite|descarta|desobedece|no (?:sigas|siga|obedezcas)|` +
      `haz caso omiso(?: de| a)?) ~3(?:(?:instrucciones|indicaciones|reglas|directrices|normas) ~1(?:anteriores|` +
      `previas|precedentes|iniciales|del sistema|de arriba|originales)|tus (?:instrucciones|indicaciones|reglas|` +
      `directrices|normas))`,
    notBefore: "a|de la tabla|columna",
  },
  {
    id: "ignore-pt-it",
    family: "ignore",
    why: "Portuguese and Italian.",
    source: "owasp",
    words:
      `(?:ignor[ae][^ ]?|esquec[ae]r?|desconsider[ae]r?|nao sig[ao]|dimentica(?:re|te)?|trascura|non (?:seguire|` +
      `rispettare)) ~3(?:(?:instrucoes|regras|diretrizes|orientacoes|istruzioni|regole|direttive|indicazioni) ` +
      `~1(?:anteriores|previas|acima|iniciais|do sistema|originais|precedenti|sopra|iniziali|del sistema|originali)|` +
      `(?:suas|tuas|le tue|tue) (?:instrucoes|regras|diretrizes|istruzioni|regole|direttive))`,
  },
  {
    id: "ignore-ru",
    family: "ignore",
    why: "Russian.",
    source: "owasp",
    words:
      `(?:(?:про)?игнориру[^ ]*|игнорировать|забудь(?:те)?|отмени|не следуи|не выполняи) ~3(?:предыдущ[^ ]*|` +
      `прежн[^ ]*|прошл[^ ]*|все|свои|твои|вышеуказан[^ ]*|систем[^ ]*) ~2(?:инструкци[^ ]*|указани[^ ]*|` +
      `правила?|директив[^ ]*|команд[^ ]*)`,
    notBefore: "в|из|где|для|с|у|на",
  },
  {
    id: "ignore-zh-ja-ko",
    family: "ignore",
    why: "Chinese, Japanese and Korean.",
    source: "owasp",
    unspaced: new RegExp(
      "(?:忽略|无视|忘记|忘掉|不要遵守|不要遵循|不理会|無視|忘記|忽視).{0,8}(?:之前|以前|以上|先前|上面|前面|所有|全部|你的|系统|系統).{0,6}" +
        "(?:指令|指示|规则|規則|提示|命令|设定)(?!列|表|字段)|" +
        "(?:これまで|以前|上記|前|すべて|全て|今まで|あなた).{0,6}(?:指示|命令|ルール|プロンプト|指令).{0,4}(?:無視|忘れ|破棄)|" +
        "(?:이전|위의|모든|앞의|지금까지).{0,6}(?:지시|명령|규칙|지침|프롬프트).{0,6}(?:무시|잊)",
    ),
  },
];
