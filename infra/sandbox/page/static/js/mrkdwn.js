// Slack's mrkdwn as nodes.

import { el } from "./dom.js";
import { currentTeam, user } from "./model.js";
import { formatted } from "./times.js";

const URL_ = "https?://[^\\s<>|`]*[^\\s<>|`.,;:!?)]";
const ATOM = "<[^<>\\n]*>|`[^`\\n]*`";
const span = (mark) => `(?<![\\w${mark}])\\${mark}(?=\\S)((?:${ATOM}|[^${mark}\\n])*?\\S)\\${mark}(?![\\w${mark}])`;
const INLINE = new RegExp(
  `<([^<>\\n]+)>|\`([^\`\\n]+)\`|${span("*")}|${span("_")}|${span("~")}|(${URL_})|:([a-z0-9_+-]+):`,
  "g",
);
const EMOJI = { tada: "🎉", rocket: "🚀", eyes: "👀", white_check_mark: "✅", x: "❌", warning: "⚠️", wave: "👋", bug: "🐛" };

/** Nodes of a text: fences, quotes, bullets, and what stands in a line. */
export function mrkdwn(text) {
  return text.split(/```\n?([\s\S]*?)\n?```\n?/).flatMap((piece, at) => {
    if (at % 2) return [el("pre", {}, plain(piece))];
    return piece ? lines(piece) : [];
  });
}

/** The text without any mark, for one line of a summary. */
export function summary(text) {
  return el("span", {}, mrkdwn(text)).textContent.replace(/\s+/g, " ").trim();
}

export function plain(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

function lines(text) {
  const nodes = [];
  let open = null;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const [kind, rest] = sorted(line);
    if (open?.kind !== kind) {
      open = { kind, node: el(kind === "bullet" ? "ul" : kind === "quote" ? "blockquote" : "p") };
      nodes.push(open.node);
    } else if (kind !== "bullet") {
      open.node.append(el("br"));
    }
    if (kind === "bullet") open.node.append(el("li", {}, inline(rest)));
    else open.node.append(...inline(rest));
  }
  return nodes;
}

function sorted(line) {
  const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
  if (quote) return ["quote", quote[1]];
  const bullet = /^\s*[•◦] (.*)$/.exec(line);
  return bullet ? ["bullet", bullet[1]] : ["text", line];
}

function inline(text) {
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > done) nodes.push(plain(text.slice(done, found.index)));
    done = found.index + found[0].length;
    const [whole, angle, code, bold, italic, strike, url, emoji] = found;
    if (angle) nodes.push(bracketed(angle));
    else if (code) nodes.push(el("code", {}, plain(code)));
    else if (bold) nodes.push(el("strong", {}, inline(bold)));
    else if (italic) nodes.push(el("em", {}, inline(italic)));
    else if (strike) nodes.push(el("s", {}, inline(strike)));
    else if (url) nodes.push(link(plain(url), [plain(url)]));
    else nodes.push(EMOJI[emoji] ?? whole);
  }
  if (done < text.length) nodes.push(plain(text.slice(done)));
  return nodes;
}

function bracketed(inner) {
  const [target, ...rest] = inner.split("|");
  const label = rest.join("|");
  const words = plain(label);
  if (target.startsWith("@")) return mention(`@${user(target.slice(1))?.name ?? (words || target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${channelName(target.slice(1)) ?? words}`);
  if (target.startsWith("!date^")) return date(target, words);
  if (target.startsWith("!")) return mention(words || `@${target.slice(1)}`, "loud");
  if (!/^(https?:\/\/|mailto:)/.test(target)) return `<${plain(inner)}>`;
  return link(plain(target), label ? inline(label) : [plain(target)]);
}

function link(href, words) {
  return el("a", { href, target: "_blank", rel: "noreferrer" }, words);
}

function mention(words, more = "") {
  return el("span", { class: `mention ${more}` }, words);
}

function date(target, words) {
  const [, seconds, format] = target.split("^");
  return el("span", { title: words }, formatted(Number(seconds), plain(format ?? "")));
}

function channelName(id) {
  return currentTeam().channels.find((one) => one.id === id)?.name;
}
