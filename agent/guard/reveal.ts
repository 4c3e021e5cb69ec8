/** Family 3: "reveal the system prompt". */
import { DATA, type Pattern, SOMEONE } from "./pattern.ts";

const REVEAL =
  "(?:reveal|show|print|write down|display|output|repeat|tell|give|leak|dump|expose|disclose|write out|recite|echo|list|paste|" +
  "copy|summari[sz]e|translate|quote|divulge|reproduce|restate|paraphrase|encode|read out|read me|spell out|share|type|" +
  "post|return|extract|access|see|know|describe)";
const OF_DATA = `${DATA}|of|for|in|from|where|with|by|about|on|to|history|messages?`;

export const REVEAL_PATTERNS: Pattern[] = [
  {
    id: "reveal-yours",
    family: "reveal",
    why: "Asks for the assistant's own instructions in so many words.",
    source: "perez",
    words:
      `${REVEAL} ~4your ~3(?:prompts?|instructions?|directives?|guidelines|rules|programming|system (?:message|text|` +
      "settings|configuration)|developer message|pre ?prompt|guardrails|context window|initial message|hidden message)",
    notAfter: SOMEONE,
    notBefore: "for (?:customer|order)|to the|columns?|tables?|in the (?:box|package|manual)",
  },
  {
    id: "what-are-yours",
    family: "reveal",
    why: "The same as a question.",
    source: "perez",
    words:
      "(?:what|which|whats|what s)(?: exactly)?(?: is| are| was| were| do| does| s| re)? (?:in |inside )?your " +
      "(?:[^ ]+ ){0,3}(?:system prompt|prompts?|instructions?|directives?|guidelines|programming|system message|" +
      "preprompt|guardrails|internal rules|rules)",
    notBefore: "for|about|on|to",
  },
  {
    id: "reveal-system-prompt",
    family: "reveal",
    why: 'Needs no "your": there is one system prompt in a conversation.',
    source: "owasp",
    words:
      `(?:${REVEAL}|what|whats|what s|send me|i need|i want|get|provide) ~5(?:system|hidden|initial|developer|secret) ` +
      "(?:[^ ]+ )?(?:prompt|instructions?|directives?)",
    notBefore: OF_DATA,
  },
  {
    id: "reveal-system-message",
    family: "reveal",
    why: "The name that APIs give it.",
    source: "owasp",
    words:
      `(?:${REVEAL}|what|whats|what s) ~3(?:the|this) (?:full |entire |whole |exact |original |complete )?(?:system|` +
      "developer) message",
    notBefore: OF_DATA,
  },
  {
    id: "system-prompt-of-this",
    family: "reveal",
    why: "Says whose prompt is meant, where a table of prompts could be.",
    source: "owasp",
    words:
      "(?:system|initial|original|hidden) (?:prompt|instructions|message) (?:of|for|in|from|behind|to) (?:this " +
      "(?:chat|conversation|assistant|ai|bot|session|model)|yours|yourself|gatekeeper|you|the (?:assistant|ai|bot|model))",
  },
  {
    id: "rules-you-were-given",
    family: "reveal",
    why: "A description instead of the name.",
    source: "liu",
    words:
      "(?:instructions?|rules|prompts?|guidelines|directives|text|message)(?: that)? (?:(?:you|u) (?:were|have been|" +
      "ve been|had been) (?:given|told|provided|programmed|configured|trained|initiali[sz]ed|started)|you (?:received|" +
      "must follow|have to follow|operate under|work under|are following|follow)|(?:was|were) given to you|" +
      "your (?:developers?|creators?|makers?) (?:gave|wrote|set))",
  },
  {
    id: "repeat-text-above",
    family: "reveal",
    why: "What stands above the first message is the system prompt.",
    source: "liu",
    words:
      "(?:repeat|print|output|display|copy|recite|echo|show|write|reproduce|return|paste|quote|translate|" +
      "summari[sz]e|encode|give me|tell me) ~3(?:words|text|content|contents|everything|sentences|tokens|characters|" +
      "lines|all) ~2(?:above|before this|preceding|prior to this) (?:starting|beginning|verbatim|exactly|word for word|" +
      "in a|in an|inside|within|as is|including|here|this (?:line|message|sentence|conversation|prompt|chat)|" +
      "in (?:this|our) (?:conversation|chat|context)|to me|and (?:translate|put|include|nothing))",
  },
  {
    id: "repeat-instructions-above",
    family: "reveal",
    why: "The instructions by their place.",
    source: "liu",
    words:
      "(?:repeat|print|output|copy|recite|echo|reproduce|translate|summari[sz]e|paste|show) (?:out |back |me |all |all of |" +
      "the |every )*(?:(?:instructions|rules|prompt|guidelines|directives) above|above (?:text|words|instructions|prompt|" +
      "directives))(?= (?:$|verbatim |exactly |word |and |into |as ))",
  },
  {
    id: "system-prompt-alone",
    family: "reveal",
    why: "Nothing but its name.",
    source: "liu",
    words:
      "(?<=^ )(?:please )?(?:(?:show|print|display|reveal|output|repeat|give|tell|dump) (?:me )?)?(?:(?:the |your )?(?:system|" +
      "initial|hidden) prompt|(?<=(?:print|display|reveal|output|repeat|dump) )(?:the )?prompt)(?: please| now)?(?= $)",
  },
  {
    id: "repeat-above-end",
    family: "reveal",
    why: "The same, short.",
    source: "liu",
    words:
      "(?:repeat|print|output|copy|recite|echo|reproduce) (?:out |back )?(?:to me )?(?:all |all of |the |every )*" +
      "(?:words?|text|everything|content|sentences|tokens|characters)(?: that is| written)? (?:above|before this)(?= $)",
  },
  {
    id: "starting-with-you-are",
    family: "reveal",
    why: 'Instructions begin with "You are": asked to go on from there, a model completes them.',
    source: "liu",
    words:
      "(?:start|starting|starts|begin|beginning|begins)(?: your (?:answer|reply|response|message))? (?:with|from|at)" +
      "(?: the)?(?: words?| phrase| sentence| text| line)? you are|" +
      "(?:everything|all|text|words) (?:from|after|starting at) you are",
  },
  {
    id: "what-stood-before",
    family: "reveal",
    why: "Asks for what stands before the conversation.",
    source: "liu",
    words:
      "(?:what|whats|what s|show|print|tell|reveal|repeat|output) ~4(?:above|before|prior to|preceding) (?:this|my|our|" +
      "the) (?:first |very first |whole |entire )?(?:message|line|conversation|prompt|sentence|chat)",
    notBefore: "columns?|tables?|was sent|dates?|ids?|of (?:customer|order)",
  },
  {
    id: "encode-instructions",
    family: "reveal",
    why: "Leaks in a form that an output filter does not know.",
    source: "garak",
    words:
      "(?:encode|base64|rot13|hex|morse|reverse|translate|cipher|encrypt|spell) ~3(?:your|the system) ~2(?:instructions|" +
      "prompt|rules|message)",
    notBefore: DATA,
  },
  {
    id: "tool-definitions",
    family: "reveal",
    why: "Tool definitions are part of the instructions.",
    source: "garak",
    words:
      `(?:${REVEAL}|what are) ~3your ~1(?:tools?|functions?) (?:schemas?|definitions?|specifications?|signatures?|` +
      "json|descriptions?)",
  },
  {
    id: "what-were-you-told",
    family: "reveal",
    why: "Asks the assistant to report what it was told.",
    source: "liu",
    words:
      "(?:(?:what|which) (?:instructions|rules|directives|guidelines|prompts?) (?:were|have|did|do) you|" +
      "(?:what|how) (?:exactly )?(?:(?:were|have|had) you (?:been )?(?:told|instructed|programmed|prompted)|did (?:your|" +
      "the) (?:developers?|creators?|makers?|programmers?|system) (?:tell|instruct|program|ask|order|prompt) you|" +
      "(?:is|was) (?:your|the) (?:initial|hidden|original|first) (?:prompt|message|instruction)))",
    notBefore: "about (?:customer|order|product)|of|for",
  },
  {
    id: "reveal-de-fr",
    family: "reveal",
    why: "German and French.",
    source: "deepset",
    words:
      "(?:zeig[^ ]*|verrate|verrat|gib|nenn[^ ]*|wiederhol[^ ]*|druck[^ ]*|schreib[^ ]*|was (?:ist|sind|steht in)|wie " +
      "(?:lautet|lauten)) ~3(?:dein[^ ]*|ihren?|den|vollstandigen) ~2(?:systemprompt|system prompt|prompt|anweisungen|" +
      "systemnachricht|instruktionen|vorgaben)|(?:montre[^ ]*|affiche[^ ]*|revele[^ ]*|donne[^ ]*|repete[^ ]*|imprime[^ ]*|" +
      "quel(?:le)?s? (?:est|sont)) ~3(?:(?:ton|ta|tes|vos|votre) ~2(?:prompt|invite|instructions|consignes|message " +
      "systeme)|prompt systeme)",
    notBefore: "spalte|von|fur|aus|de la table|pour|colonne",
  },
  {
    id: "reveal-es-pt-it",
    family: "reveal",
    why: "Spanish, Portuguese and Italian.",
    source: "owasp",
    words:
      "(?:muestra[^ ]*|revela[^ ]*|dime|imprime|repite|ensena[^ ]*|dame|cual[^ ]* (?:es|son)|mostre|mostra[^ ]*|revele|" +
      "diga|repita|qua(?:l|is) (?:e|sao)|rivela[^ ]*|dimmi|stampa|ripeti|qual[^ ]* (?:e|sono)) ~3(?:(?:tus?|seus?|suas?|" +
      "tuo|tua|tue|tuas|teu|teus) ~2(?:prompt|instrucciones|indicaciones|mensaje (?:del|de) sistema|instrucoes|istruzioni|" +
      "messaggio di sistema|reglas internas)|prompt (?:del|de|do|di) sistema)",
    notBefore: "de la tabla|columna|para|per",
  },
  {
    id: "reveal-other-scripts",
    family: "reveal",
    why: "Russian, Chinese, Japanese and Korean.",
    source: "owasp",
    words:
      "(?:покажи[^ ]*|раскрои[^ ]*|выведи|повтори|скажи|напиши|какои|какие|какова) ~3(?:сво[^ ]*|тво[^ ]*|систем[^ ]*|" +
      "ваш[^ ]*) ~2(?:промпт[^ ]*|инструкци[^ ]*|подсказк[^ ]*)",
    unspaced: new RegExp(
      "(?:显示|告诉|透露|输出|打印|重复|展示|泄露|给我|说出|顯示|告訴).{0,8}(?:系统提示|系統提示|系统指令|系统消息|你的(?:系统|初始)?" +
        "(?:提示|指令|规则|设定)|初始指令|提示词)|(?:システムプロンプト|あなたの(?:指示|プロンプト|ルール|命令)).{0,6}" +
        "(?:教え|見せ|表示|出力|公開|繰り返)|(?:시스템프롬프트|너의지시|당신의지시).{0,6}(?:보여|알려|출력|공개)",
    ),
  },
];
