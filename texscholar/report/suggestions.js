"use strict";
(function () {
  const cards = Array.from(document.querySelectorAll("article[data-part]"));
  const counter = document.getElementById("counter");
  const saved = document.getElementById("export");

  function chosen(card) {
    const box = card.querySelector("input:checked");
    return box ? box.value : "open";
  }

  function choose(card, value) {
    card.querySelector("input[value=" + value + "]").checked = true;
  }

  function count() {
    const numbers = { accept: 0, reject: 0, open: 0 };
    cards.forEach(function (card) {
      const value = chosen(card);
      card.dataset.decision = value;
      numbers[value] += 1;
    });
    counter.textContent = numbers.accept + " accepted, " + numbers.reject + " rejected, " + numbers.open + " open";
    saved.disabled = numbers.accept + numbers.reject === 0;
  }

  function all(value) {
    cards.filter(function (card) { return chosen(card) === "open"; }).forEach(function (card) { choose(card, value); });
    count();
  }

  function save() {
    const parts = {};
    cards.forEach(function (card) {
      const value = chosen(card);
      if (value !== "open") { parts[card.dataset.part] = { decision: value }; }
    });
    const patch = document.getElementById("patch").textContent.trim();
    const text = JSON.stringify({ texscholar: "decisions", version: 1, parts: parts, patch: patch }, null, 1) + "\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "decisions.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function step(card, by) {
    const next = cards[cards.indexOf(card) + by];
    if (next) {
      next.querySelector("input:checked").focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    }
  }

  document.addEventListener("keydown", function (event) {
    const value = { y: "accept", n: "reject", o: "open" }[event.key];
    const by = { j: 1, k: -1 }[event.key];
    const card = event.target.closest ? event.target.closest("article[data-part]") : null;
    if (event.ctrlKey || event.metaKey || event.altKey || !(value || by)) { return; }
    if (!card) {
      if (by && cards.length) { step(null, 1); }
      return;
    }
    event.preventDefault();
    if (value) { choose(card, value); count(); }
    step(card, by || 1);
  });
  document.addEventListener("change", count);
  document.getElementById("accept-open").addEventListener("click", function () { all("accept"); });
  document.getElementById("reject-open").addEventListener("click", function () { all("reject"); });
  saved.addEventListener("click", save);
  count();
})();
