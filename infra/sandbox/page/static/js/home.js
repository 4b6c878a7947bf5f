// The app's Home tab, which stands where its messages are.

import { drawBlock } from "./blocks.js";
import { el, keep } from "./dom.js";
import { inView } from "./hands.js";
import { choose, currentChannel, homeView, me, model, place } from "./model.js";
import { post } from "./net.js";
import { toast } from "./pages.js";

const home = document.getElementById("home");

export function drawHome() {
  home.hidden = !model.home;
  document.getElementById("messages").hidden = model.home;
  document.getElementById("composer").hidden = model.home;
  if (!model.home) return;
  const view = homeView();
  const hands = view && inView(view, toast);
  const items = view
    ? view.blocks.map((block) => [`${view.id} ${block.block_id}`, block, () => drawBlock(block, hands)])
    : [["nothing", me().id, () => el("p", { class: "none" }, "The app shows nothing here yet.")]];
  keep(home, items);
}

/** The two tabs of the app's own conversation. */
export function tabs() {
  if (currentChannel().kind !== "im") return null;
  return el(
    "div",
    { role: "tablist", "aria-label": "The app" },
    tab("Home", true, "home", () => open("home")),
    tab("Messages", false, "messages", () => open("messages")),
  );
}

function tab(words, isHome, controls, onclick) {
  return el("button", { type: "button", role: "tab", "aria-selected": String(model.home === isHome), "aria-controls": controls, onclick }, words);
}

/** Slack tells the app of either. */
async function open(which) {
  choose({ home: which === "home" });
  toast(await post("/api/home", { ...place(), tab: which }));
}
