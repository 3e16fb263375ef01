// Keys for the cards of a page: see the list that `?` opens. Without this script every card works with the mouse, by touch and with Tab.
"use strict";
(() => {
  const OFF = "daymark-keys-off";
  const UNDO_MS = 10000;
  const help = document.getElementById("keys");
  const open = document.getElementById("keys-open");
  const toggle = document.getElementById("keys-toggle");
  const cards = () => Array.from(document.querySelectorAll(".cards > .card"));
  const isOff = () => localStorage.getItem(OFF) !== null;

  const current = () => document.activeElement?.closest(".cards > .card") ?? null;

  const show = (card) => {
    if (card === undefined || card === null) return;
    const fold = card.closest("details:not([open])");
    if (fold !== null) fold.open = true;
    card.focus();
    card.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = cards();
    const place = all.indexOf(current());
    show(all[place < 0 ? (by > 0 ? 0 : all.length - 1) : place + by]);
  };

  // Presses what the card has under this key. A list of reasons is opened, and its first one is focused.
  const press = (key) => {
    const card = current();
    const control = card?.querySelector(`[data-key="${key}"]`);
    if (control === null || control === undefined) return;
    const fold = card.querySelector("details.fold");
    if (fold !== null) fold.open = true;
    if (control.tagName === "SUMMARY") {
      control.parentElement.open = true;
      control.parentElement.querySelector("button").focus();
    } else {
      control.click();
    }
  };

  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target) || help.open) return;
    if (event.key === "?") help.showModal();
    else if (isOff()) return;
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if ("rwh".includes(event.key)) press(event.key);
    else return;
    event.preventDefault();
  });

  toggle.checked = !isOff();
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
  });
  open.addEventListener("click", () => help.showModal());
  open.hidden = false;

  // What can't be undone any more is not offered, but nobody loses the button that they are on.
  setTimeout(() => {
    for (const button of document.querySelectorAll("button.undo[data-ends]")) {
      if (button !== document.activeElement) button.hidden = true;
    }
  }, UNDO_MS);
})();
