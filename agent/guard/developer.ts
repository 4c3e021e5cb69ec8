/** Family 4: "developer mode", and other switches that an assistant does not have. */
import { DATA, type Pattern, SOMEONE } from "./pattern.ts";

const MODE =
  "(?:developer|dev|god|jailbreak|jailbroken|dan|sudo|unrestricted|unfiltered|uncensored|no restrictions?|" +
  "no rules|unsafe|evil|chaos|superuser|hacker|privileged|override|unlimited|omega|stan|dude|aim|opposite)";
const SAFETY =
  "(?:safety|safeguards?|guardrails?|ethics|ethical [^ ]+|moral [^ ]+|morals|restrictions?|censorship|" +
  "limitations?|(?:content|safety|security) (?:filters?|policy|policies|checks?|measures|rules)|moderation|alignment)";
const OF_DATA = `${DATA}|for|on|in|of|by|customers?|users?|plans?|features?|subscriptions?|pricing`;

export const DEVELOPER_PATTERNS: Pattern[] = [
  {
    id: "enter-mode",
    family: "developer",
    why: "An imagined mode in which everything is allowed.",
    source: "shen",
    words:
      "(?:enter|enable|activate|switch (?:to|into|on)|turn on|engage|go into|initiate|unlock|boot into|simulate|" +
      "put yourself in(?:to)?|you are (?:now )?in|you re (?:now )?in|now in|respond in|answer in|reply in|act in|" +
      `behave in|reboot in(?:to)?) (?:the |a |your |full )?(?:chatgpt |gpt |ai |gatekeeper )?(?:[^ ]+ )?${MODE} mode`,
    notAfter: SOMEONE,
    notBefore: OF_DATA,
  },
  {
    id: "enter-mode-here",
    family: "developer",
    why: "The same, saying that this conversation is meant.",
    source: "shen",
    words:
      `${MODE} mode (?:for|in|on) (?:this (?:chat|conversation|session)|yourself|you|now|the rest|gatekeeper|` +
      "the (?:assistant|ai|bot|model))",
  },
  {
    id: "mode-enabled",
    family: "developer",
    why: "Says that the switch was thrown.",
    source: "shen",
    words:
      `${MODE} mode (?:is (?:now )?)?(?:now )?(?:enabled|activated|on|unlocked|engaged|output|initiated|active|v\\d[^ ]*)`,
    notAfter: "with|have|has|had|where|whose|having|which|is|set|by|of|the|in|whether|if|when|and|or|without",
    notBefore: OF_DATA,
  },
  {
    id: "assistant-with-mode",
    family: "developer",
    why: "An assistant that has the mode already.",
    source: "shen",
    words: `(?:chatgpt|gpt|ai|gatekeeper|assistant|model|yourself) (?:with|in) (?:the |your )?${MODE} mode`,
    notBefore: "column|field|flag",
  },
  {
    id: "mode-with-powers",
    family: "developer",
    why: "Describes what the mode lets the assistant do.",
    source: "shen",
    words:
      `(?:${MODE}|test|testing|diagnostic|maintenance|debug|admin|training|evaluation|red team) mode ~4(?:you (?:can|` +
      "may|must|will|have no|are allowed|do not|don t|ignore)|safety|rules|restrictions|guidelines|guardrails|policies) " +
      "(?:[^ ]+ ){0,3}(?:ignore|off|disabled|suspended|apply|lifted|removed|ignored|anything|restrictions|filters|" +
      "rules|without|everything)",
    notAfter: SOMEONE,
  },
  {
    id: "jailbreak-yourself",
    family: "developer",
    why: "Calls it by its name, where no phone is meant.",
    source: "garak",
    words:
      "(?:jailbreak (?:yourself|mode|prompt|gatekeeper|chatgpt|the (?:ai|model|assistant|bot|agent|system))|you (?:are|" +
      "have been|ve been|re) (?:now )?(?:jailbroken|unlocked|liberated)|i (?:have )?jailbroken? you|get jailbroken)",
  },
  {
    id: "answer-without-rules",
    family: "developer",
    why: "The effect without the name.",
    source: "owasp",
    words:
      "(?:respond|answer|reply|act|speak|operate|behave|function|talk|comply|proceed|help me) ~3(?:without|with no|" +
      "free of|free from|ignoring) (?:any |all |your |the )*(?:[^ ]+ (?:or|and) )?(?:[^ ]+ )?(?:restrictions|censorship|" +
      "guidelines|safeguards|guardrails|ethical|ethics|morals?|moral|safety|refusals?|refusing|rules)",
    notAfter: SOMEONE,
    notBefore: "for|on|columns?",
  },
  {
    id: "disable-safety",
    family: "developer",
    why: "Treats the rules as a switch.",
    source: "owasp",
    words:
      "(?:disable|turn off|turning off|switch off|deactivate|remove|lift|suspend|shut off|unlock|drop|lower) " +
      `(?:all |all of |any |of )*your (?:[^ ]+ )?${SAFETY}`,
    notBefore: DATA,
  },
  {
    id: "disable-guardrails",
    family: "developer",
    why: "Guardrails and safety filters are nobody's but an assistant's.",
    source: "owasp",
    words:
      "(?:disable|turn off|switch off|deactivate|remove|lift|suspend|shut off|drop) (?:all |any |the |these |of )*" +
      "(?:guardrails|ai safety|safety (?:filters?|protocols?|guidelines|features|checks|measures|mechanisms)|content (?:filters?|policy|moderation)|" +
      "ethical (?:guidelines|constraints)|censorship)",
    notBefore: `${OF_DATA}|from`,
  },
  {
    id: "i-am-your-developer",
    family: "developer",
    why: "Borrowed authority, followed by what it is for.",
    source: "owasp",
    words:
      "(?:i am|i m|im|this is|speaking as|as|it s) (?:your |the |an? |one of your |one of the )?(?:lead |senior |chief |" +
      "openai |anthropic |system |original |authori[sz]ed |real )?(?:developers?|creators?|programmers?|engineers?|" +
      "administrator|admin|owner|maker|employee|openai|anthropic) ~6(?:override|unlock|authori[sz]e you|order you|" +
      "command you|ignore (?:your|all|the)|disable your|reveal your|show (?:me )?your (?:system|instructions|prompt|rules)|" +
      "drop your|bypass your)",
  },
  {
    id: "override-accepted",
    family: "developer",
    why: "Theatre of a control room.",
    source: "shen",
    words:
      "(?:security|safety|admin|system|developer|root|emergency|policy) override (?:code|accepted|engaged|authori[sz]ed|" +
      "initiated|enabled|granted|activated|protocol)",
    notAfter: "with|have|has|where|by|of|column|field",
    notBefore: DATA,
  },
  {
    id: "broken-free",
    family: "developer",
    why: "Formulas of the DAN family.",
    source: "shen",
    words:
      "(?:broken? free (?:of|from) the (?:typical )?(?:confines|constraints|chains)|(?:freed|free|released) from the " +
      "(?:typical )?(?:confines|chains) of|no longer have to (?:follow|obey|abide|adhere)|(?:do|does) not have to abide by|" +
      "unlock your (?:full|true) (?:potential|power|self)|you can (?:now )?(?:do|say|answer|execute) anything (?:now|you " +
      "want|without))",
    notAfter: SOMEONE,
  },
  {
    id: "sudo",
    family: "developer",
    why: "A shell's word for power, said to an assistant.",
    source: "garak",
    words: "sudo ~1(?:reveal|ignore|disable|approve|show your|print your|override|unlock|mode|act|give me)",
  },
  {
    id: "developer-mode-elsewhere",
    family: "developer",
    why: "German, French, Spanish, Portuguese, Italian, Russian, Chinese, Japanese and Korean.",
    source: "owasp",
    words:
      "(?:aktivier[^ ]*|wechsle in|activ[^ ]*|attiva[^ ]*|ativ[^ ]*|habilit[^ ]*|entra[^ ]*|entre|passe|include|включи|" +
      "активируи|переиди в) ~2(?:entwicklermodus|modo (?:de )?(?:desarrollador|desenvolvedor|dios|deus|programador)|" +
      "mode (?:de )?(?:developpeur|dieu)|modalita (?:sviluppatore|dio)|режим разработчика)",
    notBefore: "fur|von|pour|para|per|для|de|in",
    unspaced:
      /(?:启用|进入|开启|激活|打开)开发者模式|開発者モード(?:を(?:有効|オン|起動)|に(?:入|切)|オン)|개발자모드(?:를)?(?:활성|켜|진입)/,
  },
];
