// Search over the index of all pages: every word must occur; names that begin with the first word come first.
"use strict";
(() => {
  const asked = new URLSearchParams(location.search).get("q") || "";
  document.getElementById("q").value = asked;
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const words = plain(asked).split(/\s+/).filter(Boolean);
  if (!words.length) return;
  const hits = [];
  for (const [name, others, kind, path] of INDEX) {
    const title = plain(name);
    const all = `${title} ${plain(others)}`;
    if (words.every((word) => all.includes(word))) {
      const rank = title === words.join(" ") ? 0 : title.startsWith(words[0]) ? 1 : title.includes(words[0]) ? 2 : 3;
      hits.push([rank, name, kind, path]);
    }
  }
  hits.sort((one, two) => one[0] - two[0] || one[1].localeCompare(two[1]));
  const list = document.getElementById("found");
  for (const [, name, kind, path] of hits) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const what = document.createElement("span");
    link.href = path;
    link.textContent = name;
    what.textContent = ` ${kind}`;
    item.append(link, what);
    list.append(item);
  }
  const told = hits.length === 1 ? "1 page" : `${hits.length || "No"} pages`;
  document.getElementById("told").textContent = `${told} for “${asked}”.`;
})();
