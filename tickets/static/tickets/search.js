// Search: arrow keys from the field into the finds; and in a ticket that was found, the words marked where they stand.
import { position, ticket } from "./pane.js";

// The same folding as on the server: case, accents, letters that people do not tell apart.
const alike = { ß: "ss", ı: "i", ø: "o", đ: "d", ð: "d", ł: "l", ħ: "h", þ: "th", æ: "ae", œ: "oe", ς: "σ", ى: "ي", ی: "ي", ک: "ك", ة: "ه", ـ: "" };
const unspaced = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const known = new Map();
function fold(character) {
  let folded = known.get(character);
  if (folded === undefined) {
    const bare = character.normalize("NFKD").replace(/[\p{Mn}\p{Cf}]/gu, "").toLowerCase().normalize("NFC");
    folded = [...bare].map((one) => alike[one] ?? one).join("").replace(/[^\p{L}\p{N}\p{M}]/gu, " ");
    known.set(character, folded);
  }
  return folded;
}
const plain = (word) => [...word].map(fold).join("");

// Each word of a text with where it begins and ends.
function words(text) {
  const found = [];
  let word = null;
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    const folded = fold(character);
    if (folded === " " || unspaced.test(character)) { if (word) found.push(word); word = null; }
    if (unspaced.test(character) && folded.trim()) found.push({ word: folded, start: at, end });
    else if (folded && folded !== " ") word = { word: (word?.word ?? "") + folded, start: word?.start ?? at, end };
    at = end;
  }
  return word ? [...found, word] : found;
}

function finds(node, terms) {
  const all = words(node.data);
  const ranges = [];
  all.forEach((_, place) => {
    for (const term of terms) {
      const beside = all.slice(place, place + term.length);
      const isThere = beside.length === term.length
        && beside.every(({ word }, n) => (n === term.length - 1 ? word.startsWith(term[n]) : word === term[n]));
      if (!isThere) continue;
      const range = node.ownerDocument.createRange();
      range.setStart(node, beside[0].start);
      range.setEnd(node, beside[term.length - 1].end);
      ranges.push(range);
    }
  });
  return ranges;
}

const asked = () => (ticket()?.dataset.find ?? "").split("\n").filter(Boolean).map((line) => line.split(" ").map(plain));
function mark(page, roots) {
  const terms = asked();
  const place = page.defaultView;
  if (!terms.length || !place?.CSS?.highlights) return;
  const ranges = [];
  for (const root of roots) {
    const texts = page.createTreeWalker(root, place.NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) ranges.push(...finds(texts.currentNode, terms));
  }
  place.CSS.highlights.set("found", new place.Highlight(...ranges));
}
const markPage = () => mark(document, document.querySelectorAll("#ticket-title, #timeline .message-text, #timeline .who, #timeline .file .row"));
function markPaper(frame) {
  const page = frame.contentDocument;
  if (page?.body && page.URL !== "about:blank") mark(page, [page.body]);
}
function markAll() {
  if (!asked().length) return;
  markPage();
  document.querySelectorAll("iframe.paper").forEach(markPaper);
}
document.addEventListener("load", (event) => { if (event.target.matches?.("iframe.paper")) markPaper(event.target); }, true);
for (const name of ["ticket:opened", "ticket:news"]) document.addEventListener(name, markAll);
document.addEventListener("htmx:afterSettle", (event) => {
  markAll();
  if (event.target.id === "timeline" && location.hash.startsWith("#message-")) position();
});
markAll();

// A find further back than what is shown: fetch the rest of the conversation.
if (location.hash.startsWith("#message-") && ticket() && !document.getElementById(location.hash.slice(1))) {
  document.addEventListener("htmx:load", () => document.getElementById("earlier")?.click(), { once: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const hits = [...document.querySelectorAll("a.hit")];
  const at = hits.indexOf(document.activeElement);
  if (!hits.length || (at < 0 && !event.target.matches?.("#search, #page-search"))) return;
  event.preventDefault();
  if (at === 0 && event.key === "ArrowUp") document.getElementById("page-search").focus();
  else hits[Math.max(0, Math.min(hits.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
});
