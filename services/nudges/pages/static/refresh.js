// Keeps one part of a page up to date while it is open. Without this script its link does the same.
"use strict";
(() => {
  const WAIT_MS = 2000;
  const refresh = async () => {
    const part = document.querySelector("[data-refresh]");
    if (part === null) return;
    try {
      const response = await fetch(part.dataset.refresh, { redirect: "error", headers: { Accept: "text/html" } });
      if (response.ok && !part.contains(document.activeElement)) {
        const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(part.id);
        if (fresh !== null && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
      }
    } catch {
      // it is tried again
    }
    setTimeout(refresh, WAIT_MS);
  };
  setTimeout(refresh, WAIT_MS);
})();
