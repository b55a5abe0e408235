// A small reader of Markdown that makes text nodes inside a short list of elements: p, strong, em,
// code, pre, ul, ol, li, blockquote, hr. No link, no picture, no markup of the answer's own: an
// address is shown as the text it is, a tag as the characters it is made of.

const FOLD = 20000;
const FOLDED = 6000;
// Longer answers are shown as plain text: nobody reads their layout, and parsing could be slow.
const MARKDOWN_LIMIT = 100000;
const DEEPEST = 4;

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}#{1,6}[ \t]+/;
const ITEM = /^([ \t]*)(?:[-*+•]|(\d{1,6})[.)])[ \t]+/;
const QUOTE = /^ {0,3}> ?/;
const TABLE = /^ {0,3}\|/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const INLINE = new RegExp([
  /\\(?<escaped>[!-/:-@[-`{-~])/,
  /(?<ticks>`{1,3})(?<code>[^`\n]{1,400})\k<ticks>(?!`)/,
  /(?<!!)\[(?<label>[^[\]\n]{1,300})\](?<address>\([^()\s]{1,500}\))/,
  /(?<strong>\*\*|__)(?=\S)(?<bold>[^\n]{1,400}?)(?<=\S)\k<strong>/,
  /(?<![\w*])(?<emphasis>[*_])(?=[^\s*_])(?<slanted>[^\n]{1,400}?)(?<=[^\s*_])\k<emphasis>(?![\w*])/,
].map((one) => one.source).join("|"), "g");

function writeAnswer(parent, source, end = source.text.length) {
  if (source.text.length > MARKDOWN_LIMIT) {
    const block = h("p", {class: "px-plain"});
    writeText(block, source, 0, end);
    return parent.append(block);
  }
  const lines = linesOf(source.text, end);
  for (let n = 0; n < lines.length;) n = writeBlock(parent, source, lines, n);
}

function linesOf(text, end) {
  const lines = [];
  for (let at = 0; at < end;) {
    const found = text.indexOf("\n", at);
    const stop = found < 0 || found > end ? end : found;
    lines.push({start: at, end: stop, text: text.slice(at, stop)});
    at = stop + 1;
  }
  return lines;
}

// Writes the block that begins at line n and returns the line after it.
function writeBlock(parent, source, lines, n) {
  const line = lines[n].text;
  if (!line.trim()) return n + 1;
  if (FENCE.test(line)) return writeFence(parent, source, lines, n);
  if (RULE.test(line)) return parent.append(h("hr")), n + 1;
  if (HEADING.test(line)) return writeHeading(parent, source, lines, n);
  if (ITEM.test(line)) return writeList(parent, source, lines, n);
  if (QUOTE.test(line)) return writeQuote(parent, source, lines, n);
  if (TABLE.test(line)) return writeTable(parent, source, lines, n);
  return writeParagraph(parent, source, lines, n);
}

function writeFence(parent, source, lines, n) {
  const [, fence, info] = lines[n].text.match(FENCE);
  let close = n + 1;
  while (close < lines.length && !lines[close].text.trim().startsWith(fence)) close++;
  const code = h("code");
  // What stands after the fence is text of the answer too, so it is shown.
  if (info.trim()) {
    const label = h("span", {class: "px-language"});
    writeText(label, source, lines[n].end - info.length, lines[n].end);
    code.append(label);
  }
  if (close > n + 1) writeText(code, source, lines[n + 1].start, lines[close - 1].end);
  parent.append(h("pre", {tabindex: "0"}, code));
  return close + 1;
}

function writeHeading(parent, source, lines, n) {
  const strong = h("strong");
  const hashes = lines[n].text.match(HEADING)[0].length;
  writeInline(strong, source, lines[n].start + hashes, lines[n].end);
  parent.append(h("p", {class: "px-heading"}, strong));
  return n + 1;
}

function writeList(parent, source, lines, n) {
  const open = [];
  let item = null;
  for (; n < lines.length; n++) {
    const found = lines[n].text.match(ITEM);
    if (!found) {
      if (!item || !/^[ \t]+\S/.test(lines[n].text)) break;
      item.append(h("br"));
      writeInline(item, source, lines[n].start, lines[n].end);
      continue;
    }
    const indent = found[1].replace(/\t/g, "    ").length;
    while (open.length > 1 && indent < open.at(-1).indent) open.pop();
    if (!open.length || (indent >= open.at(-1).indent + 2 && open.length < DEEPEST)) {
      const list = h(found[2] ? "ol" : "ul");
      (item ?? parent).append(list);
      open.push({list, indent});
    }
    item = h("li", found[2] ? {value: found[2]} : {});
    writeInline(item, source, lines[n].start + found[0].length, lines[n].end);
    open.at(-1).list.append(item);
  }
  return n;
}

function writeQuote(parent, source, lines, n) {
  const quote = h("blockquote");
  for (; n < lines.length && QUOTE.test(lines[n].text); n++) {
    const line = h("p");
    const mark = lines[n].text.match(QUOTE)[0].length;
    writeInline(line, source, lines[n].start + mark, lines[n].end);
    quote.append(line);
  }
  parent.append(quote);
  return n;
}

function writeTable(parent, source, lines, n) {
  const first = n;
  while (n < lines.length && TABLE.test(lines[n].text)) n++;
  const table = h("pre", {class: "px-table", tabindex: "0"});
  writeText(table, source, lines[first].start, lines[n - 1].end);
  parent.append(table);
  return n;
}

function writeParagraph(parent, source, lines, n) {
  const first = n++;
  const other = [FENCE, RULE, HEADING, ITEM, QUOTE, TABLE];
  const goesOn = (line) => line.trim() && !other.some((one) => one.test(line));
  while (n < lines.length && goesOn(lines[n].text)) n++;
  const block = h("p");
  for (let line = first; line < n; line++) {
    writeInline(block, source, lines[line].start, lines[line].end);
    if (line + 1 < n) writeText(block, source, lines[line].end, lines[line + 1].start);
  }
  parent.append(block);
  return n;
}

function writeInline(parent, source, start, end, depth = 0) {
  const part = source.text.slice(start, end);
  if (part.length > CHUNK || depth > DEEPEST) return writeText(parent, source, start, end);
  let done = start;
  for (const found of part.matchAll(INLINE)) {
    const at = start + found.index;
    writeText(parent, source, done, at);
    writeSpan(parent, source, found, at, depth);
    done = at + found[0].length;
  }
  writeText(parent, source, done, end);
}

function writeSpan(parent, source, found, at, depth) {
  const {escaped, ticks, code, label, address, strong, bold, emphasis, slanted} = found.groups;
  const inside = (tag, skip, length, write) => {
    const element = h(tag);
    write(element, source, at + skip, at + skip + length, depth + 1);
    parent.append(element);
  };
  if (escaped) writeText(parent, source, at + 1, at + 2);
  else if (ticks) inside("code", ticks.length, code.length, writeText);
  else if (strong) inside("strong", strong.length, bold.length, writeInline);
  else if (emphasis) inside("em", 1, slanted.length, writeInline);
  else {
    writeText(parent, source, at + 1, at + 1 + label.length);
    const shown = h("span", {class: "px-address"});
    writeText(shown, source, at + label.length + 2, at + label.length + 2 + address.length);
    parent.append(" ", shown);
  }
}
