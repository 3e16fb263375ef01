// Shows while somebody types what publishing would do. It posts the form as the Preview button does, and takes over everything
// that shows a result. Fields are left alone. Without this script the buttons do the same.
"use strict";
(() => {
  const form = document.getElementById("playbook-form");
  const status = document.getElementById("live");
  const WAIT_MS = 500;
  let timer = 0;
  let request = null;

  const say = (words) => {
    status.textContent = words;
    status.hidden = words === "";
  };

  // Whoever is on a button that is replaced stays there.
  const takeOver = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (page.getElementById(form.id) === null) return false;
    for (const part of document.querySelectorAll("[data-live]")) {
      const newest = page.getElementById(part.id);
      if (newest === null || newest.innerHTML === part.innerHTML) continue;
      const hadFocus = part.contains(document.activeElement);
      part.replaceChildren(...newest.childNodes);
      if (hadFocus) part.querySelector("button, a, [tabindex]")?.focus({ preventScroll: true });
    }
    for (const field of form.querySelectorAll("[aria-describedby^='mistake-']")) {
      const isWrong = document.getElementById(field.getAttribute("aria-describedby"))?.textContent !== "";
      field.toggleAttribute("aria-invalid", isWrong);
      if (isWrong) field.setAttribute("aria-invalid", "true");
    }
    return true;
  };

  const preview = async () => {
    request?.abort();
    request = new AbortController();
    const fields = new URLSearchParams(new FormData(form));
    fields.set("do", "preview");
    say(status.dataset.waiting);
    try {
      const response = await fetch(form.action, { method: "POST", body: fields, signal: request.signal });
      const text = await response.text();
      const done = text.includes("id=\"unavailable\"") ? status.dataset.failed : status.dataset.done;
      say(takeOver(text) ? done : status.dataset.signedOut);
    } catch (failed) {
      if (failed.name !== "AbortError") say(status.dataset.failed);
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, WAIT_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    request?.abort();
  });
})();
