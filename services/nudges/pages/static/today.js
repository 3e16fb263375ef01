// Keeps the page up to date while it is open. Without this script the page is whole; it is then as old as it is.
"use strict";
(() => {
  const status = document.getElementById("live");
  const address = `/today/events?since=${encodeURIComponent(status.dataset.fingerprint)}`;
  const FOCUSABLE = "a, button";
  const RETRY_MS = 5000;
  let lastAt = null;
  let isLive = false;
  let isSignedOut = false;

  const age = (seconds) => (seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`);

  const describe = () => {
    const { signedOut, live, liveSince, waiting, waitingSince } = status.dataset; // in the language of the page
    const [plain, since] = isLive ? [live, liveSince] : [waiting, waitingSince];
    const seconds = Math.floor((Date.now() - lastAt) / 1000);
    const words = isSignedOut ? signedOut : lastAt === null ? plain : since.replace("{age}", age(seconds));
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("on", isLive);
    status.hidden = false;
  };

  // Replaces elements by those with the same id. Whoever is in one of them with the keyboard stays there.
  const replaceElements = (html) => {
    const parts = new DOMParser().parseFromString(html, "text/html").body.children;
    for (const part of Array.from(parts)) {
      const before = document.getElementById(part.id);
      if (before === null) {
        location.reload(); // somebody has joined the team
        return;
      }
      const place = Array.from(before.querySelectorAll(FOCUSABLE)).indexOf(document.activeElement);
      before.replaceWith(part);
      if (place >= 0) part.querySelectorAll(FOCUSABLE)[place]?.focus({ preventScroll: true });
    }
  };

  const connect = () => {
    const source = new EventSource(address);
    const become = (live) => {
      isLive = live;
      describe();
    };
    source.addEventListener("open", () => become(true));
    source.addEventListener("rows", (event) => {
      lastAt = Date.now();
      replaceElements(event.data);
      become(true);
    });
    source.addEventListener("beat", (event) => replaceElements(event.data));
    source.addEventListener("signed-out", () => {
      source.close();
      isSignedOut = true;
      become(false);
    });
    source.addEventListener("error", () => {
      if (isSignedOut) return;
      if (source.readyState === EventSource.CLOSED) {
        become(false);
        setTimeout(connect, RETRY_MS);
      }
    });
  };

  connect();
  setInterval(describe, 1000);
})();
