// Where links lead. Of GHES's pages the sandbox has those where one signs in and installs the App; links to others say
// where they would have led.

import { model } from "./model.js";

const TOAST_MS = 5000;
const PAGES = ["/login", "/github-apps/", "/settings/", "/organizations/"];
const popup = document.getElementById("toast");
let shown = 0;

/** Take over the clicks on links to pages that aren't there. */
export function watchLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !isMissing(link.href)) return;
    event.preventDefault();
    openPage(link.href);
  });
}

/** Open a page of another server, or say what GHES would have shown. */
export function openPage(url) {
  if (!isMissing(url)) {
    window.open(url, "_blank", "noreferrer");
    return;
  }
  toast(`On a real GHES this opens ${new URL(url).pathname}. The sandbox’s has no page for it.`);
}

/** Say something for a few seconds, wherever the person is. */
export function toast(words) {
  if (!words) return;
  popup.textContent = words;
  popup.hidden = false;
  clearTimeout(shown);
  shown = setTimeout(() => (popup.hidden = true), TOAST_MS);
}

function isMissing(url) {
  if (!model.ghes.url || !url.startsWith(model.ghes.url)) return false;
  return !PAGES.some((path) => new URL(url).pathname.startsWith(path));
}
