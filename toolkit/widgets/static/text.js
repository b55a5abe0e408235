// Text as the record keeps it, put on the page as text nodes and nothing else.
//
// Every text node remembers where it begins in the raw text (`pxAt`, in UTF-16 units), so a
// selection on the page leads back to the raw words. The record counts code points; the two
// functions right below are the only place where one is turned into the other.

function toPoints(text, unit) {
  let points = 0;
  for (let at = 0; at < unit; at++) {
    const pair = isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1));
    if (pair) at++;
    points++;
  }
  return points;
}

function toUnits(text, point) {
  let at = 0;
  for (let points = 0; points < point && at < text.length; points++) {
    at += isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1;
  }
  return at;
}

const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

// The rule of toolkit/rendering/hidden_characters.py in the browser's terms. Joiners and selectors
// that spelling needs stay: inside an emoji, and between letters of scripts that are written with
// them (Persian, Hindi, Sinhala, …). Everywhere else they hide something.
const PICTURES = "\\p{So}\\p{Sk}\\p{Sm}";
const SCRIPTS = "Arab Syrc Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr"
  .split(" ").map((name) => `\\p{Script=${name}}`).join("");
// Marks of several scripts belong to none: vowel signs of Arabic, accents of Devanagari.
const LETTER = `(?=[\\p{L}\\p{M}])[${SCRIPTS}\\u0640\\u064B-\\u0655\\u0670\\u0951-\\u0954]`;
const NEEDED = [
  `(?<=[${PICTURES}#*0-9\\u203C\\u2049\\u3030])[\\uFE0E\\uFE0F]`,
  `(?<=[${PICTURES}]\\uFE0F?)\\u200D(?=[${PICTURES}])`,
  `(?<=${LETTER})[\\u200C\\u200D](?=${LETTER})`,
].join("|");
// Characters a reader would miss: controls, bidirectional marks, zero-width and other invisible
// ones, and those that no font has. A line break and a tab are what they seem.
const HIDDEN = "[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}" +
  "\\p{Default_Ignorable_Code_Point}]";
const HIDDEN_RUN = new RegExp(`(?:(?!${NEEDED})(?!\\r?\\n|\\t)${HIDDEN})+`, "gu");
const NAMED_AT_MOST = 4;
// Long stretches are cut into blocks, which the browser lays out only when they come into view.
const CHUNK = 4000;

function hiddenLabel(run) {
  const characters = [...run];
  const names = characters.slice(0, NAMED_AT_MOST).map((one) =>
    `U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
  const more = characters.length > NAMED_AT_MOST
    ? ` … ${characters.length.toLocaleString("en")} hidden characters` : "";
  return `⟦${names.join(" ")}${more}⟧`;
}

// `source` is {text, marks}: the raw text, and the flagged stretches {id, start, end} in units.
function writeText(parent, source, start, end) {
  if (end - start <= CHUNK) return writeMarked(parent, source, start, end);
  for (let at = start; at < end;) {
    let stop = Math.min(end, at + CHUNK);
    if (stop < end && isLow(source.text.charCodeAt(stop))) stop--;
    const chunk = h("span", {class: "px-chunk"});
    writeMarked(chunk, source, at, stop);
    parent.append(chunk);
    at = stop;
  }
}

function writeMarked(parent, source, start, end) {
  const edges = new Set([start, end]);
  for (const mark of source.marks ?? []) {
    for (const edge of [mark.start, mark.end]) if (edge > start && edge < end) edges.add(edge);
  }
  const sorted = [...edges].sort((a, b) => a - b);
  for (let n = 0; n + 1 < sorted.length; n++) {
    const [from, to] = [sorted[n], sorted[n + 1]];
    const over = (source.marks ?? []).filter((mark) => mark.start < to && mark.end > from);
    const home = over.length ? h("mark", {class: "px-flagged"}) : parent;
    writeVisible(home, source.text, from, to);
    if (home !== parent) parent.append(home);
  }
}

function writeVisible(parent, text, start, end) {
  const part = text.slice(start, end);
  let done = 0;
  for (const found of part.matchAll(HIDDEN_RUN)) {
    writeNode(parent, part.slice(done, found.index), start + done);
    const label = h("span", {class: "px-hidden", title: "Characters that cannot be seen"});
    const node = writeNode(label, hiddenLabel(found[0]), start + found.index);
    node.pxHides = found[0].length;
    parent.append(label);
    done = found.index + found[0].length;
  }
  writeNode(parent, part.slice(done), start + done);
}

function writeNode(parent, words, at) {
  if (!words) return null;
  const node = document.createTextNode(words);
  node.pxAt = at;
  parent.append(node);
  return node;
}

// Plain text, such as what the tester wrote: hidden characters shown, nothing else read into it.
function writePlain(parent, text) {
  writeText(parent, {text}, 0, text.length);
}

// A page that the browser translates has other words in the place of the text. What somebody judges
// stays as it was said; a translator that does not know the mark is undone, and that is told.
const ORIGINAL = {translate: "no"};
const MOST_UNDONE = 3;

function keepOriginal(body, redraw, tell) {
  let undone = 0;
  const guard = new MutationObserver(() => {
    if (!body.querySelector("font")) return;
    if (undone < MOST_UNDONE) redraw();
    undone++;
    tell();
  });
  guard.observe(body, {childList: true, subtree: true});
  return guard;
}

// Where a stretch of one text node lies in the raw text; a label stands for all that it hides.
function rawStretch(node, from, to) {
  if (node.pxHides) return {start: node.pxAt, end: node.pxAt + node.pxHides};
  return {start: node.pxAt + from, end: node.pxAt + to};
}

function textNodes(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.pxAt !== undefined) nodes.push(walker.currentNode);
  return nodes;
}

// The raw stretch that is selected inside `element`, in units, or null.
function selectedStretch(element) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  let found = null;
  if (!range.intersectsNode(element)) return null;
  for (const node of textNodes(element)) {
    if (!range.intersectsNode(node)) continue;
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.length;
    if (from >= to) continue;
    const part = rawStretch(node, from, to);
    found = found
      ? {start: Math.min(found.start, part.start), end: Math.max(found.end, part.end)} : part;
  }
  return found;
}
