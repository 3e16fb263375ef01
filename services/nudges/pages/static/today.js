// Keeps the page up to date while it is open. Without this script the page is whole; it is then as old as it is.
"use strict";
(() => {
  const status = document.getElementById("live");
  const news = document.getElementById("news");
  const PARTS = ["asked", "teams"];
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

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  // Replaces elements by those with the same id. Whoever is in one of them with the keyboard stays there.
  // Returns whether the page has a row for each rep of its teams, and for nobody else.
  const replaceElements = (html) => {
    let isWhole = true;
    for (const part of Array.from(parse(html).body.children)) {
      const before = document.getElementById(part.id);
      if (before === null) {
        isWhole = false; // somebody has joined the team
        continue;
      }
      const place = Array.from(before.querySelectorAll(FOCUSABLE)).indexOf(document.activeElement);
      before.replaceWith(part);
      if (place >= 0) part.querySelectorAll(FOCUSABLE)[place]?.focus({ preventScroll: true });
      if (part.dataset.rows !== undefined) {
        const rows = Array.from(part.closest(".team").querySelectorAll(".row"), (row) => row.id);
        isWhole &&= rows.sort().join(" ") === part.dataset.rows.trim().split(" ").sort().join(" "); // or somebody has left
      }
    }
    return isWhole;
  };

  // Where the focus goes when the element that had it is replaced. A button of another thing is never under the finger.
  const findNext = (part, lost) =>
    part.querySelector("#one-thing") ??
    Array.from(part.querySelectorAll(FOCUSABLE)).find((element) => element.getAttribute("href") === lost.getAttribute("href")) ??
    document.getElementById("main");

  const replaceParts = (fresh) => {
    document.getElementById("parts").dataset.fingerprint = fresh.getElementById("parts").dataset.fingerprint;
    for (const id of PARTS) {
      const before = document.getElementById(id);
      const part = fresh.getElementById(id);
      if (before.innerHTML === part.innerHTML) continue;
      const lost = before.contains(document.activeElement) ? document.activeElement : null;
      before.replaceWith(part);
      if (lost !== null) findNext(part, lost).focus({ preventScroll: true });
      if (id === "asked") news.textContent = part.querySelector(".text")?.textContent ?? status.dataset.asksNothing;
    }
  };

  // Reads anew what rows cannot say: what the page asks for, and who is on it.
  const readAnew = async (source) => {
    source.close();
    try {
      const response = await fetch(`/today/parts${location.search}`, { redirect: "error" });
      if (!response.ok) throw new Error(response.statusText);
      replaceParts(parse(await response.text()));
      connect();
    } catch {
      isLive = false;
      describe();
      setTimeout(connect, RETRY_MS);
    }
  };

  const connect = () => {
    const { fingerprint } = document.getElementById("parts").dataset;
    const source = new EventSource(`/today/events?since=${encodeURIComponent(fingerprint)}`);
    const become = (live) => {
      isLive = live;
      describe();
    };
    source.addEventListener("open", () => become(true));
    source.addEventListener("rows", (event) => {
      lastAt = Date.now();
      become(true);
      if (!replaceElements(event.data)) readAnew(source);
    });
    source.addEventListener("outdated", () => readAnew(source));
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
