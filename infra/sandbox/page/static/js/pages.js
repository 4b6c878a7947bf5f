// Where links lead. The sandbox's GHES has an API and no pages, so its links say where they would have led.

import { model } from "./model.js";

const TOAST_MS = 5000;
const toast = document.getElementById("toast");
let shown = 0;

/** Take over the clicks on links to GHES. */
export function watchLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !isGhes(link.href)) return;
    event.preventDefault();
    openPage(link.href);
  });
}

/** Open a page of another server, or say what GHES would have shown. */
export function openPage(url) {
  if (!isGhes(url)) {
    window.open(url, "_blank", "noreferrer");
    return;
  }
  const path = new URL(url).pathname;
  const instead = path.includes("/installations/")
    ? "Here, choose one of its repositories at the right, then “Install it on the owner”."
    : "The sandbox’s has an API, but no pages.";
  toast.textContent = `On a real GHES this opens ${path}. ${instead}`;
  toast.hidden = false;
  clearTimeout(shown);
  shown = setTimeout(() => (toast.hidden = true), TOAST_MS);
}

function isGhes(url) {
  return Boolean(model.ghes.url) && url.startsWith(model.ghes.url);
}
